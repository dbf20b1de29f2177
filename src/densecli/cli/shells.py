"""`--show-completion` and `--install-completion`: the script of a shell that completes command lines."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from densecli.cli import streams
from densecli.cli.command import ValueRefusedError
from densecli.cli.completion import LISTS, VARIABLE
from densecli.errors import did_you_mean
from densecli.text import quote

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")

_DONE = "    return 0\n"  # the end of typer's function for bash
_NO_SPACE = f"""\
    local option="${{COMP_WORDS[COMP_CWORD-1]}}"
    [ "$option" = = ] && option="${{COMP_WORDS[COMP_CWORD-2]}}"
    case "$option ${{COMPREPLY[0]-}}" in
        *=|{"|".join(f"{option}' '?*" for option in LISTS)}) compopt -o nospace 2>/dev/null ;;
    esac
"""


def completion_for(option: str, shell: str | None = None) -> int:
    """Show or install the script of a shell, of the current one by default. Raises a usage error."""
    completion: Any = import_module("typer.completion")
    shell = _current() if shell is None else shell
    if shell not in SHELLS:
        message = f"no completion for the shell {quote(shell)}" if shell else "the current shell is not known"
        raise ValueRefusedError(message, did_you_mean(shell, SHELLS) or f"name it: {option} {'|'.join(SHELLS)}")
    if option == "--install-completion":
        _, path = completion.install(shell, "densecli", VARIABLE)
        if shell == "bash":  # a file of its own
            path.write_text(f"{_script(shell)}\n", encoding="utf-8")
        streams.write(f"{shell} completion installed in {path}; it works in new terminals\n")
    else:
        streams.write(f"{_script(shell)}\n")
    return 0


def _script(shell: str) -> str:
    """Typer's script. Bash ends a whole word with a space, but behind an item of a list, or behind NAME=, people type on."""
    completion: Any = import_module("typer.completion")
    script = str(completion.get_completion_script(prog_name="densecli", complete_var=VARIABLE, shell=shell))
    return script.replace(_DONE, _NO_SPACE + _DONE) if shell == "bash" else script


def _current() -> str:
    shells: Any = import_module("shellingham")  # typer's own
    try:
        return str(shells.detect_shell()[0])
    except shells.ShellDetectionFailure:
        return ""
