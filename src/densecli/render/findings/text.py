"""One line per finding, `file:line:column: code message`, as linters print them and editors understand; the count last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.text import plural, safe, styled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.check.finding import Finding, Verdict


RED, GREEN, CYAN, BOLD = "1;31", "1;32", "36", "1"


def render(verdicts: Sequence[Verdict], *, color: bool = False) -> str:
    last = styled(summary(verdicts), GREEN if all(each.ok for each in verdicts) else RED, color)
    return "\n".join([*(line for verdict in verdicts for line in lines(verdict, color=color)), last])


def lines(verdict: Verdict, *, color: bool = False) -> Iterator[str]:
    """The lines of one spec. Why it could not be judged is no finding: that goes to standard error."""
    for finding in verdict.findings if verdict.judged else ():
        where, code = styled(place(finding), BOLD, color), styled(finding.code, RED, color)
        yield f"{where}: {code} {safe(finding.message)}"
        yield from (styled(safe(note), CYAN, color) for note in finding.notes)


def place(finding: Finding) -> str:
    spot = finding.spot
    file, *numbers = spot.shown or (spot.file, spot.line, spot.column)
    return ":".join((safe(file), *(str(number) for number in numbers if number is not None)))


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many findings in how many specs; the last line of the output."""
    judged = [verdict for verdict in verdicts if verdict.judged]
    found = sum(len(verdict.findings) for verdict in judged)
    failed = sum(not verdict.ok for verdict in judged)
    count = plural(len(verdicts), "spec")
    if len(judged) < len(verdicts):
        which = f" in {failed:,} of {count}" if failed else ""
        return f"{plural(found, 'finding')}{which}; {plural(len(verdicts) - len(judged), 'spec')} could not be checked."
    if not found:
        checks = sum(len(verdict.checks) for verdict in verdicts)
        return f"All checks passed: {plural(checks, 'check')} of {count}."
    return f"{plural(found, 'finding')} in {failed:,} of {count}."
