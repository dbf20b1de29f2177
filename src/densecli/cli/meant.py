"""What people type for a command or an option that densecli has under another name."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from densecli.cli.command import ALSO_CALLED, Command, ValueRefusedError
from densecli.errors import closest
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

_WORD = r"[a-z][a-z_-]*"  # no layer is spelled like this
_FLAGS = ("-q", "--quiet", "--debug")  # that all commands have
_VERSION = ("-V", "--version")
# Other names of commands, from other programs.
_COMMANDS = {
    "compare": "diff", "completion": "--install-completion", "completions": "--install-completion",
    "export": "convert", "list": "layers", "ls": "layers",
    "plot": "draw", "print": "summary", "run": "summary --run", "show": "summary", "test": "check",
    "types": "layers", "validate": "check", "verify": "check", "visualize": "draw",
}  # fmt: skip
# Other names of options, from other programs.
_OPTIONS = {
    "V": "--version", "v": "--version", "batch-size": "--batch", "colour": "--color", "flops": "--columns +flops",
    "input": "--input-shape", "input-dim": "--input-shape", "input-size": "--input-shape", "line-length": "--width",
    "macs": "--columns +macs", "no-color": "--color never", "out": "--output", "shape": "--input-shape",
    "silent": "--quiet", "variable": "--set", "var": "--set",
}  # fmt: skip


def command_line(arguments: Sequence[str], commands: Collection[str]) -> list[str]:
    """The arguments in densecli's own words: `help diff` is `diff --help`. Raises ValueRefusedError for no command."""
    first, *rest = words = _flags_last(arguments, commands)
    if first == "help" and (not rest or rest[0] in commands):
        return [*rest[:1], "--help"]
    if _asks_for_version(words):
        return ["--version"]
    if re.fullmatch(_WORD, first) and first not in commands:
        _check(first, commands)
    return words


def _flags_last(arguments: Sequence[str], commands: Collection[str]) -> list[str]:
    """Flags that precede a command follow it: -q check is check -q."""
    count = next((at for at, word in enumerate(arguments) if word not in _FLAGS), len(arguments))
    command = arguments[count : count + 1] if arguments[count : count + 1] and arguments[count] in commands else []
    return [*command, *arguments[:count], *arguments[count + len(command) :]]


def _asks_for_version(words: Sequence[str]) -> bool:
    """Whether the version is asked for, by a word that is no value of an option."""
    own = words[: words.index("--")] if "--" in words else words
    pairs = zip(["", *own], own, strict=False)
    return list(words) == ["version"] or any(
        word in _VERSION and (before in _FLAGS or not before.startswith("-")) for before, word in pairs
    )


def _check(word: str, commands: Collection[str]) -> None:
    """Refuse what is closer to a command than to a layer. Raises ValueRefusedError."""
    from difflib import get_close_matches  # noqa: PLC0415  # only on the way to an error

    near = [_COMMANDS[word]] if word in _COMMANDS else get_close_matches(word, commands, n=1, cutoff=0.85)
    if not near and not _layers_like(word):
        near = [name for name in commands if len(word) > 2 and name.startswith(word)]
        near = near or get_close_matches(word, commands, n=1)
    if near:
        raise ValueRefusedError(f"no command named {quote(word)}", f"did you mean `densecli {near[0]}`?")


def _layers_like(word: str) -> bool:
    """Whether layers begin with this word."""
    from densecli.layers.index import ALIASES, MODULES  # noqa: PLC0415  # only on the way to an error
    from densecli.names import APPLICATIONS  # noqa: PLC0415

    return any(name.casefold().startswith(word) for name in (*MODULES, *ALIASES, *APPLICATIONS))


def option(typed: str, command: Any, others: Callable[[], Mapping[str, Any]]) -> str | None:
    """A hint for an option that a command does not have. `others` are all commands by name."""
    plain, own = typed.lstrip("-").replace("_", "-"), _options(command)
    found = _own_name(plain, own) or _as_value(plain, command)
    if found is None:
        found = _elsewhere(plain, others()) or _containing(plain, own) or closest(typed, own)
    return found and f"did you mean `{found}`?"


def _options(command: Any) -> list[str]:
    return [name for param in command.params for name in param.opts if name.startswith("--")]


def _own_name(plain: str, own: Collection[str]) -> str | None:
    """The same name in other letters, or the name that another program has for it."""
    if f"--{plain.lower()}" in own:
        return f"--{plain.lower()}"
    other = _OPTIONS.get(plain, "")
    return other if other.partition(" ")[0] in (*own, "--version") else None


def _as_value(plain: str, command: Any) -> str | None:
    """--json as --format json."""
    value = ALSO_CALLED.get(plain, plain)
    for param in command.params if isinstance(command, Command) else ():
        kind = command.words[param.name].kind if param.name in command.words else None
        if isinstance(kind, type) and issubclass(kind, Enum) and value in [each.value for each in kind]:
            return f"{next(name for name in param.opts if name.startswith('--'))} {value}"
    return None


def _elsewhere(plain: str, others: Mapping[str, Any]) -> str | None:
    """An option of another command, or a format that only `convert` writes."""
    for name, command in others.items():
        if f"--{plain}" in _options(command):
            return f"densecli {name} --{plain}"
    return converted(plain, others)


def converted(form: str, others: Mapping[str, Any]) -> str | None:
    """How to get a format that only `convert` writes."""
    found = _as_value(form, others["convert"])
    return found and f"densecli convert SPEC {found}"


def _containing(plain: str, own: Iterable[str]) -> str | None:
    """An option whose name has this word in it."""
    return min((name for name in own if plain in name[2:].split("-")), key=len, default=None)
