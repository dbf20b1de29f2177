"""What a figure consists of: layers with what they wear, side by side in parts; frames of parts; arrows and skips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.render.diagram.diagram import Box
    from densecli.shape import Shape

WORN = ("normalization", "activation", "regularization")  # kinds that change no shape, drawn on the layer before
INLET = "inlet"  # the type of a box for what comes into a frame
REST = "…"  # of one that stands for so many layers (`times`) that are left out


class Solid(Record):
    """A layer that is drawn, and those that it wears."""

    box: Box
    worn: tuple[Box, ...] = ()

    @property
    def shape(self) -> Shape | None:
        return output_of(self.box)


class Part(Record):
    """What has a place of its own: layers side by side, or a frame of its own parts."""

    solids: tuple[Solid, ...]
    frame: Frame | None = None


class Link(Record):
    """An arrow from a layer (its part, and its place there) to a part."""

    source: tuple[int, int]
    target: int


class Frame(Record):
    """A model, a nested model or a block that repeats. `skips` lead past the parts between their ends, on or back."""

    box: Box
    parts: tuple[Part, ...]
    links: tuple[Link, ...]
    skips: tuple[Link, ...]


def solids_of(frame: Frame) -> Iterator[Solid]:
    """The layers that a frame shows, those in its frames too."""
    for part in frame.parts:
        yield from solids_of(part.frame) if part.frame is not None else part.solids


def layers_in(part: Part) -> int:
    """The layers that a part stands for, with what they wear; of a block that repeats, all copies."""
    if part.frame is None:
        return sum(_layers(solid) for solid in part.solids)
    return part.frame.box.times * sum(map(layers_in, part.frame.parts))


def _layers(solid: Solid) -> int:
    return 0 if solid.box.type == INLET else solid.box.times + len(solid.worn)


def is_merge(box: Box) -> bool:
    """Whether a layer is drawn as a circle with a sign."""
    return box.kind.name == "merge" and not box.boxes


def merged_by(box: Box) -> str:
    """The function of a merge, in lower case: add, concatenate, …"""
    layer = None if box.row is None else box.row.layer
    return str(getattr(layer, "rule", type(layer).__name__)).lower()


def is_solid(box: Box) -> bool:
    """Whether it is a layer with a size, not a frame, a sign, a dot, or what is left out."""
    return not box.boxes and not is_merge(box) and (box.row is not None or box.tensor is not None)


def output_of(box: Box) -> Shape | None:
    """The shape of a layer's first output, after an axis for the batch."""
    if box.tensor is not None or box.row is None:
        return box.tensor
    shapes = box.row.output_shapes
    return shapes[0] if shapes else None
