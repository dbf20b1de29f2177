"""Comments for densecli in a source: `# densecli: max_params=1M, output=(None, 4)` is an expectation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.read.python.choice import Found

MARK = "densecli:"
OPENING, CLOSING = "([{", ")]}"


def expectations(text: str) -> dict[int, dict[str, Any]]:
    """The expectations of each comment, by line."""
    found: dict[int, dict[str, Any]] = {}
    if MARK not in text:
        return found
    for number, line in enumerate(text.splitlines(), 1):
        comment = line.strip()
        if comment.startswith("#") and comment[1:].lstrip().startswith(MARK):
            found[number] = pairs(comment.partition(MARK)[2])
    return found


def pairs(text: str) -> dict[str, Any]:
    """`max_params=1M, output=(None, 4), strict`: commas inside brackets belong to a value."""
    found: dict[str, Any] = {}
    for part in split(text):
        key, equals, value = part.partition("=")
        if key.strip():
            found[key.strip().replace("-", "_")] = typed(value.strip()) if equals else True
    return found


def split(text: str) -> list[str]:
    """Split at commas outside brackets."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        depth += (char in OPENING) - (char in CLOSING)
        if char == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def typed(text: str) -> Any:
    """Parse a value as YAML would."""
    words = {"true": True, "false": False}
    return (
        int(text)
        if text.isascii() and text.isdecimal() and len(text) < 19
        else words.get(text.lower(), text.strip("\"'"))
    )


def give(models: Sequence[Found], text: str) -> None:
    """Each comment applies to the first model at or below its line, or to the last one if none is below."""
    graphs = sorted((each for each in models if each.graph is not None), key=lambda each: each.line)
    for line, wanted in expectations(text).items() if graphs else ():
        about = next((each for each in graphs if each.line >= line), graphs[-1])
        if about.graph is not None:
            about.graph.expect |= wanted
