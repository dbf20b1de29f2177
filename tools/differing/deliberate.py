"""Where densecli answers otherwise than Keras on purpose, with the reason; docs/conformance.md tells them to readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Difference(NamedTuple):
    """One thing both sides disagree about: the layer's class and config, the fact, and both answers."""

    layer: str
    config: dict[str, Any]
    fact: str
    theirs: Any
    ours: Any


class Deliberate(NamedTuple):
    """A reason, and which differences it covers."""

    reason: str
    covers: Callable[[Difference], bool]


def refused(difference: Difference) -> bool:
    return difference.fact == "accepted" and difference.theirs == "accepted"


DELIBERATE = (
    Deliberate(
        "a boolean where a number belongs is a slip: Keras takes true for 1 and false for 0",
        lambda it: refused(it) and ("got true" in it.ours or "got false" in it.ours),
    ),
)


def reason_for(difference: Difference) -> str | None:
    return next((each.reason for each in DELIBERATE if each.covers(difference)), None)
