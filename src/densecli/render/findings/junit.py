"""JUnit XML: a test suite per spec, a test case per check; GitLab, Jenkins and Azure show it as a test report."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from densecli.render.findings.text import place
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.check.finding import Finding, Verdict


def render(verdicts: Sequence[Verdict]) -> str:
    root = ET.Element("testsuites", name="densecli")
    suites = [_suite(verdict) for verdict in verdicts]
    root.extend(suites)
    for count in ("tests", "failures"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode")


def _suite(verdict: Verdict) -> ET.Element:
    """A finding of a check that was not announced (an invalid spec) is a case of its own."""
    checks = dict.fromkeys((*verdict.checks, *(finding.check for finding in verdict.findings))) or {"valid": None}
    failing = {check: [each for each in verdict.findings if each.check == check] for check in checks}
    source = safe(verdict.source)
    suite = ET.Element("testsuite", name=source, tests=str(len(checks)), failures=str(sum(map(bool, failing.values()))))
    suite.set("errors", "0")
    for check, findings in failing.items():
        case = ET.SubElement(suite, "testcase", name=safe(check), classname=source)
        if findings:
            case.append(_failure(findings))
    return suite


def _failure(findings: Sequence[Finding]) -> ET.Element:
    """One failure per case, because some readers take only the first; its text lists all."""
    more = f" (and {len(findings) - 1:,} more)" if len(findings) > 1 else ""
    failure = ET.Element("failure", message=f"{safe(findings[0].message)}{more}", type=findings[0].code)
    lines = [
        line for finding in findings for line in (f"{place(finding)}: {finding.code} {finding.message}", *finding.notes)
    ]
    failure.text = "\n".join(map(safe, lines))
    return failure
