"""Blocks of work side by side on a few threads; NumPy and BLAS let go of the interpreter while they compute."""

from __future__ import annotations

import threading
from functools import cache
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from densecli import threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Item = TypeVar("Item")
    Work = Callable[[], None]
    Ends = SimpleQueue[BaseException | None]

NAME = "densecli-worker"


def share(job: Callable[[Item], None], items: Iterable[Item]) -> None:
    """Call `job` for every item; which thread takes it does not change what it computes."""
    todo = list(items)
    left = iter(todo)

    def work() -> None:
        for item in left:
            job(item)

    others = 0 if threading.current_thread().name == NAME else min(threads.count, len(todo)) - 1
    ends: Ends = SimpleQueue()
    for _ in range(others):
        crew().put((work, ends))
    work()
    errors = [ends.get() for _ in range(others)]
    for error in filter(None, errors):
        raise error


@cache
def crew() -> SimpleQueue[tuple[Work, Ends]]:
    """Where work for the other threads is put; concurrent.futures takes 0.1 ms longer to hand it over."""
    tasks: SimpleQueue[tuple[Work, Ends]] = SimpleQueue()
    for _ in range(threads.count - 1):
        threading.Thread(target=serve, args=(tasks,), name=NAME, daemon=True).start()
    return tasks


def serve(tasks: SimpleQueue[tuple[Work, Ends]]) -> None:
    """What a worker does for ever. It never waits for another one, so work inside work comes to an end."""
    with np.errstate(all="ignore"):  # what the main thread has set does not hold here
        while True:
            work, ends = tasks.get()
            try:
                work()
            except BaseException as error:  # noqa: BLE001  # raised again in the thread that waits
                ends.put(error)
            else:
                ends.put(None)
            del work


def even(cells: int, limit: int, least: int = 1) -> int:
    """The size of a block so that `cells` make blocks of at most `limit`, as many for each thread.

    Blocks of fewer than `least` cells are not worth a thread.
    """
    numbers = -(-cells // max(1, limit))
    if threads.count > 1 and cells >= least * threads.count:
        numbers = -(-numbers // threads.count) * threads.count
    return -(-cells // max(1, numbers))
