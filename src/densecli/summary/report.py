"""The report: all data that any output shows, plain and frozen. Built once by `infer`; renderers only read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from densecli.errors import Place
    from densecli.shape import Shape

SCHEMA = "densecli/summary/1"
WORK = {"macs": "MACs", "flops": "FLOPs", "activation_bytes": "Activations"}  # the figures that depend on the batch


class TensorInfo(Record):
    """An input or output of the model."""

    name: str
    shape: Shape | None
    dtype: str


class Signature(Record):
    """What a function of a SavedModel for serving takes and gives, by the keys that callers use."""

    name: str
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]


class WeightInfo(Record):
    """A variable as it counts in the model: `trainable` after every freeze above it."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    trainable: bool
    axes: tuple[str, ...] = ()


class CallInfo(Record):
    """One use of a layer: the names it is connected to, and the shapes in and out.

    `sources` say for each name which call of that layer it is, and which tensor of the call (Keras' name[call][tensor]).
    """

    inbound: tuple[str, ...]
    input_shapes: tuple[Shape | None, ...]
    output_shapes: tuple[Shape | None, ...]
    sources: tuple[tuple[int, int], ...] = ()


class Row(Record):
    """One layer. Counts are exact; None is unknown, never 0. Bytes and MACs are for one sample unless a batch is given."""

    name: str
    type: str
    trainable: bool
    dtype: str
    calls: tuple[CallInfo, ...]
    params: int
    trainable_params: int
    weight_bytes: int
    macs: int | None
    flops: int | None
    activation_bytes: int | None
    weights: tuple[WeightInfo, ...]
    layers: tuple[Row, ...] = ()
    shares_weights_with: tuple[str, ...] = ()
    opaque: bool = False
    layer: Any = None  # the Layer itself, for explain and diagrams
    expects: Any = None  # the shapes of the last call as the layer gets them
    uncounted: bool = False  # there may be unknown weights
    misreports: tuple[
        tuple[str, str], ...
    ] = ()  # paths from this row on, each with the shapes reported and computed there
    unbuilt: bool = False  # a layer of the model that nothing called: it has no weights yet
    place: Place | None = None  # where it was written

    def of(self, name: str, calls: tuple[CallInfo, ...], place: Place | None = None) -> Row:
        """The row of another layer that differs only in its name, connections and place."""
        return Row._make((name, *self[1:4], calls, *self[5:-1], place))

    @property
    def weights_unknown(self) -> bool:
        """Whether its weights are entirely unknown, so that a count of 0 would be wrong."""
        return self.uncounted and not self.params

    @property
    def non_trainable_params(self) -> int:
        return self.params - self.trainable_params

    @property
    def inbound(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for call in self.calls for name in call.inbound))

    @property
    def input_shapes(self) -> tuple[Shape | None, ...]:
        return self.calls[-1].input_shapes if self.calls else ()

    @property
    def output_shapes(self) -> tuple[Shape | None, ...]:
        return self.calls[-1].output_shapes if self.calls else ()


class Totals(Record):
    """Sums over the rows, each weight once. `not_counted` explains each None: figure -> layers that keep it unknown."""

    params: int
    trainable_params: int
    weight_bytes: int
    trainable_bytes: int
    macs: int | None
    flops: int | None
    activation_bytes: int | None
    not_counted: dict[str, tuple[str, ...]]
    lower_bound: bool = False  # an opaque layer may have unknown weights

    @property
    def non_trainable_params(self) -> int:
        return self.params - self.trainable_params


def basis_of(inputs: Iterable[Shape | None]) -> str:
    """The batch that MACs and FLOPs are counted for, in words, from the shapes of a model's inputs."""
    batches = {shape[0] for shape in inputs if shape}
    if batches <= {None}:
        return "one sample"
    return f"a batch of {batches.pop():,}" if len(batches) == 1 else "the batches of the inputs"


class Report(Record):
    """A model's summary."""

    source: str
    name: str
    type: str
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    rows: tuple[Row, ...]
    totals: Totals
    batch: int | None = None
    warnings: tuple[str, ...] = ()
    origin: Any = None  # where in a Python source the model comes from
    optimizer: tuple[int, int] | None = None  # numbers and bytes of the optimizer's variables, if they are asked for
    weights_only: bool = False  # a file that holds arrays and no layers
    signatures: tuple[Signature, ...] = ()  # of a SavedModel without layers

    @property
    def basis(self) -> str:
        """The basis of MACs, FLOPs and activations: one sample, unless an input states its batch."""
        return basis_of(tensor.shape for tensor in self.inputs)

    @property
    def is_chain(self) -> bool:
        """Whether every layer just follows the one before it, so that connections need not be shown."""
        return self.type == "Sequential"
