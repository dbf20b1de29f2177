"""Following one source to its end, or as far as possible."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, GraphError, LimitError
from densecli.read.python import modules
from densecli.read.python.catalog import Catalog
from densecli.read.python.interpreter import Interpreter
from densecli.read.python.runtime.session import Session
from densecli.read.python.scopes import Scope
from densecli.read.python.signals import Raised, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from densecli.read.limits import Limits
    from densecli.read.python.host import Host

FRAMES = 40  # interpreter frames per call in the source, at most


class Followed:
    """The result of following a source: its module's names, the Keras session, and what ended it early."""

    def __init__(
        self,
        code: Any,
        limits: Limits,
        settings: Mapping[str, str],
        host: Host,
        shapes: Mapping[str | None, Any] | None = None,
    ) -> None:
        self.code, self.scope = code, Scope()
        self.run = Interpreter(code, limits, Catalog(modules.bring), settings)
        self.session = self.run.session = Session(self.run, host)
        self.session.input_shapes = shapes or {}
        self.error: DenseError | None = None
        self.stopped = False
        self._follow()

    def _follow(self) -> None:
        """The whole source. In a notebook, people run the next cell after one that fails."""
        body = self.code.tree.body
        for part in [[each] for each in body] if self.code.source.name.endswith(".ipynb") else [body]:
            self.guarded(self.run.execute, part, self.scope)
            if self.stopped:
                return

    def guarded(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run a step; whatever ends it early is recorded, not raised."""
        try:
            with deep_enough(self.run.limits.calls):
                return work(*args)
        except Raised as error:
            self.error = self.error or error.error or _uncaught(error)
        except Stop as stop:
            self.error, self.stopped = self.error or stop.error, True
        except RecursionError:
            self.stopped = True
            self.error = LimitError("the source is nested too deeply", code="E503", place=self.run.place())
        return None


def _uncaught(error: Raised) -> DenseError:
    """The error for an uncaught exception, in the words that Python would print."""
    message = f"running this ends here with {error.kind}: {error.message}"
    return GraphError(message, code="E353", place=error.place)


@contextmanager
def deep_enough(calls: int) -> Iterator[None]:
    """Raise the recursion limit for the interpreter frames that the source's calls take; they need no C stack."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES * calls + 1000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
