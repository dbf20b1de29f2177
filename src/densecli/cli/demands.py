"""The options of `check` that state expectations: one for each, made from the table that reads them."""

from __future__ import annotations

from inspect import Parameter, signature
from keyword import iskeyword
from typing import TYPE_CHECKING, Annotated, Any

import typer

from densecli.check.expectations import FLAGS, OPTIONS, READERS, SIZES, Expectation, read, spell
from densecli.check.judge import NOUNS, split_key
from densecli.cli.completion import layer_lists, layer_types, paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

WORDS: dict[str, tuple[str | None, str]] = {
    "output": ("SHAPE", "Output shape; None matches any size; NAME=SHAPE picks one of several outputs."),
    "input": ("SHAPE", "Input shape, written the same way."),
    "forbid": ("TYPE", "No layer of this type or pattern, such as 'Conv*'."),
    "only_layers": ("TYPES", "Only layers of these types, such as 'Dense,Flatten'."),
    "strict": (None, "No opaque layers, nothing uncounted, no warnings."),
    "weights_fit": (None, "The shapes of the weights in the model file match its layers."),
    "assert": ("EXPR", "A condition on the JSON report, such as 'totals.params < 2M'."),
}
SUGGESTED = {"forbid": layer_types, "only_layers": layer_lists, "assert": paths}
REPEATABLE = ("output", "input", "forbid", "only_layers", "assert")
SENTENCES = {"": "{}: exactly this.", "max": "{}: at most this.", "min": "{}: at least this."}


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
        option = typer.Option(spell("--", key), metavar=metavar, help=words, autocompletion=SUGGESTED.get(key))
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
