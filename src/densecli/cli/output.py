"""Where results go: standard output, or a file that is replaced atomically."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import time
from typing import TYPE_CHECKING

from densecli.cli import streams
from densecli.errors import OutputError
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

PATIENCE, PAUSE = 600, 0.05  # times that a run checks whether another is done, and the seconds in between


def deliver(text: str, output: str | None, inputs: Iterable[str] = (), *, utf8: bool = False) -> None:
    """Write to stdout, or to `output` atomically; files are UTF-8, and so is stdout with `utf8`. Raises OutputError."""
    if output is None or output == "-":
        streams.write(text, utf8=utf8)
        return
    deliver_bytes(text.encode("utf-8", "backslashreplace"), output, inputs)


def deliver_bytes(data: bytes, output: str | None, inputs: Iterable[str] = ()) -> None:
    """Write what is no text to stdout, or to `output` atomically. Raises OutputError."""
    if output is None or output == "-":
        streams.write_bytes(data)
        return
    deliver_file(lambda file: file.write(data), output, inputs)


def deliver_file(write: Callable[[BinaryIO], object], output: str, inputs: Iterable[str] = ()) -> None:
    """Write a file atomically, with the contents that `write` produces. Raises OutputError."""
    with _failures(output):
        mode = _checked_mode(output, inputs)
        if mode is not None and not stat.S_ISREG(mode):
            _write_in_place(output, write)
        else:
            permissions = 0o666 & ~_umask() if mode is None else stat.S_IMODE(mode)
            _replace(os.path.realpath(output), write, permissions)


def check_target(output: str, inputs: Iterable[str] = ()) -> None:
    """Refuse a file that cannot be written, before doing the work. Raises OutputError."""
    with _failures(output):
        mode = _checked_mode(output, inputs)
        folder = os.path.dirname(os.path.realpath(output))  # noqa: PTH120
        if (mode is None or stat.S_ISREG(mode)) and not os.access(folder, os.W_OK):
            os.stat(folder)  # noqa: PTH116  # raises its own error if there is no folder
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@contextlib.contextmanager
def alone_with(output: str) -> Iterator[None]:
    """Keep other runs of densecli from changing a file meanwhile, with a lock beside it, as git does. Raises OutputError.

    The others wait: a change takes milliseconds.
    """
    guard = f"{os.path.realpath(output)}.updating"
    with _failures(output):
        for _ in range(PATIENCE):
            with contextlib.suppress(FileExistsError):
                os.close(os.open(guard, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
                break
            time.sleep(PAUSE)
        else:
            hint = f"if none is running, remove {guard}"
            raise OutputError(f"another run is updating {quote(output)}", code="E603", hint=hint)
    with _removed_when_stopped(guard):
        yield
        _remove(guard)


def append(text: str, output: str) -> None:
    """Append to a file that others append to as well. Raises OutputError."""
    with _failures(output), open(output, "ab") as file:  # noqa: PTH123
        file.write(text.encode("utf-8", "backslashreplace"))


@contextlib.contextmanager
def _failures(output: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason, number = getattr(error, "strerror", None) or str(error), getattr(error, "errno", None)
        code = "E602" if number == errno.ENOSPC else "E603"
        raise OutputError(f"cannot write {quote(output)}: {reason}", code=code) from error


def _checked_mode(output: str, inputs: Iterable[str]) -> int | None:
    """The mode of the existing file, which must be neither an input nor a folder."""
    mode = _mode(output)
    if any(_same(os.path.realpath(output), path) for path in inputs):
        raise OutputError(
            f"{quote(output)} is an input and would be overwritten", code="E603", hint="choose another --output"
        )
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputError(f"{quote(output)} is a directory", code="E603")
    return mode


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode  # noqa: PTH116
    except FileNotFoundError:
        return None


def _same(target: str, path: str) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samefile(target, path)  # noqa: PTH121
    return False


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _write_in_place(target: str, write: Callable[[BinaryIO], object]) -> None:
    """Write a device or a FIFO, which has no old contents to protect."""
    with open(target, "wb") as file:  # noqa: PTH123
        write(file)


def _replace(target: str, write: Callable[[BinaryIO], object], mode: int) -> None:
    import tempfile  # noqa: PLC0415  # brings random and hashlib along

    folder, name = os.path.split(target)
    handle, temporary = tempfile.mkstemp(prefix=f".{name[:64]}.", suffix=".tmp", dir=folder or ".")
    with _removed_when_stopped(temporary):
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)  # noqa: PTH101
        os.replace(temporary, target)  # noqa: PTH105


@contextlib.contextmanager
def _removed_when_stopped(path: str) -> Iterator[None]:
    """Remove a file if something goes wrong or on SIGTERM, which then ends the process as usual."""

    def stop(number: int, _: object) -> None:
        _remove(path)
        signal.signal(number, before or signal.SIG_DFL)  # the previous handler may have its own file to remove
        os.kill(os.getpid(), number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except BaseException:
        _remove(path)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)  # noqa: PTH108
