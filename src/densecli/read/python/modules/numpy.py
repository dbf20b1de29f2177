"""NumPy by shape."""

from __future__ import annotations

import math
from functools import reduce
from typing import TYPE_CHECKING, Any

from densecli.read.python.arrays import METHODS, Array, as_array, elementwise, normal, product, total
from densecli.read.python.catalog import ENTRIES, known
from densecli.read.python.dtypes import Dtype, dtype_name, joined
from densecli.read.python.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.read.python.interpreter import Interpreter


def sizes_of(run: Interpreter, shape: Any) -> tuple[Any, ...] | None:
    """A shape argument: one size or several."""
    if isinstance(shape, int):
        return (shape,)
    if isinstance(shape, Unknown):
        return None
    found = run.listed(shape)
    return None if isinstance(found, Unknown) else tuple(found)


def made(run: Interpreter, shape: Any, dtype: Any = None) -> Array:
    sizes = sizes_of(run, shape)
    return Array(sizes, dtype_name(dtype) or "float64", None, shape if isinstance(shape, Unknown) else None)


@known("numpy.array", "numpy.asarray", "numpy.asanyarray", "numpy.ascontiguousarray", "numpy.copy")
def array(run: Interpreter, value: Any, dtype: Any = None, *_: Any, **__: Any) -> Array:
    found = as_array(run, value)
    return Array(found.shape, dtype_name(dtype) or found.dtype, found.numbers, found.origin)


@known("numpy.zeros", "numpy.ones", "numpy.empty")
def zeros(run: Interpreter, shape: Any, dtype: Any = None, *_: Any, **__: Any) -> Array:
    return made(run, shape, dtype)


@known("numpy.full")
def full(run: Interpreter, shape: Any, fill_value: Any, dtype: Any = None, **_: Any) -> Array:
    return made(run, shape, dtype or as_array(run, fill_value).dtype)


@known("numpy.zeros_like", "numpy.ones_like", "numpy.empty_like", "numpy.full_like")
def like(run: Interpreter, value: Any, *_: Any, dtype: Any = None, **__: Any) -> Array:
    found = as_array(run, value)
    return found.of(found.shape, dtype_name(dtype))


@known("numpy.eye", "numpy.identity")
def eye(run: Interpreter, n: Any, m: Any = None, *_: Any, dtype: Any = None, **__: Any) -> Array:
    return Array((n, n if m is None else m), dtype_name(dtype) or "float64")


@known("numpy.arange")
def arange(run: Interpreter, *bounds: Any, dtype: Any = None, **_: Any) -> Any:
    found = _ranged(run, bounds)
    if dtype is None or not isinstance(found, Array):
        return found
    return Array(found.shape, dtype_name(dtype), found.numbers, found.origin)


def _ranged(run: Interpreter, bounds: tuple[Any, ...]) -> Any:
    unknown = next((each for each in bounds if isinstance(each, Unknown)), None)
    if unknown is not None:
        return Array((unknown.derived("…"),), "int64")
    bounds = tuple(each for each in bounds if isinstance(each, int | float))
    if not bounds:
        return run.unknown("densecli does not know this range")
    if all(isinstance(each, int) for each in bounds):
        return as_array(run, range(*bounds))
    start, stop, step = (0, bounds[0], 1) if len(bounds) == 1 else (*bounds, 1)[:3]
    return Array((max(0, math.ceil((stop - start) / step)),))


@known("numpy.linspace", "numpy.logspace", "numpy.geomspace")
def linspace(run: Interpreter, start: Any, stop: Any, num: Any = 50, *_: Any, **__: Any) -> Array:
    return Array((num,))


@known("numpy.random.rand", "numpy.random.randn")
def rand(run: Interpreter, *sizes: Any) -> Any:
    return Array(sizes) if sizes else run.unknown("it is random")


@known("numpy.random.random", "numpy.random.random_sample", "numpy.random.ranf", "numpy.random.sample")
def random(run: Interpreter, size: Any = None) -> Any:
    return run.unknown("it is random") if size is None else made(run, size)


def _draws(name: str, parameters: int, dtype: str = "float64") -> None:
    """A distribution: how many parameters come before the size, and what it draws."""

    def rule(run: Interpreter, *args: Any, size: Any = None, **_: Any) -> Any:
        size = args[parameters] if len(args) > parameters else size
        return run.unknown("it is random") if size is None else made(run, size, dtype)

    known(f"numpy.random.{name}")(rule)


for _name, _parameters in {
    "normal": 2,
    "uniform": 2,
    "laplace": 2,
    "beta": 2,
    "exponential": 1,
    "standard_normal": 0,
}.items():
    _draws(_name, _parameters)
for _name, _parameters in {"randint": 2, "binomial": 2, "poisson": 1}.items():
    _draws(_name, _parameters, "int64")


@known("numpy.random.choice")
def choice(run: Interpreter, items: Any, size: Any = None, *_: Any, **__: Any) -> Any:
    if size is None:
        return run.unknown("it is random")
    found = None if isinstance(items, Unknown) else _to_draw_from(run, items)
    return made(run, size, "float64" if found is None else found.dtype)


@known("numpy.random.permutation")
def permutation(run: Interpreter, items: Any) -> Any:
    if isinstance(items, Unknown):
        return run.unknown("it is random")
    found = _to_draw_from(run, items)
    return found.of(found.shape)


def _to_draw_from(run: Interpreter, items: Any) -> Array:
    return as_array(run, range(items) if isinstance(items, int) else items)


@known(
    "numpy.random.seed",
    "numpy.random.shuffle",
    "numpy.save",
    "numpy.savetxt",
    "numpy.savez",
    "numpy.set_printoptions",
    "numpy.testing.assert_allclose",
)
def nothing(run: Interpreter, *_: Any, **__: Any) -> None:
    return None


@known("numpy.load", "numpy.loadtxt", "numpy.genfromtxt", "numpy.fromfile")
def loaded(run: Interpreter, *_: Any, **__: Any) -> Any:
    return run.unknown("it comes from a file, which densecli does not open")


@known("numpy.reshape")
def reshape(run: Interpreter, value: Any, shape: Any, *_: Any, **__: Any) -> Any:
    return METHODS["reshape"](run, as_array(run, value), shape)


@known("numpy.expand_dims")
def expand_dims(run: Interpreter, value: Any, axis: Any = 0) -> Array:
    found = as_array(run, value)
    if found.shape is None or not isinstance(axis, int):
        return found.of(None)
    at = normal(run, axis, len(found.shape) + 1)
    return found.of((*found.shape[:at], 1, *found.shape[at:]))


@known("numpy.concatenate")
def concatenate(run: Interpreter, arrays: Any, axis: Any = 0, **_: Any) -> Any:
    items = run.listed(arrays)
    if isinstance(items, Unknown):
        return Array(None, None, None, items)
    return along(run, [as_array(run, each) for each in items], axis)


def along(run: Interpreter, arrays: list[Array], axis: Any) -> Array:
    lost = next((each for each in arrays if each.shape is None), None)
    if lost is not None or not arrays or not isinstance(axis, int):
        return Array(None, None, None, None if lost is None else lost.origin)
    first = arrays[0].shape or ()
    axis = normal(run, axis, len(first)) if first else 0
    _same_beside(run, [each.shape or () for each in arrays], axis)
    size: Any = 0
    for each in arrays:
        own = (each.shape or (0,))[axis] if len(each.shape or ()) > axis else 0
        size = own if isinstance(own, Unknown) else size if isinstance(size, Unknown) else size + own
    dtype = reduce(joined, (each.dtype or "float64" for each in arrays))
    return arrays[0].of((*first[:axis], size, *first[axis + 1 :]), dtype)


def _same_beside(run: Interpreter, shapes: list[tuple[Any, ...]], axis: int) -> None:
    """What is joined has to have the same sizes along the other axes."""
    for shape in shapes[1:]:
        pairs = zip(shapes[0], shape, strict=False)
        if len(shape) != len(shapes[0]) or any(
            at != axis and isinstance(one, int) and isinstance(other, int) and one != other
            for at, (one, other) in enumerate(pairs)
        ):
            run.unfit(f"arrays of shapes {shapes[0]} and {shape} cannot be joined along axis {axis}", "ValueError")


def _stacks(*names: str, axis: int, widened: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> None:
    """A function that joins along an axis what it has given that axis first."""

    def rule(run: Interpreter, arrays: Any, **_: Any) -> Any:
        items = run.listed(arrays)
        if isinstance(items, Unknown):
            return Array(None, None, None, items)
        parts = [as_array(run, each) for each in items]
        return along(run, [each if each.shape is None else each.of(widened(each.shape)) for each in parts], axis)

    known(*names)(rule)


_stacks("numpy.vstack", "numpy.row_stack", axis=0, widened=lambda shape: (1,) * (2 - len(shape)) + shape)
_stacks("numpy.column_stack", axis=1, widened=lambda shape: shape + (1,) * (2 - len(shape)))
_stacks("numpy.dstack", axis=2, widened=lambda shape: (1,) * (2 - len(shape)) + shape + (1,) * (3 - max(len(shape), 2)))


@known("numpy.hstack")
def hstack(run: Interpreter, arrays: Any, **_: Any) -> Any:
    items = run.listed(arrays)
    if isinstance(items, Unknown):
        return Array(None, None, None, items)
    parts = [as_array(run, each) for each in items]
    return along(run, parts, 0 if all(len(each.shape or ()) == 1 for each in parts) else 1)


@known("numpy.append")
def append(run: Interpreter, one: Any, other: Any, axis: Any = None) -> Any:
    parts = [as_array(run, one), as_array(run, other)]
    if axis is None:
        parts = [each.of(None if each.shape is None else (total(run, each.shape),)) for each in parts]
    return along(run, parts, axis or 0)


@known("numpy.stack")
def stack(run: Interpreter, arrays: Any, axis: Any = 0, **_: Any) -> Any:
    items = run.listed(arrays)
    if isinstance(items, Unknown):
        return Array(None, None, None, items)
    parts = [as_array(run, each) for each in items]
    first = parts[0] if parts else Array(None)
    if first.shape is None or not isinstance(axis, int):
        return first.of(None)
    at = normal(run, axis, len(first.shape) + 1)
    return along(
        run, [each if each.shape is None else each.of((*each.shape[:at], 1, *each.shape[at:])) for each in parts], at
    )


@known("numpy.dot")
def dot(run: Interpreter, one: Any, other: Any) -> Any:
    return product(run, one, other)


@known("numpy.matmul")
def matmul(run: Interpreter, one: Any, other: Any) -> Any:
    return product(run, one, other, batched=True)


@known("numpy.prod", "numpy.product")
def prod(run: Interpreter, value: Any, *args: Any, **kwargs: Any) -> Any:
    if isinstance(value, list | tuple) and all(isinstance(each, int | float) for each in value):
        return math.prod(value)
    return METHODS["prod"](run, as_array(run, value), *args, **kwargs)


@known("numpy.shape")
def shape(run: Interpreter, value: Any) -> Any:
    return run.attribute(as_array(run, value), "shape")


@known("numpy.ndim")
def ndim(run: Interpreter, value: Any) -> Any:
    return run.attribute(as_array(run, value), "ndim")


@known("numpy.unique")
def unique(run: Interpreter, value: Any, *_: Any, **__: Any) -> Any:
    found = as_array(run, value)
    count = getattr(found, "classes", None) or run.unknown("the number of distinct values depends on the data")
    return Array((count,), found.dtype)


FLOATS = {
    "bool": "float16",
    "uint8": "float16",
    "int8": "float16",
    "int16": "float32",
    "int32": "float64",
    "int64": "float64",
}


def _elementwise(name: str) -> None:
    def rule(run: Interpreter, value: Any, *_: Any, **__: Any) -> Any:
        if isinstance(value, int | float) and hasattr(math, name):
            return getattr(math, name)(value) if name not in ("ceil", "floor") else float(getattr(math, name)(value))
        if isinstance(value, Value) and not isinstance(value, Array):
            return value if isinstance(value, Unknown) else run.unknown(f"densecli does not know numpy.{name} of this")
        found = as_array(run, value)
        dtype = found.dtype or "float64"
        return found.of(found.shape, FLOATS.get(dtype, dtype) if name in FLOATING else dtype)

    known(f"numpy.{name}")(rule)


FLOATING = (
    "sqrt",
    "exp",
    "log",
    "log10",
    "log2",
    "sin",
    "cos",
    "tan",
    "tanh",
    "log1p",
    "expm1",
    "rint",
)  # of integers, too
for _name in (
    *FLOATING, "abs", "absolute", "round", "around", "ceil", "floor", "square", "sign", "nan_to_num", "clip", "flip", "fliplr", "flipud", "sort", "roll",
):  # fmt: skip
    _elementwise(_name)


def _reduction(name: str) -> None:
    known(f"numpy.{name}")(
        lambda run, value, *args, **kwargs: METHODS[name](run, as_array(run, value), *args, **kwargs)
    )


for _name in ("sum", "mean", "max", "min", "std", "var", "argmax", "argmin", "any", "all", "median"):
    _reduction(_name)
for _name, _as in {
    "amax": "max",
    "amin": "min",
    "squeeze": "squeeze",
    "ravel": "ravel",
    "transpose": "transpose",
}.items():
    known(f"numpy.{_name}")(
        lambda run, value, *args, _as=_as, **kwargs: METHODS[_as](run, as_array(run, value), *args, **kwargs)
    )


for _name in ("add", "subtract", "multiply", "divide", "maximum", "minimum", "power"):
    known(f"numpy.{_name}")(
        lambda run, one, other, *, _divides=_name == "divide", **_: elementwise(run, one, other, divides=_divides)
    )


for _name in (
    "float32",
    "float64",
    "float16",
    "int32",
    "int64",
    "int16",
    "int8",
    "uint8",
    "bool_",
    "object_",
    "float",
    "int",
    "bool",
    "str_",
):
    ENTRIES[f"numpy.{_name}"] = Dtype(_name.rstrip("_"))
ENTRIES.update(
    {"numpy.pi": math.pi, "numpy.e": math.e, "numpy.inf": math.inf, "numpy.nan": math.nan, "numpy.newaxis": None}
)
