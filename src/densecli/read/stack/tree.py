"""The parse tree of a DSL text: stacks of steps, each a layer, a stack in parentheses or branches."""

from __future__ import annotations

from typing import Any

from densecli.records import Record


class Argument(Record):
    """One argument; offsets count from the start of its layer, so that equal texts give equal units."""

    name: str | None
    value: Any
    start: int
    end: int


class Unit(Record):
    """TYPE(arguments), with a name of `typed` letters. As a value, it is at `start` in the enclosing layer."""

    type: str
    arguments: tuple[Argument, ...]
    bare: bool  # no parentheses: in a branch this may be the name of an earlier layer
    length: int
    start: int
    typed: int


class Branches(Record):
    """[a | b]; None is `_`."""

    branches: tuple[Stack | None, ...]


class Step(Record):
    """A unit in a stack, with the input shape and the repeat count written after it."""

    what: Unit | Branches | Stack
    start: int
    end: int
    shape: Argument | None = None
    repeat: Argument | None = None


class Stack(Record):
    """Steps that follow each other."""

    steps: list[Step]


class Nested(Record):
    """A stack as a value: a model inside a layer. Its offsets count like those of the whole text, in which the layer was at `base`."""

    stack: Stack
    base: int


class Word(str):
    """A word without quotes."""

    __slots__ = ()
