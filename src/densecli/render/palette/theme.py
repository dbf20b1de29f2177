"""Light and dark paper, and the colors of everything on it but layers. Colors are numbers: every language can write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from densecli.render.palette.kinds import Kind, Shade


class Theme(Record):
    """The neutral colors of a picture, each 0xRRGGBB."""

    name: str
    paper: int
    ink: int  # text
    dim: int  # text of less weight
    wire: int  # arrows
    line: int  # borders of frames
    frame: int  # what is behind a group of layers
    box: int  # what is behind text in a box

    def shade(self, kind: Kind) -> Shade:
        """The colors of a kind of layer on this paper."""
        return kind.dark if self.name == "dark" else kind.light


LIGHT = Theme("light", 0xFFFFFF, 0x1C2430, 0x5B6675, 0x6B7686, 0xAEB8C4, 0xF2F4F7, 0xFFFFFF)
DARK = Theme("dark", 0x10151B, 0xE6EAF0, 0x9AA7B6, 0x8494A6, 0x4A5666, 0x171D25, 0x1D2530)


def mix(color: int, other: int, share: float) -> int:
    """A color with a share of another in it."""
    parts = [(color >> shift & 255, other >> shift & 255, shift) for shift in (16, 8, 0)]
    return sum(round(one + (two - one) * share) << shift for one, two, shift in parts)
