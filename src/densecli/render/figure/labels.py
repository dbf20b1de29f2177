"""What a figure says: in the boxes of layers, beside layers, and of whole blocks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from densecli.records import Record
from densecli.render.figure.letters import width
from densecli.render.figure.parts import INLET, REST, WORN, is_merge, merged_by, output_of
from densecli.render.figure.sizes import axes_of, number, shape_label, space_label

if TYPE_CHECKING:
    from collections.abc import Collection

    from densecli.render.diagram.diagram import Box
    from densecli.render.figure.parts import Part, Solid

SMALL, NORMAL = 9.0, 10.0  # sizes of text
SHORTEST = 3  # letters that names must share to be a name of their block


class Label(Record):
    """A line of text."""

    text: str
    size: float
    bold: bool = False
    dim: bool = False

    @property
    def width(self) -> float:
        return width(self.text, self.size, bold=self.bold)


class Labels:
    """The words of one figure: `wanted` are any of sizes, types, names and params."""

    def __init__(self, wanted: Collection[str], *, horizontal: bool) -> None:
        self.wanted, self.horizontal = wanted, horizontal

    def in_box(self, box: Box, *, worn: bool = False) -> tuple[Label, ...]:
        """The lines of a layer that is drawn as a box; one that is worn does not say again what does not change."""
        if box.type == REST:
            return (Label(box.name, SMALL),)
        lines = [Label(_type(box), NORMAL, bold=True)]
        lines += [Label(box.short_name, SMALL)] if "names" in self.wanted else []
        sizes = [shape_label(output_of(box))] if "sizes" in self.wanted and not worn else []
        sizes += [box.params] if "params" in self.wanted and box.params else []
        sizes += [calls(box)] if "sizes" in self.wanted and calls(box) else []
        return (*lines, Label(" · ".join(sizes), SMALL)) if sizes else tuple(lines)

    def beside(self, solid: Solid) -> tuple[Label, ...]:
        """The size of one layer: its channels where the rest is said of its block, none where nothing changes."""
        box, axes = solid.box, axes_of(solid)
        if "sizes" not in self.wanted or box.type == INLET or box.kind.name in WORN:
            return ()
        if not self.horizontal or solid.shape is None:
            return (Label(shape_label(solid.shape), SMALL),)
        if is_merge(box) and merged_by(box) != "concatenate":
            return ()
        return (Label(number(axes.channels), SMALL),)

    def of_block(self, part: Part) -> tuple[Label, ...]:
        """What is said of all layers of a block."""
        first = part.solids[0]
        if first.box.type == INLET or is_merge(first.box) or first.box.kind.name in WORN:
            return ()
        space = space_label(axes_of(first)) if "sizes" in self.wanted and self.horizontal else ""
        lines = [Label(space, SMALL, dim=True)] if space else []
        lines += [Label(text, SMALL) for text in _types(part)] if "types" in self.wanted else []
        named = "names" in self.wanted or first.box.kind.name == "model"
        lines += [Label(_common_name(part), SMALL)] if named else []
        called = dict.fromkeys(calls(solid.box) for solid in part.solids) if "sizes" in self.wanted else ()
        lines += [Label(each, SMALL, dim=True) for each in called if each]
        params = [solid.box.params for solid in part.solids if solid.box.params] if "params" in self.wanted else []
        return (*lines, *[Label(each, SMALL, dim=True) for each in params])


def calls(box: Box) -> str:
    """How often a layer is called, if that is more than once."""
    count = 0 if box.row is None else len(box.row.calls)
    return f"{count} calls" if count > 1 else ""


def _type(box: Box) -> str:
    return "Input" if box.type == "InputLayer" else box.type


def _types(part: Part) -> list[str]:
    """Conv2D × 2, MaxPooling2D"""
    counts = Counter(_type(solid.box) for solid in part.solids)
    return [name if count == 1 else f"{name} × {count}" for name, count in counts.items()]


def _common_name(part: Part) -> str:
    """What the names of a block have in common, or the first of them."""
    names = [solid.box.short_name for solid in part.solids]
    low, high = min(names), max(names)
    same = next((at for at, char in enumerate(low) if char != high[at]), len(low))
    common = low[:same].rstrip("_-./0123456789") if len(names) > 1 else low
    return common if len(common) >= SHORTEST else names[0]
