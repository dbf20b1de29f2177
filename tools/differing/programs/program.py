"""A program that grows: each statement is run in Keras, and kept only if Keras accepts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras.src.backend.common import global_state

from support.programs import HEAD

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

MOST = 50_000  # elements of a tensor


class Program:
    """The text so far, and the live objects that it made."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.parts = [HEAD]
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.counts: dict[str, int] = {}
        exec(HEAD, self.names)

    @property
    def text(self) -> str:
        return "\n".join(self.parts) + "\n"

    def add(self, text: str) -> bool:
        """Run a statement; whether Keras accepts it, so that it is kept."""
        with aside() as forget:
            before = dict(self.names)
            try:
                exec(compile(text, "<drawn>", "exec"), self.names)
            except Exception:  # noqa: BLE001  # whatever is raised, the statement is none
                self.names = before
                forget()
                return False
        self.parts.append(text)
        return True

    def fresh(self, stem: str) -> str:
        """A name that the program does not use."""
        self.counts[stem] = self.counts.get(stem, 0) + 1
        return f"{stem}{self.counts[stem]}"

    # -- what there is -----------------------------------------------------------------
    def some(self, holds: Callable[[Any], bool]) -> str | None:
        """A variable whose value is such; the newest ones are the most likely."""
        found = [name for name, value in self.names.items() if not name.startswith("__") and holds(value)]
        if not found:
            return None
        return self.random.choice(found[-3:] if self.random.random() < 0.6 else found)

    def tensor(self, axes: int | None = None) -> str | None:
        return self.some(lambda each: is_tensor(each) and axes in (None, len(each.shape)))

    def layer(self) -> str | None:
        return self.some(lambda each: isinstance(each, keras.Layer) and not isinstance(each, keras.Model))

    def model(self, kind: type = keras.Model) -> str | None:
        return self.some(lambda each: isinstance(each, kind))

    def callable(self) -> str | None:
        return self.some(lambda each: isinstance(each, keras.Layer))

    def chance(self, share: float) -> bool:
        return self.random.random() < share


def is_tensor(each: Any) -> bool:
    return isinstance(each, keras.KerasTensor) and "float" in str(each.dtype) and fits(each.shape)


def fits(shape: Any) -> bool:
    total = 1
    for size in shape:
        total *= size or 4
    return 0 < total < MOST


class aside:  # noqa: N801  # used like a function
    """Remember how far Keras has counted names; the function that it gives turns the counters back."""

    def __enter__(self) -> Callable[[], None]:
        self.before = dict(global_state.get_global_attribute("object_name_uids", {}) or {})
        return self.turn_back

    def turn_back(self) -> None:
        counters = global_state.get_global_attribute("object_name_uids", None)
        if counters is not None:
            counters.clear()
            counters.update(self.before)

    def __exit__(self, *_: object) -> None: ...
