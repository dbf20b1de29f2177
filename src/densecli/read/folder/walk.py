"""The files below a folder, in a fixed order: no links, no devices, nothing that is hidden, ignored or excluded."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from densecli.errors import DenseError, ReadError
from densecli.read.folder.contents import contents
from densecli.read.folder.ignore import ignored
from densecli.read.folder.repository import NAME, above, chained
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from densecli.read.folder.ignore import Rules
    from densecli.read.limits import Limits

# Folders of other people's code, or of built copies; ruff leaves out the same ones.
LEFT_OUT = frozenset(("__pypackages__", "_build", "buck-out", "dist", "node_modules", "site-packages", "venv"))
ENVIRONMENT = "pyvenv.cfg"  # marks a virtual environment, whatever it is called


class Found(Record):
    """A file, or a folder with the reason why it was not looked into."""

    path: str
    error: DenseError | None = None


class Wishes(Record):
    """Which files to look for: by their names; `excluded` is asked with the path and whether it is a folder."""

    suffixes: tuple[str, ...]
    excluded: Callable[[str, bool], bool]
    gitignore: bool
    limits: Limits


class _Folder(Record):
    """A folder to visit: its path as shown, and from the top of the repository; and the patterns that apply to it."""

    shown: str
    path: bytes
    chain: tuple[tuple[Rules, int], ...]


def walk(root: str, wishes: Wishes) -> Iterator[Found]:
    """The files below a folder. The folder itself is not questioned: somebody named it."""
    try:
        path, chain = above(root, wishes.limits) if wishes.gitignore else (b"", ())
    except DenseError as error:
        yield Found(root, error)
        return
    waiting = [_Folder("" if root in (".", "./") else os.path.join(root, ""), path, chain)]  # noqa: PTH118
    while waiting:
        folder = waiting.pop()
        try:
            files, inside = _visit(folder, wishes)
        except OSError as error:
            shown = folder.shown or root
            yield Found(shown, ReadError(f"cannot read {quote(shown)}: {error.strerror}", code="E109"))
            continue
        except DenseError as error:
            yield Found(folder.shown or root, error)
            continue
        yield from map(Found, files)
        waiting += reversed(inside)


def _visit(folder: _Folder, wishes: Wishes) -> tuple[list[str], list[_Folder]]:
    """The files of a folder, and the folders in it. Raises OSError, ReadError or LimitError."""
    with os.scandir(folder.shown or ".") as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    if any(entry.name == ENVIRONMENT for entry in listed):
        return [], []
    chain = folder.chain
    if wishes.gitignore and any(entry.name == NAME for entry in listed):
        chain = chained(chain, contents(folder.shown + NAME), len(folder.path), wishes.limits)
    files, inside = [], []
    for entry in listed:
        is_folder = entry.is_dir(follow_symlinks=False)
        if not _is_wanted(entry, is_folder, wishes):
            continue
        path, shown = folder.path + os.fsencode(entry.name), folder.shown + entry.name
        if ignored(path, is_folder, chain) or wishes.excluded(shown, is_folder):
            continue
        if is_folder:
            inside.append(_Folder(f"{shown}{os.sep}", path + b"/", chain))
        else:
            files.append(shown)
    return files, inside


def _is_wanted(entry: os.DirEntry[str], is_folder: bool, wishes: Wishes) -> bool:
    if entry.name.startswith("."):
        return False
    if is_folder:
        return entry.name not in LEFT_OUT
    return entry.name.lower().endswith(wishes.suffixes) and entry.is_file(follow_symlinks=False)
