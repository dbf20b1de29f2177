"""Python as found on web pages: with prompts, printed results, Markdown around it, or all lines indented.

A page is a list of lines. Some are kept, shortened at their start; the others become empty.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from densecli.read.python.text.rewrite import Edit
from densecli.read.python.text.scan import Token
from densecli.read.python.text.statements import starts_as_python
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE = re.compile(r"([^\r\n]*+)(?:\r\n|[\r\n]|\Z)")
_FENCE = re.compile(r"[^\S\r\n]*(`{3,}|~{3,})[^\S\r\n]*\{?[.]?([\w+-]*)[^`]*")
_PYTHON = ("python", "python2", "python3", "py", "ipython", "ipython3", "pycon", "python-repl", "python-console")
_PROMPT = re.compile(r"[^\S\r\n]*(?:>>>|In ?\[[ \d]*\]:) ?")
_GOES_ON = re.compile(r"[^\S\r\n]*\.{3,}:?(?: |$)")
_BLOCK = re.compile(r"[^\S\r\n]*In ?\[[ \d]*\]:\s*$")
_RESULT = re.compile(r"[^\S\r\n]*Out ?\[[ \d]*\]:")

_ODD_BLANK = re.compile(r"[^\S\x00-\x7f]|[\u200b-\u200d\u2060\ufeff]")


class Line(Record):
    """The kept part of a line: its offset in the text, and the characters from there to the end of the line."""

    start: int
    text: str

    def after(self, length: int) -> Line:
        return Line(self.start + length, self.text[length:])

    @property
    def indentation(self) -> int:
        return len(self.text) - len(self.text.lstrip())


def has_number(text: str) -> bool:
    """Whether a text starts with a numbered prompt."""
    return re.match(r"\s*In ?\[[ \d]*\]:", text) is not None


def has_prompt(text: str) -> bool:
    return re.search(r"(?m)^[^\S\r\n]*(?:>>>|In ?\[[ \d]*\]:)", text) is not None


def edits(text: str) -> list[Edit]:
    """The edits that turn a page into Python; none if it doesn't look like one."""
    lines = lines_of(text)
    return cut(lines, [line for block in blocks(lines) or [lines] for line in code(block)])


def blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """The Python in a page's Markdown code blocks; none if the page starts as Python, fences or not."""
    found = _fenced(lines)
    return [block for block, tagged in found if tagged or _starts_as_python(block)] if _is_prose(lines, _FENCE) else []


def _is_prose(lines: Sequence[Line], mark: re.Pattern[str]) -> bool:
    """Whether one of the lines has a mark with no Python before it: a docstring may contain marks, too."""
    first = next((index for index, line in enumerate(lines) if mark.match(line.text)), None)
    return first is not None and not _starts_as_python(lines[:first])


def _starts_as_python(lines: Sequence[Line]) -> bool:
    return starts_as_python("\n".join(line.text for line in lines))


def blanks(text: str, found: Sequence[Token]) -> Iterator[Edit]:
    """Replace spaces that Python does not accept and zero-width characters by blanks, outside strings."""
    at = 0
    for token in () if text.isascii() else chain(found, [Token("end", "", len(text))]):
        end = token.end if token.kind == "operator" else token.start
        yield from (Edit(odd.start(), odd.end(), " ") for odd in _ODD_BLANK.finditer(text, at, end))
        at = token.end


def lines_of(text: str, start: int = 0) -> list[Line]:
    return [Line(start + found.start(), found[1]) for found in _LINE.finditer(text) if found.group() or not text]


def cut(lines: Sequence[Line], kept: Sequence[Line]) -> list[Edit]:
    """The edits that leave only the kept lines."""
    stays = {line.start + len(line.text): line for line in kept}
    ends = [(line, line.start + len(line.text)) for line in lines]
    starts = [(line.start, stays[end].start if end in stays else end) for line, end in ends]
    return [Edit(start, end) for start, end in starts if start < end]


def code(lines: Sequence[Line]) -> list[Line]:
    """The code in consecutive lines."""
    return _dedented(_prompted(lines) if _is_prose(lines, _PROMPT) else list(lines))


def _fenced(lines: Sequence[Line]) -> list[tuple[list[Line], bool]]:
    """The contents of the fences that name Python or no language, and whether they name it."""
    found: list[tuple[list[Line], bool]] = []
    fence, block = "", list[Line]()
    for line in lines:
        mark = _FENCE.fullmatch(line.text)
        if not fence and mark is not None:
            fence, block = mark[1], []
            if mark[2].lower() in ("", *_PYTHON):
                found.append((block, mark[2] != ""))
        elif fence and mark is not None and mark[1].startswith(fence) and not mark[2]:
            fence = ""
        elif fence:
            block.append(line)
    return found


def _prompted(lines: Sequence[Line]) -> Iterator[Line]:
    """The input typed at the prompts of a session."""
    typing = block = False
    for line in lines:
        prompt = _PROMPT.match(line.text)
        mark = prompt or (_GOES_ON.match(line.text) if typing else None)
        if prompt is not None:
            typing, block = True, _BLOCK.match(line.text) is not None
        elif _RESULT.match(line.text) or not (mark or block):
            typing = block = False
            continue
        yield line if mark is None else line.after(mark.end())


def _dedented(lines: Sequence[Line] | Iterator[Line]) -> list[Line]:
    """The lines without the indentation of the first one; if the first line lost its own, the second decides."""
    lines = list(lines)
    filled = [line for line in lines if line.text.strip() and not line.text.lstrip().startswith("#")]
    if not filled:
        return lines
    margin, rest = filled[0].indentation, filled[1:]
    if margin == 0 and rest and not filled[0].text.rstrip().endswith((":", "(", "[", "{", ",", "\\")):
        margin = min(line.indentation for line in rest)
    return [line.after(min(margin, line.indentation)) for line in lines]
