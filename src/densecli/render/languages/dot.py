"""Graphviz' language."""

from __future__ import annotations

from densecli.render.languages.written import Written
from densecli.text import safe


class Dot(Written):
    """A graph or a part of one."""

    __slots__ = ()

    @classmethod
    def quoted(cls, *lines: str) -> Dot:
        r"""A label of these lines: `\`, `"` and the `&` of entities lose their meaning, `\n` parts the lines."""
        shown = [safe(line).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines if line]
        return cls('"' + "\\n".join(shown) + '"')
