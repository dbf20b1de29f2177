"""A progress bar for a slow forward pass."""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING, Any, Self

from densecli.cli import streams
from densecli.graph.graph import call_order
from densecli.text import safe

if TYPE_CHECKING:
    from densecli.graph.graph import Graph, Step

PATIENCE = 1.0  # seconds before a bar appears
WIDEST = 40  # letters of a layer's name


class Progress:
    """Shows on a terminal which layer has just run, and the time so far; rich is loaded only when it takes longer than PATIENCE.

    A timer starts the bar, because the weights or the first layer of a large model may take longer than that.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.bar: Any = None
        self.done, self.said = 0, "weights"
        self.timer = Timer(PATIENCE, self.show)
        self.timer.daemon = True

    def __enter__(self) -> Self:
        if streams.interactive("stderr"):
            self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        if self.timer.ident is not None:
            self.timer.join()
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, step: Step, _: object) -> None:
        self.done, self.said = self.done + 1, safe(self.graph.nodes[step[0]].name)[:WIDEST]
        if self.bar is not None:
            self.bar.update(self.task, completed=self.done, description=self.said)

    def show(self) -> None:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        bar: Any = Progress(*columns, console=Console(stderr=True), transient=True)
        self.task = bar.add_task(self.said, total=len(call_order(self.graph)[0]), completed=self.done)
        bar.start()
        self.bar = bar
