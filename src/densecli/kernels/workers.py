"""Blocks of work side by side on a few threads; NumPy and BLAS let go of the interpreter while they compute."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from densecli import threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

    Item = TypeVar("Item")


def share(job: Callable[[Item], None], items: Iterable[Item]) -> None:
    """Call `job` for every item; which thread takes it does not change what it computes."""
    todo = list(items)
    left = iter(todo)

    def work() -> None:
        with np.errstate(all="ignore"):  # what the caller set is not seen in other threads
            for item in left:
                job(item)

    if threads.count == 1 or len(todo) == 1:
        for item in todo:
            job(item)
        return
    others = [executor().submit(work) for _ in range(min(threads.count, len(todo)) - 1)]
    for item in left:
        job(item)
    for other in others:
        if not other.cancel():  # one that never started has nothing left to do
            other.result()


@cache
def executor() -> Executor:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # where there is one thread, it is not needed

    return ThreadPoolExecutor(threads.count - 1)


def even(cells: int, limit: int, least: int = 1) -> int:
    """The size of a block so that `cells` make blocks of at most `limit`, as many for each thread.

    Blocks of fewer than `least` cells are not worth a thread.
    """
    numbers = -(-cells // max(1, limit))
    if threads.count > 1 and cells >= least * threads.count:
        numbers = -(-numbers // threads.count) * threads.count
    return -(-cells // max(1, numbers))
