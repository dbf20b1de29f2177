"""Regularization: layers that disturb or penalize values in training, and pass them through at inference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.shape import Shape

    Array = Any


def rate(doc: str) -> fields.Field[float]:
    return fields.number(doc=doc, least=0, most=1)


def noise_shape() -> fields.Field[tuple[int | None, ...] | None]:
    doc = "shape of the random mask with the batch; 1 shares the mask along that axis, null is the input's size"
    return fields.optional(fields.shape(doc=doc, least=1, one=False))


class TrainingOnly(Layer, abstract=True):
    """Passes its input on at inference."""

    shape_rule = "unchanged"
    elementwise_rule = "0: nothing is computed at inference"
    supports_masking = True
    passes_on = True

    def elementwise(self, y: Any, x: Any) -> int:
        return 0

    def explain(self, y: Any, x: Any) -> Iterator[str]:
        yield "Only affects training: at inference, the input passes through unchanged."

    def picture(self, kinds: ModuleType, y: Any, x: Any) -> Any:
        """Cells that are dropped; of a layer that adds noise or a penalty, cells that stay as they are."""
        if not isinstance(x, tuple):
            return None
        rate = vars(self).get("rate")
        if rate is None or isinstance(self, GaussianDropout):
            return kinds.Same(
                x[1:], "In training each element gets noise or a penalty; at inference it passes through unchanged."
            )
        return kinds.Dropped(x[1:], rate, self.whole_channels(x))

    def whole_channels(self, x: Shape) -> int | None:
        """The axis of the channels where these are dropped as a whole, in a sample."""
        if not type(self).__name__.startswith("Spatial"):
            return None
        return 0 if vars(self).get("data_format") == "channels_first" else len(x) - 2

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        return x


class Dropout(TrainingOnly):
    """Set a random part of the values to 0 while training, so that no feature is relied upon alone.

    Dropout(0.5): (None, 128) -> (None, 128), 0 params
    """

    formula = "training: output = input × random 0 or 1 / (1 - rate); inference: output = input"

    rate = rate("fraction of the values to drop")
    noise_shape = noise_shape()
    seed = fields.seed()


class SpatialDropout1D(TrainingOnly):
    """Drop whole channels of a sequence while training.

    SpatialDropout1D(0.2): (None, 10, 64) -> (None, 10, 64), 0 params
    """

    formula = "training: whole channels become 0, the others grow by 1 / (1 - rate); inference: output = input"
    ndim = 3

    rate = rate("fraction of the channels to drop")
    seed = fields.seed()


class SpatialDropout2D(TrainingOnly):
    """Drop whole channels of an image while training.

    SpatialDropout2D(0.2): (None, 8, 8, 64) -> (None, 8, 8, 64), 0 params
    """

    formula = SpatialDropout1D.formula
    ndim = 4

    rate = rate("fraction of the channels to drop")
    data_format = fields.data_format()
    seed = fields.seed()


class SpatialDropout3D(TrainingOnly):
    """Drop whole channels of a volume while training.

    SpatialDropout3D(0.2): (None, 4, 4, 4, 64) -> (None, 4, 4, 4, 64), 0 params
    """

    formula = SpatialDropout1D.formula
    ndim = 5

    rate = rate("fraction of the channels to drop")
    data_format = fields.data_format()
    seed = fields.seed()


class AlphaDropout(TrainingOnly):
    """Dropout that keeps mean and variance, for networks of SELU activations.

    AlphaDropout(0.1): (None, 128) -> (None, 128), 0 params
    """

    formula = "training: dropped values become SELU's lower limit, then all are scaled; inference: output = input"

    rate = rate("fraction of the values to drop")
    noise_shape = noise_shape()
    seed = fields.seed()


class GaussianDropout(TrainingOnly):
    """Multiply with normal noise around 1 while training.

    GaussianDropout(0.3): (None, 128) -> (None, 128), 0 params
    """

    formula = "training: output = input × normal(1, sqrt(rate / (1 - rate))); inference: output = input"

    rate = rate("as in Dropout: the noise has the variance rate / (1 - rate)")
    seed = fields.seed()


class GaussianNoise(TrainingOnly):
    """Add normal noise while training.

    GaussianNoise(0.1): (None, 128) -> (None, 128), 0 params
    """

    formula = "training: output = input + normal(0, stddev); inference: output = input"

    stddev = rate("standard deviation of the noise, 0 to 1")
    seed = fields.seed()


class ActivityRegularization(TrainingOnly):
    """Add a penalty on the values to the loss.

    ActivityRegularization(l2=0.01): (None, 128) -> (None, 128), 0 params
    """

    formula = "output = input; loss += l1 × sum(|input|) + l2 × sum(input²)"

    l1 = fields.number(0.0, "weight of the sum of absolute values", least=0)
    l2 = fields.number(0.0, "weight of the sum of squares", least=0)
