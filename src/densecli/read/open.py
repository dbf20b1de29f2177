"""Opening a spec safely and finding out by its contents what it is."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from typing import TYPE_CHECKING, BinaryIO

from densecli.errors import DenseError, ReadError, SpecSyntaxError
from densecli.read.encoding import decode
from densecli.read.limits import LIMITS, Limits
from densecli.text import quote

if TYPE_CHECKING:
    from densecli.errors import Source
    from densecli.graph import Graph
    from densecli.shape import Shape

    InputShapes = dict[str | None, Shape] | None

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
OTHERS = (
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\x80\x02", "a pickle"),
    (b"\x80\x03", "a pickle"),
    (b"\x80\x04", "a pickle"),
    (b"\x80\x05", "a pickle"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x08\x01", "a TensorFlow protobuf"),
)
YAML_SUFFIXES = (".yaml", ".yml")
_DSL = re.compile(r"(?:\s|#[^\n]*)*[(\[]?\s*[A-Za-z_]\w*\s*(?:\(|@|->|\||\Z)")
_JSON = re.compile(r'\s*[{\["]')


def open_spec(word: str, input_shapes: InputShapes = None, limits: Limits = LIMITS) -> Graph:
    """The graph in a file, or in standard input (`-`). Raises DenseError or SpecErrors.

    One descriptor serves for looking and reading; nothing but regular files (and standard input) is read.
    """
    if word == "-":
        return read_stream(_standard_input(), word, input_shapes, limits)
    try:
        descriptor = os.open(word, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(_checked(descriptor, word), "rb") as file:
            return read_stream(file, word, input_shapes, limits)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _unreadable(word, error) from None


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise ReadError("standard input is closed", code="E107")
    return sys.stdin.buffer


def _unreadable(word: str, error: OSError | ValueError) -> ReadError:
    hint = None
    if isinstance(error, FileNotFoundError):
        hint = "a stack needs no file: densecli 'Dense(16)@(3,2) -> Flatten'"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ReadError(f"cannot read {quote(word)}: {reason}", code="E109", hint=hint)


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
    raise ReadError(f"{quote(word)} is not a file", code="E105", hint="densecli reads regular files and standard input")


def _inside(directory: int, word: str) -> int:
    """config.json of a .keras directory, and only that: a regular file, no link."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        found = os.open("config.json", flags, dir_fd=directory)
    except OSError as error:
        missing = error.errno == errno.ENOENT
        message = f"{quote(word)} is a directory" + ("" if missing else " whose config.json is not a plain file")
        raise ReadError(message, code="E105", hint="give the model file") from None
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise ReadError(f"{quote(word)} is a directory whose config.json is not a file", code="E105")
    return found


def read_stream(file: BinaryIO, name: str, input_shapes: InputShapes, limits: Limits) -> Graph:
    """The graph in an open file, whatever it is called."""
    head = file.read(8)
    if head.startswith(HDF5_MAGIC) or head[:4] in ZIP_MAGIC or _hidden_archive(file, name, head):
        seekable = file if file.seekable() else _buffered(file, head, limits)
        if head.startswith(HDF5_MAGIC):
            from densecli.read import hdf5  # noqa: PLC0415

            return hdf5.read(seekable, name, input_shapes, limits)
        from densecli.read import archive  # noqa: PLC0415

        return archive.read(seekable, name, input_shapes, limits)
    kind = next((kind for magic, kind in OTHERS if head.startswith(magic)), None)
    if kind is not None:
        raise ReadError(
            f"{quote(name)} is {kind}, not a model file",
            code="E105",
            hint="densecli reads .keras, .h5, JSON, YAML and DSL",
        )
    return read_text(head + file.read(limits.config_bytes - len(head) + 1), name, input_shapes, limits)


def _hidden_archive(file: BinaryIO, name: str, head: bytes) -> bool:
    """Whether a `.keras` file is an archive with something before it."""
    if not name.lower().endswith(".keras") or not file.seekable() or head[:1] in (b"{", b"["):
        return False
    import zipfile  # noqa: PLC0415

    found = zipfile.is_zipfile(file)
    file.seek(len(head))
    return found


def _buffered(file: BinaryIO, head: bytes, limits: Limits) -> BinaryIO:
    """The whole of a pipe, for formats that must be read from the end."""
    import io  # noqa: PLC0415

    data = head + file.read(4 * limits.config_bytes + 1)
    if len(data) > 4 * limits.config_bytes:
        raise ReadError("a model file this large cannot come through a pipe", code="E501", hint="give its path")
    return io.BytesIO(data)


def read_text(data: bytes, name: str, input_shapes: InputShapes, limits: Limits) -> Graph:
    """A Keras config, a spec in JSON or YAML, or a stack in the DSL."""
    looks_json = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b'"')
    source = decode(name, data, limits, limits.config_bytes if looks_json else limits.spec_bytes)
    if looks_json:
        try:
            return read_json(source, input_shapes, limits)
        except SpecSyntaxError as error:
            if not name.lower().endswith(YAML_SUFFIXES) or error.code not in ("E206", "E201"):
                raise
    if name.lower().endswith(".dsl") or (not name.lower().endswith(YAML_SUFFIXES) and _DSL.match(source.text)):
        from densecli.read import dsl  # noqa: PLC0415

        return dsl.read(source, input_shapes)
    from densecli.read import document  # noqa: PLC0415

    return document.read(source, input_shapes, limits=limits)


def read_json(source: Source, input_shapes: InputShapes, limits: Limits, version: str = "") -> Graph:
    """A Keras config or a JSON spec."""
    from densecli.read import json_text, keras  # noqa: PLC0415

    value = json_text.load(source, limits)
    if keras.is_config(value):
        return keras.read(value, source, input_shapes, version)
    if len(source.text) > limits.spec_bytes:
        decode(source.name, source.text.encode(), limits)
    from densecli.read import document  # noqa: PLC0415

    return document.read_value(value, source, input_shapes, limits=limits)


__all__ = ["DenseError", "open_spec", "read_json", "read_stream"]
