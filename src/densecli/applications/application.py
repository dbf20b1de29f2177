"""A model of keras.applications: its arguments, checked by Keras' rules, and the graph that they describe.

A family is a subclass with a `body`; each of its models is a class with other numbers, made by `models`. An instance
is a nested model like any other, once `assemble` has built its layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.applications.net import Net, Tensor
from densecli.catalogue import APPLICATIONS
from densecli.errors import ArgumentError, ConfigError
from densecli.fields import Field
from densecli.graph.graph import Graph, Node, Ref
from densecli.graph.model import Model, layers_of
from densecli.layer import Layer
from densecli.records import Record
from densecli.shape import Shape, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from densecli.applications.net import Habits
    from densecli.errors import Place

CLASSES = 1000  # of ImageNet
POOLING = {"avg": "GlobalAveragePooling2D", "max": "GlobalMaxPooling2D"}
USUAL = (
    "include_top", "weights", "input_tensor", "input_shape", "pooling", "classes", "classifier_activation", "name",
)  # fmt: skip
NO_WEIGHTS = "use weights=none to count the same model without them"


class Start(Record):
    """A tensor that serves as the model's input (`input_tensor`)."""

    ref: Ref
    shape: Shape


class Conflict(Record):
    """An argument that Keras refuses because of another one, mostly because its ImageNet weights would not fit."""

    argument: str
    message: str


class Application(Model, abstract=True):
    """Base of the families: common arguments, input and classifier."""

    catalogue = APPLICATIONS
    size: ClassVar[int] = 224  # default size of the image
    least: ClassVar[int] = 32  # rows and columns
    keras_name: ClassVar[str] = ""  # Keras' name for it, if that is not the lowercase class name
    habits: ClassVar[Habits] = {}
    pool_names: ClassVar[dict[str, str]] = {"avg": "avg_pool", "max": "max_pool"}

    include_top = fields.flag(True, "whether to include the classifier")
    weights_ = Field(
        lambda _, value: _read_weights(value),
        "imagenet",
        "imagenet, null or a file; never loaded, but some models have one more layer with imagenet",
        {"type": ["string", "null"]},
    )
    input_shape = fields.optional(fields.shape(doc="rows, columns and channels of the image", least=1, one=False))
    input_tensor = Field(
        lambda _, value: _read_tensor(value), None, "a tensor to use as the model's input; only in Python source", {"type": "null"}
    )  # fmt: skip
    pooling = fields.optional(fields.text(doc="avg or max: pooling after the last block if there is no classifier"))
    classes = fields.count(CLASSES, "number of the classifier's outputs")
    classifier_activation = fields.activation("softmax")
    name_ = fields.optional(fields.text(doc="of the model"))
    order: ClassVar[tuple[str, ...]] = USUAL

    @classmethod
    def models(cls, **models: dict[str, Any]) -> None:
        """Make the models of a family, each with its own settings."""
        for name, own in models.items():
            type(name, (cls,), {"__module__": cls.__module__, "__doc__": cls.__doc__, **own})

    # -- arguments --------------------------------------------------------------------
    def __init__(self, **arguments: Any) -> None:
        Layer.__init__(self, **arguments)

    def check(self) -> None:
        """Refuse what Keras refuses.

        A conflict only with the ImageNet weights is refused if the call requests them. If it does not mention
        weights, they are left out instead, with a warning: nothing is loaded here anyway.
        """
        self.notes: list[str] = []
        said = self.given.get("weights", "")
        self.pretrained = said in ("", "imagenet")
        self.loads = said is not None
        conflict = next(self.conflicts(), None)
        if conflict is not None and said != "":
            self.reject(*conflict, NO_WEIGHTS if self.pretrained else None)
        if conflict is not None:
            self.pretrained = self.loads = False
            self.notes.append(f"{type(self).__name__}: {conflict.message}; counted as with weights=none")
        self.image = self.checked_shape()
        if self.pooling not in (None, *POOLING) and not self.include_top:
            self.notes.append(f"{type(self).__name__}: pooling is neither avg nor max, so Keras ignores it")
        self.name = self.name or self.default_name()

    def conflicts(self) -> Iterator[Conflict]:
        """Arguments that conflict with Keras' ImageNet weights (or the weights of a file)."""
        activation = self.classifier_activation
        if self.loads and self.include_top and activation not in ("softmax", "linear"):
            yield Conflict("classifier_activation", "with weights, the classifier's activation is softmax or None")
        if self.pretrained and self.include_top and self.classes != CLASSES:
            yield Conflict("classes", f"Keras' ImageNet weights have {CLASSES} classes, not {self.classes:,}")
        if self.pretrained and self.input_shape is not None:
            yield from self.shape_conflicts(self.input_shape)

    def shape_conflicts(self, shape: Shape) -> Iterator[Conflict]:
        wanted = (self.size_for(shape), self.size_for(shape), 3)
        if self.include_top and shape != wanted:
            message = (
                f"with its classifier, Keras' ImageNet weights are for an image of {show(wanted)}, not {show(shape)}"
            )
            yield Conflict("input_shape", message)
        elif len(shape) == 3 and shape[2] != 3:
            yield Conflict("input_shape", f"Keras' ImageNet weights are for 3 channels, not {shape[2]}")

    def size_for(self, shape: Shape | None) -> int:  # noqa: ARG002  # some families use it
        """The default image size, which some models choose among those they have weights for."""
        return self.size

    def checked_shape(self) -> Shape:
        """The shape of the image: as given, or Keras' own."""
        given = self.input_shape
        if given is None:
            size = self.size_for(None) if self.include_top else None
            return (size, size, 3)
        self.check_sizes(given)
        if self.include_top and None in given:
            self.reject("input_shape", f"the classifier needs a known image size, got {show(given)}")
        return given

    def check_sizes(self, shape: Shape) -> None:
        if len(shape) != 3:
            self.reject("input_shape", f"expected rows, columns and channels, got {show(shape)}")
        if any(size is not None and size < self.least for size in shape[:2]):
            self.reject("input_shape", f"the image must be at least {self.least} x {self.least}, got {show(shape)}")

    def default_name(self) -> str:
        return self.keras_name or type(self).__name__.lower()

    def stated(self) -> dict[str, Any]:
        """The arguments that produce the same model, in Keras' order."""
        given = self.given | ({} if self.pretrained or "weights" in self.given else {"weights": None})
        names = [name for name in (*self.positional, "trainable") if name in given]
        return {name: given[name] for name in names if given[name] != self.defaults[name]}

    # -- layers -----------------------------------------------------------------------
    def assemble(
        self,
        automatic_name: Callable[[str], str],
        place: Place | None = None,
        nodes: list[Node] | None = None,
        start: Start | None = None,
    ) -> Graph:
        """Build the layers, after any existing `nodes`; from then on this is a nested model.

        `automatic_name` gives Keras' next name for a class. Raises ConfigError, or ShapeError with the layer's name.
        """
        net = Net(automatic_name, self.habits, place, nodes)
        x = net.input((None, *self.image)) if start is None else Tensor(net, *start)
        try:
            last = self.head(self.body(x).within(""))
        except ConfigError as error:
            raise error if "input_shape" in error.problems else self.blame(error) from None
        except (ArithmeticError, ValueError) as error:  # Python's errors for infinite or huge numbers
            raise self.blame(ConfigError({"": ArgumentError(str(error), code="E308")})) from None
        graph = Graph(self.name, "Functional", net.nodes, sources(net.nodes, x.ref), [last.ref])
        graph.trainable, graph.place = self.trainable, place
        graph.warnings += self.notes
        if not self.trainable:
            freeze(graph)
        given = self.given
        Model.__init__(self, graph)
        self.given = given
        return graph

    def on_image(self, shape: Shape, automatic_name: Callable[[str], str]) -> Graph:
        """The graph of the same model for an image of this shape."""
        model = type(self)(**self.given | {"input_shape": shape})
        return model.assemble(automatic_name, self.graph.place)

    def blame(self, several: ConfigError) -> ConfigError:
        """Blame a factor for a layer that cannot be made: no other argument can lead to such numbers."""
        reason = "; ".join(
            f"{name}: {problem.message}".removeprefix(": ") for name, problem in several.problems.items()
        )
        return ConfigError({"alpha": ArgumentError(f"its layers are unknown: {reason}", code="E308")})

    def body(self, x: Tensor) -> Tensor:
        """Everything before the classifier."""
        raise NotImplementedError

    def head(self, x: Tensor) -> Tensor:
        return self.top(x) if self.include_top else self.pooled(x)

    def pooled(self, x: Tensor) -> Tensor:
        kind = POOLING.get(self.pooling or "")
        return x if kind is None else getattr(x, kind)(name=self.pool_names.get(self.pooling or ""))

    def top(self, x: Tensor) -> Tensor:
        """The classifier: the mean of every channel, and a dense layer."""
        return self.predictions(x.GlobalAveragePooling2D(name="avg_pool"))

    def predictions(self, x: Tensor, name: str = "predictions", **config: Any) -> Tensor:
        return x.Dense(self.classes, activation=self.classifier_activation, name=name, **config)


# A model has no arguments of a layer but `trainable`, which stands for `model.trainable = False`.
Application.config_fields = {
    name: field for name, field in Application.config_fields.items() if name not in ("dtype", "autocast", "activity_regularizer")
}  # fmt: skip


def _read_weights(value: Any) -> str | None:
    """Keras takes null, imagenet and the path of an existing file; densecli does not look for the file."""
    if value is None:
        return None
    if isinstance(value, str) and (value == "imagenet" or value.endswith((".h5", ".hdf5", ".keras")) or "/" in value):
        return value
    raise fields.wrong_value("imagenet, null or the path of a weights file", value)


def _read_tensor(value: Any) -> None:
    """A caller with a tensor passes it to `assemble`."""
    if value is not None:
        hint = "put the model after its input: Rescaling(0.5)@(224,224,3) -> ResNet50"
        raise ArgumentError("a spec has no tensors", code="E303", hint=hint)


def freeze(graph: Graph) -> None:
    """As in Keras for `model.trainable = False`, every layer inside is frozen, too."""
    for layer in layers_of(graph):
        layer.set_trainable(trainable=False)
        if isinstance(layer, Model):
            layer.graph.trainable = False


def sources(nodes: list[Node], ref: Ref) -> list[Ref]:
    """The inputs that a tensor depends on."""
    found: dict[int, None] = {}
    waiting, seen = [ref], {ref}
    while waiting:
        node, call, _ = waiting.pop()
        refs = nodes[node].calls[call].refs
        if not refs:
            found[node] = None
        waiting += [each for each in refs if each not in seen]
        seen.update(refs)
    return [Ref(node) for node in found]
