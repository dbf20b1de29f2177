"""The table of test cases, one module per family: a layer, its config, its inputs.

`case("Dense", (None, 3), units=4)`: the config is Keras' own, with inner layers as {"class_name": …, "config": …}.
Inputs are shapes: a list of shapes if the layer takes a list, several if it takes several.
tools/record_keras.py runs every case in Keras; the tests compare densecli with the recorded results.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
from typing import Any, NamedTuple


class Case(NamedTuple):
    """One question to Keras."""

    layer: str
    config: dict[str, Any]
    inputs: tuple[Any, ...]
    call: dict[str, Any] = {}  # noqa: RUF012  # named arguments of the call; shapes under "tensors" become tensors
    dtypes: tuple[str, ...] = ()  # of the inputs in order, float32 where it ends
    high: int = 10  # integer inputs are below this
    data: Any = None  # the input itself, where random numbers will not do (strings)
    values: bool = True  # whether numbers are recorded too
    masks: tuple[Any, ...] = ()  # shapes of the masks that the inputs carry, None where one has none

    @property
    def id(self) -> str:
        """A short stable name that follows from the contents."""
        text = json.dumps(self.as_record(), sort_keys=True)
        return f"{self.layer}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def as_record(self) -> dict[str, Any]:
        record = self._asdict()
        return json.loads(
            json.dumps({key: value for key, value in record.items() if value != Case._field_defaults.get(key, ...)})
        )


def case(
    layer: str, /, *inputs: Any, call: dict[str, Any] | None = None, dtypes: tuple[str, ...] = (), **config: Any
) -> Case:
    options = {key: config.pop(f"_{key}") for key in ("high", "data", "values", "masks") if f"_{key}" in config}
    return Case(layer, config, inputs, call or {}, dtypes, **options)


def inner(class_name: str, **config: Any) -> dict[str, Any]:
    """A layer inside a config, as Keras serializes it."""
    return {"class_name": class_name, "config": config}


def families() -> dict[str, list[Case]]:
    """The cases of every family module in this folder."""
    modules = [importlib.import_module(f"cases.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return {module.__name__.rpartition(".")[2]: module.CASES for module in modules}
