"""Verdicts as JSON, `densecli/check/1`: one record per spec, and the sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.check.finding import Unchecked, fingerprints
from densecli.render.languages.json import Json, document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.check.finding import Finding, Verdict


def render(verdicts: Sequence[Verdict], unchecked: Unchecked = Unchecked()) -> Json:  # noqa: B008  # immutable
    """The document, a line per spec."""
    specs = [record(verdict) for verdict in verdicts]
    return document({"schema": "densecli/check/1", "specs": specs, "summary": sums(verdicts, unchecked)}, "specs")


def record(verdict: Verdict) -> dict[str, Any]:
    return {
        "source": verdict.source,
        "ok": verdict.ok,
        "judged": verdict.judged,
        "checks": verdict.checks,
        "findings": [_finding(*each) for each in fingerprints(verdict.findings)],
    }


def _finding(finding: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "message": finding.message,
        "severity": finding.severity,
        "check": finding.check,
        "file": finding.spot.file,
        "line": finding.spot.line,
        "column": finding.spot.column,
        "layer": finding.layer,
        "got": finding.got,
        "wanted": finding.wanted,
        "notes": finding.notes,
        "fingerprint": fingerprint,
    }


def sums(verdicts: Sequence[Verdict], unchecked: Unchecked) -> dict[str, int]:
    return {
        "specs": len(verdicts),
        "failed": sum(not verdict.ok for verdict in verdicts),
        "not_judged": sum(not verdict.judged for verdict in verdicts),
        "checks": sum(len(verdict.checks) for verdict in verdicts),
        "findings": sum(len(verdict.findings) for verdict in verdicts),
        **unchecked._asdict(),
    }
