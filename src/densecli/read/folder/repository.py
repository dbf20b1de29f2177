"""What a git repository says about a folder in it: its top, and the patterns of files to ignore from above the folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from densecli.read.folder import user
from densecli.read.folder.contents import contents
from densecli.read.folder.ignore import Rules, lines_of
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.read.limits import Limits

NAME = ".gitignore"


class Above(Record):
    """The path of a folder from the top of its repository, with a slash at the end, and the patterns that apply to it."""

    path: bytes
    chain: tuple[tuple[Rules, int], ...]


def above(folder: str, limits: Limits) -> Above:
    """The rules of the repository that a folder is in; without one, none."""
    here = os.path.realpath(folder)
    top = _top(here)
    if top is None:
        return Above(b"", ())
    names = Path(here).relative_to(top).parts
    chain = chained((), user.patterns(top), 0, limits)
    chain = chained(chain, contents(_exclude(top)), 0, limits)
    path = b""
    for name in names:
        file = os.path.join(top, os.fsdecode(path), NAME)  # noqa: PTH118
        chain = chained(chain, contents(file), len(path), limits)
        path += os.fsencode(name) + b"/"
    return Above(path, chain)


def chained(
    chain: tuple[tuple[Rules, int], ...], data: bytes | None, start: int, limits: Limits
) -> tuple[tuple[Rules, int], ...]:
    """The chain with the patterns of one more file, if there is one. Raises LimitError."""
    if not data:
        return chain
    return (*chain, (Rules(lines_of(data), limits, chain[-1][0].count if chain else 0), start))


def _top(folder: str) -> str | None:
    return next((each for each in _upward(folder) if os.path.lexists(os.path.join(each, ".git"))), None)  # noqa: PTH118


def _upward(folder: str) -> Iterator[str]:
    while True:
        yield folder
        if folder == (folder := os.path.dirname(folder)):  # noqa: PTH120
            return


def _exclude(top: str) -> str:
    """The file info/exclude of the repository; in a linked work tree, `.git` is a file that tells where the repository is."""
    git = os.path.join(top, ".git")  # noqa: PTH118
    if not os.path.isdir(git):  # noqa: PTH112
        git = _told(git, top, b"gitdir: ") or git
        git = _told(os.path.join(git, "commondir"), git, b"") or git  # noqa: PTH118
    return os.path.join(git, "info", "exclude")  # noqa: PTH118


def _told(file: str, beside: str, prefix: bytes) -> str | None:
    """The path that a file of git's consists of."""
    data = contents(file)
    if not data or not data.startswith(prefix):
        return None
    return os.path.join(beside, os.fsdecode(data.removeprefix(prefix).strip(b"\r\n")))  # noqa: PTH118
