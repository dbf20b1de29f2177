"""Worked examples: one output element of each call, written out by its layer and checked against the pass itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import kernels
from densecli.arithmetic import Step, leaves, magnitude, value
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.run.record import Recorded

Array = Any
NEAR, NEAR_HALF = 1e-3, 3e-2  # by how much arithmetic in float64 may differ from the kernels', relative to its numbers


class Example(Record):
    """One output element of a call: `path` is that of its layer, `steps` end with the element, `value` is the pass's own."""

    path: str
    call: int
    at: tuple[int, ...]
    value: float
    steps: tuple[Step, ...]
    why: str = ""  # there are no steps
    about: str = ""  # which of several equal calls, such as step 0


def examples(calls: Sequence[Recorded], at: tuple[int, ...] | None = None, above: str = "") -> Iterator[Example]:
    """An example for each call, those inside models after their model's; for the element at `at`, else the first."""
    for each in calls:
        path = f"{above}{each.name}"
        if not each.inside:
            yield example(each, path, at)
        yield from examples((*each.inside, *each.within), at, f"{path}/")


def example(call: Recorded, path: str, at: tuple[int, ...] | None = None) -> Example:
    y = call.outputs[0]
    if y.dtype.kind not in "fiub":
        return Example(path, call.call, (), 0.0, (), "its output is text", call.about)
    place = nearest(at, y.shape)
    found = Example(path, call.call, place, float(y[place]), (), about=call.about)
    with kernels.silence():
        steps = tuple(call.layer.worked(kernels, call.weights, y, place, *call.args, **call.kwargs))
    if not steps:
        return found._replace(why=f"no example is written for {call.layer.type_name} with these arguments")
    if not comes_out(steps[-1], found.value, str(y.dtype)) or not hold_together(steps, str(y.dtype)):
        return found._replace(why="its arithmetic, step by step, does not come out at the result")
    return found._replace(steps=steps)


def nearest(at: tuple[int, ...] | None, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The place as an index of this shape; axes that it lacks are 0, and sizes that it exceeds end at the last."""
    given = (at or ())[: len(shape)]
    return tuple(min(index, size - 1) for index, size in zip((*given, *(0,) * len(shape)), shape, strict=False))


def hold_together(steps: Sequence[Step], dtype: str) -> bool:
    """Whether each step gives what the later ones take by its name, which may come from the kernels."""
    made: dict[str, Step] = {}
    for step in steps:
        if not all(
            comes_out(made[leaf.symbol], leaf.value, dtype) for leaf in leaves(step.term) if leaf.symbol in made
        ):
            return False
        made[step.name] = step
    return True


def comes_out(step: Step, wanted: float, dtype: str) -> bool:
    """Whether a step has the value that the pass computed; not for NaN and infinity, which nothing explains."""
    near = NEAR_HALF if dtype == "float16" else NEAR
    return abs(value(step.term) - wanted) <= near * max(magnitude(step.term), abs(wanted), 1e-30)
