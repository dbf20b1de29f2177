"""Verdicts as one JSON record per line and spec, `densecli/verdict/1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.findings.json import record
from densecli.render.json import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.check.finding import Verdict


def render(verdicts: Sequence[Verdict]) -> str:
    return "\n".join(map(line, verdicts))


def line(verdict: Verdict) -> str:
    return encode({"schema": "densecli/verdict/1"} | record(verdict))
