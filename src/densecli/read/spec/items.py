"""The items under `layers` of a spec: DSL texts, layers in four spellings, calls, repeats and nested models.

- Dense(16) -> Flatten                              a DSL stack
- Dense: 16                                         TYPE: the first argument
- Dense: {units: 4, name: out, inputs: [a]}         TYPE: arguments (name and inputs may go beside TYPE, too)
- {type: Add, name: sum, inputs: [a, b]}            everything in one mapping
- {call: encoder, inputs: [b], name: encoded_b}     a layer once more, with the same weights
- {op: mean, axis: 1, inputs: [x]}                  a function of keras.ops: its own arguments, and the tensors in order
- {repeat: 3, layers: [...]}                        a block, each copy with its own weights
- {type: Model, name: encoder, input: [8], layers: [...], outputs: [...]}    a model as a layer
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.catalogue import find
from densecli.errors import ArgumentError, DenseError, GraphError, LimitError, SpecSyntaxError
from densecli.layers.core import InputLayer
from densecli.names import without_module
from densecli.read.build import holds_layer
from densecli.read.inputs import input_arguments
from densecli.read.spec.values import MODELS, ValueReader, is_layer_name
from densecli.read.stack.reader import StackReader
from densecli.read.text.spans import join
from densecli.text import describe, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from densecli.errors import Place
    from densecli.graph.graph import Ref
    from densecli.read.build import Made
    from densecli.read.spec.context import Spec
    from densecli.read.spec.wiring import Wiring

_BESIDE = ("name", "inputs")
_NO_LAYER = "an item is a stack, `TYPE: arguments`, or a mapping with type, call or repeat"


class ItemReader:
    """Reads items in order; the output of one is the input of the next, unless that names its inputs.

    `tensors` are None before there is any input, [] after an error.
    """

    def __init__(self, spec: Spec, wiring: Wiring, nested: Callable[..., Made | None], shape: Any = None) -> None:
        self.spec, self.builder, self.wiring, self.nested, self.shape = spec, spec.builder, wiring, nested, shape
        self.values = ValueReader(spec, nested)
        self.stacks: dict[str, StackReader] = {}  # by text: equal texts are parsed and made once
        self.made: dict[tuple[str, str], Made] = {}  # by type and arguments: equal layers are made once

    def read(self, items: Any, pointer: str, tensors: list[Ref] | None) -> list[Ref] | None:
        if not isinstance(items, list) or not items:
            if items == []:
                self.spec.fail(ArgumentError("a model needs a layer", code="E307", hint="layers: [Dense(4)]"), pointer)
            else:
                self.spec.wrong_type("a list of layers", items, pointer, "layers: [Dense(4)]")
            return []
        for index, item in rejoined(items):
            at = f"{pointer}/{index}"
            self.builder.stop_at_too_many()
            try:
                tensors = self.item(item, at, tensors)
            except LimitError:
                raise
            except DenseError as error:
                self.spec.fail(error, at)
                tensors = []
        return tensors

    def item(self, item: Any, pointer: str, tensors: list[Ref] | None) -> list[Ref] | None:
        if isinstance(item, str):
            return self.stack(item, pointer, tensors)
        if not isinstance(item, dict):
            self.spec.wrong_type("a layer", item, pointer, _NO_LAYER)
            return []
        forms = {"repeat": self.repeat, "call": self.call, "op": self.operation, "type": self.typed}
        form = next((form for key, form in forms.items() if key in item), self.short)
        return form(item, pointer, tensors)

    # -- the forms --------------------------------------------------------------------
    def stack(self, text: str, pointer: str, tensors: list[Ref] | None) -> list[Ref]:
        setting = self.spec.setting(pointer)
        reader = self.stacks.get(text)
        if reader is None:
            reader = self.stacks[text] = StackReader(self.builder, text, setting)
        reader.setting = setting
        try:
            return reader.read(tensors, self.shape)
        except SpecSyntaxError as error:
            if text.count("(") != text.count(")"):
                error.hint = "in a YAML [list], quote a step that has a comma"
            raise

    def short(self, item: dict[str, Any], pointer: str, tensors: list[Ref] | None) -> list[Ref] | None:
        """A layer as `TYPE: arguments`."""
        types = [key for key in item if key not in _BESIDE]
        if len(types) != 1:
            return self.unclear(types, pointer)
        (typed,) = types
        type_name, inside = without_module(typed), join(pointer, typed)
        given, beside = item[typed], {key: item[key] for key in _BESIDE if key in item}
        at = dict.fromkeys(beside, pointer)
        if isinstance(given, dict):
            mine = {key: given[key] for key in _BESIDE if key in given and not _is_argument(type_name, key)}
            given = {key: value for key, value in given.items() if key not in mine}
            beside, at = mine | beside, dict.fromkeys(mine, inside) | at
        if "name" in beside and _is_argument(type_name, "name"):
            given = _by_name(type_name, given) | {"name": beside.pop("name")}
        place = self.spec.place(inside, "key")
        if type_name in MODELS:
            given = given if isinstance(given, dict) else {"layers": given}
            return self.add(self.model(type_name, given, beside, at, inside), beside, at, place, tensors)
        made = self.make(type_name, given, inside, place, self.image(beside, tensors))
        return self.add(made, beside, at, place, tensors)

    def typed(self, item: dict[str, Any], pointer: str, tensors: list[Ref] | None) -> list[Ref] | None:
        """Everything in one mapping: {type: T, …arguments}."""
        type_name, place = item["type"], self.spec.place(join(pointer, "type"))
        if not isinstance(type_name, str):
            self.spec.wrong_type("the name of a layer type", type_name, join(pointer, "type"))
            return []
        type_name = without_module(type_name)
        beside = {key: item[key] for key in _BESIDE if key in item and not _is_argument(type_name, key)}
        given = {key: value for key, value in item.items() if key not in beside and key != "type"}
        at = dict.fromkeys(beside, pointer)
        if type_name in MODELS:
            return self.add(self.model(type_name, given, beside, at, pointer), beside, at, place, tensors)
        made = self.make(type_name, given, pointer, place, self.image(beside, tensors))
        return self.add(made, beside, at, place, tensors)

    def model(
        self, type_name: str, given: dict[str, Any], beside: dict[str, Any], at: dict[str, str], pointer: str
    ) -> Made | None:
        """A nested model; it takes its name with it."""
        entry = given | {"type": type_name}
        if "name" in beside:
            entry["name"] = self.name(beside.pop("name"), join(at["name"], "name"))
        return self.nested(self.spec, entry, pointer)

    def call(self, item: dict[str, Any], pointer: str, tensors: list[Ref] | None) -> list[Ref]:
        """Another call of a layer: {call: name, inputs: […], name: of the result}."""
        self.spec.check_keys(item, ("call", *_BESIDE), pointer, "a call")
        node = self.called(item["call"], join(pointer, "call"))
        if node is None:
            return []
        if "inputs" not in item and tensors is None:
            self.missing_input("this call", self.spec.place(join(pointer, "call")))
        refs = self.connect(node, item.get("inputs"), join(pointer, "inputs"), tensors)
        if "name" in item and refs:
            self.name_result(item["name"], refs[0], join(pointer, "name"))
        return refs

    def operation(self, item: dict[str, Any], pointer: str, tensors: list[Ref] | None) -> list[Ref]:
        """A function of keras.ops: {op: mean, axis: 1, inputs: […], name: …}."""
        from densecli.read.spec.operations import make  # noqa: PLC0415  # few specs have functions

        beside = {key: item[key] for key in _BESIDE if key in item}
        given = {key: value for key, value in item.items() if key not in (*_BESIDE, "op")}
        values = {key: self.values.collect(value, join(pointer, key)) for key, value in given.items()}
        place = self.spec.place(join(pointer, "op"))
        made = make(item["op"], values, place)
        if made.name is None and "name" not in beside:
            made = made._replace(name=self.builder.automatic_name(made.layer.type_name))
        return self.add(made, beside, dict.fromkeys(beside, pointer), place, tensors)

    def called(self, name: Any, pointer: str) -> int | None:
        if not isinstance(name, str):
            self.spec.wrong_type("the name of a layer", name, pointer)
            return None
        found = self.builder.named(name)
        if found is None:
            hint = self.builder.meant(name)
            self.spec.fail(GraphError(f"no earlier layer is named {quote(name)}", code="E402", hint=hint), pointer)
        elif isinstance(self.builder.nodes[found.node].layer, InputLayer):
            self.spec.fail(GraphError(f"{quote(name)} is an input, not a layer to call", code="E408"), pointer)
        else:
            return found.node
        return None

    def repeat(self, item: dict[str, Any], pointer: str, tensors: list[Ref] | None) -> list[Ref] | None:
        """A block, several times: {repeat: N, layers: […]}."""
        self.spec.check_keys(item, ("repeat", "layers"), pointer, "a repeat")
        count = self.values.collect(item["repeat"], join(pointer, "repeat"), 1)
        if type(count) is not int or count < 1:
            message = f"a repeat count must be at least 1, got {describe(count)}"
            self.spec.fail(ArgumentError(message, code="E303"), join(pointer, "repeat"))
            count = 1
        items = item.get("layers")
        steps = count * len(items) if isinstance(items, list) else count
        self.builder.check_steps(steps, self.spec.place(join(pointer, "repeat")))
        for _ in range(count):
            errors = len(self.builder.errors)
            with self.builder.block():
                tensors = self.read(items, join(pointer, "layers"), tensors)
            if len(self.builder.errors) > errors:
                return []
        return tensors

    def unclear(self, types: list[str], pointer: str) -> list[Ref]:
        known = [key for key in types if is_layer_name(key)]
        hint = f"arguments go under the type: {known[0]}: {{…}}" if len(known) == 1 else _NO_LAYER
        message = f"an item has one layer type, got {len(types)}: {', '.join(types)[:80]}" if types else "no layer type"
        other = next((key for key in types if key not in known), None) if len(known) == 1 else None
        at = pointer if other is None else join(pointer, other)
        self.spec.fail(ArgumentError(message, code="E306" if len(known) > 1 else "E305", hint=hint), at, "key")
        return []

    # -- one layer --------------------------------------------------------------------
    def image(self, beside: dict[str, Any], tensors: list[Ref] | None) -> Any:
        """The shape of a layer's input, for a model of keras.applications."""
        inputs = beside.get("inputs")
        if tensors is None and inputs is None:
            return self.shape
        names = [inputs] if isinstance(inputs, str) else inputs if isinstance(inputs, list) else []
        named = [ref for name in names if isinstance(name, str) for ref in self.wiring.find(name, tensors or [])]
        return self.builder.image(tensors if inputs is None else named)

    def make(self, type_name: str, given: Any, pointer: str, place: Place, image: Any) -> Made | None:
        """The layer for a type and its arguments; equal ones share one, since layers do not know their place."""
        key = type_name, repr(given)
        if key in self.made:
            return self.made[key]
        arguments = self.values.arguments(type_name, given, pointer) if is_layer_name(type_name) else []
        made = None if arguments is None else self.values.make(type_name, arguments, place, image)
        if made is not None and made.name is None and not holds_layer(made.layer):
            self.made[key] = made
        return made

    def add(
        self, made: Made | None, beside: dict[str, Any], at: dict[str, str], place: Place, tensors: list[Ref] | None
    ) -> list[Ref]:
        """Put a layer into the graph under its name, and connect it."""
        if made is None:
            self.builder.refused |= {name for name in [beside.get("name")] if isinstance(name, str)}
            return []
        if "name" in beside:
            made = made._replace(name=self.name(beside["name"], join(at["name"], "name")))
        if isinstance(made.layer, InputLayer):
            if "inputs" in beside:
                self.spec.fail(GraphError("an Input takes no inputs", code="E408"), join(at["inputs"], "inputs"), "key")
            return [self.builder.input(made, place)]
        if tensors is None and "inputs" not in beside:
            tensors = self.first_input(made, place)
        self.builder.count_steps(1, place)
        node = self.builder.add(made, place)
        return self.connect(node, beside.get("inputs"), join(at.get("inputs", ""), "inputs"), tensors)

    def connect(self, node: int, inputs: Any, pointer: str, tensors: list[Ref] | None) -> list[Ref]:
        if inputs is not None:
            return self.wiring.connect(node, inputs, pointer, tensors or [])
        return [self.builder.call(node, tensors)] if tensors else []

    def name(self, name: Any, pointer: str) -> str | None:
        """A name that a layer may have; None with the mistake collected."""
        if not isinstance(name, str) or not name:
            self.spec.wrong_type("a name: a non-empty string", name, pointer)
            return None
        if "/" in name:
            error = ArgumentError("a layer name cannot contain `/` (as in Keras)", code="E303")
            self.spec.fail(error, pointer)
            return None
        return name

    def name_result(self, given: Any, ref: Ref, pointer: str) -> None:
        name = self.name(given, pointer)
        if name is None:
            return
        if self.builder.named(name) is not None and not self.builder.in_block:
            error = ArgumentError(f"the name {quote(name)} is taken", code="E306", hint="names must be unique")
            self.spec.fail(error, pointer)
        self.builder.results[-1][name] = ref

    # -- the first layer --------------------------------------------------------------
    def first_input(self, made: Made, place: Place | None) -> list[Ref]:
        """The input of a first layer: from input_shape= and its kind, or from outside."""
        shape, options = input_arguments(made.input)
        if shape is None and self.shape is not None:
            shape, place = self.shape, None
        if shape is None:
            self.missing_input(type(made.layer).__name__, place)
            return []
        found = self.builder.input_of_shape(shape, place, **options)
        return [] if found is None else [found]

    def missing_input(self, what: str, place: Place | None) -> None:
        if any(error.code == "E406" for error in self.builder.errors):
            return
        message = f"{what} is the first layer and has no input shape"
        hint = "add the shape of one sample: input: [3, 2], or --input-shape 3,2"
        self.builder.errors.append(GraphError(message, code="E406", hint=hint, place=place))


def _is_argument(type_name: str, key: str) -> bool:
    kind = find(type_name)
    return kind is not None and key in kind.config_fields


def _by_name(type_name: str, given: Any) -> dict[str, Any]:
    """The value under a type, as named arguments."""
    kind = find(type_name)
    if isinstance(given, dict) or given is None or kind is None:
        return given or {}
    return {kind.positional[0]: given}


def rejoined(items: list[Any]) -> Iterator[tuple[int, Any]]:
    """The items with their places; `[Conv2D(16, 3), ReLU]` is a list that YAML cuts at every comma, also between parentheses."""
    parts, start, depth = list[str](), 0, 0
    for index, item in enumerate(items):
        if not (isinstance(item, str) or (parts and isinstance(item, int | float | None))):
            yield from [(start, ", ".join(parts))] if parts else ()
            parts, depth = [], 0
            yield index, item
            continue
        text = item if isinstance(item, str) else _as_word(item)
        start = start if parts else index
        depth += text.count("(") - text.count(")")
        parts.append(text)
        if depth <= 0:
            yield start, ", ".join(parts)
            parts, depth = [], 0
    if parts:
        yield start, ", ".join(parts)


def _as_word(value: Any) -> str:
    """A number, true, false or null as the DSL writes it."""
    return "none" if value is None else str(value).lower()
