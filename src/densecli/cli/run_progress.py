"""A progress bar for a slow forward pass."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

from densecli.cli import streams
from densecli.graph.graph import call_order
from densecli.text import safe

if TYPE_CHECKING:
    from densecli.graph.graph import Graph, Step

PATIENCE = 1.0  # seconds before a bar appears


class Progress:
    """Shows on a terminal which layer has just run; rich is loaded only when it takes longer than PATIENCE."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.started = graph, perf_counter()
        self.bar: Any = None
        self.done = 0

    def __enter__(self) -> Self:
        self.wanted = streams.interactive("stderr")
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, step: Step, _: object) -> None:
        self.done += 1
        if self.wanted and perf_counter() - self.started > PATIENCE:
            self.show(self.graph.nodes[step[0]].name)

    def show(self, name: str) -> None:
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

        if self.bar is None:
            self.bar = Progress(
                TextColumn("{task.description}", markup=False), BarColumn(), console=console(), transient=True
            )
            self.task = self.bar.add_task("", total=len(call_order(self.graph)[0]))
            self.bar.start()
        self.bar.update(self.task, completed=self.done, description=safe(name)[:40])


def console() -> Any:
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True)
