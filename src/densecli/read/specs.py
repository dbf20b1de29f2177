"""The SPEC words of a command: DSL text, files, or standard input."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.errors import ReadError, Source, SpecSyntaxError
from densecli.read.limits import raised
from densecli.read.reading import Reading
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.graph.graph import Graph

ARGUMENT = "<argument>"
SUFFIXES = (".yaml", ".yml", ".json", ".keras", ".h5", ".hdf5", ".dsl")
_PARENTHESES = r"\([^()]*\)|\[[^\[\]]*\]|'[^']*'|\"[^\"]*\""
# What no stack can be: a `?`, or a `*` without the number of repeats.
_PATTERN = r"[\w.*?-]*(?:\?|\*(?!\d+\Z))[\w.*?-]*"
_FILE_NAME = r"[\w-]+(?:\.[\w-]+)+\s*|[\w.-]+\s+"


class Spec(Record):
    """One model to look at: DSL text when `text` is set, else a file name (`-` is standard input)."""

    name: str
    text: str | None = None


def is_file(word: str) -> bool:
    """Decided by the word alone: standard input, a known suffix, a pattern, or a path separator outside parentheses."""
    if word == "-" or word.lower().endswith(SUFFIXES) or _is_shell_pattern(word):
        return True
    plain = word
    while (shorter := re.sub(_PARENTHESES, "", plain)) != plain:
        plain = shorter
    return "/" in plain.replace("//", "") or "\\" in plain


def _is_shell_pattern(word: str) -> bool:
    return ("*" in word or "?" in word) and re.fullmatch(_PATTERN, word) is not None


def is_pattern(word: str) -> bool:
    """Whether a shell would take a file name for a pattern, had it found a file that matches."""
    return any(char in word for char in "*?[")


def specs(words: Sequence[str]) -> list[Spec]:
    """The models that the words name: files one by one, DSL words joined to one stack."""
    files = [word for word in words if is_file(word)]
    if not files:
        return [Spec(ARGUMENT, " -> ".join(words))]
    if len(files) < len(words):
        other = next(word for word in words if not is_file(word))
        raise ReadError(
            f"files and DSL words are not mixed: {quote(files[0])} is a file, {quote(other)} is not",
            code="E111",
            hint="one stack: Flatten 'Dense(4)'; or files: a.yaml b.keras",
        )
    if files.count("-") > 1:
        raise ReadError("standard input can be read only once", code="E108", hint="give `-` a single time")
    return [Spec(word) for word in dict.fromkeys(files)]


def read(spec: Spec, reading: Reading = Reading()) -> Graph:  # noqa: B008  # immutable
    """The graph of one spec. Raises DenseError or SpecErrors."""
    if spec.text is not None:
        from densecli.read.stack import reader as dsl  # noqa: PLC0415

        try:
            return dsl.read(Source(ARGUMENT, spec.text), reading.input_shapes, reading.variables(), reading.limits)
        except SpecSyntaxError as error:
            if error.hint is None and re.fullmatch(_FILE_NAME, spec.text):
                error.hint = f"a file of that name: ./{spec.text}"
            raise
    from densecli.read.open import open_spec  # noqa: PLC0415

    return open_spec(spec.name, reading)


def input_shapes(values: Sequence[str]) -> dict[str | None, tuple[int | None, ...]]:
    """--input-shape [NAME=]3,2 as shapes by input name; the one without a name is for the only input."""
    return dict(map(_input_shape, values))


def _input_shape(value: str) -> tuple[str | None, tuple[int | None, ...]]:
    name, equals, sizes = value.rpartition("=")
    parts = [part.strip() for part in sizes.strip().strip("()[]").split(",") if part.strip()]
    if not all(part.isdecimal() or part.lower() in ("none", "null", "?") for part in parts) or any(
        len(part) > 18 for part in parts
    ):
        raise ReadError(
            f"expected an input shape, got {quote(value)}",
            code="E112",
            hint="--input-shape 224,224,3 or NAME=224,224,3",
        )
    return name if equals else None, tuple(int(part) if part.isdecimal() else None for part in parts)


def settings(values: Sequence[str]) -> dict[str, str]:
    """--set NAME=VALUE as values by name."""
    pairs = [value.partition("=") for value in values]
    for name, equals, _ in pairs:
        if not equals or not name.isidentifier():
            raise ReadError(f"expected NAME=VALUE, got {quote(name)}", code="E112", hint="--set width=128")
    return {name: value for name, _, value in pairs}


def reading(
    shapes: Sequence[str] | None, variables: Sequence[str] | None, limits: Sequence[str] | None = None
) -> Reading:
    """What the options --input-shape, --set and --limit say."""
    return Reading(input_shapes(shapes or []), settings(variables or []), raised(limits or []))
