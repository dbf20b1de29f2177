"""Merging layers: several tensors become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from densecli import fields
from densecli.arithmetic import Call, Difference, Leaf, Product, Quotient, Square, Step, Sum, element, total
from densecli.errors import ShapeError
from densecli.fields import Field
from densecli.layer import Layer
from densecli.layers.worked import hidden_note, named, result, root, stretched
from densecli.shape import Dim, Shape, normal_axis, plus, show, size, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType

    from densecli.arithmetic import Term

    Array = Any
    Index = tuple[int, ...]
    Masks = list[Any] | None


SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "average": "mean", "maximum": "max", "minimum": "min"}


class Merge(Layer, abstract=True):
    """Combine tensors element by element, broadcasting sizes of 1."""

    takes = "list"
    supports_masking = True
    shape_rule = "the inputs' shapes, broadcast"
    elementwise_rule = "n - 1 per output, for n inputs"
    operation: ClassVar[str]
    activation: Any = "linear"  # of a layer behind it that a forward pass has joined to it

    def output(self, xs: list[Shape]) -> Shape:
        listed(xs)
        batch = one_batch(xs)
        shape = xs[0][1:]
        for x in xs[1:]:
            shape = broadcast(shape, x[1:], xs)
        return (batch, *shape)

    def elementwise(self, y: Shape, xs: list[Shape]) -> int | None:
        return times(len(xs) - 1, size(y))

    def picture(self, kinds: ModuleType, y: Shape, xs: list[Shape]) -> Any:
        return kinds.Merged(tuple(x[1:] for x in xs), y[1:], SIGNS[self.operation])

    def worked(
        self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, xs: list[Array], mask: Masks = None
    ) -> Iterator[Step]:
        each = [element(name, x, met(x, at)) for name, x in zip(letters(xs), xs, strict=True)]
        seen = [term for term, hidden in zip(each, self.hidden(xs, at, mask), strict=True) if not hidden]
        if seen:
            yield Step(named("y", at), self.merged(seen, float(y[at])), hidden_note(len(each) - len(seen)))
        else:
            term = Leaf(0.0) if self.operation == "multiply" else each[0]
            yield Step(named("y", at), term, "the masks hide this step in all inputs")

    def hidden(self, xs: list[Array], at: Index, mask: Masks) -> list[bool]:
        """Which inputs do not count at a step, since a mask hides it: in a product, maximum or minimum of equal ranks."""
        counting = self.operation in ("add", "subtract", "average") or len({x.ndim for x in xs}) > 1
        if mask is None or counting or self.as_tf_keras:
            return [False] * len(xs)
        wide = [None if each is None else each[..., None] for each in mask]
        return [each is not None and not each[stretched(each, at)] for each in wide]

    def merged(self, each: list[Leaf], result: float) -> Term:
        """The operation on one element of each input."""
        if self.operation in ("maximum", "minimum"):
            return Call(self.operation[:3], tuple(each), result)
        if self.operation == "multiply":
            return Product(tuple(each))
        if self.operation == "subtract":
            return Difference(each[0], each[1])
        return Quotient(Sum(tuple(each)), Leaf(len(each))) if self.operation == "average" else Sum(tuple(each))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], xs: list[Array], mask: Masks = None) -> Array:
        heeded = None if self.as_tf_keras else mask  # until Keras 2 masks had no say in the arithmetic
        return ops.activate(ops.merge(self.operation, xs, heeded), self.activation, fresh=True)

    def mask(self, ops: ModuleType, inputs: list[Array], mask: Masks) -> Array | None:
        """A step counts that counts in any tensor, if all have masks; until Keras 2 in every tensor that has one."""
        known = [each for each in mask or () if each is not None]
        if self.as_tf_keras:
            return ops.every_mask(known) if known else None
        return ops.any_mask(known) if known and len(known) == len(mask or ()) else None


def met(x: Array, at: Index) -> Index:
    """The index of an input for an output at `at`: batches meet, and the other axes from the last one on."""
    return (min(at[0], x.shape[0] - 1), *stretched(x[0], at))


def letters(xs: Sequence[Any]) -> list[str]:
    """Names for the inputs: a, b, c, … as in the formulas."""
    return [chr(ord("a") + index) if len(xs) <= 24 else f"x{index}" for index in range(len(xs))]


def listed(xs: Any) -> None:
    if not isinstance(xs, list) or len(xs) < 1:
        raise ShapeError("takes several tensors, got one", code="E407")
    if () in xs:
        raise ShapeError(f"cannot merge {show(xs)}: a tensor without axes has no batch")


def exactly_two(layer: Layer, xs: Any) -> None:
    listed(xs)
    if len(xs) != 2:
        raise ShapeError(f"{type(layer).__name__} takes exactly 2 tensors, got {len(xs)}", code="E407")


def one_batch(xs: list[Shape]) -> Dim:
    """The batch size that all tensors have, or that those with one have (Keras 3.15.1: a known size wins)."""
    batches = {x[0] for x in xs} - {None}
    if len(batches) > 1:
        raise ShapeError(f"cannot merge tensors of different batch sizes: {show(xs)}")
    return batches.pop() if batches else None


def broadcast(a: Shape, b: Shape, xs: list[Shape]) -> Shape:
    """Keras' rule for merge layers (3.15.1): an unknown size stays unknown, whatever the other one is."""
    if len(a) < len(b):
        a, b = b, a
    head = len(a) - len(b)
    return (*a[:head], *(_broadcast_dim(i, j, xs) for i, j in zip(a[head:], b, strict=True)))


def _broadcast_dim(i: Dim, j: Dim, xs: list[Shape]) -> Dim:
    if i is None or j is None:
        return None
    if i == 1:
        return j
    if j not in (1, i):
        raise ShapeError(f"cannot merge {show(xs)}: {i:,} against {j:,}", hint="sizes must be equal, or 1")
    return i


class Add(Merge):
    """Add tensors element by element, as in a residual connection.

    Add(): [(None, 8), (None, 8)] -> (None, 8), 0 params
    """

    formula = "output = a + b + …"
    operation = "add"


class Subtract(Merge):
    """Subtract the second tensor from the first.

    Subtract(): [(None, 8), (None, 8)] -> (None, 8), 0 params
    """

    formula = "output = a - b"
    operation = "subtract"

    def output(self, xs: list[Shape]) -> Shape:
        exactly_two(self, xs)
        return super().output(xs)


class Multiply(Merge):
    """Multiply tensors element by element, as a gate or an attention map does.

    Multiply(): [(None, 4, 8), (None, 1, 8)] -> (None, 4, 8), 0 params
    """

    formula = "output = a × b × …"
    operation = "multiply"


class Average(Merge):
    """Take the mean of tensors element by element.

    Average(): [(None, 8), (None, 8)] -> (None, 8), 0 params
    """

    formula = "output = (a + b + …) / n"
    elementwise_rule = "n per output, for n inputs"
    operation = "average"

    def elementwise(self, y: Shape, xs: list[Shape]) -> int | None:
        return times(len(xs), size(y))


class Maximum(Merge):
    """Keep the largest of the tensors' values, element by element.

    Maximum(): [(None, 8), (None, 8)] -> (None, 8), 0 params
    """

    formula = "output = max(a, b, …)"
    operation = "maximum"


class Minimum(Merge):
    """Keep the smallest of the tensors' values, element by element.

    Minimum(): [(None, 8), (None, 8)] -> (None, 8), 0 params
    """

    formula = "output = min(a, b, …)"
    operation = "minimum"


class Concatenate(Layer):
    """Concatenate tensors along one axis; all other axes must agree.

    Concatenate(): [(None, 4), (None, 3)] -> (None, 7), 0 params
    """

    takes = "list"
    supports_masking = True
    formula = "output = a, then b, … along axis"
    shape_rule = "the axis: sum of the inputs' sizes; the others unchanged"
    elementwise_rule = "0: values are only moved"

    axis = fields.integer(-1, "the axis to concatenate along")

    def output(self, xs: list[Shape]) -> Shape:
        """Keras 3.15.1 takes the other axes from the first tensor, also where another one knows more."""
        listed(xs)
        if len({len(x) for x in xs}) > 1:
            raise ShapeError(f"cannot concatenate tensors of different numbers of axes: {show(xs)}")
        axis = normal_axis(self.axis, len(xs[0]))
        for place in range(len(xs[0])):
            if place != axis and len({x[place] for x in xs} - {None}) > 1:
                raise ShapeError(
                    f"cannot concatenate {show(xs)} along axis {axis}: axis {place} differs",
                    hint="all other axes must have equal sizes",
                )
        return (*xs[0][:axis], plus(*(x[axis] for x in xs)), *xs[0][axis + 1 :])

    def elementwise(self, y: Shape, xs: list[Shape]) -> int:
        return 0

    def explain(self, y: Shape, xs: list[Shape]) -> Iterator[str]:
        axis = normal_axis(self.axis, len(y))
        if y[axis] is not None and len(xs) > 1:
            yield f"axis {axis}: {' + '.join(f'{x[axis]:,}' for x in xs)} = {y[axis]:,}."

    def picture(self, kinds: ModuleType, y: Shape, xs: list[Shape]) -> Any:
        axis = normal_axis(self.axis, len(y)) - 1
        return None if axis < 0 else kinds.Joined(tuple(x[1:] for x in xs), axis)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, xs: list[Array]) -> Iterator[Step]:
        axis = normal_axis(self.axis, len(at))
        place = at[axis]
        for name, x in zip(letters(xs), xs, strict=True):
            if place < x.shape[axis]:
                yield Step(named("y", at), element(name, x, (*at[:axis], place, *at[axis + 1 :])))
                return
            place -= x.shape[axis]

    def forward(self, ops: ModuleType, w: Mapping[str, Any], xs: list[Array]) -> Array:
        return ops.concatenate(xs, self.axis)

    def mask(self, ops: ModuleType, inputs: list[Array], mask: Masks) -> Array | None:
        if mask is None or all(each is None for each in mask):
            return None
        return ops.concatenated_mask(inputs, mask, self.axis, every=self.as_tf_keras)


class Dot(Layer):
    """Multiply two tensors along one axis of each and sum, sample by sample.

    Dot(axes=1): [(None, 8), (None, 8)] -> (None, 1), 0 params
    """

    takes = "list"
    formula = "output[…] = sum over i of a[…, i] × b[…, i]; normalize: of unit vectors (cosine)"
    shape_rule = "a's axes without its own, then b's without its own and the batch; (batch, 1) if none is left"
    macs_rule = "outputs × size of the axis that is summed over"
    elementwise_rule = "0; normalize: 3 per element of both inputs"

    axes: Any = Field(lambda _, value: read_axes(value), fields.REQUIRED, "the axis of both, or of each", {
        "anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}],
    })  # fmt: skip
    normalize = fields.flag(doc="whether to normalize both along the axis first, which gives the cosine similarity")

    def places(self, xs: list[Shape]) -> tuple[int, int]:
        """The axis of each tensor, counted from the front."""
        exactly_two(self, xs)
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        a, b = (normal_axis(axis, len(x)) for axis, x in zip(pair, xs, strict=True))
        if 0 in (a, b):
            raise ShapeError("Dot works sample by sample, so it cannot sum over axis 0, the batch")
        return a, b

    def output(self, xs: list[Shape]) -> Shape:
        a, b = self.places(xs)
        if xs[0][a] != xs[1][b]:
            raise ShapeError(f"cannot multiply {show(xs)}: {xs[0][a]} along axis {a} against {xs[1][b]} along axis {b}")
        kept = (*xs[0][:a], *xs[0][a + 1 :], *xs[1][1:b], *xs[1][b + 1 :])
        return kept if len(kept) > 1 else (*kept, 1)

    def macs(self, y: Shape, xs: list[Shape]) -> int | None:
        return times(size(y), xs[0][self.places(xs)[0]])

    def elementwise(self, y: Shape, xs: list[Shape]) -> int | None:
        """Unit vectors take a square, a sum and a product per element of both tensors."""
        return times(3, plus(*map(size, xs))) if self.normalize else 0

    def picture(self, kinds: ModuleType, y: Shape, xs: list[Shape]) -> Any:
        a, b = self.places(xs)
        rest = (xs[0][1:a] + xs[0][a + 1 :], xs[1][1:b] + xs[1][b + 1 :])
        return kinds.Matched(*rest, xs[0][a], self.normalize, (a - 1, b - 1))

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Index, xs: list[Array]) -> Iterator[Step]:
        (a, b), (of_a, of_b) = xs, self.places([x.shape for x in xs])
        left, right = at[: a.ndim - 1], (at[0], *at[a.ndim - 1 : a.ndim + b.ndim - 3])

        def of(name: str, x: Array, rest: Index, axis: int) -> Callable[[int], Leaf]:
            return lambda index: element(name, x, (*rest[:axis], index, *rest[axis:]))

        pair = of("a", a, left, of_a), of("b", b, right, of_b)
        product = total(a.shape[of_a], lambda index: Product(tuple(each(index) for each in pair)))
        if not self.normalize:
            yield Step(named("y", at), product)
            return
        lengths = [length(name, a.shape[of_a], each) for name, each in zip("ab", pair, strict=True)]
        yield from lengths
        yield Step(named("y", at), Quotient(product, Product(tuple(map(result, lengths)))))

    def forward(self, ops: ModuleType, w: Mapping[str, Any], xs: list[Array]) -> Array:
        a, b = xs
        if len(a) != len(b):
            raise ShapeError(f"batches of {len(a):,} and {len(b):,} do not go together")
        return ops.batch_dot(
            ops.floating(a), ops.floating(b), self.places([a.shape, b.shape]), normalize=self.normalize
        )


def length(name: str, size: int, each: Callable[[int], Leaf]) -> Step:
    """The Euclidean length of a vector."""
    return Step(f"|{name}|", root(total(size, lambda index: Square(each(index)))))


def read_axes(value: Any) -> int | tuple[int, int]:
    expected = "an integer or a pair of integers"
    if not isinstance(value, list | tuple):
        return fields.read_integer(value, expected, None)
    if len(value) != 2:
        raise fields.wrong_value(expected, value)
    return (fields.read_integer(value[0], expected, None), fields.read_integer(value[1], expected, None))
