"""Write man/densecli.1 from `--help`; `--check` only reports whether it is out of date."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "man" / "densecli.1"

EXIT_STATUS = [
    ("0", "Fine."),
    ("1", "The model was judged and found wanting: an expectation, a budget, a lock file or a diff; in check also a spec that is invalid."),
    ("2", "A usage error; a spec that cannot be read or is invalid; output that cannot be written."),
    ("70", "A bug in densecli."),
    ("130, 141", "Ctrl-C; the reader of the pipe went away."),
]  # fmt: skip
FILES = [
    ("pyproject.toml, densecli.toml", "Settings, in [tool.densecli] of the nearest pyproject.toml or at the top of densecli.toml: expectations for check, and defaults of options of check and summary."),
]  # fmt: skip
ENVIRONMENT = [
    ("NO_COLOR", "If not empty, no colour, unless --color says otherwise."),
    ("FORCE_COLOR, CLICOLOR_FORCE", "If not empty, colour in pipes too; 0 means none."),
    ("COLUMNS", "Width of the terminal."),
    ("GITHUB_ACTIONS", "If set, text of a spec that a runner would take for a command is defused."),
    ("GITHUB_STEP_SUMMARY", "The file that check --summary appends to, if it is given that one."),
]
EXAMPLES = [
    "densecli 'Dense(16)@(3,2) -> Flatten -> Dense(4)'",
    "densecli explain 'Conv2D(8, 3)@(28,28,1)'",
    "densecli check model.yaml --max-params 1M --lock densecli.lock",
    "git show HEAD~1:model.yaml | densecli diff - model.yaml",
]


def main() -> int:
    fresh = page()
    stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != fresh
    if "--check" in sys.argv[1:]:
        return int(stale)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


def page() -> str:
    """The whole page in man(7)."""
    import typer

    from densecli.cli import COMMANDS, build

    app: Any = typer.main.get_command(build(list(COMMANDS)))
    head, _, rest = app.help.partition("\n")
    lines = [
        '.\\" Made by tools/make_man.py.',
        '.TH DENSECLI 1 "" "densecli" "User Commands"',
        ".SH NAME",
        f"densecli \\- {text(head[:1].lower() + head[1:].rstrip('.'))}",
        ".SH SYNOPSIS",
        *(synopsis(app.commands[name]) for name in COMMANDS),
        ".SH DESCRIPTION",
        text(head),
        ".PP",
        text(rest.strip().splitlines()[-1]),
        ".SH COMMANDS",
        *(line for name in COMMANDS for line in command(app.commands[name])),
        *definitions("EXIT STATUS", EXIT_STATUS),
        *definitions("FILES", FILES),
        *definitions("ENVIRONMENT", ENVIRONMENT),
        ".SH EXAMPLES",
        ".nf",
        *map(text, EXAMPLES),
        ".fi",
    ]
    return "\n".join(lines) + "\n"


def synopsis(found: Any) -> str:
    words = [each.metavar or each.human_readable_name for each in found.params if each.param_type_name == "argument"]
    return f".B densecli {text(found.name)}\n[OPTIONS] {text(' '.join(words))}\n.br"


def command(found: Any) -> list[str]:
    context = found.make_context(found.name, [], resilient_parsing=True)
    lines = [line for _, term, meaning in found.rows(context) for line in entry(term, meaning)]
    examples = [".PP", ".nf", *map(text, (found.epilog or "").splitlines()), ".fi"]
    return [f".SS {text(found.name)}", text(found.help), *lines, *examples]


def definitions(title: str, entries: list[tuple[str, str]]) -> list[str]:
    return [f".SH {title}", *(line for each in entries for line in entry(*each))]


def entry(term: str, meaning: str) -> list[str]:
    return [".TP", f"\\fB{text(term)}\\fR", text(re.sub(r"\s+", " ", meaning))]


def text(plain: str) -> str:
    """Escaped for roff: backslashes, hyphens that are typed, requests at the start of a line, letters beyond ASCII."""
    escaped = (
        plain.replace("…", "...").replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq")
    )
    escaped = "".join(char if char.isascii() else f"\\[u{ord(char):04X}]" for char in escaped)
    return "\n".join(f"\\&{line}" if line.startswith(".") else line for line in escaped.split("\n"))


if __name__ == "__main__":
    sys.exit(main())
