"""Files opened safely: regular files, pipes from `<(…)` and standard input, and nothing else that a path may lead to.

A pipe can be read only once. While a command runs, its contents are kept, so that the model, its weights and the next
variant of a sweep can all be read from it.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from densecli.errors import MOST_NAMES, LimitError, ReadError, closest
from densecli.text import binary_size, quote, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE = 1 << 20  # bytes
CONFIG = "config.json"  # of the folder of a .keras file that was unpacked
_kept: list[dict[str, bytes]] = []  # one for each command that runs; a library's caller may open another pipe next


@contextmanager
def keeping_pipes() -> Iterator[None]:
    """Keep the contents of pipes until the end."""
    _kept.append({})
    try:
        yield
    finally:
        _kept.pop()


@contextmanager
def opened(
    word: str, otherwise: str | None = None, files: Callable[[str], bytes | None] | None = None
) -> Iterator[BinaryIO]:
    """An open file; `-` is standard input. Raises ReadError, also if reading fails later.

    With `files`, the bytes come from there, None for a file that is not there.
    """
    try:
        if files is not None:
            yield io.BytesIO(_taken(files(word), word))
        elif _kept and word in _kept[-1]:
            yield io.BytesIO(_kept[-1][word])
        elif word == "-":
            yield _standard_input()
        else:
            with open_file(word, otherwise) as file:
                yield file
    except OSError as error:
        raise unreadable(word, error) from None


def _taken(data: bytes | None, word: str) -> bytes:
    if data is None:
        raise ReadError(f"there is no {quote(word)}", code="E109")
    return data


def in_memory(file: BinaryIO, word: str, most: int, head: bytes = b"") -> bytes:
    """The contents of a pipe whose `head` was already read: all, or one byte more than `most`."""
    data = head + at_most(file, most + 1 - len(head))
    if _kept:
        _kept[-1][word] = data
    return data


def at_most(file: BinaryIO, most: int) -> bytes:
    """Up to so many bytes. Python itself reserves all that it is asked to read, however short the file is."""
    pieces = []
    while most > 0 and (piece := file.read(min(most, PIECE))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


def rewindable(file: BinaryIO, word: str, most: int) -> BinaryIO:
    """The file itself, or all of a pipe in memory. Raises LimitError (E507)."""
    if file.seekable():
        return file
    data = in_memory(file, word, most)
    if len(data) > most:
        message = f"the input from {quote(word)} is larger than the limit of {binary_size(most)}"
        raise LimitError(message, code="E507", hint="give a file's path, or a higher --max-memory")
    return io.BytesIO(data)


def open_file(word: str, otherwise: str | None = None) -> BinaryIO:
    """A regular file, or a pipe from `<(…)`. Raises ReadError, which says what to do `otherwise` if there is none."""
    try:
        descriptor = os.open(word, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        return os.fdopen(_checked(descriptor, word), "rb")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise unreadable(word, error, otherwise) from None


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise ReadError("standard input is closed", code="E107")
    file = sys.stdin.buffer
    if file.seekable():  # `< file`, perhaps read before
        file.seek(0)
    return file


def unreadable(word: str, error: OSError | ValueError, otherwise: str | None = None) -> ReadError:
    """The error for a file that the system does not let us read; a socket cannot even be opened."""
    number = getattr(error, "errno", None)
    if number == errno.ENXIO:
        return no_file(word)
    if number == errno.ENOENT and is_pattern(word):
        why = "check the pattern and the folder"
        return ReadError(f"no file matches {quote(word)}", code="E110", hint=why)
    hint = (_neighbor(word) or otherwise) if isinstance(error, FileNotFoundError) else None
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ReadError(f"cannot read {quote(word)}: {reason}", code="E109", hint=hint)


def _neighbor(word: str) -> str | None:
    """A hint of the file in the same folder whose name is nearly this one, or has another suffix: the nearest one, of several."""
    folder, name = os.path.split(word)
    try:
        with os.scandir(folder or ".") as entries:
            names = sorted(entry.name for entry in islice(entries, MOST_NAMES))
    except (OSError, ValueError):
        return None
    stem, suffix = os.path.splitext(name)  # noqa: PTH122
    stems = {os.path.splitext(each)[0]: each for each in names}  # noqa: PTH122
    stems |= {each.removesuffix(suffix): each for each in names if suffix and each.endswith(suffix)}
    like = closest(stem, stems)
    if like is None:
        return None
    found = closest(name, [each for each in names if each.startswith(f"{like}.")]) or stems[like]
    return f"did you mean `{safe(os.path.join(folder, found))}`?"  # noqa: PTH118


def _checked(descriptor: int, word: str) -> int:
    """The descriptor of a regular file or a pipe from `<(…)`; of config.json in a directory that is a model."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode) or (stat.S_ISFIFO(mode) and word.startswith(("/dev/fd/", "/proc/self/fd/"))):
        if stat.S_ISFIFO(mode):
            os.set_blocking(descriptor, True)
        return descriptor
    try:
        if stat.S_ISDIR(mode):
            return _inside(descriptor, word)
    finally:
        os.close(descriptor)
    raise no_file(word)


def no_file(word: str) -> ReadError:
    return ReadError(
        f"{quote(word)} is not a file", code="E105", hint="densecli reads regular files and standard input"
    )


def _inside(directory: int, word: str) -> int:
    """config.json of a .keras directory, and only that: a regular file, no link."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        found = os.open(CONFIG, flags, dir_fd=directory)
    except OSError as error:
        missing = error.errno == errno.ENOENT
        what = "without a model's config.json or saved_model.pb" if missing else "whose config.json is not a plain file"
        hint = "give a model file in it; `densecli check` takes a whole folder"
        raise ReadError(f"{quote(word)} is a folder {what}", code="E105", hint=hint) from None
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise ReadError(f"{quote(word)} is a folder whose config.json is not a file", code="E105")
    return found


def is_pattern(word: str) -> bool:
    """Whether a shell would expand a file name as a pattern if a file matched."""
    return any(char in word for char in "*?[")
