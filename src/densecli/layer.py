"""The base class of layers: fields, weights, output shape, costs and forward pass in one class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.arithmetic import Step, element
from densecli.catalogue import ALIASES, CATALOGUE, Catalogue
from densecli.errors import ArgumentError, ConfigError, ShapeError, did_you_mean
from densecli.fields import REQUIRED, Field
from densecli.names import ACTIVATION_FLOPS, LAYERS_AS_ACTIVATION, compute_dtype, is_float, quantization, variable_dtype
from densecli.records import Record
from densecli.shape import Shape, show, size, sum_known, times
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    Array = Any

Shapes = Shape | list[Any]


class Weight(Record):
    """A variable of a layer: Keras' name for it, its shape, whether training may change it, what its axes are."""

    name: str
    shape: tuple[int, ...]
    axes: tuple[str, ...] = ()
    trainable: bool = True
    initializer: Any = "zeros"
    dtype: str | None = None  # where it is not the layer's own variable dtype


class Child(Record):
    """A layer inside a layer (wrapped, or made by it), with the shapes it is called on."""

    name: str
    layer: Layer
    inputs: tuple[Any, ...]
    kwargs: dict[str, Any] = {}  # noqa: RUF012  # never written to


class CallInside(Record):
    """A call of a layer inside, in a forward pass: by the child's name, with its arrays; `about` says which of several it is."""

    name: str
    layer: Layer
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = {}  # noqa: RUF012  # never written to
    about: str = ""


class Constant:
    """An array that stands among the arguments of a call: its shape, its dtype, and the numbers in nested lists."""

    __slots__ = ("dtype", "shape", "value")

    def __init__(self, value: Any, dtype: Any = None) -> None:
        self.value, self.shape = value, list_shape(value)
        self.dtype = dtype if isinstance(dtype, str) else "float32"


def list_shape(value: Any) -> Shape:
    """The shape of nested lists, by the first of each."""
    shape: list[int] = []
    while isinstance(value, list):
        shape.append(len(value))
        value = value[0] if value else None
    return tuple(shape)


class _Defaults:
    """The defaults of a class as parsed by its fields, on demand: most layers of a family stay unused."""

    def __get__(self, _: Layer | None, cls: type[Layer]) -> dict[str, Any]:
        cls.defaults = {name: _default(cls, field) for name, field in cls.config_fields.items()}
        return cls.defaults


_DEFAULTS = _Defaults()


# Each layer inside is asked for its shapes at every level above it: more layers times levels than this take minutes.
MOST_INSIDE = 5_000


# Arguments of Keras' `call`, which people give to the layer itself.
OF_CALLS = (
    "initial_state",
    "mask",
    "attention_mask",
    "query_mask",
    "value_mask",
    "key_mask",
    "use_causal_mask",
    "return_attention_scores",
)


class Layer:
    """Base class of all layers in the catalog.

    `inputs` are shapes (a list of shapes where the layer takes a list) and `named` those given by name (a mask), as in
    Keras' `call`.
    """

    catalogue: ClassVar[Catalogue] = CATALOGUE  # where it is looked up
    family: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[tuple[str, ...]] = ()  # the order of positional arguments, where it is not that of the fields
    formula: ClassVar[str] = ""  # what the layer computes, shown by explain and the docs
    shape_rule: ClassVar[str] = ""  # how the output shape follows from the input's
    macs_rule: ClassVar[str] = "0"  # what `macs` counts, in words
    elementwise_rule: ClassVar[str] = ""  # what `elementwise` counts, in words: the convention of docs/figures.md
    ndim: ClassVar[int | None] = None  # axes the input must have, with the batch
    min_ndim: ClassVar[int | None] = None
    takes: ClassVar[str] = (
        "one"  # one tensor, a list of tensors, or several as positional arguments: one, list, several
    )
    keeps_integers: ClassVar[bool] = False  # inputs that are not cast (integers) come out in their own dtype
    supports_masking: ClassVar[bool] = False
    makes_mask: ClassVar[bool] = False  # gives a mask even when none came in
    takes_mask: ClassVar[bool] = False  # Keras' `call` has an argument `mask`
    hides_mask: ClassVar[bool] = False  # Keras makes the mask while it computes, so no graph shows it
    unheeded_masks: ClassVar[tuple[str, ...]] = ()  # arguments that Keras takes and then overwrites
    carries_masks: ClassVar[bool] = False  # a model, whose outputs carry the masks that its own layers made
    passes_on: ClassVar[bool] = False  # at inference the output is the input itself
    leads: ClassVar[tuple[str, ...]] = ()  # weights of a layer inside that Keras lists before this layer's own
    opaque: ClassVar[bool] = False  # nothing is known but what the config states
    config_fields: ClassVar[dict[str, Field[Any]]] = {}
    positional: ClassVar[tuple[str, ...]] = ()
    defaults: ClassVar[dict[str, Any]] = {}

    trainable = fields.flag(True, "whether training may change the weights")
    dtype = fields.dtype_policy()
    autocast = fields.flag(True, "whether floating-point inputs are cast to the layer's dtype")
    activity_regularizer = fields.regularizer()

    given: dict[str, Any]
    inner_trainable: bool | None = None  # what a program sets afterwards, for all layers inside, too
    type_name: str = ""  # the class as a model file calls it
    name: str = ""  # of a layer inside another one; in a graph the node has the name
    shared_id: object = None  # set by readers when a file says that two places hold the same layer
    held: tuple[Weight, ...] | None = (
        None  # what a weights file says that it holds, for layers that no rule is known for
    )
    as_tf_keras: bool = False  # set by readers for files of Keras 1 and 2: a few layers told or computed something else
    computes_otherwise: bool = False  # set by readers if an old argument asks for arithmetic that no longer exists
    weightless: bool = False  # it holds no weights, or none that Keras finds
    extent: int = 1  # this layer and those inside, each as often as it is used
    levels: int = 1  # of layers in layers
    knows_weights: bool = False  # the weights are known even where the input's shape is not (a built model inside)

    def __init_subclass__(cls, abstract: bool = False) -> None:
        own = {name.rstrip("_"): value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls.config_fields = cls.config_fields | own
        cls.positional = cls.order or (*cls.positional, *(name for name in own if name not in cls.positional))
        if abstract:
            return
        cls.family = cls.__module__.split(".")[2]
        cls.type_name = cls.__name__
        cls.defaults = _DEFAULTS  # type: ignore[assignment]
        cls.catalogue.enter(cls)
        ALIASES.update(dict.fromkeys(cls.aliases, cls.__name__))

    def __init__(self, **config: Any) -> None:
        values, problems = dict(self.defaults), {}
        for name, value in config.items():
            field = self.config_fields.get(name)
            if field is None:
                problems[name] = self.no_argument(name)
                continue
            try:
                values[name] = field.read(self, value)
            except ArgumentError as problem:
                problems[name] = problem
        for name in [name for name, value in values.items() if value is REQUIRED and name not in problems]:
            problems[name] = ArgumentError(
                f"{name} is required", code="E307", hint=self.config_fields[name].doc or None
            )
        if problems:
            raise ConfigError(problems)
        self.given = config
        values.pop("weights", None)  # an argument of Embedding and Bidirectional that would hide the method
        self.__dict__.update(values)
        for name in config:
            if isinstance(values.get(name), Layer | list | tuple):
                self.hold(name)
        self.check()

    @classmethod
    def no_argument(cls, name: str) -> ArgumentError:
        hint = did_you_mean(name, [*cls.config_fields, "name"]) or f"arguments: {', '.join(cls.positional)}"
        if name in OF_CALLS:
            hint = f"it is an argument of the call: {cls.__name__}(…)(x, {name}=…) in Python, inputs: [x, {{{name}: …}}] in a YAML spec"
        return ArgumentError(f"{cls.__name__} has no argument {quote(name)}", code="E305", hint=hint)

    def hold(self, name: str) -> None:
        """Count the layers in an argument, which a loop in a source doubles at each turn: `StackedRNNCells([cells, cells])`."""
        inner = _layers_in(vars(self).get(name))
        if not inner:
            return
        self.extent += sum(each.extent for each in inner)
        self.levels = max([self.levels, *(1 + each.levels for each in inner)])
        if self.extent * self.levels > MOST_INSIDE:
            message = f"{self.extent - 1:,} layers in {self.levels - 1:,} levels, each counted as often as it is used"
            self.reject(name, message, f"densecli reads layers in layers up to {MOST_INSIDE:,} (layers times levels)")

    def check(self) -> None:
        """Reject combinations of fields that no single field can see, with `reject`."""

    def opened(self, inside: Sequence[Any]) -> list[Any]:
        """Of the rows inside, those that Keras' `expand_nested` shows: it opens models only (3.15.1)."""
        return []

    def within(self) -> Iterator[Layer]:
        """This layer, and those that it holds, such as the one that a wrapper wraps."""
        yield self
        for value in vars(self).values():
            for each in _layers_in(value):
                yield from each.within()

    def set_trainable(self, *, trainable: bool, inside: bool = True) -> None:
        """What `layer.trainable = …` does in a program: the layers `inside` follow, if there are any yet."""
        for each in self.within():
            each.trainable = trainable
            each.inner_trainable = trainable if inside else None
            each.given = {**each.given, "trainable": trainable}

    def reject(self, name: str, message: str, hint: str | None = None) -> None:
        raise ConfigError({name: ArgumentError(message, code="E308", hint=hint)})

    def accept(self, /, *inputs: Any, **named: Any) -> None:
        """Check the number of axes; layers with other demands on their inputs check them in `output`."""
        first = inputs[0] if inputs else None
        if not isinstance(first, tuple):
            return
        if self.ndim is not None and len(first) != self.ndim:
            raise ShapeError(f"expected {self.ndim} axes (with the batch), got {len(first)}: {show(first)}")
        if self.min_ndim is not None and len(first) < self.min_ndim:
            raise ShapeError(
                f"expected at least {self.min_ndim} axes (with the batch), got {len(first)}: {show(first)}"
            )

    def accept_again(self, first: Shape | None, again: Shape | None) -> None:
        """Check an input against that of the first call, where more than the weights depends on it."""

    def view(self, *inputs: Any) -> str:
        """How the output at inference is the memory of the first input, in Keras and here.

        `same` as it is, `reshaped` where its numbers lie in order (else it is a copy), `strided` in part or in another
        order; empty where it is new memory.
        """
        return "same" if self.passes_on else ""

    def weights(self, /, *inputs: Any, **named: Any) -> Iterator[Weight]:
        """The layer's own variables, in Keras' order."""
        yield from ()

    def children(self, /, *inputs: Any, **named: Any) -> Iterator[Child]:
        """The layers inside, whose weights follow the layer's own."""
        yield from ()

    def output(self, /, *inputs: Any, **named: Any) -> Shapes:
        """The output shape(s)."""
        shapes: Shapes = inputs[0]
        return shapes

    @property
    def may_misreport(self) -> bool:
        """Whether Keras may report other shapes than it computes, so that `computed` is worth asking."""
        return type(self).computed is not Layer.computed or vars(self).get("activation") == "glu"

    def computed(self, /, *inputs: Any, **named: Any) -> Any:
        """The shapes of the arrays that Keras 3.15.1 computes, where they are not those that it reports (`output`)."""
        shapes = type(self).output(self, *inputs, **named)
        return behind(vars(self).get("activation"), shapes) if isinstance(shapes, tuple) else shapes

    def output_dtype(self, *dtypes: str) -> str | list[str]:
        """The output dtype, from the dtypes of all inputs; one for all outputs, or one each."""
        if self.keeps_integers and dtypes and not (self.autocast and is_float(dtypes[0])):
            return dtypes[0]
        return self.compute_dtype

    def call_dtype(self, args: tuple[Any, ...], kwargs: dict[str, Any], dtypes: tuple[str, ...]) -> str | list[str]:
        """The same for a call, where the constants among its arguments may have a say."""
        return self.output_dtype(*dtypes)

    def macs(self, output: Any, /, *inputs: Any, **named: Any) -> int | None:
        """Multiply-accumulates of convolutions and matrix products, children included; None where a size is unknown."""
        return sum_known(
            child.layer.macs(child.layer.output(*child.inputs), *child.inputs)
            for child in self.children(*inputs, **named)
        )

    def elementwise(self, output: Any, /, *inputs: Any, **named: Any) -> int | None:
        """Element-wise FLOPs by the convention of docs/figures.md, children included."""
        own = (count for _, count in self.elementwise_parts(output, *inputs, **named))
        inside = (
            child.layer.elementwise(child.layer.output(*child.inputs), *child.inputs)
            for child in self.children(*inputs, **named)
        )
        return sum_known((*own, *inside))

    def elementwise_parts(self, output: Any, /, *inputs: Any, **named: Any) -> Iterator[tuple[str, int | None]]:
        """The layer's own element-wise FLOPs by what they are for, where that has a name."""
        yield from ()

    def explain(self, output: Any, /, *inputs: Any, **named: Any) -> Iterator[str]:
        """Sentences for `densecli explain`, with this layer's numbers."""
        yield from ()

    def picture(self, kinds: ModuleType, output: Any, /, *inputs: Any, **named: Any) -> Any:
        """What the layer does with its cells, as one of the `kinds` of render/pictures/kinds.py; None for no picture of its own."""
        return None

    def worked(
        self, ops: ModuleType, weights: Mapping[str, Any], y: Array, at: tuple[int, ...], /, *inputs: Any, **named: Any
    ) -> Iterator[Step]:
        """How `y[at]` of a forward pass comes about, from its arrays; the last step is the element itself.

        Nothing where no example is written.
        """
        if self.passes_on and len(inputs) == 1 and not isinstance(inputs[0], list):
            yield Step(f"y[{','.join(map(str, at))}]", element("x", inputs[0], at))

    def forward(self, ops: ModuleType, weights: Mapping[str, Any], /, *inputs: Array) -> Any:
        """The output arrays at inference; `weights` by name, a child's in a mapping under its name."""
        raise NotImplementedError(type(self).__name__)

    def calls_inside(
        self, ops: ModuleType, weights: Mapping[str, Any], /, *inputs: Any, **named: Any
    ) -> Iterator[CallInside]:
        """What a forward pass calls the layers inside on, for their pictures and examples: one call of each."""
        yield from ()

    def mask(self, ops: ModuleType, inputs: Any, mask: Any) -> Any:
        """The mask that goes on with the output (Keras' compute_mask)."""
        return mask if self.supports_masking else None

    @property
    def vocabulary(self) -> int | None:
        """One more than the largest integer that may come in, for layers that look integers up."""
        return None

    @property
    def runnable(self) -> bool:
        """Whether the layer, its activations and the layers inside have a forward pass."""
        values = vars(self)
        return (
            type(self).forward is not Layer.forward
            and not self.computes_otherwise
            and quantization(self.dtype) is None
            and all(has_function(values.get(name)) for name in ("activation", "recurrent_activation"))
            and all(value.runnable for value in values.values() if isinstance(value, Layer))
        )

    @property
    def variable_dtype(self) -> str:
        return variable_dtype(self.dtype)

    @property
    def compute_dtype(self) -> str:
        return compute_dtype(self.dtype)


Layer.config_fields = {name: value for name, value in vars(Layer).items() if isinstance(value, Field)}


def _layers_in(value: Any) -> list[Layer]:
    """The layers of an argument: itself, or those in a list."""
    return [each for each in (value if isinstance(value, list | tuple) else (value,)) if isinstance(each, Layer)]


def _default(cls: type[Layer], field: Field[Any]) -> Any:
    return REQUIRED if field.default is REQUIRED else field.read(cls, field.default)


def all_weights(layer: Layer, inputs: tuple[Any, ...], named: Mapping[str, Any]) -> Iterator[Weight]:
    """The weights of a layer and of its inner layers, in Keras' order."""
    yield from layer.weights(*inputs, **named)
    for child in layer.children(*inputs, **named):
        yield from all_weights(child.layer, child.inputs, child.kwargs)


def behind(activation: Any, shape: Shape) -> Shape:
    """The shape after an activation. All keep it but `glu`, which gates one half of the last axis with the other."""
    if activation != "glu":
        return shape
    if shape[-1] is not None and shape[-1] % 2:
        raise ShapeError(f"glu halves the last axis, and {shape[-1]:,} is odd")
    return (*shape[:-1], None if shape[-1] is None else shape[-1] // 2)


def activation_flops(activation: Any, output: Shape) -> int | None:
    """Element-wise FLOPs of an activation on a tensor; None for one that is not Keras' own."""
    name = activation if isinstance(activation, str) else LAYERS_AS_ACTIVATION.get(activation.class_name, "")
    cost = ACTIVATION_FLOPS.get(name)
    return 0 if cost == 0 else times(cost, size(output))


def bias_and_activation(layer: Any, output: Shape) -> Iterator[tuple[str, int | None]]:
    """Element-wise FLOPs after a product: one per output for the bias, and the activation."""
    yield "bias", size(output) if layer.use_bias else 0
    yield activation_name(layer.activation), activation_flops(layer.activation, output)


def activation_name(activation: Any) -> str:
    """A function's name, or the class of a layer that serves as an activation."""
    return str(getattr(activation, "class_name", activation))


def has_function(activation: Any) -> bool:
    """Whether an activation can be computed: Keras cannot call `threshold` by its name alone, and we only know its own."""
    if activation is None or isinstance(activation, str):
        return activation != "threshold"
    return activation.class_name in LAYERS_AS_ACTIVATION
