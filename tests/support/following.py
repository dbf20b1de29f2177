"""Source followed as `densecli FILE.py` follows it."""

from __future__ import annotations

from densecli.errors import Source
from densecli.read.limits import LIMITS
from densecli.read.python.follow import Followed
from densecli.read.python.host import Host
from densecli.read.python.text.parse import parse


def follow(text):
    """Follow a source to its end."""
    made = Followed(parse(Source("-", text), LIMITS), LIMITS, {}, Host(None, lambda source: None, 0))
    assert made.error is None, made.error
    return made


def followed(text):
    """The values of its variables at the end."""
    return follow(text).scope.names
