"""The output format that the name of the output file asks for: `-o model.svg` needs no `--format svg`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enum import Enum

# Suffixes that are not the names of formats themselves; of several formats a command has one.
SUFFIXES: dict[str, str | tuple[str, ...]] = {
    "gv": "dot",
    "htm": "html",
    "jsonl": "ndjson",
    "keras.json": "keras",
    "markdown": "markdown",
    "md": "markdown",
    "mmd": "mermaid",
    "py": "python",
    "tex": ("latex", "tikz"),
    "yml": "yaml",
}
NO_SUFFIXES = ("github", "gitlab", "junit", "keras", "latex", "plain", "python", "table", "text")


def choose_format(ctx: Any, kind: type[Enum]) -> None:
    """Set the format of a command that was not given one on the command line."""
    output = ctx.params.get("output")
    if output and ctx.get_parameter_source("format").name in ("DEFAULT", "DEFAULT_MAP"):
        wanted = format_of(output)
        found = [each for each in kind if each.value in wanted]
        ctx.params["format"] = found[0] if found else ctx.params["format"]


def format_of(output: str) -> tuple[str, ...]:
    """The names of the formats for a file's suffix; the longest suffix counts: `model.keras.json`."""
    _, *parts = output.replace("\\", "/").rpartition("/")[2].lower().split(".")
    for start in range(max(len(parts) - 2, 0), len(parts)):
        suffix = ".".join(parts[start:])
        if suffix in SUFFIXES:
            found = SUFFIXES[suffix]
            return (found,) if isinstance(found, str) else found
        if start == len(parts) - 1 and suffix not in NO_SUFFIXES:
            return (suffix,)
    return ()
