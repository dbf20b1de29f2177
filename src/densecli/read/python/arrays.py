"""Arrays by shape, as in NumPy, data sets and pandas, but without the data.

Single sizes may be unknown. Small arrays written out in the source keep their values.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from densecli.fields import Object
from densecli.read.python.dtypes import beside, dtype_name, dtype_of, joined, reduced_dtype
from densecli.read.python.plain import Dims
from densecli.read.python.values import Known, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from densecli.read.python.interpreter import Interpreter

Size = int | Unknown
MOST_NUMBERS = 100_000  # numbers that an array keeps
METHODS: dict[str, Callable[..., Any]] = {}


def method(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a method of arrays: `rule(run, array, *args, **kwargs)`."""

    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        METHODS.update(dict.fromkeys(names, rule))
        return rule

    return enter


class Array(Value):
    """An array: its sizes (None where even their number is unknown), its dtype, and its numbers where they are known."""

    __slots__ = ("dtype", "numbers", "origin", "shape")
    kind = "array"

    def __init__(
        self,
        shape: Sequence[Size] | None,
        dtype: str | None = "float64",
        numbers: Any = None,
        origin: Unknown | None = None,
    ) -> None:
        self.shape = None if shape is None else tuple(shape)
        self.dtype, self.numbers, self.origin = dtype, numbers, origin

    def of(self, shape: Sequence[Size] | None, dtype: str | None = None) -> Array:
        """Another array that comes from this one."""
        return Array(shape, dtype or self.dtype, None, self.origin)

    def lost(self, run: Interpreter, step: str) -> Unknown:
        """A value that depends on an array of unknown size."""
        return run.unknown("the shape of this array is unknown") if self.origin is None else self.origin.derived(step)

    def get(self, run: Interpreter, name: str) -> Any:
        if name == "shape":
            return self.lost(run, ".shape") if self.shape is None else Dims(self.shape)
        if name == "T":
            return self.of(None if self.shape is None else self.shape[::-1])
        if name == "dtype":
            return self.dtype or run.unknown("the dtype of this array is unknown")
        if name in ("values", "array"):
            return self
        if name in ("ndim", "size"):
            return (
                self.lost(run, f".{name}")
                if self.shape is None
                else len(self.shape)
                if name == "ndim"
                else total(run, self.shape)
            )
        if name in METHODS:
            rule = METHODS[name]
            return Known(f"ndarray.{name}", lambda run, *args, **kwargs: rule(run, self, *args, **kwargs))
        return self.lost(run, f".{name}") if self.shape is None else super().get(run, name)

    def length(self, run: Interpreter) -> Any:
        return self.shape[0] if self.shape else self.lost(run, ".shape[0]")

    def item(self, run: Interpreter, key: Any) -> Any:
        return indexed(run, self, key)

    def iterate(self, run: Interpreter) -> Iterator[Any] | Unknown:
        if not self.shape:
            return self.lost(run, "[…]")
        if isinstance(self.shape[0], Unknown):
            return self.shape[0]
        if isinstance(self.numbers, list):
            return iter(
                [
                    each if not isinstance(each, list) else Array(self.shape[1:], self.dtype, each)
                    for each in self.numbers
                ]
            )
        return iter(indexed(run, self, index) for index in range(self.shape[0]))

    def truth(self, run: Interpreter) -> bool | Unknown:
        return run.unknown("the numbers of this array are unknown")

    def binary(self, run: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        if isinstance(other, Value) and not isinstance(other, Array):
            return NotImplemented
        if operator == "MatMult":
            return product(run, *((other, self) if reflected else (self, other)), batched=True)
        if not isinstance(other, Array | int | float | list | tuple):
            return run.unknown("densecli does not know this operator on an array")
        return elementwise(run, *((other, self) if reflected else (self, other)), divides=operator == "Div")

    def unary(self, run: Interpreter, operator: str) -> Any:
        return self.of(self.shape)

    def compare(self, run: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        return self.of(self.shape, "bool")

    def config(self) -> Any:
        return self.numbers if self.numbers is not None else Object("__numpy__", {})

    def shown(self) -> str:
        return "an array"


def as_array(run: Interpreter, value: Any) -> Array:
    """Convert a value as `np.array` does."""
    if isinstance(value, Array):
        return value
    if isinstance(value, Unknown):
        return Array(None, None, None, value)
    if isinstance(value, int | float | bool | str):
        return Array((), dtype_of(value), value)
    if isinstance(value, range):
        return Array((len(value),), "int64", list(value) if len(value) <= MOST_NUMBERS else None)
    if isinstance(value, list | tuple):
        return _stacked(run, list(value))
    return Array(None, None, None, run.unknown("densecli does not know what array this makes"))


def _stacked(run: Interpreter, items: list[Any]) -> Array:
    """An array of the items of a list, all of one shape."""
    if id(items) in run.session.blurred:
        return Array(None, None, None, run.session.blurred[id(items)][1])
    if len(items) > MOST_NUMBERS:
        first = as_array(run, items[0])
        return Array(None if first.shape is None else (len(items), *first.shape), first.dtype)
    parts = [as_array(run, each) for each in items]
    run.count(len(parts))
    if not parts:
        return Array((0,), "float64", [])
    shapes = {part.shape for part in parts}
    if len(shapes) > 1 or None in shapes:
        ragged = next((part.origin for part in parts if part.origin is not None), None)
        return Array((len(items),), "object", None, ragged) if ragged is None else Array(None, None, None, ragged)
    numbers = [part.numbers for part in parts]
    dtype = reduce(joined, (part.dtype or "float64" for part in parts))
    return Array(
        (len(parts), *(parts[0].shape or ())), dtype, None if any(each is None for each in numbers) else numbers
    )


def total(run: Interpreter, shape: Sequence[Size]) -> Size:
    """The number of elements."""
    found = 1
    for size in shape:
        if isinstance(size, Unknown):
            return size.derived("…")
        found *= size
    return found


def elementwise(run: Interpreter, one: Any, other: Any, *, divides: bool = False) -> Array:
    """An operation on two values, of which one may be a plain number."""
    pair = as_array(run, one), as_array(run, other)
    dtypes = [each.dtype or "float64" for each in pair]
    number = next((each for each in (one, other) if isinstance(each, int | float)), None)
    dtype = joined(*dtypes) if number is None else beside(number, dtypes[one is number])
    return broadcast(run, *pair, dtype="float64" if divides and "float" not in dtype else dtype)


def broadcast(run: Interpreter, left: Array, right: Array, dtype: str | None = None) -> Array:
    """The result of an element-wise operation."""
    dtype = dtype or joined(left.dtype or "float64", right.dtype or "float64")
    if left.shape is None or right.shape is None:
        origin = left.origin if left.shape is None else right.origin
        return Array(None, dtype, None, origin)
    longer, shorter = sorted((left.shape, right.shape), key=len, reverse=True)
    padded = (1,) * (len(longer) - len(shorter)) + shorter
    sizes = tuple(_wider(run, *pair) for pair in zip(longer, padded, strict=True))
    return Array(sizes, dtype, None, left.origin or right.origin)


def _wider(run: Interpreter, one: Size, other: Size) -> Size:
    if one == 1 or isinstance(one, Unknown):
        return one if isinstance(one, Unknown) and other == 1 else other
    if other in (1, one) or isinstance(other, Unknown):
        return one
    run.unfit(f"arrays of sizes {one} and {other} do not broadcast", "ValueError")
    return one


def product(run: Interpreter, left: Any, right: Any, *, batched: bool = False) -> Array:
    """`np.dot`, or with `batched`, `@` and `np.matmul`: the axes before the last two are batch axes."""
    one, other = as_array(run, left), as_array(run, right)
    if not one.shape or not other.shape:
        origin = one.origin or other.origin or run.unknown("the shape of this product is unknown")
        return Array(None, None, None, origin)
    left_size, right_size = one.shape[-1], other.shape[-2:][0]
    if isinstance(left_size, int) and isinstance(right_size, int) and left_size != right_size:
        run.unfit(f"shapes {one.shape} and {other.shape} not aligned: {left_size} != {right_size}", "ValueError")
    dtype = joined(one.dtype or "float64", other.dtype or "float64")
    rows, columns = one.shape[-2:-1], other.shape[-1:] if len(other.shape) > 1 else ()
    if batched:
        before = broadcast(run, one.of(one.shape[:-2]), other.of(other.shape[:-2])).shape or ()
        return one.of((*before, *rows, *columns), dtype)
    return one.of((*one.shape[:-1], *other.shape[:-2], *columns), dtype)


# -- subscripts ------------------------------------------------------------------------
def indexed(run: Interpreter, array: Array, key: Any) -> Any:
    if array.shape is None:
        return array.of(None) if isinstance(key, slice | tuple | list | Array) else array.lost(run, "[…]")
    if isinstance(key, int) and isinstance(array.numbers, list):
        return _number(run, array, key)
    keys = list(key) if isinstance(key, tuple) else [key]
    lost = next((each for each in keys if isinstance(each, Unknown)), None)
    if lost is not None:
        return Array(None, array.dtype, None, lost.root)
    wanted = len(array.shape) - sum(each is not None and each is not Ellipsis for each in keys)
    if Ellipsis in [each for each in keys if each is Ellipsis]:
        at = next(index for index, each in enumerate(keys) if each is Ellipsis)
        keys[at : at + 1] = [slice(None)] * max(wanted, 0)
    return _taken(run, array, keys)


def _number(run: Interpreter, array: Array, key: int) -> Any:
    try:
        found = array.numbers[key]
    except IndexError as error:
        return run.unfit(str(error), "IndexError")
    return Array((array.shape or ())[1:], array.dtype, found) if isinstance(found, list) else found


def _taken(run: Interpreter, array: Array, keys: list[Any]) -> Any:
    sizes, shape = list(array.shape or ()), list[Size]()
    fancy: Array | None = None
    for each in keys:
        if each is None:
            shape.append(1)
            continue
        if not sizes:
            return run.unfit("too many indices for array", "IndexError")
        size = sizes.pop(0)
        if isinstance(each, slice):
            shape.append(sliced(run, size, each))
        elif isinstance(each, list | Array):
            fancy = _fancy(run, as_array(run, each), fancy, shape)
        elif not isinstance(each, int):
            return run.unknown("densecli does not know this kind of index")
    if not shape and not sizes and fancy is None:
        return run.unknown("the numbers of this array are unknown")
    return array.of((*shape, *sizes))


def _fancy(run: Interpreter, key: Array, before: Array | None, shape: list[Size]) -> Array:
    """An array as an index selects as many elements as it has, or as many as are true."""
    if before is not None:
        return before
    if key.dtype == "bool":
        shape.append(run.unknown("the number of elements that this mask keeps is unknown"))
    else:
        shape.extend(key.shape if key.shape is not None else (key.lost(run, ".shape"),))
    return key


def sliced(run: Interpreter, size: Size, key: slice) -> Size:
    """The number of elements in a slice."""
    bounds = [key.start, key.stop, key.step]
    if all(each is None for each in bounds):
        return size
    unknown = next((each for each in (*bounds, size) if isinstance(each, Unknown)), None)
    if unknown is not None:
        return unknown.derived("…")
    if any(each is not None and not isinstance(each, int) for each in bounds):
        return run.unknown("this slice is not made of integers")
    try:
        return len(range(*key.indices(size)))  # type: ignore[arg-type]  # no size is unknown here
    except ValueError as error:
        return run.unknown(str(error))


# -- methods ---------------------------------------------------------------------------
@method("reshape")
def reshape(run: Interpreter, array: Array, *sizes: Any, **_: Any) -> Array:
    wanted = sizes[0] if len(sizes) == 1 else sizes
    if isinstance(wanted, Unknown):
        return Array(None, array.dtype, None, wanted)
    wanted = [wanted] if isinstance(wanted, int) else run.listed(wanted)
    if isinstance(wanted, Unknown):
        return Array(None, array.dtype, None, wanted)
    if -1 in [each for each in wanted if isinstance(each, int)]:
        at = next(index for index, each in enumerate(wanted) if each == -1)
        wanted[at] = remaining(run, array, [each for index, each in enumerate(wanted) if index != at])
    found = array.of(tuple(wanted))
    if isinstance(array.numbers, list) and not any(isinstance(each, Unknown) for each in wanted):
        found.numbers = folded(flat(array.numbers), list(wanted))
    return found


def remaining(run: Interpreter, array: Array, others: list[Size]) -> Size:
    """The size that -1 stands for."""
    if array.shape is None:
        return array.lost(run, ".size")
    left = [each for each in array.shape if not isinstance(each, int)]
    known = [each for each in others if isinstance(each, int)]
    unknown = [each for each in others if isinstance(each, Unknown)]
    if len(left) == 1 and len(unknown) == 1 and left[0] is unknown[0]:
        left, unknown = [], []  # the same unknown size on both sides
    if left or unknown:
        return (left or unknown)[0].derived("…")
    inside, outside = 1, 1
    for each in array.shape:
        inside *= each if isinstance(each, int) else 1
    for each in known:
        outside *= each
    if outside == 0 or inside % outside:
        run.unfit(f"an array of {inside} numbers cannot be reshaped to rows of {outside}", "ValueError")
    return inside // outside


def flat(numbers: Any) -> list[Any]:
    return [each for part in numbers for each in flat(part)] if isinstance(numbers, list) else [numbers]


def folded(numbers: list[Any], sizes: list[int]) -> Any:
    """Reshape a flat list into nested lists of these sizes."""
    if not sizes:
        return numbers[0] if numbers else None
    step = len(numbers) // sizes[0] if sizes[0] else 0
    return [folded(numbers[index * step : (index + 1) * step], sizes[1:]) for index in range(sizes[0])]


@method(
    "astype",
    "copy",
    "clip",
    "round",
    "fillna",
    "view",
    "toarray",
    "todense",
    "to_numpy",
    "numpy",
    "sort_index",
)
def same(run: Interpreter, array: Array, dtype: Any = None, *_: Any, **__: Any) -> Array:
    found = array.of(array.shape, dtype_name(dtype))
    found.numbers = array.numbers
    return found


@method("tolist")
def tolist(run: Interpreter, array: Array) -> Any:
    return array.of(array.shape) if array.numbers is None else array.numbers


@method("flatten", "ravel")
def flattened(run: Interpreter, array: Array, *_: Any, **__: Any) -> Array:
    return array.of(None if array.shape is None else (total(run, array.shape),))


@method("transpose")
def transpose(run: Interpreter, array: Array, *axes: Any) -> Array:
    if array.shape is None:
        return array
    order = list(axes[0]) if len(axes) == 1 and isinstance(axes[0], list | tuple) else list(axes)
    order = order or list(range(len(array.shape)))[::-1]
    if not all(isinstance(each, int) for each in order) or sorted(order) != list(range(len(array.shape))):
        return array.of(None)
    return array.of([array.shape[each] for each in order])


def reduced(run: Interpreter, name: str, array: Array, axis: Any, *, keepdims: bool) -> Any:
    """A reduction along an axis; over the whole array, an unknown number."""
    if array.shape is None or axis is None:
        if isinstance(array.numbers, list):
            return run.unknown("densecli does not compute with the values of arrays")
        return array.lost(run, "…") if array.shape is None else run.unknown("the numbers of this array are unknown")
    axes = [axis] if isinstance(axis, int) else axis
    if not isinstance(axes, list | tuple) or not all(isinstance(each, int) for each in axes):
        return array.of(None)
    taken = {normal(run, each, max(len(array.shape), 1)) for each in axes}
    sizes = [1 if at in taken else size for at, size in enumerate(array.shape) if keepdims or at not in taken]
    return array.of(sizes, reduced_dtype(name, array.dtype or "float64"))


def normal(run: Interpreter, axis: int, rank: int) -> int:
    """An axis counted from the front."""
    if not -rank <= axis < rank:
        run.unfit(f"axis {axis} is out of bounds for array of dimension {rank}", "ValueError")
    return axis % rank


def _reduces(name: str) -> None:
    @method(name)
    def rule(run: Interpreter, array: Array, axis: Any = None, *_: Any, keepdims: Any = False, **__: Any) -> Any:
        return reduced(run, name, array, axis, keepdims=keepdims is True)


for _name in ("sum", "mean", "max", "min", "std", "var", "prod", "argmax", "argmin", "any", "all", "median"):
    _reduces(_name)


@method("squeeze")
def squeeze(run: Interpreter, array: Array, axis: Any = None) -> Array:
    if array.shape is None:
        return array
    if isinstance(axis, int) and array.shape:
        axis = normal(run, axis, len(array.shape))
        if isinstance(array.shape[axis], int) and array.shape[axis] != 1:
            run.unfit("cannot select an axis to squeeze out which has size not equal to one", "ValueError")
    return array.of([size for index, size in enumerate(array.shape) if not (size == 1 and axis in (None, index))])


@method("item")
def scalar(run: Interpreter, array: Array, *_: Any) -> Any:
    return run.unknown("the numbers of this array are unknown")


@method("take", "repeat")
def taken(run: Interpreter, array: Array, *_: Any, **__: Any) -> Array:
    return array.of(None)


@method("sort", "fill", "setflags", "partition")
def nothing(run: Interpreter, array: Array, *_: Any, **__: Any) -> None:
    array.numbers = None
