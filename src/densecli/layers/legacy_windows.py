"""Convolutions of Keras 1 with windows that Keras 2 dropped: beyond the border, or with an explicit output size."""

from __future__ import annotations

from densecli import fields
from densecli.errors import ShapeError
from densecli.layer import Layer
from densecli.layers.conv import Conv, Conv1D, Conv2D, Conv3D
from densecli.layers.conv_transpose import Conv2DTranspose
from densecli.shape import Dim, Shape, join_channels, show, split_channels, window


class FullConv(Conv, abstract=True):
    """A convolution whose windows reach as far beyond the borders as they can (`border_mode="full"`, Theano only)."""

    aliases = ()
    shape_rule = "each spatial axis: ceil((size + reach - 1) / stride)"

    padding = fields.choice("full", doc="full: every window that overlaps the input")
    forward = Layer.forward  # type: ignore[assignment]  # it has no forward pass

    def output(self, x: Shape) -> Shape:
        self.channels(x)
        axes = zip(
            split_channels(x, self.data_format)[0], self.kernel_size, self.strides, self.dilation_rate, strict=True
        )
        return join_channels(x[0], [_full(*axis) for axis in axes], self.filters, self.data_format)


def _full(dim: Dim, kernel: int, stride: int, dilation: int) -> Dim:
    return None if dim is None else window(dim + dilation * (kernel - 1), 1, stride, 1, "valid")


class FullConv1D(FullConv, Conv1D):  # type: ignore[misc]  # no aliases
    """Convolution1D of Keras 1 with border_mode="full".

    FullConv1D(8, 3): (None, 10, 4) -> (None, 12, 8), 104 params
    """


class FullConv2D(FullConv, Conv2D):  # type: ignore[misc]  # no aliases
    """Convolution2D of Keras 1 with border_mode="full".

    FullConv2D(8, 3): (None, 5, 5, 2) -> (None, 7, 7, 8), 152 params
    """


class FullConv3D(FullConv, Conv3D):  # type: ignore[misc]  # no aliases
    """Convolution3D of Keras 1 with border_mode="full".

    FullConv3D(8, 3): (None, 5, 5, 5, 2) -> (None, 7, 7, 7, 8), 440 params
    """


class Deconvolution2D(Conv2DTranspose):
    """The transposed convolution of Keras 1, whose output has the size that output_shape states.

    Deconvolution2D(3, 3, output_shape=(None, 14, 14, 3)): (None, 12, 12, 3) -> (None, 14, 14, 3), 84 params
    """

    aliases = ()  # type: ignore[assignment]
    shape_rule = "the height and width of output_shape"

    output_shape = fields.anything(doc="the shape of the output with the batch, in the order of data_format")
    forward = Layer.forward  # type: ignore[assignment]  # a size of one's own is nothing that the kernels know

    def output(self, x: Shape) -> Shape:
        usual = super().output(x)
        stated = self.output_shape
        if stated is None:
            return usual
        if not isinstance(stated, list | tuple) or len(stated) != len(usual):
            raise ShapeError(f"output_shape must have {len(usual)} axes")
        spatial = split_channels(tuple(stated), self.data_format)[0]
        if not all(size is None or (isinstance(size, int) and size > 0) for size in spatial):
            raise ShapeError(f"output_shape {show(tuple(stated))} has no height and width")
        return join_channels(x[0], spatial, self.filters, self.data_format)


WINDOWS: tuple[type[Layer], ...] = (Deconvolution2D, FullConv1D, FullConv2D, FullConv3D)
