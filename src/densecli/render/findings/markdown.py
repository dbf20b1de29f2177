"""The verdicts in Markdown, for the summary page of a CI job: GitHub refuses summaries of more than 1 MiB altogether."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.findings.text import place, summary
from densecli.render.table.code_span import code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.check.finding import Verdict

MOST_BYTES = 900_000


def render(verdicts: Sequence[Verdict]) -> str:
    head = ["### densecli check", "", summary(verdicts)]
    if all(verdict.ok for verdict in verdicts):
        return "\n".join(head)
    return "\n".join([*head, "", "| Code | Place | Finding |", "| --- | --- | --- |", *_cut(_rows(verdicts))])


def _rows(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for verdict in verdicts:
        for finding in verdict.findings:
            yield f"| {code(finding.code)} | {code(place(finding))} | {code(finding.message)} |"


def _cut(rows: Iterator[str]) -> Iterator[str]:
    """As many rows as the page takes, and how many are missing."""
    size = missing = 0
    for row in rows:
        size += len(row.encode("utf-8", "replace")) + 1
        if size > MOST_BYTES:
            missing += 1
        else:
            yield row
    if missing:
        yield ""
        yield f"{missing:,} more findings did not fit here; the log has all."
