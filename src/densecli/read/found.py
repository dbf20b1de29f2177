"""Files found in a folder: many hold no model, and nobody said that they would."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, NoModelError, Source, SpecErrors
from densecli.read.files.opened import opened
from densecli.read.open import NO_FILE, PYTHON_SUFFIXES, YAML_SUFFIXES, open_spec, read_stream
from densecli.read.reading import SeveralModelsError

if TYPE_CHECKING:
    from densecli.graph.graph import Graph
    from densecli.read.reading import Reading

TEXTS = (*PYTHON_SUFFIXES, *YAML_SUFFIXES, ".json")  # of all kinds; the others are made for models
NAMED = tuple(f".model{suffix}" for suffix in (*YAML_SUFFIXES, ".json"))  # which say that they hold a model
KERAS = ("keras", "tensorflow")
# What densecli cannot follow in Python source says nothing about the model, nor does an exception of a test.
NOT_FOLLOWED = ("E350", "E351", "E352", "E353", "E354", "E505")
_KEY = rb"[\"']?(?:layers|class_name)[\"']?[ \t\r\n]*+:"
_YAML = rb"(?m)^" + _KEY + rb"|[{,][ \t\r\n]*+" + _KEY  # of a spec, and of Keras' own YAML
_JSON = rb"\"(?:layers|class_name|nbformat)\"[ \t\r\n]*+:"


def read_found(name: str, reading: Reading) -> Graph:
    """The graph in a file. Raises NoModelError if it holds none, else DenseError or SpecErrors."""
    if not name.lower().endswith(TEXTS):
        return open_spec(name, reading)
    with opened(name, NO_FILE, reading.files) as file:
        data = file.read(max(reading.limits.config_bytes, reading.limits.spec_bytes) + 1)
    if not name.lower().endswith(NAMED) and not _may_hold(
        name.lower(), data.replace(b"\0", b"")
    ):  # UTF-16 has a NUL beside each letter
        raise _none(name)
    try:
        return read_stream(io.BytesIO(data), name, reading)
    except (NoModelError, SeveralModelsError):
        raise
    except (DenseError, SpecErrors) as error:
        if _is_foreign(name.lower(), data, error, reading):
            raise _none(name) from None
        raise


def not_followed(error: DenseError | SpecErrors) -> bool:
    """Whether an error only says how far densecli could follow a Python source."""
    return isinstance(error, DenseError) and error.code in NOT_FOLLOWED


def _none(name: str) -> NoModelError:
    return NoModelError(f"{name} holds no model", code="E403")


def _may_hold(name: str, data: bytes) -> bool:
    """Whether a text has the words of a model at all: most files end here."""
    if name.endswith(PYTHON_SUFFIXES):
        return True  # the reader of Python looks for words of its own
    if name.endswith(YAML_SUFFIXES):
        return re.search(_YAML, data) is not None
    return re.search(_JSON, data) is not None


def _is_foreign(name: str, data: bytes, error: DenseError | SpecErrors, reading: Reading) -> bool:
    """Whether a text that could not be read is not about Keras, or is a document of another kind."""
    if name.endswith(PYTHON_SUFFIXES):
        return not any(word in text.lower() for text in _texts(data, error) for word in KERAS)
    return not _is_document(name, data, reading)


def _texts(data: bytes, error: DenseError | SpecErrors) -> list[str]:
    """The source, and those of the modules beside it that its errors are in."""
    errors = error.errors if isinstance(error, SpecErrors) else [error]
    places = [each.place for each in errors if each.place is not None]
    return [data.decode("latin-1").replace("\0", ""), *(place.source.text for place in places)]


def _is_document(name: str, data: bytes, reading: Reading) -> bool:
    """Whether a YAML or JSON document is a spec, a Keras config or a notebook. One that cannot be parsed may be."""
    if name.endswith(NAMED):
        return True
    from densecli.read.keras.envelope import is_config  # noqa: PLC0415
    from densecli.read.spec.document import load  # noqa: PLC0415
    from densecli.read.text.encoding import decode  # noqa: PLC0415

    try:
        value = load(Source(name, decode(name, data, reading.limits, "config_bytes").text), reading.limits)
    except (DenseError, SpecErrors):
        return True
    return is_config(value) or (isinstance(value, dict) and ("nbformat" in value or _is_spec(value)))


def _is_spec(value: dict[str, Any]) -> bool:
    """Whether a document with mistakes is meant as a spec: a list of layers, and at most one key that no spec has."""
    from densecli.read.spec.document import KEYS  # noqa: PLC0415

    return isinstance(value.get("layers"), list) and len(value.keys() - set(KEYS)) <= 1
