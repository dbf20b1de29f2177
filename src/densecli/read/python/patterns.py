"""`match` statements: the patterns that compare values, take sequences and mappings apart, and bind names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python import operators
from densecli.read.python.values import Unknown

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.scopes import Scope


def match(run: Interpreter, node: Any, scope: Scope) -> Any:
    """Follow the first case that matches. A case that may or may not match is tried and rolled back."""
    subject = run.evaluate(node.subject, scope)
    for case in node.cases:
        fits = fitting(run, case.pattern, subject, scope)
        if fits is True and case.guard is not None:
            fits = run.truth(run.evaluate(case.guard, scope))
        if isinstance(fits, Unknown):
            _tried(run, case.body, scope, fits)
        elif fits:
            return run.execute(case.body, scope)
    return None


def _tried(run: Interpreter, body: Any, scope: Scope, unknown: Unknown) -> None:
    run.attempt(lambda: run.execute(body, scope), unknown)


def fitting(run: Interpreter, pattern: Any, subject: Any, scope: Scope) -> Any:
    """Whether a value matches a pattern, binding the pattern's names along the way."""
    kind = type(pattern).__name__
    if kind in ("MatchValue", "MatchSingleton"):
        wanted = run.evaluate(pattern.value, scope) if kind == "MatchValue" else pattern.value
        return operators.compare(run, "Eq", subject, wanted)
    if kind == "MatchAs":
        fits = True if pattern.pattern is None else fitting(run, pattern.pattern, subject, scope)
        if fits is True and pattern.name is not None:
            run.assign(scope, pattern.name, subject)
        return fits
    if kind == "MatchOr":
        return _any(fitting(run, each, subject, scope) for each in pattern.patterns)
    if kind == "MatchSequence":
        return _sequence(run, pattern.patterns, subject, scope)
    return run.unknown("densecli does not follow this pattern")


def _any(answers: Any) -> Any:
    found: Any = False
    for each in answers:
        if each is True:
            return True
        found = each if isinstance(each, Unknown) else found
    return found


def _sequence(run: Interpreter, patterns: list[Any], subject: Any, scope: Scope) -> Any:
    if isinstance(subject, Unknown):
        return subject.derived("…")
    if not isinstance(subject, list | tuple) or any(type(each).__name__ == "MatchStar" for each in patterns):
        return run.unknown("densecli does not follow this pattern") if isinstance(subject, list | tuple) else False
    if len(patterns) != len(subject):
        return False
    answers = [fitting(run, *pair, scope) for pair in zip(patterns, subject, strict=True)]
    return next((each for each in answers if each is not True), True)
