"""Output shapes of TensorFlow functions that keras.ops does not have (TensorFlow 2.21).

A rule gets the arguments of a call as in densecli.layers.operation_shapes, and returns a shape, a list of shapes, or None
if it cannot tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.layers.operations import moves, shapes
from densecli.layers.operations.shapes import shape_of
from densecli.shape import MAX_RANK, Dim, Shape, join_channels, normal_axis, product, times, window

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.layers.operations.shapes import Named
    from densecli.layers.operations.table import Rule


class Sizes(tuple[int, ...]):  # noqa: SLOT001  # a tuple has no slots to give
    """The shape of a tensor that holds sizes, and those sizes as far as known: what `tf.shape(x)` returns."""

    sizes: tuple[Dim, ...]


def holding(shape: tuple[int, ...], sizes: Sequence[Dim]) -> Sizes:
    found = Sizes(shape)
    found.sizes = tuple(sizes)
    return found


def sizes_in(wanted: Any) -> list[Dim]:
    """Sizes from a config or a tensor; unknown ones are None."""
    if isinstance(wanted, Sizes):
        return list(wanted.sizes)
    if isinstance(wanted, tuple):
        count = wanted[0] if wanted else 1
        if count > MAX_RANK:
            raise ValueError(f"no array has {count} axes")
        return [None] * count
    if isinstance(wanted, list):
        return [_size(each) for each in wanted]
    return [_size(wanted)]


def _size(item: Any) -> Dim:
    if isinstance(item, Sizes) and len(item.sizes) == 1:
        return item.sizes[0]
    return item if isinstance(item, int) else None


# -- tensors of sizes -----------------------------------------------------------------------
def shape_tensor(args: tuple[Any, ...], _: Named) -> Shape:
    x = shape_of(args[0])
    return holding((len(x),), x)


def item_of_sizes(sizes: Sizes, key: Any) -> Sizes:
    key = key[0] if isinstance(key, list) and len(key) == 1 else key
    if isinstance(key, slice):
        part = sizes.sizes[key]
        return holding((len(part),), part)
    return holding((), (sizes.sizes[int(key)],))


def stacked(args: tuple[Any, ...], named: Named) -> Shape:
    parts = args[0] if isinstance(args[0], list) else list(args)
    if all(shape_of(part) == () for part in parts):
        return holding((len(parts),), [_size(part) for part in parts])
    return moves.stack((parts,), named)


def concatenated(args: tuple[Any, ...], named: Named) -> Shape:
    parts = args[0]
    if any(isinstance(part, Sizes | list) for part in parts) and all(len(shape_of(part)) == 1 for part in parts):
        found = [size for part in parts for size in sizes_in(part)]
        return holding((len(found),), found)
    return moves.concatenate(args, named)


def reshaped(args: tuple[Any, ...], named: Named) -> Shape:
    """TensorFlow does not work out -1 beside another open size."""
    found = moves.reshape(args, named)
    wanted = named.get("shape", args[1] if len(args) > 1 else None)
    if not isinstance(wanted, list) or None not in wanted:
        return found
    return tuple(None if size == -1 else known for size, known in zip(wanted, found, strict=True))


# -- tensors made from sizes ----------------------------------------------------------------
def _given(args: tuple[Any, ...], named: Named, index: int, *names: str) -> Any:
    """An argument by its position or any of its names; None if it is not given."""
    found = args[index] if len(args) > index else None
    return found if found is not None else next((named[name] for name in names if name in named), None)


def created(args: tuple[Any, ...], named: Named) -> Shape:
    return tuple(sizes_in(_given(args, named, 0, "shape", "dims")))


def numbered(args: tuple[Any, ...], named: Named) -> Shape:
    """`range(limit)` or `range(start, limit, delta)`."""
    start, limit = _given(args, named, 0, "start"), _given(args, named, 1, "limit")
    start, limit = (0, start) if limit is None else (start, limit)
    bounds = [_size(bound) for bound in (start, limit, named.get("delta", args[2] if len(args) > 2 else 1))]
    known = [bound for bound in bounds if bound is not None]
    return (len(range(*known)),) if len(known) == 3 else (None,)


def spaced(args: tuple[Any, ...], named: Named) -> Shape:
    return (_size(_given(args, named, 2, "num")),)


def identity_matrix(args: tuple[Any, ...], named: Named) -> Shape:
    rows, columns = _given(args, named, 0, "num_rows"), _given(args, named, 1, "num_columns")
    return (*sizes_in(named.get("batch_shape") or []), _size(rows), _size(rows if columns is None else columns))


# -- elements taken and put -----------------------------------------------------------------
def gathered(args: tuple[Any, ...], named: Named) -> Shape:
    x, indices = shape_of(args[0]), shape_of(_given(args, named, 1, "indices"))
    batch = int(named.get("batch_dims") or 0)
    axis = named.get("axis", args[2] if len(args) > 2 else None)
    at = batch if axis is None else normal_axis(int(axis), len(x))
    return (*x[:at], *indices[batch:], *x[at + 1 :])


def gathered_at(args: tuple[Any, ...], named: Named) -> Shape | None:
    x, indices = shape_of(args[0]), shape_of(_given(args, named, 1, "indices"))
    batch = int(named.get("batch_dims") or 0)
    depth = indices[-1]
    return None if depth is None else (*indices[:-1], *x[batch + depth :])


def masked(args: tuple[Any, ...], named: Named) -> Shape:
    """The elements that a mask selects: their number is unknown."""
    x, mask = shape_of(args[0]), shape_of(_given(args, named, 1, "mask"))
    axis = int(named.get("axis") or 0)
    return (*x[:axis], None, *x[axis + len(mask) :])


def looked_up(args: tuple[Any, ...], named: Named) -> Shape:
    table, ids = shape_of(_given(args, named, 0, "params")), shape_of(_given(args, named, 1, "ids"))
    return (*ids, *table[1:])


def chosen(args: tuple[Any, ...], named: Named) -> Shape:
    """`where`: one of two for each element, or, for a condition alone, the positions where it is true."""
    other = [named[key] for key in ("x", "y") if key in named]
    return (None, len(shape_of(args[0]))) if len(args) + len(other) == 1 else shapes.broadcast((*args, *other), {})


def largest(args: tuple[Any, ...], named: Named) -> list[Shape]:
    x = shape_of(args[0])
    return [(*x[:-1], _size(_given(args, named, 1, "k")))] * 2


def sequence_mask(args: tuple[Any, ...], named: Named) -> Shape:
    return (*shape_of(args[0]), _size(_given(args, named, 1, "maxlen")))


def confirmed(args: tuple[Any, ...], named: Named) -> Shape:
    """`ensure_shape`: what is known from either side."""
    if len(args) < 2 and "shape" not in named:
        return shape_of(args[0])
    x, wanted = shape_of(args[0]), sizes_in(_given(args, named, 1, "shape"))
    return tuple(size if size is not None else other for size, other in zip(x, wanted, strict=True))


def first(args: tuple[Any, ...], _: Named) -> Shape:
    return shape_of(args[0])


def each_of(args: tuple[Any, ...], _: Named) -> list[Shape]:
    return [shape_of(each) for each in (args[0] if isinstance(args[0], list) else args)]


def scalar(_: tuple[Any, ...], __: Named) -> Shape:
    return ()


def without_last(args: tuple[Any, ...], _: Named) -> Shape:
    return shape_of(args[0])[:-1]


def flat_samples(args: tuple[Any, ...], _: Named) -> Shape:
    return (shape_of(args[0])[0], None)  # TensorFlow works the size out when there are numbers


def doubled(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    axis = normal_axis(int(named.get("axis", -1)), len(x))
    return (*x[:axis], times(2, x[axis]), *x[axis + 1 :])


# -- matrices -------------------------------------------------------------------------------
def turned(args: tuple[Any, ...], _: Named) -> Shape:
    x = shape_of(args[0])
    return (*x[:-2], x[-1], x[-2])


def diagonal_matrix(args: tuple[Any, ...], named: Named) -> Shape | None:
    x = shape_of(args[0])
    return (*x, x[-1]) if named.keys() <= {"name"} else None


def diagonal_of(args: tuple[Any, ...], named: Named) -> Shape | None:
    x = shape_of(args[0])
    if named.keys() - {"name"}:
        return None
    return (*x[:-2], None if None in x[-2:] else min(size for size in x[-2:] if size is not None))


def without_matrix(args: tuple[Any, ...], _: Named) -> Shape:
    return shape_of(args[0])[:-2]


# -- images ---------------------------------------------------------------------------------
def sized(args: tuple[Any, ...], named: Named) -> Shape:
    """Images of a given height and width, one or a batch of them."""
    x = shape_of(args[0])
    return (*x[:-3], _size(named.get("target_height")), _size(named.get("target_width")), x[-1])


def rotated(args: tuple[Any, ...], named: Named) -> Shape:
    return image_turned(args, named) if int(named.get("k", 1)) % 2 else shape_of(args[0])


def image_turned(args: tuple[Any, ...], _: Named) -> Shape:
    x = shape_of(args[0])
    return (*x[:-3], x[-2], x[-3], x[-1])


def coloured(args: tuple[Any, ...], _: Named) -> Shape:
    return (*shape_of(args[0])[:-1], 3)


def patches(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    size = _middle(named.get("sizes"), 2)
    return (x[0], *_positions(x, size, named | {"dilation_rate": named.get("rates")}), times(product(size), x[3]))


def cropped_and_resized(args: tuple[Any, ...], named: Named) -> Shape:
    boxes, size = shape_of(_given(args, named, 1, "boxes")), _given(args, named, 3, "crop_size")
    return (boxes[0], *sizes_in(size), shape_of(args[0])[-1])


def transposed_convolution(args: tuple[Any, ...], named: Named) -> Shape:
    return (shape_of(args[0])[0], *sizes_in(_given(args, named, 2, "output_shape"))[1:])


def depthwise(args: tuple[Any, ...], named: Named) -> Shape:
    x, kernel = shape_of(args[0]), shape_of(_given(args, named, 1, "filter", "filters"))
    spatial = _positions(x, [int(size or 1) for size in kernel[:2]], named)
    return join_channels(x[0], spatial, times(kernel[2], kernel[3]), "channels_last")


def pooled(args: tuple[Any, ...], named: Named) -> Shape:
    x = shape_of(args[0])
    return (x[0], *_positions(x, _middle(named.get("window_shape"), len(x) - 2), named), x[-1])


def _positions(x: Shape, size: list[int], named: Named) -> list[Dim]:
    """How many windows fit along each axis between batch and channels."""
    strides, rates = (_middle(named.get(key), len(size)) for key in ("strides", "dilation_rate"))
    padding = str(named.get("padding", "valid")).lower()
    each = zip(x[1:-1], size, strides, rates, strict=True)
    return [window(dim, kernel, stride, rate, padding) for dim, kernel, stride, rate in each]


def _middle(value: Any, rank: int) -> list[int]:
    """One number per spatial axis, from a single number, one per spatial axis, or one per axis of the tensor."""
    found = [1 if value is None else value] * rank if not isinstance(value, list) else value
    return found[1:-1] if len(found) == rank + 2 else found * rank if len(found) == 1 else found


RULES: dict[str, Rule] = {}


def _enter(names: str, rule: Callable[..., Any], dtype: str, flops: int | None) -> None:
    RULES.update(dict.fromkeys(names.split(), (rule, dtype, flops)))


_enter("shape shapen shapev2", shape_tensor, "int32", 0)
_enter("stack pack", stacked, "promote", 0)
_enter("concat concatv2", concatenated, "promote", 0)
_enter("reshape", reshaped, "same", 0)
_enter("zeros ones placeholderwithdefault", created, "cast", 0)
_enter("fill", created, "value", 0)
_enter("argmax argmin", shapes.reduced, "int64", None)
_enter(
    "random.normal random.uniform random.truncatednormal random.statelessnormal random.statelessuniform randomuniform "
    "randomnormal randomstandardnormal randomnormalvariable truncatednormal",
    created, "cast", None,
)  # fmt: skip
_enter("range", numbered, "int32", 0)
_enter("linspace linspacend", spaced, "float32", None)
_enter("eye", identity_matrix, "cast", 0)
_enter("size rank", scalar, "int32", 0)
_enter("gather gatherv2", gathered, "same", 0)
_enter("where wherev2 select selectv2", chosen, "where", 1)
_enter("topk topkv2", largest, "topk", None)
_enter("gathernd", gathered_at, "same", 0)
_enter("booleanmask booleanmaskv2", masked, "same", 0)
_enter("embeddinglookup", looked_up, "same", 0)
_enter("sequencemask", sequence_mask, "bool", 1)
_enter("ensureshape setshape", confirmed, "same", 0)
_enter(
    "checknumerics tensorscatternd tensorscatterupdate tensorscatterndupdate tensorscatterndadd tensorscatterndsub reversesequence "
    "bandpart matrixbandpart random.shuffle preventgradient print",
    first, "same", 0,
)  # fmt: skip
_enter(
    "dropout localresponsenormalization lrn digamma lgamma ndtri erfcinv cumulativelogsumexp perimagestandardization "
    "adjustbrightness adjustcontrast adjustcontrastv2 adjustgamma adjusthue adjustsaturation adjustjpegquality "
    "randombrightness randomcontrast randomhue randomsaturation randomjpegquality randomflipleftright randomflipupdown "
    "statelessrandombrightness statelessrandomcontrast statelessrandomhue statelessrandomsaturation "
    "statelessrandomflipleftright statelessrandomflipupdown rgbtoyuv yuvtorgb rgbtoyiq yiqtorgb invertpermutation",
    first, "same", None,
)  # fmt: skip
_enter("inv inverse matrixinverse cholesky expm logm sqrtm", first, "same", None)
_enter(
    "multiplynonan mulnonan xlogy xdivy xlog1py floormod mod truncatemod truncatediv", shapes.broadcast, "promote", 1
)
_enter("atan2 igamma igammac zeta sigmoidcrossentropywithlogits", shapes.broadcast, "float", 1)
_enter("identityn", each_of, "same", 0)
_enter("accumulaten", lambda args, _: shapes.broadcast(tuple(args[0]), {}), "promote", 1)
_enter("intopk intopkv2", lambda args, _: shape_of(args[-1])[:1], "bool", None)
_enter("reduceeuclideannorm", shapes.reduced, "float", None)
_enter("searchsorted", lambda args, named: shape_of(_given(args, named, 1, "values")), "int32", None)
_enter(
    "meansquarederror meanabsoluteerror meanabsolutepercentageerror meansquaredlogarithmicerror keras.binarycrossentropy "
    "kldivergence kullbackleiblerdivergence cosinesimilarity poisson hinge squaredhinge logcosh huber "
    "categoricalcrossentropy sparsecategoricalcrossentropy softmaxcrossentropywithlogits mse mae",
    without_last, "float", None,
)  # fmt: skip
_enter("backend.binarycrossentropy", first, "float", None)
_enter("batchflatten", flat_samples, "same", 0)
_enter("crelu", doubled, "same", 1)
_enter("matrixtranspose", turned, "same", 0)
_enter("diag matrixdiag matrixdiagv3", diagonal_matrix, "same", 0)
_enter("diagpart tensordiagpart matrixdiagpart matrixdiagpartv3", diagonal_of, "same", 0)
_enter("trace det matrixdeterminant", without_matrix, "same", None)
_enter("resizewithpad", sized, "float", None)
_enter("resizewithcroporpad resizeimagewithcroporpad croptoboundingbox padtoboundingbox", sized, "same", 0)
_enter("rot90", rotated, "same", 0)
_enter("image.transpose", image_turned, "same", 0)
_enter("grayscaletorgb", coloured, "same", 0)
_enter("extractpatches extractimagepatches", patches, "same", 0)
_enter("cropandresize", cropped_and_resized, "float", None)
_enter("conv1dtranspose conv2dtranspose conv3dtranspose conv2dbackpropinput", transposed_convolution, "promote", None)
_enter("depthwiseconv2d depthwiseconv2dnative", depthwise, "promote", None)
_enter("pool", pooled, "same", None)

MAKERS = (created, numbered, spaced, identity_matrix)  # whose arguments are sizes, not tensors
PRODUCTS = (depthwise, transposed_convolution)  # whose multiply-accumulates are not counted here
OTHER_THINGS = ("strings", "sparse", "ragged", "sets", "io", "data", "lookup", "quantization", "feature_column")


def rule_for(name: str) -> Rule | None:
    """The rule of a function by its path (`image.rot90`) or of a node by its op (`GatherV2`)."""
    parts = name.replace("_", "").lower().split(".")
    keys = (".".join(parts[-2:]), f"keras.{parts[-1]}" if parts[0] == "keras" else parts[-1], parts[-1])
    return next((RULES[key] for key in keys if key in RULES), None)
