"""Annotations of GitHub Actions: workflow commands on standard output, escaped as actions/toolkit escapes them.

GitHub shows the first 10 annotations of a kind per step and drops the rest without a word, so the count comes last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.findings.places import path
from densecli.render.findings.text import summary
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.check.finding import Finding, Verdict

SHOWN = 10


def render(verdicts: Sequence[Verdict]) -> str:
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    lines = [_command(finding) for finding in findings]
    if len(findings) > SHOWN:
        text = f"{summary(verdicts)} GitHub shows the first {SHOWN}; see the log of this step for all."
        lines.append(f"::notice title=densecli::{_data(text)}")
    return "\n".join([*lines, summary(verdicts)])


def _command(finding: Finding) -> str:
    """::error title=…,file=…,line=…,col=…::message; without a file GitHub attaches it to the run."""
    file = path(finding.spot)
    properties = {"title": f"densecli {finding.code}"}
    if file is not None:
        properties["file"] = file
        properties |= {
            key: str(number) for key, number in zip(("line", "col"), finding.spot[1:3], strict=True) if number
        }
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    text = "\n".join(map(safe, (finding.message, *finding.notes)))
    return f"::{finding.severity} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe(text)).replace(":", "%3A").replace(",", "%2C")
