"""Opening a spec safely and detecting its type from the contents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from densecli.errors import DenseError, NoModelError, Place, ReadError, SpecErrors, SpecSyntaxError
from densecli.names import without_module
from densecli.read.files.magic import HDF5_MAGIC, HEAD, ZIP_MAGIC, other_kind
from densecli.read.files.opened import in_memory, opened
from densecli.read.reading import Reading, SeveralModelsError, only
from densecli.read.text.encoding import decode, too_large
from densecli.text import quote

if TYPE_CHECKING:
    from densecli.errors import Source
    from densecli.graph.graph import Graph
    from densecli.read.limits import Limits

NO_FILE = "a stack needs no file: densecli 'Dense(16)@(3,2) -> Flatten'"
BINARY_SUFFIXES = (".keras", ".h5", ".hdf5")
YAML_SUFFIXES = (".yaml", ".yml")
MODEL_WORDS = ("keras", "tensorflow", "Sequential", "Model", "layers", "Dense", "summary", "Input")
PYTHON_SUFFIXES = (".py", ".pyw", ".ipynb")
_DSL = r"(?>(?:\s|#[^\r\n]*+)*)(?>(?:[(\[]\s*+)*)[A-Za-z_][\w.]*+(?:\s*+(?:\(|@|->|→|\||\Z)|\s*+[A-Za-z_][\w.]*+\s*+(?:\(|@|->|→|\Z))"
_FIRST_NAME = r"[\s(\[]*+([A-Za-z_][\w.]*+)"
_ARROW_OR_SHAPE = r"->|→|@\s*+[\d(]"
_NAME = r"(?>(?:\s|#[^\r\n]*+)*)([A-Za-z_]\w*+)[ \t]*+[\r\n#]"


def open_spec(word: str, reading: Reading = Reading()) -> Graph:  # noqa: B008  # immutable
    """The graph in a file, or in standard input (`-`). Raises DenseError or SpecErrors.

    One descriptor serves for detecting the type and for reading; only regular files (and standard input) are read.
    """
    with opened(word, NO_FILE, reading.files) as file:
        return read_stream(file, word, reading)


def read_stream(file: BinaryIO, name: str, reading: Reading) -> Graph:
    """The graph in an open file, whatever it is called."""
    limits = reading.limits
    head = file.read(HEAD)
    other = other_kind(head)
    if other is not None:
        raise no_model(name, f"is {other}, not a model file")
    if head.startswith(HDF5_MAGIC) or head[:4] in ZIP_MAGIC or _hidden_archive(file, name, head):
        seekable = file if file.seekable() else _buffered(file, name, head, limits)
        if head.startswith(HDF5_MAGIC):
            from densecli.read.keras.h5_file import read_h5_file  # noqa: PLC0415

            return read_h5_file(seekable, name, reading.input_shapes, limits)
        from densecli.read.keras.keras_file import read_keras_file  # noqa: PLC0415

        return read_keras_file(seekable, name, reading.input_shapes, limits)
    try:
        return read_text(_text_bytes(file, name, head, limits.config_bytes), name, reading)
    except ReadError as error:
        if error.code in ("E102", "E103") and name.lower().endswith(BINARY_SUFFIXES):
            raise no_model(name, "is not a Keras archive, HDF5 or text") from None
        raise


def _text_bytes(file: BinaryIO, name: str, head: bytes, most: int) -> bytes:
    """The bytes of a text; one more than `most` of a longer one."""
    if not file.seekable():
        return in_memory(file, name, most, head)
    file.seek(0)
    return file.read(most + 1)


def no_model(name: str, what: str) -> ReadError:
    return ReadError(f"{quote(name)} {what}", code="E105", hint="densecli reads .keras, .h5, JSON, YAML and DSL")


def _hidden_archive(file: BinaryIO, name: str, head: bytes) -> bool:
    """Whether a `.keras` file is an archive with something before it."""
    if not name.lower().endswith(".keras") or not file.seekable() or head[:1] in (b"{", b"["):
        return False
    import zipfile  # noqa: PLC0415

    found = zipfile.is_zipfile(file)
    file.seek(len(head))
    return found


def _buffered(file: BinaryIO, name: str, head: bytes, limits: Limits) -> BinaryIO:
    """The whole of a pipe, for formats that must be read from the end."""
    import io  # noqa: PLC0415

    data = in_memory(file, name, 4 * limits.config_bytes, head)
    if len(data) > 4 * limits.config_bytes:
        message = "a model file this large cannot be read from a pipe"
        raise ReadError(message, code="E501", hint="give its path, or a larger --limit config_bytes")
    return io.BytesIO(data)


def read_text(data: bytes, name: str, reading: Reading) -> Graph:
    """A Keras config, a spec in JSON or YAML, or a stack in the DSL."""
    limits, yaml = reading.limits, name.lower().endswith(YAML_SUFFIXES)
    if name.lower().endswith(PYTHON_SUFFIXES):
        from densecli.read.python.text import encoding  # noqa: PLC0415

        return read_python(encoding.decode(name, data, limits), reading)
    looks_json = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b'"')
    source = decode(name, data, limits, "config_bytes" if looks_json else "spec_bytes")
    # A stack may start with branches, as JSON does with a list; no stack starts with a brace.
    stack = not yaml and source.text[:1] != "{" and (re.match(_DSL, source.text) or _names_models(source.text))
    if looks_json and not stack:
        try:
            return read_json(source, reading, data=data)
        except SpecSyntaxError as error:
            if not yaml or error.code not in ("E206", "E201"):  # YAML has braces, too, and looser ones
                raise
    if not (stack or yaml) and is_python(source.text, looks_json=looks_json):
        return read_python(source, reading)
    if stack or name.lower().endswith(".dsl"):
        try:
            return read_dsl(source, reading)
        except (DenseError, SpecErrors) as error:
            if yaml or looks_json or isinstance(error, SeveralModelsError):
                raise
            return python_instead(source, reading, error)
    from densecli.read.spec.document import read_spec  # noqa: PLC0415

    return read_spec(source, reading.input_shapes, reading.settings, reading.limits)


def _names_models(text: str) -> bool:
    """Whether the first line is the name of a model alone, as in a list of them."""
    found = re.match(_NAME, text)
    if found is None:
        return False
    from densecli.names import APPLICATIONS  # noqa: PLC0415  # few texts start so

    return found[1] in APPLICATIONS


def read_dsl(source: Source, reading: Reading) -> Graph:
    """A stack. Raises SeveralModelsError where the text has several of them, one a line."""
    from densecli.read.stack import reader, several  # noqa: PLC0415

    parts = several.stacks(source)
    if parts or reading.choice is not None:
        return only(several.read_stacks(parts or [several.Lines(source.name, source.text, 0)], reading))
    return reader.read_stack(source, reading.input_shapes, reading.variables(), reading.limits)


def python_instead(source: Source, reading: Reading, error: DenseError | SpecErrors) -> Graph:
    """The model of a text that is no stack because of `error`, if it is Python. Raises the error of what the text looks like."""
    if not is_python(source.text):
        raise error
    try:
        return read_python(source, reading)
    except NoModelError:
        if _is_stack(source.text, error):
            raise error from None
        raise


def _is_stack(text: str, error: DenseError | SpecErrors) -> bool:
    """Whether a text is a stack in spite of this error: it starts with a layer, or its grammar and its layers or arrows are."""
    from densecli.catalogue import is_known  # noqa: PLC0415  # only on the way to an error

    first = re.match(_FIRST_NAME, text)
    if first is not None and is_known(without_module(first[1])):
        return True
    errors = error.errors if isinstance(error, SpecErrors) else [error]
    if any(isinstance(each, SpecSyntaxError) for each in errors):
        return False
    return re.search(_ARROW_OR_SHAPE, text) is not None or all(each.code != "E304" for each in errors)


def is_python(text: str, *, looks_json: bool = False) -> bool:
    """Whether a text is Python source, or a notebook."""
    if looks_json:
        return False
    from densecli.read.python.text.looks import looks_like_python  # noqa: PLC0415

    return looks_like_python(text)


def read_python(source: Source, reading: Reading) -> Graph:
    """The only model of a Python source. Raises SeveralModelsError where there are more."""
    if reading.choice is None and not any(word in source.text for word in MODEL_WORDS):
        raise NoModelError("the source builds no Keras model", code="E403", hint="nothing in it mentions Keras")
    from densecli.read.python import reader  # noqa: PLC0415

    return only(reader.read(source, reading, reading.choice))


def read_json(source: Source, reading: Reading, version: str = "", data: bytes | None = None) -> Graph:
    """A Keras config or a JSON spec; `data` are the bytes of the text, if they are at hand."""
    from densecli.read.text.json import load_json, not_an_object  # noqa: PLC0415

    value = load_json(source, reading.limits, data=data)
    if isinstance(value, dict) and "nbformat" in value:
        return read_python(source, reading)
    from densecli.read.keras.envelope import is_config  # noqa: PLC0415

    if is_config(value):
        from densecli.read.keras.model import read_config  # noqa: PLC0415

        return read_config(value, source, reading.input_shapes, version, reading.limits)
    if len(source.text) > reading.limits.spec_bytes:
        raise too_large(reading.limits, "spec_bytes", Place(source))
    if not isinstance(value, dict):
        raise not_an_object(source, value, "a model")
    from densecli.read.spec.document import read_value  # noqa: PLC0415

    return read_value(value, source, reading.input_shapes, reading.settings, reading.limits)
