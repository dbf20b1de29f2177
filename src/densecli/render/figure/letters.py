"""How wide text is, in Helvetica with room for wider letters: where it and Arial are missing, DejaVu Sans may stand in."""

from __future__ import annotations

from densecli.text import cell_width

# Thousandths of the size for U+0020 to U+007E, from Adobe's metrics of Helvetica (AFM, 1997).
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
    556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_WIDER = 1.12  # DejaVu Sans
_BOLD = 1.08  # what bold letters add on average


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line in pixels, at a size in pixels; a little too wide for other letters than ASCII."""
    thousandths = sum(
        _WIDTHS[ord(char) - 32] if " " <= char <= "~" else 600 if char in "×…·≥" else 700 * max(cell_width(char), 0)
        for char in text
    )
    return thousandths * size / 1000 * _WIDER * (_BOLD if bold else 1)


def cut(text: str, size: float, most: float, *, bold: bool = False) -> str:
    """The text, or as much of it as fits, with an ellipsis."""
    if width(text, size, bold=bold) <= most:
        return text
    while text and width(f"{text}…", size, bold=bold) > most:
        text = text[:-1]
    return f"{text}…"
