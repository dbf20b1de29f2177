"""Folders that hold a model: their members by fixed names, regular files only; no link is followed below the folder."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_BELOW = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0)
MAIN = "saved_model.pb"  # what makes a folder a SavedModel
MAIN_FILES = (MAIN, "keras_metadata.pb")
ABSENT = (errno.ENOENT, errno.ENOTDIR)


class Folder:
    """An open folder; its name is for messages."""

    def __init__(self, descriptor: int, name: str) -> None:
        self.descriptor, self.name = descriptor, name

    def names(self) -> list[str]:
        return sorted(os.listdir(self.descriptor))  # noqa: PTH208  # of an open folder

    @contextmanager
    def member(self, *path: str) -> Iterator[BinaryIO | None]:
        """An open member, or None if there is none. Raises ReadError (E105) for anything but a regular file."""
        descriptor = self._open(path)
        if descriptor is None:
            yield None
            return
        with os.fdopen(descriptor, "rb") as file:
            yield file

    def _open(self, path: tuple[str, ...]) -> int | None:
        at = os.dup(self.descriptor)
        try:
            for index, name in enumerate(path):
                inner = os.open(name, _BELOW | (_FOLDER if index < len(path) - 1 else 0), dir_fd=at)
                os.close(at)
                at = inner
            if not stat.S_ISREG(os.fstat(at).st_mode):
                raise self._not_plain(path)
        except OSError as error:
            os.close(at)
            if error.errno in ABSENT and not self._is_link(path):
                return None
            raise (self._not_plain(path)) from None
        except ReadError:
            os.close(at)
            raise
        return at

    def _is_link(self, path: tuple[str, ...]) -> bool:
        """Whether the way to a member leads over a link; that of a folder is reported as no folder."""
        try:
            return stat.S_ISLNK(os.lstat(path[0], dir_fd=self.descriptor).st_mode)
        except OSError:
            return False

    def _not_plain(self, path: tuple[str, ...]) -> ReadError:
        message = f"{quote('/'.join(path))} in {quote(self.name)} is not a plain file"
        return ReadError(message, code="E105", hint="densecli follows no links out of a model's folder")


@contextmanager
def opened_folder(word: str) -> Iterator[Folder | None]:
    """A folder, by its name or that of the main file in it; None if the word names anything else."""
    head, slash, tail = word.rpartition("/")
    name = (head or slash or ".") if tail in MAIN_FILES else word
    try:
        descriptor = os.open(name, os.O_RDONLY | _FOLDER | getattr(os, "O_CLOEXEC", 0)) if _FOLDER else None
    except (OSError, ValueError):  # ValueError: a NUL in the name
        descriptor = None
    if descriptor is None:
        yield None
        return
    try:
        yield Folder(descriptor, name)
    finally:
        os.close(descriptor)
