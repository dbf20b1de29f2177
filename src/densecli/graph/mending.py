"""The usual mend of a call whose shapes do not fit: what people most often forgot, by the layer and those before it."""

from __future__ import annotations

import math
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from densecli.catalogue import CATALOGUE
from densecli.errors import ArgumentError, ConfigError, ShapeError
from densecli.records import Record
from densecli.shape import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from densecli.layer import Layer
    from densecli.shape import Shape

FAR = 1_000  # layers looked back at
COLOURS = 4  # channels that an image has at most


class Before(Record):
    """A layer that the input comes from: its name, and whether its output has the shape of its input."""

    name: str
    layer: Layer
    keeps_shape: bool


class Misfit(Record):
    """A call that failed: the layer, the shape of its first input, the number of tensors, and the layers before it."""

    layer: Layer
    shape: Shape
    tensors: int
    before: tuple[Before, ...]  # from the nearest on, as long as they keep the shape, and the first that does not

    @property
    def at_start(self) -> bool:
        """Whether the input is the model's."""
        return self.before[0].layer.type_name == "InputLayer"

    @property
    def wanted(self) -> int | None:
        """The number of axes that the input must have, if it is one number."""
        inner: Layer = vars(self.layer)["layer"] if self.layer.type_name == "Bidirectional" else self.layer
        return inner.ndim

    @property
    def missing(self) -> int:
        """How many axes are missing; below 0 if there are too many."""
        if self.wanted is not None:
            return self.wanted - len(self.shape)
        return max(0, (self.layer.min_ndim or 0) - len(self.shape))


def mend(layer: Layer, shape: Shape | None, tensors: int, before: Iterable[Before]) -> str | None:
    """What to do about a call that failed, if it is one of the usual mistakes.

    `shape` is that of the first of `tensors`, which comes from the layers `before`, the nearest first.
    """
    origin: list[Before] = []
    for each in islice(before, FAR):
        origin.append(each)
        if not each.keeps_shape:
            break
    if not isinstance(shape, tuple) or not shape or not origin:
        return None
    misfit = Misfit(layer, shape, tensors, tuple(origin))
    return next((hint for rule in _RULES if (hint := rule(misfit)) is not None), None)


def _one_tensor(misfit: Misfit) -> str | None:
    """Attention and merging want several tensors."""
    layer = misfit.layer
    if misfit.tensors > 1 or layer.family not in ("merge", "attention", "multi_head_attention"):
        return None
    start = f"@{_sample(misfit.shape)}" if misfit.at_start else ""
    if layer.family == "merge":
        return f"feed it branches: [_ | Dense(4)]{start} -> {layer.type_name}"
    return f"for self-attention, feed it the same tensor twice: [_ | _]{start} -> {layer.type_name}(…)"


def _channels(misfit: Misfit) -> str | None:
    """The channels are at the other end than data_format says."""
    form = vars(misfit.layer).get("data_format")
    if form is None or misfit.missing or len(misfit.shape) < 3:
        return None
    first = form == "channels_first"
    size = misfit.shape[-1 if first else 1]
    rest = misfit.shape[1:-1] if first else misfit.shape[2:]
    if size is None or size > COLOURS or any(each is not None and each <= COLOURS for each in rest):
        return None
    turned = (size, *rest) if first else (*rest, size)
    if not _fits(misfit.layer, (misfit.shape[0], *turned)):
        return None
    other = "channels_last" if first else "channels_first"
    if not misfit.at_start:  # the shape is the work of other layers
        ends = ("last", "first") if first else ("first", "last")
        return f"if the input has its channels {ends[0]}, put them {ends[1]}, or give all layers data_format={other}"
    return f"with {form}, the shape is {show(turned)}; or use data_format={other}"


def _fits(layer: Layer, shape: Shape) -> bool:
    try:
        layer.accept(shape)
        layer.output(shape)
    except (ShapeError, ArgumentError, ConfigError):
        return False
    return True


def _last_output(misfit: Misfit) -> str | None:
    """A recurrent layer returned its last output, and the next layer wants all of them."""
    if misfit.missing != 1 and (misfit.layer.family != "attention" or len(misfit.shape) != 2):
        return None
    for each in misfit.before:
        for layer in each.layer.within():
            if vars(layer).get("return_sequences") is False:
                whose = f"'{each.name}'" if layer is each.layer else f"in '{each.name}'"
                return f"give {layer.type_name} {whose} return_sequences=true, for the outputs of all steps"
    return None


def _flattened(misfit: Misfit) -> str | None:
    """The axes were given up too early."""
    made = misfit.before[-1]
    if misfit.missing < 1 or not re.match(r"Flatten|Global", made.layer.type_name):
        return None
    return f"{made.layer.type_name} '{made.name}' gave up the axes: put it after this layer"


def _channel_axis(misfit: Misfit) -> str | None:
    """An input without channels."""
    form, sample = vars(misfit.layer).get("data_format"), misfit.shape[1:]
    if misfit.missing != 1 or form is None or not misfit.at_start or _has_channels(sample):
        return None
    wanted = (1, *sample) if form == "channels_first" else (*sample, 1)
    return f"the channel axis is missing: {show(wanted)} for one channel"


def _has_channels(sample: Shape) -> bool:
    """Whether the last of several sizes looks like the channels of an image."""
    *rest, last = sample
    return bool(rest) and last in (1, 3, 4) and all(size is None or size > last for size in rest)


def _sibling(misfit: Misfit) -> str | None:
    """The same layer for another number of axes; or the batch was given with the shape."""
    name = re.fullmatch(r"([A-Za-z]++)([123])(D[A-Za-z]*+)", misfit.layer.type_name)
    rank = len(misfit.shape) - 2 - (name is not None and name[1].startswith("ConvLSTM"))
    if name is None or not misfit.missing or rank not in (1, 2, 3):
        return None
    other = f"{name[1]}{rank}{name[3]}"
    if other not in CATALOGUE:
        return None
    batch = "a shape has no batch; " if misfit.at_start and misfit.missing == -1 and rank == 3 else ""
    return f"{batch}{other} takes {len(misfit.shape)} axes"


def _reshape(misfit: Misfit) -> str | None:
    """Vectors for a layer that wants more axes."""
    size, wanted = misfit.shape[-1], misfit.wanted
    if len(misfit.shape) != 2 or misfit.missing < 1 or size is None or wanted not in (3, 4):
        return None
    side = math.isqrt(size)
    shape = (size, 1) if wanted == 3 else (side, side, 1) if side * side == size else None
    if misfit.at_start:
        return "give height, width and channels" if shape is None else f"did you mean {show(shape)}?"
    return f"put a Reshape before it: Reshape({'(height, width, channels)' if shape is None else show(shape)})"


def _steps(misfit: Misfit) -> str | None:
    """Images for a layer that wants a sequence, or a sequence for one that wants vectors."""
    if misfit.missing >= 0 or misfit.wanted not in (2, 3):
        return None
    if misfit.wanted == 2:
        return "put Flatten before it"
    sizes = misfit.shape[2:]
    features = None if None in sizes else math.prod(size or 0 for size in sizes)
    return f"put a Reshape before it: Reshape(({misfit.shape[1] or -1}, {features or 'features'}))"


def _steps_of_images(misfit: Misfit) -> str | None:
    """A layer for sequences of images, on one image."""
    inner: Any = vars(misfit.layer).get("layer")
    wraps = misfit.layer.type_name == "TimeDistributed" and inner.ndim == len(misfit.shape)
    if not wraps and (misfit.layer.family != "conv_lstm" or misfit.missing != 1 or not misfit.at_start):
        return None
    return f"the axis of steps is missing: (10, {', '.join(map(str, misfit.shape[1:]))}) for 10 steps"


def _sample(shape: Shape) -> str:
    """The shape of one sample as a stack says it."""
    return str(shape[1:]).replace(" ", "")


_RULES = (
    _one_tensor,
    _channels,
    _last_output,
    _flattened,
    _steps_of_images,
    _channel_axis,
    _sibling,
    _reshape,
    _steps,
)  # fmt: skip
