"""The `input` of a spec: one shape, an input with options, or several of them by name.

input: [3, 2]
input: {shape: [8], dtype: int32, batch_size: 4, name: meta}
input: {image: [224, 224, 3], meta: {shape: [8], dtype: int32}, open: null}    null: from --input-shape open=…
input: [[3, 2], {shape: [8], name: meta}]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.layers.core import InputLayer
from densecli.read.build import Argument
from densecli.read.text.spans import join
from densecli.shape import show
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from densecli.graph.graph import Ref
    from densecli.read.build import Made
    from densecli.read.spec.context import Spec
    from densecli.read.spec.values import ValueReader

_SHAPES = ("shape", "batch_shape")
_OPTIONS = {*InputLayer.config_fields, "name"}


class InputReader:
    """Makes the inputs. `given` are shapes from outside, by name; the one without a name is for a single input."""

    def __init__(self, spec: Spec, values: ValueReader, given: Mapping[str | None, Any]) -> None:
        self.spec, self.values, self.given = spec, values, given

    def read(self, value: Any, pointer: str) -> list[Ref]:
        """Every input in order, except those with a mistake."""
        entries = self.entries(value, pointer)
        single = len(entries) == 1
        found = [self.one(name, each, at, single=single) for name, each, at in entries]
        return [ref for ref in found if ref is not None]

    def entries(self, value: Any, pointer: str) -> list[tuple[str | None, Any, str]]:
        """Name, shape or options, and pointer of each input."""
        if isinstance(value, dict) and not _is_options(value):
            return [(name, each, join(pointer, name)) for name, each in value.items()]
        if isinstance(value, list) and any(isinstance(each, list | dict) for each in value):
            return [(None, each, join(pointer, index)) for index, each in enumerate(value)]
        return [(None, value, pointer)]

    def one(self, name: str | None, value: Any, pointer: str, *, single: bool) -> Ref | None:
        place = self.spec.place(pointer, "key" if name is not None else None)
        arguments = self.arguments(value, pointer)
        if arguments is None:
            return None
        if name is not None:
            if any(argument.name == "name" for argument in arguments):
                arguments = [argument for argument in arguments if argument.name != "name"]
            arguments.append(Argument("name", name, place))
        made = self.values.make("InputLayer", arguments, place) if arguments[:1] != [_OPEN] else None
        outside = self.outside(name if made is None else made.name, single=single)
        if outside is not None:
            made = self.fitted(made, name, outside, pointer)
        elif arguments[:1] == [_OPEN]:
            self.left_open(name, pointer)
        if made is None:
            self.spec.builder.refused |= {name} if name is not None else set()
            return None
        return self.spec.builder.input(made, place)

    def arguments(self, value: Any, pointer: str) -> list[Argument] | None:
        """The arguments of the InputLayer; just _OPEN for null, None with the mistake collected."""
        if value is None:
            return [_OPEN]
        if isinstance(value, dict):
            self.spec.check_keys(value, sorted(_OPTIONS), pointer, "an input")
            return self.values.arguments(
                "InputLayer", {key: each for key, each in value.items() if key in _OPTIONS}, pointer
            )
        shape = self.values.collect(value, pointer, _OPEN)
        return None if shape is _OPEN else [Argument("shape", shape, self.spec.place(pointer))]

    # -- shapes from outside ----------------------------------------------------------
    def outside(self, name: str | None, *, single: bool) -> Any:
        return self.given.get(name, self.given.get(None) if single else None)

    def fitted(self, made: Made | None, name: str | None, outside: Any, pointer: str) -> Made | None:
        """The input with outside sizes where the spec has none; all others must agree."""
        if made is None:
            named = [] if name is None else [Argument("name", name)]
            return self.values.make("InputLayer", [Argument("shape", outside), *named], self.spec.place(pointer))
        own: Any = made.layer.output()
        agree = len(own) == len(outside) + 1 and all(
            None in (size, given) or size == given for size, given in zip(own[1:], outside, strict=True)
        )
        if not agree:
            message = f"the input is {show(own)} in the spec, which {show((None, *outside))} does not fit"
            self.spec.fail(GraphError(message, code="E406"), pointer)
            return None
        sizes = (given if size is None else size for size, given in zip(own[1:], outside, strict=True))
        layer = InputLayer(batch_shape=(own[0], *sizes), dtype=made.layer.dtype)
        return made._replace(layer=layer)

    def left_open(self, name: str | None, pointer: str) -> None:
        what, option = ("the input", "3,2") if name is None else (f"the input {quote(name)}", f"{name}=3,2")
        hint = f"add it to the spec, or use --input-shape {option}"
        self.spec.fail(GraphError(f"{what} has no shape", code="E406", hint=hint), pointer)


_OPEN = Argument("shape", None)


def _is_options(value: dict[str, Any]) -> bool:
    """Whether a mapping describes one input; else its keys are names (an input called `shape` has options)."""
    return any(key in value and not isinstance(value[key], dict) for key in _SHAPES)
