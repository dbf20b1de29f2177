"""Standard output and standard error: output is written completely, or the exit code reports the failure."""

from __future__ import annotations

import contextlib
import io
import os
import sys

from densecli.errors import OutputError


class ReaderGoneError(Exception):
    """The reader of the pipe went away. Not an OSError, which typer would swallow."""


class Closed(io.TextIOBase):
    """Stands in for a closed standard output: typer would take Python's None for a successful write."""

    def write(self, _: str) -> int:
        raise OutputError("cannot write to stdout: it is closed", code="E601")


def prepare() -> None:
    """Escape what a stream cannot encode, but fail if standard output is closed."""
    if sys.stdout is None:
        sys.stdout = Closed()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def write(text: str, *, utf8: bool = False) -> None:
    """Write results to standard output. Raises OutputError.

    `utf8` is for documents that are UTF-8 in every locale; a terminal still gets them in its own encoding.
    """
    with failures():
        _write_all(text, "utf-8" if utf8 and not interactive() else sys.stdout.encoding or "ascii")


def _write_all(text: str, encoding: str) -> None:
    """Write all of it: an unbuffered stdout (PYTHONUNBUFFERED) writes what fits into a pipe and silently drops the rest."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # replaced by an object that only takes text
        sys.stdout.write(text)
        return
    _write_bytes(text.replace("\n", os.linesep).encode(encoding, "backslashreplace"))


def write_bytes(data: bytes) -> None:
    """Write results that are no text to standard output. Raises OutputError."""
    with failures():
        _write_bytes(data)


def _write_bytes(data: bytes) -> None:
    sys.stdout.flush()
    rest = memoryview(data)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) :]


def flush() -> None:
    """Make sure that everything went out: a full disk is only detected now."""
    with failures():
        sys.stdout.flush()


@contextlib.contextmanager
def failures():  # type: ignore[no-untyped-def]  # noqa: ANN201
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError from error
    except OSError as error:
        raise OutputError(f"cannot write to stdout: {error.strerror}", code="E602") from error
    except ValueError as error:
        raise OutputError("cannot write to stdout: it is closed", code="E601") from error


def discard() -> None:
    """Send all further output to nowhere, so that Python's own flush at exit cannot fail."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str, end: str = "\n") -> None:
    """Write anything but results to standard error; if that is closed too, only the exit code remains."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text + end)
            sys.stderr.flush()


def interactive(stream: str = "stdout") -> bool:
    """Whether a user is at the other end."""
    found = getattr(sys, stream)
    try:
        return found is not None and found.isatty()
    except ValueError:
        return False


def encodes(text: str) -> bool:
    """Whether standard output can show the text as it is."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
