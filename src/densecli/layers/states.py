"""The states of recurrent cells: shapes or arrays in nested lists, one for each state of each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ShapeError
from densecli.shape import Shape, show

if TYPE_CHECKING:
    from collections.abc import Iterator

States = list[Any]  # one shape or array each, or a list of them for a cell among stacked ones


def common_batch(shapes: list[Shape]) -> int | None:
    """The batch of tensors that are computed together: a batch of 1 serves any other (Keras 3.15.1)."""
    sizes = [shape[0] for shape in shapes]
    return next((size for size in sizes if size not in (None, 1)), None if None in sizes else 1)


def check_states(states: Any, expected: States) -> None:
    """Keras 3.15.1 lets any state pass when it infers shapes, and fails with the first batch; here it fails at once."""
    flat, wanted = flatten(states), flatten(expected)
    fits = len(flat) == len(wanted) and all(_fits(*pair) for pair in zip(flat, wanted, strict=True))
    if not fits:
        raise ShapeError(
            f"the states {show(flat)} do not fit", hint=f"expected {len(wanted)}: {', '.join(map(show, wanted))}"
        )


def _fits(state: Shape, wanted: Shape) -> bool:
    return len(state) == len(wanted) and all(
        i is None or j is None or i == j for i, j in zip(state[1:], wanted[1:], strict=True)
    )


def flatten(tree: Any) -> list[Any]:
    """The shapes or arrays of nested lists, in order."""
    return [leaf for branch in tree for leaf in flatten(branch)] if isinstance(tree, list) else [tree]


def pack(flat: Iterator[Any], structure: Any) -> Any:
    """Leaves from `flat` in the structure of another tree."""
    return [pack(flat, branch) for branch in structure] if isinstance(structure, list) else next(flat)
