"""Folders on the command line: the files in them that may hold models."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from densecli.catalogue import ALIASES, CATALOGUE
from densecli.cli import streams
from densecli.errors import ReadError
from densecli.names import APPLICATIONS
from densecli.read.files.folder import MAIN as SAVED_MODEL
from densecli.read.specs import SEARCHED, Held, Spec
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.cli.project import Project
    from densecli.read.limits import Limits

HERE = "."
UNZIPPED = ".keras"  # the folder that such an archive unpacks to is a model


class Search(Record):
    """What is looked for in folders: patterns of --exclude, from this folder, and those of the project."""

    exclude: Sequence[str]
    project: Project
    forced: bool  # leave out files that were named, too
    gitignore: bool
    limits: Limits


def searched(named: Sequence[Spec], search: Search) -> list[Spec]:
    """The specs, with the files of each folder in its place. A file that was named, or found twice, comes once."""
    found: dict[str, Spec] = {}
    for spec in named:
        if spec.text is None and spec.choice is None and _is_folder(spec.name):
            inside = [*_inside(spec.name, search)]
            if not inside:
                streams.complain(f"warning: no file that may hold a model in {quote(spec.name)}")
            for each in inside:
                found.setdefault(os.path.normpath(each.name), each)
        elif spec.text is not None:
            _refuse_folder(spec.text)
            found[spec.text] = spec
        elif not (search.forced and _Excluded(search).anywhere(spec.name)):
            found[f"{spec.name}:{spec.choice}" if spec.choice else os.path.normpath(spec.name)] = spec
    return list(found.values())


def _refuse_folder(word: str) -> None:
    """Refuse the name of a folder that is read as a layer, because no disk decides what a word means. Raises ReadError (E105)."""
    known = word in CATALOGUE or word in ALIASES or word in APPLICATIONS
    if not known and word.isprintable() and os.path.isdir(word):  # noqa: PTH112
        message = f"{quote(word)} is read as a layer, not as the folder of that name"
        raise ReadError(message, code="E105", hint=f"densecli check {word}/")


def _is_folder(word: str) -> bool:
    if word.rstrip("/").lower().endswith(UNZIPPED) and os.path.isfile(os.path.join(word, "config.json")):  # noqa: PTH113, PTH118
        return False
    if os.path.isfile(os.path.join(word, SAVED_MODEL)):  # noqa: PTH113, PTH118
        return False
    return word != "-" and os.path.isdir(word)  # noqa: PTH112


def _inside(folder: str, search: Search) -> Iterator[Spec]:
    from densecli.read.folder.walk import Wishes, walk  # noqa: PLC0415  # only where a folder is given

    for each in walk(folder, Wishes((*SEARCHED, SAVED_MODEL), _Excluded(search), search.gitignore, search.limits)):
        yield Spec(each.path, held=None if each.error is None else Held(None, each.error), found=True)


class _Excluded:
    """Whether a path is left out, by the patterns of the command line and of the project."""

    def __init__(self, search: Search) -> None:
        from densecli.read.folder.ignore import Rules, lines_of  # noqa: PLC0415

        def rules(patterns: Sequence[str]) -> Rules:
            return Rules(lines_of(os.fsencode("\n".join(patterns))), search.limits)

        self.here, self.project, self.of_project = (
            rules(search.exclude),
            search.project,
            rules(search.project.excluded()),
        )

    def __call__(self, path: str, is_folder: bool) -> bool:
        if self.here.verdict(os.fsencode(_from_here(path)), is_folder):
            return True
        return bool(self.of_project.verdict(os.fsencode(self.project.path_of(path)), is_folder))

    def anywhere(self, path: str) -> bool:
        """Whether a file, or one of the folders that it is in, is left out."""
        parts = _from_here(path).split("/")
        return self(path, False) or any(self("/".join(parts[:count]), True) for count in range(1, len(parts)))


def _from_here(path: str) -> str:
    try:
        return os.path.relpath(path).replace(os.sep, "/")
    except ValueError:  # another drive, or a NUL in the name
        return path
