"""Expectations for a model, parsed alike from the command line, from a spec's `expect:` and from pyproject.toml."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from densecli.catalogue import ALIASES, CATALOGUE
from densecli.check import glob
from densecli.check.assertion import expression
from densecli.errors import ArgumentError, DenseError, Place, SpecErrors, closest, did_you_mean
from densecli.quantity import read_count, read_size
from densecli.records import Record
from densecli.text import describe, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from densecli.shape import Shape

COUNTS = ("params", "trainable_params", "non_trainable_params", "macs", "flops", "layers")
SIZES = ("weights", "activations")
FIGURES = (*COUNTS, *SIZES)
_LONGEST_SHAPE = 2_000
MOST_WORDS = 1_000  # types or assertions in one demand: each is looked at for each layer
_GLOB = re.compile(r"[*?\[]")


class Expectation(Record):
    """One expectation: its key (`max_params`), the wanted value in normal form, where it comes from, and its place in the spec."""

    key: str
    wanted: Any
    origin: str
    pointer: str | None = None


class WantedShape(Record):
    """The shape of one input or output, by name or by position; None matches any size."""

    name: str | None
    shape: Shape


def read(values: Mapping[str, Any], origin: str = "expect", place: Place | None = None) -> list[Expectation]:
    """The expectations under their keys. Raises SpecErrors with all mistakes (a usage error: exit 2).

    `place` is the spec whose `expect:` section this is; without it messages name the key as `origin` spells it.
    """
    found: list[Expectation] = []
    errors = []
    for key, value in values.items():
        pointer = None if place is None else f"/expect/{pointer_token(str(key))}"
        try:
            wanted = _read_one(key, value)
        except DenseError as error:
            error.message = error.message if error.code == "E242" else f"{spell(origin, key)}: {error.message}"
            errors.append(error.at(None if place is None else Place(place.source, pointer=pointer)))
            continue
        if wanted is not None:
            found.append(Expectation(key, wanted, spell(origin, key), pointer))
    if errors:
        raise SpecErrors(errors)
    return found


def spell(origin: str, key: str) -> str:
    """The key as the user wrote it: --max-params, expect.max_params."""
    return f"--{OPTIONS.get(key, key).replace('_', '-')}" if origin == "--" else f"{origin}.{key}"


def pointer_token(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _read_one(key: str, value: Any) -> Any:
    reader = READERS.get(key)
    if reader is None:
        hint = did_you_mean(str(key), READERS) or f"known: {', '.join(READERS)}"
        raise ArgumentError(f"no expectation named {quote(str(key))}", code="E242", hint=hint)
    return reader(value)


# -- shapes ---------------------------------------------------------------------------
def read_shapes(value: Any) -> tuple[WantedShape, ...]:
    """One shape, several in order, or by name: [null, 4], "(None, 4)", [[null, 4], [null, 2]], {probs: [null, 4]}."""
    if isinstance(value, dict):
        return tuple(WantedShape(str(name), _shape(shape)) for name, shape in value.items())
    if isinstance(value, str):
        return _shapes_of_text(value)
    if isinstance(value, list | tuple) and value and all(isinstance(item, list | tuple | str) for item in value):
        return tuple(shape for item in value for shape in read_shapes(item))
    return (WantedShape(None, _shape(value)),)


def _shapes_of_text(text: str) -> tuple[WantedShape, ...]:
    name, equals, rest = text.rpartition("=")
    tree = _parse_shape(rest, text)
    if equals:
        return (WantedShape(name.strip(), _shape(tree)),)
    return read_shapes(tree)


def _parse_shape(text: str, whole: str) -> Any:
    """Python's, JSON's and bare notation: (None, 4), [null, 4], None,4."""
    plain = re.sub(r"\b[Nn](?:one|ull)\b|[?*]", "null", text.strip()).translate(str.maketrans("()", "[]"))
    plain = re.sub(r",\s*\]", "]", plain if plain.startswith("[") else f"[{plain}]")
    try:
        return json.loads(plain) if text.strip() and len(plain) <= _LONGEST_SHAPE else None
    except (ValueError, RecursionError):
        raise _wrong_shape(whole) from None


def _shape(value: Any) -> Shape:
    if isinstance(value, str):
        value = _parse_shape(value, value)
    if not isinstance(value, list | tuple) or not all(_is_size(size) for size in value):
        raise _wrong_shape(value)
    return tuple(value)


def _is_size(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63)


def _wrong_shape(value: Any) -> ArgumentError:
    hint = "null or None matches any size; several outputs: a list of shapes, or name: shape"
    return ArgumentError(f"expected a shape such as (None, 4), got {describe(value)}", code="E241", hint=hint)


# -- types, assertions, flags -------------------------------------------------------------
def read_types(value: Any) -> tuple[str, ...]:
    """Layer types and patterns: Lambda, "Conv*"."""
    return tuple(_type(name) for name in _words(value, "a layer type or a list of them"))


def _type(name: str) -> str:
    if len(name) > glob.LONGEST:
        raise ArgumentError(f"expected a type of at most {glob.LONGEST:,} characters, got {quote(name)}", code="E241")
    if name in CATALOGUE or _GLOB.search(name):
        return name
    if name in ALIASES:
        return ALIASES[name]
    close = closest(name, [*CATALOGUE, *ALIASES])
    if close is not None and _nearly(name, close):
        hint = f"did you mean `{close}`? For a custom class of that name, write a pattern: `{name[:-1]}[{name[-1]}]`"
        raise ArgumentError(f"no layer type named {quote(name)}", code="E241", hint=hint)
    return name


def _nearly(name: str, other: str) -> bool:
    """A typo of one letter or in case: an expectation that can never fail must not look like one that passed."""
    from difflib import SequenceMatcher  # noqa: PLC0415  # only for types that are not in the catalog

    return SequenceMatcher(None, name.casefold(), other.casefold()).ratio() >= 0.9


def read_assertions(value: Any) -> tuple[expression.Expression, ...]:
    return tuple(expression.parse(text) for text in _words(value, "an expression or a list of them", split=False))


def _words(value: Any, expected: str, *, split: bool = True) -> list[str]:
    """A word or a list of words; one word may hold several with commas."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) and item.strip() for item in items):
        raise ArgumentError(f"expected {expected}, got {describe(value)}", code="E241")
    words = [word.strip() for item in items for word in item.split(",") if word.strip()] if split else list(items)
    if len(words) > MOST_WORDS:
        raise ArgumentError(f"expected at most {MOST_WORDS:,} of them, got {len(words):,}", code="E241")
    return words


def read_flag(value: Any) -> bool | None:
    """True, or None if nothing is required."""
    if not isinstance(value, bool):
        raise ArgumentError(f"expected true or false, got {describe(value)}", code="E241")
    return value or None


def _readers() -> dict[str, Callable[[Any], Any]]:
    figures: dict[str, Callable[[Any], Any]] = {
        **dict.fromkeys(COUNTS, read_count),
        **dict.fromkeys(SIZES, read_size),
    }
    bounds = {f"{bound}_{figure}": read_one for bound in ("max", "min") for figure, read_one in figures.items()}
    others: dict[str, Callable[[Any], Any]] = {
        "forbid": read_types,
        "only_layers": read_types,
        "strict": read_flag,
        "weights_fit": read_flag,
        "assert": read_assertions,
    }
    return {"output": read_shapes, "input": read_shapes, **figures, **bounds, **others}


READERS = _readers()
FLAGS = tuple(key for key, reader in READERS.items() if reader is read_flag)
# Options for exact values start with `expect`: --expect-params.
OPTIONS = {key: f"expect_{key}" for key in ("output", "input", *FIGURES)}
