"""The settings of the project: `[tool.densecli]` of the nearest pyproject.toml, as defaults of options and as expectations."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from densecli.cli.command import ValueRefusedError
from densecli.errors import ReadError, Source
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.check.expectations import Expectation
    from densecli.check.settings import Settings

FILES = ("densecli.toml", "pyproject.toml")
MOST_BYTES = 1 << 20
# Every TOML syntax that opens the section, so that unrelated pyproject.toml files are not parsed (45 ms with tomllib).
_SECTION = (
    r"(?m)tool[\"' \t]*+\.[\"' \t]*+densecli"
    r"|^[ \t]*+\[[ \t]*+[\"']?tool[\"']?[ \t]*+\]|^[ \t]*+[\"']?tool[\"']?[ \t]*+=[ \t]*+\{"
)


class Project(Record):
    """Settings, and the folder to which their paths and patterns are relative."""

    settings: Settings | None = None
    folder: str = "."

    def expectations(self, source: str) -> list[Expectation]:
        """The project's expectations for a spec."""
        return [] if self.settings is None else self.settings.expectations(self.path_of(source))

    def excluded(self) -> Sequence[str]:
        """Patterns of files and folders to leave out, from the project's folder."""
        return () if self.settings is None else self.settings.options.get("exclude", ())

    def path_of(self, source: str) -> str:
        """A spec's path from the project's folder, with slashes, as patterns see it."""
        if source in ("-", "<argument>"):
            return source
        try:
            return os.path.relpath(source, self.folder).replace(os.sep, "/")
        except ValueError:  # another drive
            return source.replace(os.sep, "/")

    def defaults(self) -> dict[str, Any]:
        """Options by the names of their parameters."""
        options = dict(self.settings.options) if self.settings is not None else {}
        options.pop("exclude", None)  # patterns from the project's folder, not from this one
        if "columns" in options:
            options["columns"] = ",".join(options["columns"])
        if "lock" in options:
            options["lock"] = os.path.relpath(os.path.join(self.folder, options["lock"]))  # noqa: PTH118
        return options


def nearest() -> str | None:
    """The settings file of this folder or of the next one above that has settings; not beyond the top of a repository."""
    try:
        folder = os.getcwd()  # noqa: PTH109
    except OSError:  # the folder is gone
        return None
    while True:
        for name in FILES:
            path = os.path.join(folder, name)  # noqa: PTH118
            if os.path.isfile(path) and (name == FILES[0] or _has_section(path)):  # noqa: PTH113
                return os.path.relpath(path)
        above = os.path.dirname(folder)  # noqa: PTH120
        if above == folder or os.path.exists(os.path.join(folder, ".git")):  # noqa: PTH110, PTH118
            return None
        folder = above


def guarded(path: str | None) -> str | None:
    """Settings found in a folder that anybody may have written: a link must not make them show files from elsewhere."""
    if path is None:
        return None
    from densecli.read.text.file import stays_beside  # noqa: PLC0415

    if not stays_beside(path, os.path.basename(path)):  # noqa: PTH119
        message = f"{quote(path)} is a link that leads out of its folder"
        raise ReadError(message, code="E120", hint="--config FILE reads it anyway, --isolated ignores it")
    return path


def _has_section(path: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            text = file.read(MOST_BYTES)
            return "densecli" in text and re.search(_SECTION, text) is not None
    except OSError:  # not ours to complain about unless it is known to have settings
        return False


def load(path: str) -> Project:
    """The settings in a file. Raises ReadError or SpecErrors (E120)."""
    from densecli.check import settings  # noqa: PLC0415  # tomllib only where there are settings
    from densecli.read.text.file import read_text_file, stays_beside  # noqa: PLC0415

    try:
        source = read_text_file(path, MOST_BYTES)
    except ReadError as error:
        if error.code != "E101":
            raise
        source = Source(path, "")
    return Project(settings.read(source, lambda other: stays_beside(path, other)), os.path.dirname(path) or ".")  # noqa: PTH120


# -- options ------------------------------------------------------------------------------
def _isolate(context: typer.Context, wanted: bool) -> bool:
    context.meta[__name__] = wanted
    return wanted


def _configure(context: typer.Context, path: str | None) -> Any:
    """Settings become defaults of the options; the command is handed the Project."""
    if context.resilient_parsing:  # completing
        return path
    isolated = context.meta.get(__name__)
    if isolated and path is not None:
        raise ValueRefusedError("--isolated and --config cannot be combined")
    found = None if isolated else path or guarded(nearest())
    project = Project() if found is None else load(found)
    known = {parameter.name for parameter in context.command.params} - NOT_EVERYWHERE.get(
        context.command.name or "", set()
    )
    context.default_map = {name: value for name, value in project.defaults().items() if name in known}
    return project


NOT_EVERYWHERE = {"check": {"format"}}  # whose formats are not those of a summary

# Both are eager: they must run before the options whose defaults they set.
Isolated = Annotated[
    bool, typer.Option("--isolated", is_eager=True, callback=_isolate, help="Ignore pyproject.toml and densecli.toml.")
]
Config = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        is_eager=True,
        callback=_configure,
        help="Settings file; default: the nearest pyproject.toml.",
    ),
]
