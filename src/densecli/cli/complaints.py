"""The mistakes of a spec on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.cli import streams
from densecli.errors import draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.errors import DenseError

MAX_SHOWN = 20


def complain(errors: Sequence[DenseError]) -> None:
    """The first ones in full, the rest as a number."""
    shown = [draw(error) for error in errors[:MAX_SHOWN]]
    if len(errors) > MAX_SHOWN:
        shown.append(f"… and {len(errors) - MAX_SHOWN:,} more errors")
    streams.complain("\n".join(shown))
