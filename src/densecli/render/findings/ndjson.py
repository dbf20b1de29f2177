"""Verdicts as one JSON record per line and spec, `densecli/verdict/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.findings.json import record
from densecli.render.languages.json import Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.check.finding import Verdict


def render(verdicts: Sequence[Verdict]) -> Json:
    return Json.joined("\n", map(line, verdicts))


def line(verdict: Verdict) -> Json:
    return Json.quoted({"schema": "densecli/verdict/1"} | record(verdict))
