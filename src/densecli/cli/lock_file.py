"""The lock file of `check`: read before the specs are checked, rewritten by --update-lock."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from densecli.check.compare import lock
from densecli.check.finding import NO_FILES
from densecli.cli.output import alone_with, deliver
from densecli.errors import LimitError, Place, ReadError, Source
from densecli.read.text.file import read_text_file
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from densecli.check.compare.outline import Outline

HINT, MARK = "--update-lock writes it", '"densecli/lock/'


def locked_models(path: str) -> dict[str, Outline]:
    """The models in the lock file. Raises ReadError."""
    with _nothing_shown():
        return _models(path, _text(path, HINT))


def models_to_update(path: str) -> dict[str, Outline]:
    """The models so far in a lock file that is about to be written; none if it is new or damaged. Raises ReadError."""
    if not os.path.lexists(path):
        return {}
    with _nothing_shown():
        source = _text(path)
        try:
            return _models(path, source)
        except ReadError:
            if MARK in source.text:
                return {}
            raise


@contextmanager
def _nothing_shown() -> Iterator[None]:
    """Errors name the place but do not quote the line: settings in a checkout choose the path, which may lead to secrets."""
    try:
        yield
    except (ReadError, LimitError) as error:
        if error.place is not None and error.place.start >= 0:
            name, line, column = error.place.source.shown(error.place.start)
            error.place = Place(Source(f"{name}:{line}:{column}", ""))
        raise


def _text(path: str, hint: str | None = None) -> Source:
    try:
        return read_text_file(path)
    except ReadError as error:
        error.hint = hint
        raise


def _models(path: str, source: Source) -> dict[str, Outline]:
    try:
        return lock.read(source)
    except ReadError as error:
        if MARK not in source.text:  # some other file: nothing to restore, and nothing to overwrite
            error.hint = f"is {quote(path)} meant?"
        raise


def update(path: str, found: Mapping[str, Outline]) -> str:
    """Write the lock file if it changes, and say what changed. Models whose file is gone are dropped.

    Others may update it at the same time, so it is read again once we hold it alone.
    """
    with alone_with(path):
        known = models_to_update(path)
        kept = {name: model for name, model in known.items() if _is_there(name, path)}
        models = {**kept, **{lock.key(source, path): model for source, model in found.items()}}
        text = lock.write(models)
        if not os.path.exists(path) or lock.write(known) != text:  # noqa: PTH110
            deliver(text, path, found)
    return _changes(path, known, models)


def _changes(path: str, known: Mapping[str, Outline], models: Mapping[str, Outline]) -> str:
    added = len(models.keys() - known.keys())
    removed = len(known.keys() - models.keys())
    changed = sum(
        lock.write({"": models[name]}) != lock.write({"": known[name]}) for name in models.keys() & known.keys()
    )
    return f"{path}: {plural(len(models), 'model')}, {added:,} added, {changed:,} changed, {removed:,} removed"


def _is_there(name: str, path: str) -> bool:
    return name in NO_FILES or os.path.exists(os.path.join(os.path.dirname(path), name))  # noqa: PTH110, PTH118, PTH120
