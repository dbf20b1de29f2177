"""Users' regular expressions, matched against untrusted names: neither may keep the program busy forever."""

from __future__ import annotations

import contextlib
import re
import signal
from typing import TYPE_CHECKING, Any, NoReturn

from densecli.errors import OutputError
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_PATTERN = 500  # characters of a pattern
MAX_SEARCHED = 256  # characters of a name that are looked at
SECONDS = 3.0  # for all names together


def searcher(pattern: str) -> Callable[[str], Any]:
    """Looks for the pattern in a name. Raises OutputError E606 if it is invalid or clearly catastrophic."""
    if len(pattern) > MAX_PATTERN:
        raise OutputError(f"the pattern has more than {MAX_PATTERN} characters", code="E606")
    if _repeats_a_repeat(pattern):
        message = f"the pattern {quote(pattern)} nests repetitions, which can take forever"
        raise OutputError(message, code="E606", hint="write (a+)+ as a+")
    try:
        search = re.compile(pattern).search
    except (re.error, OverflowError, RecursionError) as error:
        message = f"the pattern {quote(pattern)} is not a regular expression: {error}"
        raise OutputError(
            message, code="E606", hint="to match a bracket or a dot in a name, put \\ before it"
        ) from None
    return lambda name: search(name[:MAX_SEARCHED])


def _repeats_a_repeat(pattern: str) -> bool:
    """Whether a repeated group contains a repeat: (a+)+ takes forever on some names."""
    marks = iter(zip(pattern, f"{pattern[1:]} ", strict=True))
    inside = repeated = False
    for char, following in marks:
        if char == "\\":
            next(marks, None)
        elif char == "(":
            inside, repeated = True, False
        elif char == ")":
            if inside and repeated and following in "*+{":
                return True
            inside = False
        else:
            repeated = repeated or char in "*+}"
    return False


@contextlib.contextmanager
def limited(pattern: str, seconds: float = SECONDS) -> Iterator[None]:
    """A time limit for searching. Raises OutputError E606 when it is over; Windows and threads have no such timer."""

    def stop(*_: object) -> NoReturn:
        message = f"the pattern {quote(pattern)} takes too long on the names of this model"
        raise OutputError(
            message,
            code="E606",
            hint="repeated alternatives with a common start, as in (a|ab)*, and a*a*a* can take forever",
        )

    try:
        before = signal.signal(signal.SIGALRM, stop)
    except (AttributeError, ValueError):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
