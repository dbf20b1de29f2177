"""Records are named tuples: the standard library's are the oracle."""

from __future__ import annotations

import pickle
from typing import Any, NamedTuple

import pytest

from densecli.records import Record


class Ours(Record):
    """A point."""

    x: int
    y: Any = 2
    names: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return self.x + self.y


class Theirs(NamedTuple):
    """A point."""

    x: int
    y: Any = 2
    names: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return self.x + self.y


@pytest.mark.parametrize("use", [
    lambda kind: kind(1),
    lambda kind: kind(1, 3, ("a",)),
    lambda kind: kind(names=("a",), x=5),
    lambda kind: kind._make([1, 2, ()]),
    lambda kind: kind(1)._replace(y=7),
    lambda kind: kind(1).total,
    lambda kind: kind(1)._asdict(),
    lambda kind: (kind._fields, kind.__match_args__, kind.__doc__),
    lambda kind: (kind(1) == (1, 2, ()), kind(1) == kind(2), hash(kind(1)) == hash((1, 2, ()))),
    lambda kind: [*kind(1)][1:] + list(kind(3)[:1]),
    lambda kind: pickle.loads(pickle.dumps(kind(1))) == kind(1),
    lambda kind: repr(kind(1)).partition("(")[2],
    lambda kind: hasattr(kind(1), "__dict__"),
])  # fmt: skip
def test_a_record_does_what_a_named_tuple_does(use):
    assert use(Ours) == use(Theirs)


@pytest.mark.parametrize("use", [
    lambda kind: kind(),
    lambda kind: kind(1, 2, (), 4),
    lambda kind: kind(1, z=2),
    lambda kind: kind(1, x=2),
    lambda kind: kind(1)._replace(z=2),
    lambda kind: kind._make([1]),
])  # fmt: skip
def test_what_a_named_tuple_refuses(use):
    with pytest.raises((TypeError, ValueError)):
        use(Theirs)
    with pytest.raises(TypeError):
        use(Ours)


def test_a_record_cannot_be_changed():
    with pytest.raises(AttributeError):
        Ours(1).x = 2
    with pytest.raises(AttributeError):
        Ours(1).z = 2


def test_match_takes_a_record_apart():
    match Ours(1, 5):
        case Ours(x, y):
            assert (x, y) == (1, 5)
