"""Conditions: follow one branch if the condition is known; otherwise try both and roll back."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from densecli.read.python.signals import Signal
from densecli.read.python.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.scopes import Scope

EXITS = frozenset({"exit", "quit", "sys.exit", "os._exit"})
# How a branch affects the rest of the program, besides building.
CHANGES = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.Return, ast.Break, ast.Continue)


def if_(run: Interpreter, node: ast.If, scope: Scope) -> Any:
    truth = run.truth(run.evaluate(node.test, scope))
    if isinstance(truth, Unknown):
        truth = run.session.decided(truth, node)
    if isinstance(truth, Unknown):
        run.node = node
        return uncertain(run, node, scope, truth)
    return run.execute(node.body if truth else node.orelse, scope)


def uncertain(run: Interpreter, node: ast.If, scope: Scope, unknown: Unknown) -> Any:
    """An unknown condition. One about files is followed as if the folder had no other files."""
    branches = [node.body, node.orelse]
    if unknown.fresh is None:
        return undecided(run, branches, scope, unknown)
    taken, other = branches if unknown.fresh else reversed(branches)
    if _ends_the_program(taken):
        return run.execute(other, scope)
    before = run.session.mark()
    try:
        return run.execute(taken, scope)
    finally:
        if run.session.mark() != before or any(isinstance(each, CHANGES) for each in _inside([*taken, *other])):
            _tell_fresh(run, node, str(unknown.fresh).lower(), str(not unknown.fresh).lower())


def _ends_the_program(branch: list[ast.stmt]) -> bool:
    """Whether a branch ends the program: a file that runs does not take it."""
    last = branch[-1] if branch else None
    ends = isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and ast.unparse(last.value.func) in EXITS
    return isinstance(last, ast.Raise) or ends


def _inside(branch: list[ast.stmt]) -> Iterator[ast.AST]:
    for statement in branch:
        yield from ast.walk(statement)


def _tell_fresh(run: Interpreter, node: ast.If, word: str, other: str) -> None:
    run.note(
        f"line {node.lineno}: read as {word}, assuming no other files exist; --set {node.lineno}={other} takes the other branch"
    )


def undecided(run: Interpreter, branches: Any, scope: Scope, unknown: Unknown) -> Any:
    """Try both branches. A file that runs does not take one that raises, but may take one that leaves the block."""
    ends = [_tried(run, branch, scope, unknown) for branch in branches]
    if all(isinstance(end, Signal) for end in ends):
        same = ends[0] if ends[0].covers(ends[1]) else Signal("return")
        return Signal(same.kind, unknown.derived("…"))
    leaving = next((end for end in ends if isinstance(end, Signal)), None)
    if leaving is None:
        return None
    return Signal(leaving.kind, unknown.derived("…"), unknown)


def _tried(run: Interpreter, branch: Any, scope: Scope, unknown: Unknown) -> Any:
    return run.attempt(lambda: run.execute(branch, scope), unknown)
