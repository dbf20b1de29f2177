"""The verdicts in Markdown, for the summary page of a CI job: GitHub refuses summaries of more than 1 MiB altogether."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.check.finding import Unchecked
from densecli.render.findings.text import place, summary
from densecli.render.languages.markdown import Markdown
from densecli.render.pages.markdown import cell, row
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.check.finding import Verdict

MOST_BYTES = 900_000
_EXCERPT = r" *\d* \|"  # lines of the source and marks below them, which need their columns


def render(verdicts: Sequence[Verdict], unchecked: Unchecked = Unchecked()) -> Markdown:  # noqa: B008  # immutable
    head = Markdown.put("### densecli check\n\n{}{}", cell(summary(verdicts)), _not_checked(unchecked))
    if all(verdict.ok for verdict in verdicts):
        return head
    table = Markdown.put("\n\n| Code | Place | Finding |\n| --- | --- | --- |\n")
    return Markdown.put("{}{}{}", head, table, Markdown.joined("\n", _cut(_rows(verdicts))))


def _not_checked(unchecked: Unchecked) -> Markdown:
    empty, lost = Markdown.put(""), Markdown.put("")
    if unchecked.without_model:
        empty = Markdown.put(" No model in {}.", cell(plural(unchecked.without_model, "file")))
    if unchecked.not_followed:
        lost = Markdown.put(" {} could not be followed; see the log.", cell(plural(unchecked.not_followed, "source")))
    return Markdown.put("{}{}", empty, lost)


def _rows(verdicts: Sequence[Verdict]) -> Iterator[Markdown]:
    for verdict in verdicts:
        for finding in verdict.findings:
            told = (finding.message, *(note.strip() for note in finding.notes if not re.match(_EXCERPT, note)))
            message = Markdown.joined("<br>", [*map(Markdown.quoted, told)])
            yield row((Markdown.quoted(finding.code), Markdown.quoted(place(finding)), message))


def _cut(rows: Iterator[Markdown]) -> Iterator[Markdown]:
    """As many rows as fit the page, and the number left out."""
    size = missing = 0
    for each in rows:
        size += len(each.encode("utf-8", "replace")) + 1
        if size > MOST_BYTES:
            missing += 1
        else:
            yield each
    if missing:
        yield Markdown.put("\n{:,} more findings did not fit here; see the log for all.", missing)
