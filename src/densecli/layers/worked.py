"""What the worked examples of several layers have in common: activations, windows, means, values that only move."""

from __future__ import annotations

import math
from copy import copy
from itertools import product
from typing import TYPE_CHECKING, Any

from densecli.arithmetic import Call, Difference, Leaf, Product, Quotient, Square, Step, Sum, element, total, value
from densecli.layer import activation_name
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

    from densecli.arithmetic import Term

    Array = Any
    Index = tuple[int, ...]

LARGE = 80.0  # a sum of exp of more than this is computed after a shift
UNTOLD = ("sparsemax",)  # activations that need more than this element, in a way that no line of arithmetic shows


def named(name: str, at: Index) -> str:
    return f"{name}[{','.join(map(str, at))}]"


def stretched(x: Array, at: Index) -> Index:
    """The index of x that meets another array at `at`, lined up with its last axes: a size of 1 is stretched."""
    return tuple(0 if size == 1 else at[axis - x.ndim] for axis, size in enumerate(x.shape))


def renamed(steps: Iterator[Step], name: str, note: str = "") -> Iterator[Step]:
    """The same steps, the last one under another name, and the first with one more note."""
    found = list(steps)
    for index, step in enumerate(found, 1):
        told = "; ".join(filter(None, (note if index == 1 else "", step.note)))
        yield step._replace(name=name if index == len(found) else step.name, note=told)


def hidden_note(count: int) -> str:
    return f"not counted: {plural(count, 'masked number')}" if count else ""


# -- activations -----------------------------------------------------------------------------
def activated(layer: Any, term: Term, y: Array, at: Index, before: Callable[[], Array]) -> Iterator[Step]:
    """y[at] = activation(term); `before` gives all values before the activation, which a softmax needs."""
    name = activation_name(layer.activation)
    if name in UNTOLD:
        return
    if name == "linear":
        yield Step(named("y", at), term)
    elif name in ("softmax", "log_softmax"):
        yield Step(named("z", at), term)
        every = before()
        yield from normalized(every, at, "z", places(at, every.shape, (-1,)), log=name == "log_softmax")
    elif name == "glu":
        yield Step(named("z", at), term)
        yield gated_half(before(), at, "z")
    else:
        yield Step(named("y", at), Call(name, (term,), float(y[at])))


def gated_half(z: Array, at: Index, name: str) -> Step:
    """glu: one half of the last axis, gated with the other."""
    gate = element(name, z, (*at[:-1], at[-1] + z.shape[-1] // 2))
    opened = Call("sigmoid", (gate,), 1 / (1 + math.exp(-max(gate.value, -LARGE))))
    return Step(named("y", at), Product((element(name, z, at), opened)), "glu: the second half gates the first")


def without_activation(layer: Any) -> Any:
    """The same layer, whose forward pass stops before the activation."""
    plain = copy(layer)
    plain.activation = "linear"
    return plain


def normalized(z: Array, at: Index, name: str, row: Sequence[Index], *, log: bool = False) -> Iterator[Step]:
    """The softmax of z over some places, at one of them."""
    largest = max(float(z[each]) for each in row)
    shift = largest if abs(largest) > LARGE else 0.0
    sum_of = total(len(row), lambda index: exp(element(name, z, row[index]), shift))
    if log:
        term = Difference(shifted(element(name, z, at), shift), Call("log", (sum_of,), math.log(value(sum_of))))
        yield Step(named("y", at), term)
        return
    note = f"the largest {name} is subtracted from all, which changes nothing" if shift else ""
    yield Step(named("y", at), Quotient(exp(element(name, z, at), shift), sum_of), note)


def exp(z: Leaf, shift: float = 0.0) -> Call:
    term = shifted(z, shift)
    return Call("exp", (term,), math.exp(value(term)))


def shifted(z: Leaf, shift: float) -> Term:
    return Difference(z, Leaf(shift, "max")) if shift else z


# -- windows ---------------------------------------------------------------------------------
def pixel(layer: Any, sample: int, spatial: Index, channel: int) -> Index:
    """The index of a pixel, wherever `data_format` puts the channels."""
    return (sample, channel, *spatial) if layer.data_format == "channels_first" else (sample, *spatial, channel)


def split_pixel(layer: Any, at: Index) -> tuple[int, Index, int]:
    """Sample, position and channel of an index."""
    sample, *rest = at
    return (
        (sample, tuple(rest[1:]), rest[0])
        if layer.data_format == "channels_first"
        else (sample, tuple(rest[:-1]), rest[-1])
    )


def spatial_sizes(layer: Any, x: Array) -> Index:
    return tuple(x.shape[2:] if layer.data_format == "channels_first" else x.shape[1:-1])


def taps(layer: Any, sizes: Index, out: Index, window: Index, dilation: Index) -> list[tuple[Index, Index]]:
    """The elements of a window (tap and position) that lie in the input; the others lie in the padding."""
    return tapped(layer.padding, layer.strides, sizes, out, window, dilation)


def tapped(  # as many as a window has
    padding: str, strides: Index, sizes: Index, out: Index, window: Index, dilation: Index
) -> list[tuple[Index, Index]]:
    """The same by padding and strides."""
    axes = [list(_taps(padding, *axis)) for axis in zip(sizes, out, window, strides, dilation, strict=True)]
    return [(tuple(tap for tap, _ in each), tuple(place for _, place in each)) for each in product(*axes)]


def _taps(padding: str, size: int, out: int, window: int, stride: int, dilation: int) -> Iterator[tuple[int, int]]:
    reach = dilation * (window - 1) + 1
    before = 0
    if padding == "same":
        before = max((-(-size // stride) - 1) * stride + reach - size, 0) // 2
    elif padding == "causal":
        before = reach - 1
    for tap in range(window):
        place = out * stride - before + tap * dilation
        if 0 <= place < size:
            yield tap, place


def noted(steps: Iterator[Step], inside: int, window: Index) -> Iterator[Step]:
    """The steps, the first with a note if part of the window lies in the padding."""
    whole = math.prod(window)
    note = f"{whole - inside} of the window's {whole} places lie in the padding, which adds nothing"
    for index, step in enumerate(steps):
        yield step._replace(note=note) if inside < whole and not index else step


# -- means -----------------------------------------------------------------------------------
def places(at: Index, sizes: Index, axes: Sequence[int]) -> list[Index]:
    """All indices that differ from `at` only along `axes`."""
    free = {axis % len(at) for axis in axes}
    ranges = [range(size) if axis in free else (at[axis],) for axis, size in enumerate(sizes)]
    return list(product(*ranges))


def mean(name: str, x: Array, where: Sequence[Index]) -> Step:
    return Step(name, Quotient(total(len(where), lambda index: element("x", x, where[index])), count(where)))


def variance(name: str, x: Array, where: Sequence[Index], center: Leaf) -> Step:
    def term(index: int) -> Square:
        return Square(Difference(element("x", x, where[index]), center))

    return Step(name, Quotient(total(len(where), term), count(where)))


def squares(x: Array, where: Sequence[Index]) -> Sum:
    return total(len(where), lambda index: Square(element("x", x, where[index])))


def count(where: Sequence[Index]) -> Leaf:
    return Leaf(len(where))


def root(*terms: Term) -> Call:
    """sqrt(a + b)"""
    inner = Sum(terms) if len(terms) > 1 else terms[0]
    return Call("sqrt", (inner,), math.sqrt(value(inner)))


def result(step: Step) -> Leaf:
    """What a step computed, for the steps after it."""
    return Leaf(value(step.term), step.name)


def scaled(top: Term, below: Term, gamma: Leaf | None, beta: Leaf | None) -> Term:
    """gamma · top / below + beta, of which gamma and beta may be missing."""
    term = Quotient(top if gamma is None else Product((gamma, top)), below)
    return term if beta is None else Sum((term, beta))


# -- values that only move -------------------------------------------------------------------
def moved(layer: Any, ops: ModuleType, y: Array, at: Index, x: Array) -> Iterator[Step]:
    """The element of the input that arrives at y[at]: found by sending the positions through the layer instead."""
    came_from = int(layer.forward(ops, {}, ops.positions(x.shape))[at])
    if not came_from:
        yield Step(named("y", at), Leaf(float(y[at])), "not from the input")
        return
    rest, index = came_from - 1, list[int]()
    for size in reversed(x.shape):
        rest, place = divmod(rest, size)
        index.insert(0, place)
    yield Step(named("y", at), element("x", x, index))
