"""SARIF 2.1.0, the part of it that GitHub code scanning and editors read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from densecli import __version__
from densecli.check.finding import CODES, fingerprints
from densecli.render.findings.places import path
from densecli.render.languages.json import Json
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.check.finding import Finding, Spot, Verdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(verdicts: Sequence[Verdict]) -> Json:
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    rules = sorted({finding.code for finding in findings})
    driver = {"name": "densecli", "version": __version__, "rules": [_rule(code) for code in rules]}
    results = [_result(*each, rules.index(each[0].code)) for each in fingerprints(findings)]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return Json.quoted({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str) -> dict[str, Any]:
    text = CODES.get(code, "the spec is not a valid model")
    return {"id": code, "shortDescription": {"text": text}, "defaultConfiguration": {"level": "error"}}


def _result(finding: Finding, fingerprint: str, rule: int) -> dict[str, Any]:
    text = "\n".join(map(safe, (finding.message, *finding.notes)))
    locations = _locations(finding)
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": text},
        "partialFingerprints": {"densecli/v1": fingerprint},
    } | ({"locations": [locations]} if locations else {})


def _locations(finding: Finding) -> dict[str, Any]:
    file = path(finding.spot)
    physical = {} if file is None else {"physicalLocation": _physical(file, finding.spot)}
    logical = {} if finding.layer is None else {"logicalLocations": [{"name": safe(finding.layer), "kind": "element"}]}
    return physical | logical


def _physical(file: str, spot: Spot) -> dict[str, Any]:
    """GitHub wants a line for every result: line 1 stands for the whole file."""
    region = {"startLine": spot.line or 1} | ({"startColumn": spot.column} if spot.column else {})
    uri = quote(file.encode("utf-8", "surrogatepass"), safe="/-._~+@=()")
    return {"artifactLocation": {"uri": uri if not uri.startswith("/") else f"file://{uri}"}, "region": region}
