"""Vectors of categories in numbers: what makes one column of them. Imported when an example is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.arithmetic import MOST, Leaf, Step, element, total
from densecli.layers.worked import named
from densecli.text import quote, safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.layers.lookup import IndexLookup

    Array = Any
    Index = tuple[int, ...]


def categories(mode: str, x: Array, at: Index, weights: Array | None = None, name: str = "x") -> Iterator[Step]:
    """One column of a vector: whether its number occurs among those that the vector is for, or how often."""
    *rest, column = at
    if mode == "one_hot":
        where = [tuple(rest) if len(rest) == x.ndim else (*rest, 0)]
    else:
        spread = 1 if x.ndim > 1 else 0
        where = [(*rest[:spread], index, *rest[spread:]) for index in range(x.shape[spread])]
    hits = [each for each in where if int(x[each]) == column]
    note = f"{', '.join(named(name, each) for each in hits[:MOST]) or 'nothing'} is {column}"
    if len(where) <= MOST:
        numbers = f"{name} holds {', '.join(str(x[each]) for each in where)} there"
        note = f"{numbers}; {note}"
    if mode == "count" and hits:
        yield Step(
            named("y", at),
            total(
                len(hits),
                lambda index: Leaf(1.0) if weights is None else element("count_weights", weights, hits[index]),
            ),
            note,
        )
    else:
        yield Step(named("y", at), Leaf(float(bool(hits))), note)


def looked_up(layer: IndexLookup, x: Array, y: Array, at: Index, name: str) -> Iterator[Step]:
    """The place of a term in the vocabulary, or one of those for unknown terms."""
    found = x[at]
    term = layer.key(found) if isinstance(found, bytes | str) else int(found)
    word = term.decode("utf-8", "replace") if isinstance(term, bytes) else str(term)
    shown = f"{named(name, at)} is {quote(safe(word), 40)}"
    if layer.invert:
        yield Step(
            named("y", at),
            Leaf(float(y[at])),
            f"{shown}: that is where the term stands, after those for special tokens",
        )
    elif term in layer.table():
        yield Step(named("y", at), Leaf(float(y[at])), f"{shown}, in the vocabulary")
    else:
        yield Step(named("y", at), Leaf(float(y[at])), f"{shown}, which is not in the vocabulary")
