"""The places of the keys in TOML text, which tomllib does not report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    Path = tuple[str, ...]
    Span = tuple[int, int]

MOST_PARTS = 100  # of a dotted key; tomllib takes time and memory quadratic in them
_LINE = re.compile(r"[ \t]*+(\[?+\[?+)([^\r\n]*+)[\r\n]*+")
_KEY = re.compile(r"[ \t]*+([\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+")
_DOTTED = r"(?<![\w-])(?>(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+)+)"


def long_key(text: str) -> Span | None:
    """The start of a key that has more parts than are read."""
    return next((found.span() for found in re.finditer(_DOTTED, text) if found[0].count(".") > MOST_PARTS), None)


def spans(text: str, section: Path) -> dict[Path, Span]:
    """The first places of the headers and keys in a section and its parents."""
    found: dict[Path, Span] = {}
    table: Path = ()
    for start, mark, keys in _lines(text):
        if mark:
            table = ()
        path = (*table, *(key for key, _ in keys))
        if mark:
            table = path
        if not _related(path, section):
            continue
        for count in range(len(path) - len(keys) + 1, len(path) + 1):
            whole = (start, keys[-1][1][1] + len(mark))
            found.setdefault(path[:count], whole if mark else keys[0][1])
    return found


def _related(path: Path, section: Path) -> bool:
    shorter = min(len(path), len(section))
    return path[:shorter] == section[:shorter]


def _lines(text: str) -> Iterator[tuple[int, str, list[tuple[str, Span]]]]:
    """The lines with a key: the offset of the first character, `[` or `[[` before it, and the parts of the key."""
    for line in _LINE.finditer(text):
        keys = [*_keys(text, line.start(2))]
        if keys:
            yield line.start(1), line[1], keys


def _keys(text: str, at: int) -> Iterator[tuple[str, Span]]:
    """A dotted key, part by part."""
    while (found := _KEY.match(text, at)) is not None:
        yield found[1].strip("\"'"), found.span(1)
        at = found.end()
        if not text.startswith(".", at):
            return
        at += 1
