"""Opening a spec safely and detecting its type from the contents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from densecli.errors import DenseError, NoModelError, Place, ReadError, SpecErrors, SpecSyntaxError
from densecli.names import without_module
from densecli.read.binary import no_model, reader_of, seekable
from densecli.read.files.checkpoint_names import index_in, with_index
from densecli.read.files.folder import MAIN, opened_folder
from densecli.read.files.magic import HEAD, UNKNOWN
from densecli.read.files.opened import CONFIG, in_memory, opened
from densecli.read.reading import Reading, SeveralModelsError, only
from densecli.read.text.encoding import decode, too_large

if TYPE_CHECKING:
    from densecli.errors import Source
    from densecli.graph.graph import Graph
    from densecli.read.files.folder import Folder

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
    with opened_folder(word) as folder:
        graph = None if folder is None else read_folder(folder, reading)
    if graph is not None:
        return graph
    word = word if reading.files else with_index(word)
    with opened(word, NO_FILE, reading.files) as file:
        return read_stream(file, word, reading)


def read_folder(folder: Folder, reading: Reading) -> Graph | None:
    """The graph of a SavedModel or a checkpoint; None for a folder of another kind."""
    names = folder.names()
    if MAIN in names:
        from densecli.read.keras.saved_model import read_saved_model  # noqa: PLC0415

        return read_saved_model(folder, reading.input_shapes, reading.limits)
    index = None if CONFIG in names else index_in(folder)
    if index is None:
        return None
    with folder.member(index) as file:
        return None if file is None else read_stream(file, f"{folder.name.rstrip('/')}/{index}", reading)


def read_stream(file: BinaryIO, name: str, reading: Reading) -> Graph:
    """The graph in an open file, whatever it is called."""
    head = file.read(HEAD)
    reader = reader_of(file, name, head)
    if reader is not None:
        return reader(seekable(file, name, head, reading.limits), name, reading)
    try:
        return read_text(_text_bytes(file, name, head, reading.limits.config_bytes), name, reading)
    except ReadError as error:
        if error.code in ("E102", "E103") and name.lower().endswith(BINARY_SUFFIXES):
            raise no_model(name, UNKNOWN) from None
        raise


def _text_bytes(file: BinaryIO, name: str, head: bytes, most: int) -> bytes:
    """The bytes of a text; one more than `most` of a longer one."""
    if not file.seekable():
        return in_memory(file, name, most, head)
    file.seek(0)
    return file.read(most + 1)


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
