"""Shell completion: each TAB starts the program, so it imports no more than the command line at hand needs."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

VARIABLE = "_DENSECLI_COMPLETE"  # typer's, set by the scripts that --install-completion installs
WORDS, NUMBER, LINE = "COMP_WORDS", "COMP_CWORD", "_TYPER_COMPLETE_ARGS"  # set by bash, and by the other shells
PREFIX = "_DENSECLI_COMPLETE_PREFIX"  # set below
SHELL_OPTIONS = {
    "--install-completion": "Install completion for the current shell, or for the SHELL that follows.",
    "--show-completion": "Show the completion script of the current shell, or of the SHELL that follows.",
}

LISTS = ("-c", "--columns", "--labels", "--only-layers")  # options whose items are completed one after the other
ROOTS = ("name", "type", "source", "inputs", "outputs", "layers", "totals")
TOTALS = ("params", "trainable_params", "non_trainable_params", "weight_bytes", "macs", "flops", "activation_bytes")


def completing() -> bool:
    return VARIABLE in os.environ


# -- the line at hand ------------------------------------------------------------------------
def commands_of(commands: Collection[str]) -> list[str]:
    """The command of the line to be completed; none if its name is still being typed.

    If the line has no command, `summary` is inserted, unless its first word is an option that is still being typed: that may
    also be one of the program itself.
    """
    _join_options()
    _split_option()
    words = os.environ.get(WORDS, os.environ.get(LINE, "")).split(maxsplit=2)
    first = words[1] if len(words) > 1 else ""
    if not _first_word_is_whole() and "=" not in first:
        return ["summary"] if first.startswith("-") else []
    if first in commands:
        return [first]
    for name in (WORDS, LINE):
        if name in os.environ:
            os.environ[name] = re.sub(r"^(\s*\S+\s)", r"\1summary ", os.environ[name], count=1)
    if NUMBER in os.environ:
        os.environ[NUMBER] = str(int(os.environ[NUMBER]) + 1)
    return ["summary"]


def _join_options() -> None:
    """Bash takes `--format=json` for three words; without the `=` they mean the same."""
    words = os.environ.get(WORDS, "").split("\n")
    number = os.environ.get(NUMBER, "")
    for at in [at for at, word in enumerate(words) if word == "=" and words[at - 1].startswith("--")][::-1]:
        if number == str(at):  # nothing is typed behind it yet
            words[at] = ""
        elif number.isdecimal() and at < int(number):
            del words[at]
            number = str(int(number) - 1)
    if WORDS in os.environ:
        os.environ |= {WORDS: "\n".join(words), NUMBER: number}


def _split_option() -> None:
    """zsh and fish complete `--format=js` as one word: its first part is split off, and put before each suggestion again."""
    before, space, last = os.environ.get(LINE, "").rpartition(" ")
    option, equals, value = last.partition("=")
    if space and equals and option.startswith("--") and os.environ.get(VARIABLE, "").endswith(("zsh", "fish")):
        os.environ |= {LINE: f"{before} {option} {value}", PREFIX: f"{option}="}


def prefixed(items: list[Any]) -> list[Any]:
    """Suggestions with the option before them, where both are one word."""
    for item in items:
        item.value = os.environ.get(PREFIX, "") + item.value
    return items


def _first_word_is_whole() -> bool:
    if NUMBER in os.environ:
        return os.environ[NUMBER].isdecimal() and int(os.environ[NUMBER]) > 1
    return re.match(r"\s*\S+\s+\S+\s", os.environ.get(LINE, "")) is not None


# -- values ----------------------------------------------------------------------------------
def layer_types(incomplete: str) -> list[str]:
    """The layer types that start this way."""
    from densecli.layers.index import ALIASES, MODULES  # noqa: PLC0415  # only TAB needs them
    from densecli.names import APPLICATIONS  # noqa: PLC0415

    return [name for name in sorted({*MODULES, *ALIASES, *APPLICATIONS}) if name.startswith(incomplete)]


def layer_lists(incomplete: str) -> list[str]:
    """Lists of layer types."""
    return lists(incomplete, layer_types(""))


def labels(incomplete: str) -> list[str]:
    """Lists of a figure's labels; none stands alone."""
    from densecli.render.figure.options import LABELS  # noqa: PLC0415

    return lists(incomplete, LABELS if "," in incomplete else [*LABELS, "none"])


def weights(incomplete: str) -> list[str]:
    """Words for weights, where one is begun; else the shell offers files."""
    return starting(incomplete, ["initial", "ones", "zeros"]) if incomplete else []


def columns(incomplete: str) -> list[str]:
    """Lists of the summary's columns."""
    from densecli.render.table.columns import ALIASES, COLUMNS  # noqa: PLC0415

    return lists(incomplete, [*COLUMNS, *ALIASES])


def sort_columns(incomplete: str) -> list[str]:
    """One of the summary's columns."""
    from densecli.render.table.columns import COLUMNS  # noqa: PLC0415

    return starting(incomplete, COLUMNS)


def groups(incomplete: str) -> list[str]:
    return starting(incomplete, ["type", "dtype"])


def figures(incomplete: str) -> list[str]:
    """Lists of a sweep's columns."""
    from densecli.sweep import FIGURES  # noqa: PLC0415

    return lists(incomplete, [*FIGURES])


def optimizers(incomplete: str) -> list[str]:
    from densecli.memory.optimizers import SLOTS  # noqa: PLC0415

    return starting(incomplete, [*SLOTS])


def limits(incomplete: str) -> list[str]:
    from densecli.read.limits import MEANINGS  # noqa: PLC0415

    return starting(incomplete, [f"{name}=" for name in MEANINGS])


def paths(incomplete: str) -> list[str]:
    """Values of the report that every model has."""
    return starting(incomplete, [*ROOTS, *(f"totals.{name}" for name in TOTALS)])


def starting(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def lists(incomplete: str, words: Sequence[str]) -> list[str]:
    """Lists with commas, the last item of which is completed: `layer,par` becomes `layer,params`; `+par` adds one."""
    before, comma, last = incomplete.rpartition(",")
    plus = "+" if last.startswith("+") else ""
    taken = before.replace("+", "").split(",")
    return [
        f"{before}{comma}{plus}{word}" for word in words if word.startswith(last[len(plus) :]) and word not in taken
    ]
