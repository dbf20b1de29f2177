"""How much work something takes, in calls of functions: the same on every machine, unlike seconds."""

from __future__ import annotations

from contextlib import contextmanager
from cProfile import Profile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def grows_no_faster(work: Callable[[int], Callable[[], object]], count: int) -> bool:
    """Whether four times the amount takes less than six times the calls of functions: linear work takes 4, quadratic 16."""

    def calls(amount: int) -> int:
        job = work(amount)
        with calls_counted() as counted:
            job()
        return counted[0]

    calls(1)
    return calls(4 * count) < 6 * calls(count)


@contextmanager
def calls_counted() -> Iterator[list[int]]:
    """Counts the calls of functions, Python's and built-in ones: the same on every machine, unlike seconds; known at the end."""
    count = [0]
    profiler = Profile(subcalls=False)  # counts in C; a callback of ours would take most of the time
    profiler.enable()
    try:
        yield count
    finally:
        profiler.disable()
        count[0] = sum(entry.callcount for entry in profiler.getstats())
