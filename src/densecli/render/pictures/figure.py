"""A drawing with the words that say what it shows, and the numbers that may stand in its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from densecli.render.pictures.drawing import Drawing


class Figure(Record):
    """A drawing and its caption, which also describes it to those who cannot see it."""

    drawing: Drawing
    caption: str


class Sample(Record):
    """The arrays of one sample of a call; what is not there is not known."""

    inputs: tuple[Any, ...] = ()
    weights: Mapping[str, Any] = {}  # never written to
    outputs: tuple[Any, ...] = ()
    notes: Mapping[str, Any] = {}  # lists of arrays by name: what kernels noted on their way
    about: str = ""  # which of several equal calls they are from

    def input(self, which: int = 0) -> Any:
        return self.inputs[which] if which < len(self.inputs) else None

    def output(self, which: int = 0) -> Any:
        return self.outputs[which] if which < len(self.outputs) else None
