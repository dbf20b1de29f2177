"""Jupyter notebooks: the code cells in order, as one text whose places are given as cell and line."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from densecli.errors import Place, Source, SpecSyntaxError
from densecli.read.python.text import page
from densecli.read.python.text.draft import Draft
from densecli.text import describe, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.read.limits import Limits
    from densecli.read.python.text.rewrite import Edit

# Cells that IPython passes to another program, or writes to a file.
_FOREIGN = (
    r"\s*%%(?:!|(?:bash|sh|shell|script|system|sx|cmd|html|HTML|svg|SVG|latex|markdown|javascript|js|perl|ruby|R|julia"
    r"|writefile|file|sql|bigquery|cython|cpp|cu)\b)"
)


class Cells(Source):
    """The code of a notebook, with an empty line before each cell and one after it.

    `cells` are the offset and the number of each, as editors count them, including the cells without code.
    """

    __slots__ = ("cells",)

    def __init__(self, name: str, text: str, cells: list[tuple[int, int]]) -> None:
        super().__init__(name, text)
        self.cells = cells

    def shown(self, offset: int) -> tuple[str, int, int]:
        start, number = self.cells[max(bisect_right(self.cells, offset, key=_offset) - 1, 0)]
        line, column = self.position(offset)
        return f"{self.name}:cell {number}", line - self.position(start)[0] + 1, column


def _offset(cell: tuple[int, int]) -> int:
    return cell[0]


def is_notebook(text: str) -> bool:
    """Whether a text is the JSON of a notebook."""
    return text.lstrip()[:1] == "{" and '"nbformat"' in text and ('"cells"' in text or '"worksheets"' in text)


def draft(source: Source, limits: Limits) -> Draft:
    """The code of a notebook. Raises SpecSyntaxError or LimitError."""
    from densecli.read.text.json import load_json  # noqa: PLC0415  # scripts need none

    document = load_json(source, limits, "a notebook")
    _check_language(document, source)
    texts: list[str] = []
    cells: list[tuple[int, int]] = []
    changes: list[Edit] = []
    at = 1
    for number, text in _code_cells(document, source):
        cells.append((at, number))
        changes += _edits(text, at)
        texts.append(f"\n{text}\n")
        at += len(text) + 2
    joined = Cells(source.name, "".join(texts), cells or [(0, 1)])
    return Draft(joined, joined).edited(changes)


def _edits(text: str, start: int) -> list[Edit]:
    """IPython's first step: remove prompts, indentation, and cells that are not Python."""
    lines = page.lines_of(text, start)
    if text.lstrip()[:2] == "%%" and re.match(_FOREIGN, text):
        return page.cut(lines, [])
    return page.cut(lines, page.code(lines)) if text[:1].isspace() or page.has_prompt(text) else []


def _check_language(document: dict[str, Any], source: Source) -> None:
    metadata = document.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = kernel.get("language") if isinstance(kernel, dict) else None
    if isinstance(language, str) and "python" not in language.lower():
        message = f"the notebook is written in {quote(language)}, not in Python"
        raise SpecSyntaxError(message, place=Place(source, pointer="/metadata/kernelspec/language"))


def _code_cells(document: dict[str, Any], source: Source) -> Iterator[tuple[int, str]]:
    """The number and the text of each code cell; before version 4, cells were in worksheets."""
    old = "worksheets" in document
    sheets = _of(list, document, "worksheets", "", source) if old else [document]
    number = 0
    for index, sheet in enumerate(sheets):
        where = f"/worksheets/{index}" if old else ""
        for position, cell in enumerate(_of(list, sheet, "cells", where, source)):
            number += 1
            pointer = f"{where}/cells/{position}"
            if _of(str, cell, "cell_type", pointer, source) == "code":
                yield number, _text(cell, "input" if "input" in cell else "source", pointer, source)


def _text(cell: Any, key: str, pointer: str, source: Source) -> str:
    lines = cell.get(key)
    if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
        return "".join(lines)
    found: str = _of(str, cell, key, pointer, source)
    return found


def _of(kind: type, holder: Any, key: str, pointer: str, source: Source) -> Any:
    """The value of a key, if it has that type. Raises SpecSyntaxError E302."""
    found = holder.get(key) if isinstance(holder, dict) else holder
    if isinstance(holder, dict) and isinstance(found, kind):
        return found
    where = f"{pointer}/{key}" if isinstance(holder, dict) and key in holder else pointer
    expected = "a list" if kind is list else "text"
    message = f"not a notebook: expected {expected} under {quote(key)}, got {describe(found)}"
    raise SpecSyntaxError(message, code="E302", place=Place(source, pointer=where))
