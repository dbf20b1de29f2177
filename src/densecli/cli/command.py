"""A typer command that parses its own values and prints its own help, so that both are the same with every release of typer.

Since 0.29 typer converts each value with pydantic, whose import takes longer than the rest of start-up, and the way it shows types
changes from release to release. The annotations of a command's function have everything needed.
"""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from functools import partial
from inspect import signature
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

from densecli.cli.completion import SHELL_OPTIONS, prefixed
from densecli.cli.suffixes import choose_format
from densecli.errors import did_you_mean
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class ValueRefusedError(typer.BadParameter):
    """A value that its option does not accept, with a suggestion."""

    def __init__(self, message: str, hint: str | None = None, given: str | None = None) -> None:
        super().__init__(message)
        self.hint, self.given = hint, given

    def format_message(self) -> str:
        return self.message


class _Reading:
    """Overrides methods that click documents, as the classes below do; if typer ever stops calling one, its own behavior remains."""

    words: Mapping[str, _Word] = {}

    def get_params(self, ctx: Any) -> list[Any]:
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # of the class beside this one
        for param in params:
            param.process_value = partial(_read, param, self.words.get(param.name, _FLAG))
            param.shell_complete = partial(_suggested, type(param).shell_complete, param)
        return params


class Group(_Reading, TyperGroup):
    """The program itself; the options before a command are flags."""

    def get_params(self, ctx: Any) -> list[Any]:
        params = super().get_params(ctx)
        for param in params:
            param.help = SHELL_OPTIONS.get(param.opts[0], param.help)
        return params

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Commands, and where an option comes first, those of `summary` too: it needs not be named."""
        found: list[Any] = super().shell_complete(ctx, incomplete)
        summary = self.commands["summary"]
        if incomplete.startswith("-"):
            known = {each.value for each in found}
            more = summary.shell_complete(
                summary.make_context("summary", [], parent=ctx, resilient_parsing=True), incomplete
            )
            found += [each for each in more if each.value not in known]
        return found


class Command(_Reading, TyperCommand):
    """One of the commands."""

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        annotated = signature(self.callback, eval_str=True).parameters if self.callback is not None else {}
        self.words = {name: _word(parameter.annotation) for name, parameter in annotated.items()}

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """A word that begins with an arrow is a part of a stack, not an option."""
        marked = [f"{_ARROW}{word}" if word.startswith("->") else word for word in args]
        parsed: list[str] = super().parse_args(ctx, marked)
        return parsed

    def invoke(self, ctx: Any) -> Any:
        if "format" in self.words:
            choose_format(ctx, self.words["format"].kind)
        return super().invoke(ctx)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # click's
        """The examples, one a line."""
        if self.epilog:
            with formatter.section("Examples"):
                for line in self.epilog.splitlines():
                    formatter.write(f"  {line}\n")

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return ["[OPTIONS]", *(term for param, term, _ in self.rows(ctx) if param.param_type_name == "argument")]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        rows = list(self.rows(ctx))
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            found = [(term, meaning) for param, term, meaning in rows if param.param_type_name == kind]
            if found:
                with formatter.section(title):
                    formatter.write_dl(found)

    def rows(self, ctx: Any) -> Iterator[tuple[Any, str, str]]:
        """Each parameter, its syntax and its meaning."""
        for param in self.get_params(ctx):
            word = self.words.get(param.name, _FLAG)  # --help is typer's own
            notes = "; ".join(_notes(word, param))
            yield param, _term(word, param), f"{param.help}  [{notes}]" if notes else param.help


class _Word(Record):
    """The values that a parameter accepts."""

    kind: Any
    several: bool
    metavar: str | None
    least: int | None
    most: int | None


# What people call a format, and its name here.
ALSO_CALLED = {"jsonl": "ndjson", "md": "markdown", "table": "text", "tex": "latex", "text": "table", "yml": "yaml"}
_ARROW = "\0"  # before an arrow while options are parsed: no argument of a process can contain it
_FLAG = _Word(bool, False, None, None, None)


def _word(annotation: Any) -> _Word:
    kind, (option, *_) = annotation.__origin__, annotation.__metadata__
    if get_origin(kind) is UnionType:
        kind = get_args(kind)[0]
    several = get_origin(kind) is list
    return _Word(get_args(kind)[0] if several else kind, several, option.metavar, option.min, option.max)


def _read(param: Any, word: _Word, ctx: Any, given: Any) -> Any:
    """Parse the given value or the default, then call the parameter's own callback."""
    if word.kind is bool and given is not None:
        return type(param).process_value(param, ctx, given)
    if param.required and not given and given != "":
        raise ValueRefusedError(f"missing {param.param_type_name} {_name(param)}")
    if word.several:
        value: Any = [_value(param, word, each) for each in given or ()]
    else:
        value = None if given is None else _value(param, word, given)
    return value if param.callback is None else param.callback(ctx, param, value)


def _suggested(plain: Any, param: Any, ctx: Any, incomplete: str) -> list[Any]:
    return prefixed(plain(param, ctx, incomplete))


def _value(param: Any, word: _Word, given: Any) -> Any:
    if word.kind is int:
        return _number(param, word, given)
    return _choice(param, word.kind, given) if issubclass(word.kind, Enum) else str(given).removeprefix(_ARROW)


def _number(param: Any, word: _Word, given: str | int) -> int:
    with suppress(ValueError):  # not a number, or more digits than Python reads
        number = int(given)
        if (word.least is None or number >= word.least) and (word.most is None or number <= word.most):
            return number
    raise ValueRefusedError(f"{_name(param)}: expected a whole number{_range(word)}, got {quote(str(given))}")


def _name(param: Any) -> str:
    """The name for messages: the first long name of an option, the placeholder of an argument."""
    if param.param_type_name == "argument":
        return str(param.metavar)
    return str(next(name for name in param.opts if name.startswith("--")))


def _choice(param: Any, kind: type[Enum], given: str) -> Enum:
    choices = [each.value for each in kind]
    if given in choices:
        return kind(given)
    message = f"{_name(param)}: expected {', '.join(choices[:-1])} or {choices[-1]}, got {quote(given)}"
    other = ALSO_CALLED.get(given.lower())
    hint = f"did you mean `{other}`?" if other in choices else did_you_mean(given, choices)
    raise ValueRefusedError(message, hint, given)


# -- help ---------------------------------------------------------------------------------
def _term(word: _Word, param: Any) -> str:
    if param.param_type_name == "argument":
        return _name(param)
    names = ", ".join(sorted(param.opts, key=len))
    return names if word.kind is bool else f"{names} {_takes(word)}"


def _takes(word: _Word) -> str:
    if word.metavar is not None:
        return word.metavar
    return "N" if word.kind is int else f"<{'|'.join(each.value for each in word.kind)}>"


def _notes(word: _Word, param: Any) -> list[str]:
    notes = []
    if param.default is not None and word.kind is not bool:
        notes.append(f"default: {param.default}")
    if word.kind is int and (word.least or word.most is not None):
        notes.append(_range(word).removeprefix(" of ").removeprefix(" from "))
    if param.required:
        notes.append("required")
    return notes


def _range(word: _Word) -> str:
    if word.most is None:
        return "" if word.least is None else f" of at least {word.least:,}"
    return f" from {word.least or 0:,} to {word.most:,}"
