"""The envelope around a model's config: the keys of a file, JSON inside strings, versions, JavaScript spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, LimitError, Place, Source, SpecSyntaxError

if TYPE_CHECKING:
    from densecli.read.limits import Limits

WRAPPED = ("modelTopology", "model_topology", "model_config", "modelConfig")


def is_config(document: Any) -> bool:
    """Whether a JSON value looks like a Keras config rather than a densecli spec."""
    if isinstance(document, dict):
        modern = any(key in document for key in WRAPPED) or document.keys() >= {"class_name", "config"}
        if modern or "layers" not in document:
            return modern
        from densecli.read.keras.keras0 import is_old  # noqa: PLC0415

        return is_old(document)
    if isinstance(document, str):
        return document.lstrip().startswith("{")
    first = document[0] if isinstance(document, list) and document else None
    return isinstance(first, dict) and "class_name" in first


def unwrapped(document: Any, source: Source, version: str, limits: Limits) -> tuple[dict[str, Any], str, str]:
    """The config of the model itself, its pointer, and the version from the envelope."""
    pointer = ""
    for _ in range(8):
        if isinstance(document, str):
            document = _loads(document, Place(source, pointer=pointer), limits)
        if not isinstance(document, dict):
            break
        version = version or str(document.get("keras_version") or "")
        key = next((key for key in WRAPPED if key in document and "class_name" not in document), None)
        if key is None:
            break
        document, pointer = document[key], f"{pointer}/{key}"
    if isinstance(document, dict) and "class_name" not in document and "layers" in document:
        from densecli.read.keras import keras0  # noqa: PLC0415  # few are that old

        document, version = (keras0.modern(document), "0.3") if keras0.is_old(document) else (document, version)
    if isinstance(document, list) and document:
        document = {"class_name": "Sequential", "config": document}
    if not isinstance(document, dict):
        raise SpecSyntaxError("expected a model object", code="E302", place=Place(source, pointer=pointer))
    if "className" in document:
        document = snake_keys(document)
    return document, pointer, version


def _loads(text: str, place: Place, limits: Limits) -> Any:
    """The JSON inside a string of a JSON document, within the same limits."""
    from densecli.read.text.json import load_json  # noqa: PLC0415  # few files need it

    try:
        return load_json(Source(place.source.name, text), limits)
    except LimitError as error:
        error.place = place
        raise
    except DenseError:
        message = "expected JSON in a string, got other text"
        raise SpecSyntaxError(message, code="E302", place=place) from None


def snake_keys(value: Any) -> Any:
    """The keys of a config that JavaScript wrote, as Python writes them."""
    if isinstance(value, list):
        return [snake_keys(item) for item in value]
    if isinstance(value, dict):
        return {_snake(key): snake_keys(item) for key, item in value.items()}
    return value


def _snake(key: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in key) if key[:1].islower() else key
