"""Reading Python source: the models in it, each as a graph with its origin, or the reason why it cannot be shown."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from densecli.errors import ReadError, Source, did_you_mean
from densecli.graph.graph import Origin
from densecli.read.python import remarks
from densecli.read.python.choice import Found, choose
from densecli.read.python.follow import Followed
from densecli.read.python.host import Host
from densecli.read.python.text.parse import parse
from densecli.text import quote

if TYPE_CHECKING:
    from densecli.read.reading import Reading


def read(source: Source, reading: Reading, choice: str | None = None) -> list[Found]:
    """The models to show. Raises DenseError if there are none."""
    limits = reading.limits
    on_disk = source.name != "-" and not source.name.startswith("<")
    folder = os.path.dirname(os.path.abspath(source.name)) if on_disk else None  # noqa: PTH100, PTH120  # no link is followed
    host = Host(folder, lambda text: parse(text, limits), limits.spec_bytes, reading.files)
    followed = Followed(parse(source, limits), limits, reading.settings, host, reading.input_shapes)
    models = choose(followed, choice)
    _check_settings(followed, reading)
    placed = [_placed(followed, each, reading) for each in models]
    remarks.give(placed, source.text)
    return placed


def _placed(followed: Followed, each: Found, reading: Reading) -> Found:
    """A model with its origin and the notes made along the way."""
    if each.graph is not None:
        each.graph.origin = Origin(each.line, each.variable, each.function, each.event, each.options)
        each.graph.warnings += followed.run.notes
        if followed.error is not None:
            each.graph.warnings.append(f"not followed to the end: {_sentence(followed.error)}")
    return each


def _sentence(error: Any) -> str:
    place = error.place
    line = "" if place is None or place.start < 0 else f"line {place.source.position(place.start)[0]}: "
    return f"{line}{error.message}"


def _check_settings(followed: Followed, reading: Reading) -> None:
    """Refuse `--set` of a name that the source never assigns. Raises ReadError E112."""
    unused = [name for name in reading.settings if name not in followed.run.used_settings]
    if unused:
        names = [name for name in followed.scope.names if not name.startswith("_")]
        hint = did_you_mean(unused[0], names) or "names at module level, parameters and lines of conditions can be set"
        raise ReadError(f"the source has no name {quote(unused[0])}", code="E112", hint=hint)
