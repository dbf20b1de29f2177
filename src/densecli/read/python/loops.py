"""Loops. A loop that builds nothing is left after some iterations: training is not simulated.

What such a loop changes is unknown afterward, and a note says where it was left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.signals import Signal
from densecli.read.python.targets import bind
from densecli.read.python.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.scopes import Scope

IDLE_STEPS = 20_000  # steps that a loop may take without building anything


def for_(run: Interpreter, node: Any, scope: Scope) -> Any:
    items = run.items(run.evaluate(node.iter, scope))
    if isinstance(items, Unknown):
        return blind(run, node, scope, items, lambda: bind(run, node.target, items.derived("[…]"), scope))

    def step() -> bool:
        for each in items:
            bind(run, node.target, each, scope)
            return True
        return False

    return rounds(run, node, scope, step)


def while_(run: Interpreter, node: Any, scope: Scope) -> Any:
    truth = run.truth(run.evaluate(node.test, scope))
    if isinstance(truth, Unknown):
        return blind(run, node, scope, truth, lambda: None)

    def step() -> Any:
        return run.truth(run.evaluate(node.test, scope))

    return rounds(run, node, scope, step)


def rounds(run: Interpreter, node: Any, scope: Scope, step: Callable[[], Any]) -> Any:
    """Follow the body as long as `step` continues."""
    start, built = run.steps, run.session.built
    while (going := step()) is True:
        run.count(1)
        signal = run.execute(node.body, scope)
        if signal is not None and not signal.certain:
            return blind(run, node, scope, signal.unknown, lambda: None) if signal.kind != "return" else signal
        if signal is not None and signal.kind != "continue":
            return signal if signal.kind == "return" else None
        if run.session.built != built:
            start, built = run.steps, run.session.built
        elif run.steps - start > IDLE_STEPS:
            return cut(run, node, scope)
    if isinstance(going, Unknown):
        return blind(run, node, scope, going, lambda: None)
    return run.execute(node.orelse, scope)


def cut(run: Interpreter, node: Any, scope: Scope) -> Any:
    """Leave a loop that builds nothing; whatever another iteration would change becomes unknown."""
    run.note(f"line {node.lineno}: the loop builds nothing in its first iterations; the others were skipped")
    unknown = run.unknown(f"the loop in line {node.lineno} was not followed to the end")
    return blind(run, node, scope, unknown, lambda: _forget(run, node, scope, unknown))


def _forget(run: Interpreter, node: Any, scope: Scope, unknown: Unknown) -> None:
    if hasattr(node, "target"):
        bind(run, node.target, unknown.derived("…"), scope)


def blind(run: Interpreter, node: Any, scope: Scope, unknown: Unknown, begin: Callable[[], None]) -> Any:
    """A loop with an unknown number of iterations: one is tried and rolled back."""

    def follow() -> Any:
        begin()
        return run.execute(node.body, scope)

    run.node = node
    signal = run.attempt(follow, unknown)
    if isinstance(signal, Signal) and signal.kind == "return":
        return Signal("return", unknown.derived("…"), unknown)
    return None
