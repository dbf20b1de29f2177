"""The options of `check` that say what a model has to be: one per expectation, made from the table that reads them."""

from __future__ import annotations

from inspect import Parameter, signature
from keyword import iskeyword
from typing import TYPE_CHECKING, Annotated, Any

import typer

from densecli.check.expectations import FLAGS, OPTIONS, READERS, SIZES, Expectation, read, spell
from densecli.check.judge import NOUNS, split_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

WORDS: dict[str, tuple[str | None, str]] = {
    "output": ("SHAPE", "Shape of the output; None fits any size; NAME=SHAPE for one of several."),
    "input": ("SHAPE", "Shape of the input, in the same way."),
    "forbid": ("TYPE", "No layer of this type; patterns such as 'Conv*' too."),
    "only_layers": ("TYPES", "Layers of these types only."),
    "strict": (None, "Nothing opaque, nothing uncounted, no warnings."),
    "weights_fit": (None, "The weights in the model file have the shapes of its layers."),
    "assert": ("EXPR", "An expression over the JSON report, such as 'totals.params < 2M'."),
}
REPEATABLE = ("output", "input", "forbid", "only_layers", "assert")
SENTENCES = {"": "{}: exactly this.", "max": "{}: no more than this.", "min": "{}: no fewer than this."}


def with_demands(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options to a command, which takes them as `**demands`."""
    plain = signature(command, eval_str=True)
    own = [each for each in plain.parameters.values() if each.kind is not Parameter.VAR_KEYWORD]
    command.__signature__ = plain.replace(parameters=[*own, *_parameters()])  # type: ignore[attr-defined]
    return command


def demanded(values: Mapping[str, Any]) -> list[Expectation]:
    """The expectations of the options that were given. Raises SpecErrors."""
    given = {key: values[_parameter_name(key)] for key in READERS}
    return read({key: value for key, value in given.items() if value}, "--")


def _parameters() -> Iterator[Parameter]:
    for key in READERS:
        kind: Any = bool if key in FLAGS else list[str] | None if key in REPEATABLE else str | None
        metavar, words = _words(key)
        option = typer.Option(spell("--", key), metavar=metavar, help=words)
        default = False if key in FLAGS else None
        yield Parameter(
            _parameter_name(key), Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
        )


def _words(key: str) -> tuple[str | None, str]:
    """Metavar and help."""
    if key in WORDS:
        metavar, words = WORDS[key]
        return metavar, f"{words} (repeatable)" if key in REPEATABLE else words
    which, figure = split_key(key)
    noun = NOUNS[figure]
    return "SIZE" if figure in SIZES else "COUNT", SENTENCES[which].format(noun[0].upper() + noun[1:])


def _parameter_name(key: str) -> str:
    name = OPTIONS.get(key, key)
    return f"{name}_" if iskeyword(name) else name
