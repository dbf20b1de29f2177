"""A figure that would be too long, with one box instead of the parts in its middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.diagram.diagram import Box
from densecli.render.figure.parts import REST, Frame, Link, Part, Solid, layers_in, solids_of
from densecli.render.palette.kinds import BY_NAME
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence


def shortened(frame: Frame, most: int) -> Frame:
    """The frame with so many layers at most, from both ends; a rank with too many is left out too."""
    ranks = _ranks(frame)
    layers = [0] * (max(ranks) + 1)
    for part, rank in zip(frame.parts, ranks, strict=True):
        layers[rank] += len(part.solids) if part.frame is None else sum(1 for _ in solids_of(part.frame))
    first, last = _ends(layers, most)
    return _without(frame, [first <= rank <= last for rank in ranks])


def _ends(layers: Sequence[int], most: int) -> tuple[int, int]:
    """The first and the last rank to leave out, as near to the middle as the others allow."""
    first, last = 0, len(layers) - 1
    while first < last:
        at = first if first <= len(layers) - 1 - last else last
        most -= layers[at]
        if most < 0:
            break
        first, last = (first + 1, last) if at == first else (first, last - 1)
    return first, last


def _ranks(frame: Frame) -> list[int]:
    """How many parts come before each part on the longest way to it."""
    ranks = [0] * len(frame.parts)
    for link in sorted(frame.links, key=lambda link: link.target):  # sources come before their targets
        ranks[link.target] = max(ranks[link.target], ranks[link.source[0]] + 1)
    return ranks


def _without(frame: Frame, gone: Sequence[bool]) -> Frame:
    """The frame with one part instead of some, to which their links lead."""
    left_out = sum(layers_in(part) for part, out in zip(frame.parts, gone, strict=True) if out)
    rest = Part((Solid(Box(-1, f"… {plural(left_out, 'layer')}", REST, "", "", BY_NAME["model"], left_out)),))
    parts, place = list[Part](), list[int]()
    middle = gone.index(True)
    before = sum(not out for out in gone[:middle])
    for at, (part, out) in enumerate(zip(frame.parts, gone, strict=True)):
        if at == middle or not out:
            parts.append(rest if out else part)
        place.append(before if out else len(parts) - 1)

    def moved(links: Sequence[Link]) -> tuple[Link, ...]:
        ends = [((place[part], 0 if gone[part] else solid), place[target]) for (part, solid), target in links]
        return tuple(dict.fromkeys(Link(source, target) for source, target in ends if source[0] != target))

    links = moved(frame.links)
    return Frame(frame.box, tuple(parts), links, tuple(link for link in moved(frame.skips) if link not in links))
