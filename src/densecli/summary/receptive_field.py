"""The receptive field of each layer: how much of the input one of its outputs depends on, along each spatial axis.

A feature of a layer sees an interval of each axis of the input, and that of its neighbor is `stride` further on. A window puts such
intervals together; where paths meet, their union counts. After Araujo, Norris, Sim: Computing Receptive Fields of Convolutional
Neural Networks, Distill 2019, doi:10.23915/distill.00021; their intervals start at -P and have the size R.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph.model import Model
from densecli.records import Record
from densecli.shape import normal_axis, split_channels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.shape import Dim
    from densecli.summary.report import CallInfo, Report, Row

ALL, UNKNOWN = "all", "?"
# Families whose layers look at each position on its own, that look at all of them, and that slide a window.
POINTWISE = ("activation", "regularization")
EVERYWHERE = ("recurrent", "attention", "multi_head_attention", "global_pooling")
WINDOWED = ("conv", "separable_conv", "pooling")
ALONE = (
    "Activation",
    "Identity",
    "Masking",
    "Rescaling",
    "Normalization",
    "BatchNormalization",
    "LayerScale",
    "StochasticDepth",
)
OF_AXES = ("LayerNormalization", "RMSNormalization", "UnitNormalization", "Softmax")  # over channels, or over more
MEETING = ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "CustomScaleLayer")


class Axis(Record):
    """What the first feature sees of an axis of the input, and the step to the next; `placed` tells whether it is known where."""

    stride: int
    first: int
    last: int
    placed: bool = True

    @property
    def size(self) -> int:
        return self.last - self.first + 1


class Seen(Record):
    """What one feature sees along each spatial axis; `flat` after Flatten, which makes one axis of all."""

    axes: tuple[Axis, ...]
    flat: bool = False

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(axis.size for axis in self.axes)


Field = Seen | str  # ALL: the whole input; UNKNOWN
POINT = Axis(1, 0, 0)


def receptive_fields(report: Report) -> dict[int, Field]:
    """The field of each row's output, by the id of the row, also of rows inside nested models."""
    walk = _Walk()
    walk.rows(report.rows, ())
    return walk.found


class _Walk:
    def __init__(self) -> None:
        self.found: dict[int, Field] = {}

    def rows(self, rows: Sequence[Row], entering: Sequence[Field]) -> dict[tuple[str, int, int], Field]:
        """The fields of the outputs: by layer, call and tensor. `entering` are those of a nested model's inputs."""
        known: dict[tuple[str, int, int], Field] = {}
        waiting = list(entering)
        for row in rows:
            for number, call in enumerate(row.calls):
                if row.type == "InputLayer":
                    outputs = [waiting.pop(0) if waiting else _start(call.output_shapes)]
                else:
                    outputs = self.call(row, call, _inputs(known, call, entering))
                for index, field in enumerate(outputs):
                    known[row.name, number, index] = field
                self.found[id(row)] = outputs[0] if outputs else UNKNOWN
        return known

    def call(self, row: Row, call: CallInfo, inputs: Sequence[Field]) -> list[Field]:
        count = max(len(call.output_shapes), 1)
        if isinstance(row.layer, Model) and not row.opaque:
            known = self.rows(row.layers, inputs)
            graph = row.layer.graph
            return [known.get((graph.nodes[ref.node].name, ref.call, ref.tensor), UNKNOWN) for ref in graph.outputs]
        return [UNKNOWN if row.opaque else _through(row.layer, call, inputs)] * count


def _inputs(known: dict[tuple[str, int, int], Field], call: CallInfo, entering: Sequence[Field]) -> list[Field]:
    found = []
    for index, (name, source) in enumerate(zip(call.inbound, call.sources, strict=False)):
        start = entering[index] if index < len(entering) else _start(call.input_shapes[index : index + 1])
        found.append(known.get((name, *source), start))
    return found or list(entering) or [_start(call.input_shapes)]


def _start(shapes: Sequence[Any]) -> Field:
    """An input: each feature sees itself."""
    if not shapes or shapes[0] is None:
        return UNKNOWN
    return Seen((POINT,) * max(len(shapes[0]) - 2, 0))


# -- one layer --------------------------------------------------------------------------------
def _through(layer: Any, call: CallInfo, inputs: Sequence[Field]) -> Field:
    name = type(layer).__name__
    rule = _RULES.get(name) or _OF_FAMILIES.get(layer.family)
    if not inputs or UNKNOWN in inputs or layer.family == "opaque":
        return UNKNOWN
    if len(inputs) > 1:
        return _meeting(layer, call, inputs)
    (field,) = inputs
    if isinstance(field, str):  # the whole input, whatever follows
        return field
    if layer.passes_on:
        return field
    return UNKNOWN if rule is None else rule(layer, call, field)


def _same(_layer: Any, _call: CallInfo, field: Seen) -> Field:
    return field


def _everything(_layer: Any, _call: CallInfo, _field: Seen) -> Field:
    return ALL


def _dense(_layer: Any, _call: CallInfo, field: Seen) -> Field:
    return ALL if field.flat else field


def _flatten(_layer: Any, _call: CallInfo, field: Seen) -> Field:
    return field._replace(flat=bool(field.axes))


def _embedding(_layer: Any, call: CallInfo, _field: Seen) -> Field:
    return _start(call.output_shapes)


def _over_axes(layer: Any, call: CallInfo, field: Seen) -> Field:
    """A norm over the channels looks at one position; one over more axes at all."""
    shape = call.input_shapes[0]
    axes = layer.axis if isinstance(layer.axis, list | tuple) else (layer.axis,)
    if field.flat or shape is None or not field.axes:
        return ALL if field.flat else field
    return field if {normal_axis(axis, len(shape)) for axis in axes} == {len(shape) - 1} else ALL


def _windows(layer: Any, call: CallInfo, field: Seen) -> Field:
    kernel = getattr(layer, "kernel_size", None) or layer.pool_size
    dilation = getattr(layer, "dilation_rate", None) or (1,) * len(kernel)
    sizes = _sizes(layer, call, field)
    if sizes is None or not len(sizes) == len(kernel) == len(layer.strides) == len(dilation):
        return UNKNOWN
    each = zip(field.axes, sizes, kernel, layer.strides, dilation, strict=True)
    return Seen(
        tuple(_slid(axis, size, (count - 1) * gap + 1, step, layer.padding) for axis, size, count, step, gap in each)
    )


def _slid(axis: Axis, size: Dim, reach: int, stride: int, padding: str) -> Axis:
    """A window over an axis: its first one starts `before` the first feature."""
    before = _before(size, reach, stride, padding)
    first = axis.first - axis.stride * (before or 0)
    last = first + axis.size - 1 + axis.stride * (reach - 1)
    return Axis(axis.stride * stride, first, last, axis.placed and before is not None)


def _before(size: Dim, reach: int, stride: int, padding: str) -> int | None:
    """The padding in front, as Keras computes it; for `same` it depends on the size."""
    if padding in ("valid", "causal"):
        return reach - 1 if padding == "causal" else 0
    if stride == 1:
        return (reach - 1) // 2
    return None if size is None else max((-(-size // stride) - 1) * stride + reach - size, 0) // 2


def _border(layer: Any, _call: CallInfo, field: Seen) -> Field:
    """Padding moves the first feature out of the input, cropping moves it in."""
    given, sign = (layer.padding, -1) if hasattr(layer, "padding") else (layer.cropping, 1)
    if field.flat or len(given) != len(field.axes):
        return UNKNOWN
    return Seen(tuple(_moved(axis, sign * axis.stride * pair[0]) for axis, pair in zip(field.axes, given, strict=True)))


def _moved(axis: Axis, by: int) -> Axis:
    return axis._replace(first=axis.first + by, last=axis.last + by)


def _sizes(layer: Any, call: CallInfo, field: Seen) -> Sequence[Dim] | None:
    shape = call.input_shapes[0]
    if field.flat or shape is None or len(shape) != len(field.axes) + 2:
        return None
    return split_channels(shape, layer.data_format)[0]


# -- where paths meet ----------------------------------------------------------------------------
def _meeting(layer: Any, call: CallInfo, inputs: Sequence[Field]) -> Field:
    name = type(layer).__name__
    if layer.family in EVERYWHERE:
        return ALL
    if name not in MEETING and not (name == "Concatenate" and _joins_channels(layer, call)):
        return UNKNOWN
    seen = [field for field in inputs if isinstance(field, Seen)]
    return ALL if len(seen) < len(inputs) else _union(seen)


def _joins_channels(layer: Any, call: CallInfo) -> bool:
    shape = call.output_shapes[0]
    return shape is not None and normal_axis(layer.axis, len(shape)) == len(shape) - 1


def _union(fields: Sequence[Seen]) -> Field:
    if len({(len(field.axes), field.flat) for field in fields}) > 1:
        return UNKNOWN
    axes = [_together(axes) for axes in zip(*(field.axes for field in fields), strict=True)]
    known = [axis for axis in axes if axis is not None]
    return Seen(tuple(known), fields[0].flat) if len(known) == len(axes) else UNKNOWN


def _together(axes: Sequence[Axis]) -> Axis | None:
    """The interval that holds all; where a path's place is unknown, they are taken to be aligned, as the article does."""
    if len({axis.stride for axis in axes}) > 1:
        return None
    if all(axis.placed for axis in axes):
        return Axis(axes[0].stride, min(axis.first for axis in axes), max(axis.last for axis in axes))
    return max(axes, key=lambda axis: axis.size)._replace(placed=False)


_RULES: dict[str, Callable[[Any, CallInfo, Seen], Field]] = (
    dict.fromkeys(ALONE, _same)
    | dict.fromkeys(OF_AXES, _over_axes)
    | {"Dense": _dense, "Flatten": _flatten, "Embedding": _embedding, "GroupNormalization": _everything}
)
_OF_FAMILIES: dict[str, Callable[[Any, CallInfo, Seen], Field]] = (
    dict.fromkeys(POINTWISE, _same)
    | dict.fromkeys(EVERYWHERE, _everything)
    | dict.fromkeys(WINDOWED, _windows)
    | {"borders": _border}
)
