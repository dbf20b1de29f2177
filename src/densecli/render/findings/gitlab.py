"""GitLab's Code Quality report: a JSON array; of two issues with one fingerprint GitLab would show the first only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.check.finding import fingerprints
from densecli.render.findings.places import path
from densecli.render.languages.json import Json
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.check.finding import Finding, Verdict

_SEVERITIES = {"error": "major", "warning": "minor"}


def render(verdicts: Sequence[Verdict]) -> Json:
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    return Json.quoted([_issue(*each) for each in fingerprints(findings)], indent=2)


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    """GitLab hides check_name, so the description begins with the code."""
    return {
        "description": f"{finding.code}: {safe(finding.message)}",
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": safe(path(finding.spot) or finding.spot.file),
            "lines": {"begin": finding.spot.line or 1},
        },
    }
