"""What layers do with cells, as plain facts. A layer states them (`Layer.picture` gets this module), the files beside draw them.

Sizes are of one sample, without the batch; None where a size is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.records import Record
from densecli.shape import window

if TYPE_CHECKING:
    from densecli.shape import Dim, Shape


class Held(Record):
    """A tensor as it is: what an input holds."""

    shape: Shape


class Same(Record):
    """Every element by itself: `done` is a sentence on what happens to it."""

    shape: Shape
    done: str


class Curve(Record):
    """Every element goes through a function: one of the kernels, with arguments, which is plotted."""

    name: str
    function: str
    arguments: tuple[tuple[str, Any], ...] = ()
    note: str = ""


class Resized(Record):
    """Rows and columns of an image before and after, and how in a sentence."""

    before: Shape
    after: Shape
    how: str


class Product(Record):
    """The same kernel at every position: rows of features times a kernel of (features, units)."""

    positions: Shape
    features: Dim
    units: Dim
    bias: bool = False
    activation: Any = "linear"
    kernel: str = "kernel"


class Recut(Record):
    """The same numbers in the same order, in another shape."""

    before: Shape
    after: Shape


class Permuted(Record):
    """The axes in another order: axis i of the output is axis dims[i] of the input, from 0."""

    before: Shape
    dims: tuple[int, ...]


class Copied(Record):
    """Each cell becomes a block of cells, `times` along each axis."""

    before: Shape
    times: tuple[int, ...]
    blended: str = ""  # how cells are blended, where they are not just repeated
    channels_last: bool = True


class Bordered(Record):
    """Cells added (above 0) or cut off (below 0) before and after each axis."""

    before: Shape
    borders: tuple[tuple[int, int], ...]
    channels_last: bool = True


class Span(Record):
    """Windows along one axis: output i sees `kernel` inputs from i × stride - before on, `dilation` apart.

    With `parts`, windows are that many nearly equal parts of the axis instead.
    """

    name: str
    size: Dim
    out: Dim
    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    parts: bool = False

    @property
    def reach(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    def seen(self, index: int) -> range:
        """The places that an output sees; those below 0 or past the end are padding."""
        if self.parts:
            size, out = self.size or 1, self.out or 1
            return range(index * size // out, -(-(index + 1) * size // out))
        start = index * self.stride - self.before
        return range(start, start + self.reach, self.dilation)


def span(name: str, size: Dim, numbers: tuple[int, int, int], padding: str) -> Span:
    """The windows of a convolution or pooling along one axis; `numbers` are the window's size, its step and its dilation."""
    kernel, stride, dilation = numbers
    found = Span(name, size, window(size, kernel, stride, dilation, padding), kernel, stride, dilation)
    if padding == "causal":
        return found._replace(before=found.reach - 1)
    if padding == "valid" or size is None or found.out is None:
        return found
    return found._replace(before=max((found.out - 1) * stride + found.reach - size, 0) // 2)


def painted(name: str, sizes: tuple[int | None, int | None], numbers: tuple[int, int, int], padding: str) -> Span:
    """The copies of a kernel that a transposed convolution paints along one axis, from the sizes of its input and output.

    Input i paints `kernel` outputs from i × stride - before on.
    """
    size, out = sizes
    found = Span(name, out, size, *numbers)
    if padding == "valid" or size is None or out is None:
        return found
    return found._replace(before=max((size - 1) * found.stride + found.reach - out, 0) // 2)


class Windows(Record):
    """A window slides over the spatial axes.

    `how` is what becomes of a window: a sum with a kernel over all channels or for each by itself, or max or mean.
    """

    spans: tuple[Span, ...]
    channels: Dim
    filters: Dim
    how: str  # kernel, depthwise, separable, max, average, spectrum
    groups: int = 1
    bias: bool = False
    activation: Any = "linear"
    multiplier: int = 1  # depthwise kernels for each channel
    channels_last: bool = True


class Spread(Record):
    """Each input position paints a copy of the kernel on the output; what is painted twice adds up.

    A span's `size` is the output's, its `out` the input's.
    """

    spans: tuple[Span, ...]
    channels: Dim
    filters: Dim
    bias: bool = False
    activation: Any = "linear"
    channels_last: bool = True


class Looked(Record):
    """Integers look up rows of a table."""

    positions: Shape
    rows: int
    width: int
    masked: bool = False  # row 0 is padding


class Unrolled(Record):
    """A cell walks through the steps and hands its states on."""

    cell: str
    steps: Dim
    features: Shape
    units: Shape
    states: tuple[str, ...]
    gates: tuple[str, ...]  # in the order of the kernel's columns; none where the inside is not known
    sequences: bool = False
    backwards: bool = False
    returns_state: bool = False
    activation: Any = "tanh"
    gate_activation: Any = "sigmoid"
    reset_after: bool = True
    given: bool = False  # the first states; else they are 0


class BothWays(Record):
    """Two walks in opposite directions, and what becomes of their outputs."""

    ahead: Unrolled
    back: Unrolled
    merge: str | None


class Attended(Record):
    """Each query gets a mean of the values, weighted by how well their keys match it."""

    queries: Dim
    keys: Dim
    width: Dim  # of a query and a key of one head
    values: Dim  # width of a value of one head
    heads: int = 1
    shared: int = 1  # heads of key and value
    features: tuple[Dim, Dim, Dim] | None = (
        None  # of query, value and key before they are projected; None: they are not
    )
    output: Dim = None  # features after the heads are projected back
    score: str = "q · k"
    causal: bool = False  # no query sees later keys
    window: int | None = None  # queries see the keys that are less than so far away


class Normalized(Record):
    """Elements that share a mean and a variance; `shared` are the axes over which these are taken.

    `numbers` are what is kept for each place along `kept`: gamma, beta, moving_mean, moving_variance.
    """

    shape: Shape
    shared: tuple[int, ...]
    kept: tuple[int, ...]
    numbers: tuple[str, ...]
    formula: str
    groups: int = 0
    trained: int = 0  # how many of the numbers are learned; the others are statistics


class Merged(Record):
    """Tensors of one shape, element by element; a size of 1 serves all."""

    shapes: tuple[Shape, ...]
    output: Shape
    sign: str


class Joined(Record):
    """Blocks side by side along an axis."""

    shapes: tuple[Shape, ...]
    axis: int


class Matched(Record):
    """Rows of one tensor times rows of the other: one number for each pair."""

    rows: Shape
    columns: Shape
    summed: Dim
    normalized: bool = False
    axes: tuple[int, int] = (-1, -1)  # of each, that is summed over


class Dropped(Record):
    """In training some cells become 0: each by itself, or whole channels (`channels` is their axis)."""

    shape: Shape
    rate: float
    channels: int | None = None


class Encoded(Record):
    """An index becomes a row with a mark in its column, or words become indices."""

    positions: Shape
    columns: Dim
    mode: str


class Binned(Record):
    """Sample fall between boundaries; the index of the bin comes out."""

    boundaries: tuple[float, ...]


class EachStep(Record):
    """A layer of its own at every step, with one set of weights; its picture follows."""

    steps: Dim
    inner: str
