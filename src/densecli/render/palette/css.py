"""The palette as CSS, in literal colors: only browsers know variables, and pictures go into editors and papers as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.languages.xml import Xml
from densecli.render.palette.kinds import KINDS
from densecli.render.palette.theme import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from densecli.render.palette.kinds import Kind
    from densecli.render.palette.theme import Theme


def style(rules: Callable[[Theme], Xml], theme: str = "auto") -> Xml:
    """Rules in one theme, `light` or `dark`; in `auto` the reader's system decides, and paper is light."""
    if theme != "auto":
        return rules(DARK if theme == "dark" else LIGHT)
    dark = Xml.put("@media screen and (prefers-color-scheme: dark) {{\n{}\n}}", rules(DARK))
    return Xml.put("{}\n{}", rules(LIGHT), dark)


def kind_rules(theme: Theme, kinds: Iterable[Kind] = KINDS) -> Xml:
    """A class for each kind, such as `k-dense`: the color of faces and of the edges around them."""
    return Xml.joined("\n", [_rule(theme, kind) for kind in kinds])


def _rule(theme: Theme, kind: Kind) -> Xml:
    shade = theme.shade(kind)
    return Xml.put(".k-{} {{ fill: #{:06x}; stroke: #{:06x}; }}", Xml.quoted(kind.name), shade.fill, shade.edge)
