"""The verdicts in Markdown, for the summary page of a CI job: GitHub refuses summaries of more than 1 MiB altogether."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.findings.text import place, summary
from densecli.render.languages.markdown import Markdown
from densecli.render.pages.markdown import cell, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.check.finding import Verdict

MOST_BYTES = 900_000


def render(verdicts: Sequence[Verdict]) -> Markdown:
    head = Markdown.put("### densecli check\n\n{}", cell(summary(verdicts)))
    if all(verdict.ok for verdict in verdicts):
        return head
    table = Markdown.put("\n\n| Code | Place | Finding |\n| --- | --- | --- |\n")
    return Markdown.put("{}{}{}", head, table, Markdown.joined("\n", _cut(_rows(verdicts))))


def _rows(verdicts: Sequence[Verdict]) -> Iterator[Markdown]:
    for verdict in verdicts:
        for finding in verdict.findings:
            yield row(map(Markdown.quoted, (finding.code, place(finding), finding.message)))


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
