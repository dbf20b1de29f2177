"""How often each code was found, the most frequent first, for `check --statistics`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from densecli.check.finding import CODES
from densecli.render.findings.json import sums
from densecli.render.findings.text import summary
from densecli.render.languages.json import Json, document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from densecli.check.finding import Unchecked, Verdict

INVALID = "the spec is not a valid model"


def render(verdicts: Sequence[Verdict], form: str, unchecked: Unchecked) -> str:
    """The counts as text or json, a complete text."""
    found = Counter(finding.code for verdict in verdicts if verdict.judged for finding in verdict.findings)
    ordered = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return f"{_json(ordered, sums(verdicts, unchecked))}\n" if form == "json" else _text(ordered, verdicts)


def _text(ordered: Sequence[tuple[str, int]], verdicts: Sequence[Verdict]) -> str:
    wide = max((len(f"{count:,}") for _, count in ordered), default=0)
    lines = [f"{count:>{wide},}  {code}  {CODES.get(code, INVALID)}" for code, count in ordered]
    return "\n".join([*lines, summary(verdicts)]) + "\n"


def _json(ordered: Sequence[tuple[str, int]], summed: Mapping[str, int]) -> Json:
    codes = [{"code": code, "count": count, "meaning": CODES.get(code, INVALID)} for code, count in ordered]
    record = {"schema": "densecli/statistics/1", "codes": codes, "summary": summed}
    return document(record, "codes")
