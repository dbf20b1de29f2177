"""The DSL: a stack such as `Dense(16)@(3,2) -> Flatten -> Dense(4)` read into a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import names
from densecli.catalogue import APPLICATIONS, find, is_known
from densecli.errors import ArgumentError, GraphError, Place, Source, SpecErrors
from densecli.fields import takes_layer
from densecli.layers.core import InputLayer
from densecli.read.build import Argument, Builder, Made, holds_layer, keras_object
from densecli.read.inputs import check_inputs, fill, filled, input_arguments
from densecli.read.limits import LIMITS, Limits
from densecli.read.stack import parser, tree
from densecli.read.stack.cursor import Setting
from densecli.read.text.encoding import check_surrogates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from densecli.applications.application import Application
    from densecli.graph.graph import Graph, Ref
    from densecli.layer import Layer
    from densecli.read.stack.tree import Branches, Nested, Stack, Step, Unit

_SAMPLES: dict[int | None, str] = {
    2: "10,",
    3: "10,8",
    4: "28,28,1",
    5: "16,28,28,1",
}  # an example for layers that take so many axes


def read_stack(
    source: Source,
    input_shapes: Mapping[str | None, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    limits: Limits = LIMITS,
) -> Graph:
    """A whole model from DSL text. `input_shapes` are outside shapes for inputs that the text leaves open."""
    check_surrogates(source)
    builder = Builder(limits)
    setting = Setting(lambda start, end: Place(source, start, end), variables or {}, limits)
    stacks = StackReader(builder, source.text, setting)
    given = input_shapes or {}
    model = stacks.application(given)
    if model is not None:
        return alone(model, given, limits)
    graph = builder.finish(stacks.read(None, given.get(None)))
    check_inputs(graph, given)
    for ref in graph.inputs:
        fill(graph.nodes[ref.node], given, alone=len(graph.inputs) == 1)
    builder.show_masks(graph)
    return graph


def alone(model: Application, given: Mapping[str | None, Any], limits: Limits) -> Graph:
    """The graph of a single model of keras.applications, for the image shape from the command line."""
    check_inputs(model.graph, given)
    shape = filled(model.graph.nodes[0], given, alone=True)
    return model.graph if shape is None else model.on_image(shape[1:], Builder(limits).automatic_name)


class StackReader:
    """Adds the stacks of one DSL text to a builder; can be reused for the same text at another place."""

    def __init__(self, builder: Builder, text: str, setting: Setting) -> None:
        self.builder, self.text, self.setting = builder, text, setting
        self.made: dict[int, Made | None] = {}  # by unit: the parser hands out the same unit for the same text
        self.refused: set[int] = set()  # starts of units with a mistake
        self.tree: Stack | None = None

    def place(self, start: int, end: int) -> Place:
        return self.setting.place(start, end)

    def read(self, tensors: list[Ref] | None, shape: Any = None) -> list[Ref]:
        """The output tensors. `tensors` are the inputs; without them the stack must give its input shape."""
        if self.tree is None:
            self.tree = parser.parse(self.text, self.setting)
        stack = self.tree
        if tensors is None and shape is not None and not _starts_with_input(stack):
            found = self.builder.input_of_shape(shape, None)
            tensors = None if found is None else [found]
        return self.stack(stack, tensors)

    def application(self, given: Mapping[str | None, Any]) -> Application | None:
        """The model of keras.applications that is the whole text. Raises SpecErrors."""
        self.tree = parser.parse(self.text, self.setting)
        step, unit = self.tree.steps[0], self.tree.steps[0].what
        if len(self.tree.steps) > 1 or not isinstance(unit, tree.Unit) or unit.type not in APPLICATIONS or step.repeat:
            return None
        outside = given.get(None, next(iter(given.values()), None))
        made = self.make_new(unit, step.start, outside if step.shape is None else step.shape.value)
        if made is None:
            raise SpecErrors(self.builder.errors)
        model: Application = made.layer  # type: ignore[assignment]
        return model

    # Tensors are None if there is no input yet, and [] after an error: then nothing is known, and no further error reported.
    def stack(self, stack: Stack, tensors: list[Ref] | None) -> list[Ref]:
        for index, step in enumerate(stack.steps):
            tensors = self.step(step, tensors, index == 0)
            self.builder.stop_at_too_many()
        return tensors or []

    def step(self, step: Step, tensors: list[Ref] | None, first: bool) -> list[Ref]:
        if step.shape is not None:
            tensors = self.input_shape(step, tensors, first)
        for _ in range(self.repeats(step)):
            tensors = self.unit(step, tensors)
        return tensors or []

    def input_shape(self, step: Step, tensors: list[Ref] | None, first: bool) -> list[Ref]:
        assert_shape = step.shape
        place = self.place(assert_shape.start, assert_shape.end)  # type: ignore[union-attr]
        if tensors is not None or not first:
            self.fail(
                "an input shape `@` is only allowed at the start of a stack", place, "its input is the output before it"
            )
            return tensors or []
        found = self.builder.input_of_shape(assert_shape.value, place)  # type: ignore[union-attr]
        return [] if found is None else [found]

    def repeats(self, step: Step) -> int:
        if step.repeat is None:
            self.builder.count_steps(1, None)
            return 1
        place = self.place(step.repeat.start, step.repeat.end)
        if step.repeat.value < 1:
            self.builder.errors.append(ArgumentError("a repeat count must be at least 1", code="E303", place=place))
        self.builder.count_steps(step.repeat.value, place)
        return int(step.repeat.value)

    def unit(self, step: Step, tensors: list[Ref] | None) -> list[Ref]:
        what = step.what
        if isinstance(what, tree.Stack):
            return self.stack(what, tensors)
        if isinstance(what, tree.Branches):
            return self.branches(what, step, tensors)
        return self.layer(what, step, tensors)

    def branches(self, what: Branches, step: Step, tensors: list[Ref] | None) -> list[Ref]:
        found: list[Ref] = []
        for branch in what.branches:
            if branch is None and tensors is None:
                self.missing_input(step, "`_` passes its input on, but the stack has no input")
            refs = tensors if branch is None else self.named(branch) or self.stack(branch, tensors)
            found += refs or []
        return found

    def named(self, branch: Stack) -> list[Ref] | None:
        """A name alone is the output of that earlier layer."""
        only = branch.steps[0]
        if (
            len(branch.steps) > 1
            or not isinstance(only.what, tree.Unit)
            or not only.what.bare
            or only.shape
            or only.repeat
        ):
            return None
        found = self.builder.named(only.what.type)
        return None if found is None else [found]

    def layer(self, unit: Unit, step: Step, tensors: list[Ref] | None) -> list[Ref]:
        place = self.place(step.start, step.end)
        made = self.make(unit, step.start, tensors)
        if made is None:
            return tensors[:1] if tensors else self.placeholder()
        if isinstance(made.layer, InputLayer):
            return self.input_layer(made, place, tensors)
        if tensors is None:
            tensors = self.shape_argument(made, unit, step)
        node = self.builder.add(made, place)
        if not tensors:
            return []
        return [self.builder.call(node, tensors)]

    def input_layer(self, made: Made, place: Place, tensors: list[Ref] | None) -> list[Ref]:
        if tensors is not None:
            self.fail("an Input is only allowed at the start of a stack", place, "its input is the output before it")
        return [self.builder.input(made, place)]

    def shape_argument(self, made: Made, unit: Unit, step: Step) -> list[Ref]:
        """The input of a first layer, from input_shape=, input_dim= and the like."""
        shape, options = input_arguments(made.input)
        if shape is None:
            self.missing_input(step, f"{unit.type} is the first layer and has no input shape", _axes(made.layer))
            return self.placeholder()
        found = self.builder.input_of_shape(shape, self.place(step.start, step.end), **options)
        return [found] if found else []

    def placeholder(self) -> list[Ref]:
        """After a mistake: continue as if there were an input, to find later mistakes."""
        return self.builder.inputs[:1]

    # -- one layer --------------------------------------------------------------------
    def make(self, unit: Unit, start: int, tensors: list[Ref] | None) -> Made | None:
        if unit.type in APPLICATIONS:
            return self.make_new(unit, start, self.builder.image(tensors))
        if self.made.get(id(unit)) is None and start not in self.refused:  # each place of a mistake is reported once
            self.made[id(unit)] = self.make_new(unit, start)
        made = self.made.get(id(unit))
        if made is None:
            self.refused.add(start)
        elif holds_layer(made.layer):
            del self.made[id(unit)]  # the layer inside gets a name of its own each time
        return made

    def make_new(self, unit: Unit, start: int, image: Any = None) -> Made | None:
        errors = len(self.builder.errors)
        arguments = self.arguments(unit, start)
        if len(self.builder.errors) > errors:  # in a layer inside, which is told already
            return None
        return self.builder.make(unit.type, arguments, self.place(start, start + unit.typed), image)

    def arguments(self, unit: Unit, start: int) -> list[Argument]:
        return [
            Argument(arg.name, self.argument(unit, index, arg, start), self.place(start + arg.start, start + arg.end))
            for index, arg in enumerate(unit.arguments)
        ]

    def argument(self, unit: Unit, index: int, arg: tree.Argument, start: int) -> Any:
        """The value of an argument; where a layer is wanted, the name of one is that layer."""
        if isinstance(arg.value, tree.Word) and is_known(arg.value) and _takes_layer(unit.type, arg.name, index):
            return self.inner_layer(
                tree.Unit(arg.value, (), True, len(arg.value), 0, len(arg.value)), start + arg.start
            )
        return self.value(arg.value, start)

    def value(self, value: Any, start: int) -> Any:
        """An argument's value; a layer in it becomes a layer, Keras' other objects stay words."""
        if isinstance(value, list):
            return [self.value(item, start) for item in value]
        if isinstance(value, tree.Nested):
            return self.inner_model(value, start)
        if not isinstance(value, tree.Unit):
            return str(value) if isinstance(value, tree.Word) else value
        if is_known(value.type):
            return self.inner_layer(value, start + value.start)
        if value.type not in names.OBJECTS:
            message = f"`{value.type}(…)` is neither a layer nor an initializer, regularizer or constraint"
            place = self.place(start + value.start, start + value.start + value.typed)
            hint = "expected a number, string, true/false, none, tuple or layer"
            raise ArgumentError(message, code="E222", hint=hint, place=place)
        return keras_object(value.type, self.arguments(value, start + value.start))

    def inner_layer(self, unit: Unit, start: int) -> Layer | None:
        made = self.make_new(unit, start)
        if made is None:
            return None
        made.layer.name = made.name or self.builder.automatic_name(type(made.layer).__name__)
        return made.layer

    def inner_model(self, value: Nested, start: int) -> Layer | None:
        """A stack inside a layer: a model that takes the shape that it is called with, unless it states one."""
        builder = Builder(self.builder.limits)
        builder.share(self.builder)
        moved = start - value.base
        setting = self.setting._replace(place=lambda first, last: self.place(first + moved, last + moved))
        before = len(builder.errors)
        stated = _starts_with_input(value.stack)
        first = None if stated else builder.input_of_shape((), None)
        outputs = StackReader(builder, self.text, setting).stack(value.stack, None if first is None else [first])
        self.builder.steps = builder.steps
        if len(builder.errors) > before or not outputs:
            return None
        graph = builder.graph(outputs)
        graph.deferred = not stated
        made = self.builder.nested(graph, None)
        made.layer.name = graph.name
        return made.layer

    # -- mistakes ---------------------------------------------------------------------
    def missing_input(self, step: Step, message: str, axes: int | None = None) -> None:
        if any(error.code == "E406" for error in self.builder.errors):
            return
        shown, sizes = self.text[step.start : step.end], _SAMPLES.get(axes, "3,2")
        first = shown if len(shown) < 60 and shown.isprintable() else "…"
        hint = f"add the shape of one sample: {first}@({sizes}), or --input-shape {sizes.rstrip(',')}"
        place = self.place(step.start, step.end)
        self.builder.errors.append(GraphError(message, code="E406", hint=hint, place=place))

    def fail(self, message: str, place: Place, hint: str) -> None:
        self.builder.errors.append(GraphError(message, code="E408", hint=hint, place=place))


def _axes(layer: Layer) -> int | None:
    """The axes of a usual input, if they are known: what looks integers up takes vectors of them."""
    return layer.ndim if layer.vocabulary is None else 2


def _starts_with_input(stack: Stack) -> bool:
    first = stack.steps[0]
    return first.shape is not None or (isinstance(first.what, tree.Unit) and first.what.type in ("Input", "InputLayer"))


def _takes_layer(type_name: str, name: str | None, index: int) -> bool:
    kind = find(type_name)
    if kind is None:
        return False
    if name is None:
        name = kind.positional[index] if index < len(kind.positional) else ""
    return name in kind.config_fields and takes_layer(kind.config_fields[name].schema)
