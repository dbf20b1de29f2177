"""The lock file of `check`: read before the specs are judged, written anew with --update-lock."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from densecli.check.compare import lock
from densecli.check.finding import NO_FILES
from densecli.cli.output import deliver
from densecli.errors import ReadError
from densecli.read.text.file import read_text_file
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from densecli.check.compare.outline import Outline
    from densecli.errors import Source

HINT, MARK = "--update-lock writes it", '"densecli/lock/'


def locked_models(path: str) -> dict[str, Outline]:
    """What the lock file holds. Raises ReadError."""
    try:
        source = read_text_file(path)
    except ReadError as error:
        error.hint = HINT
        raise
    return _models(path, source)


def models_to_update(path: str) -> dict[str, Outline]:
    """What a lock file that is about to be written holds so far; nothing, if it is new or damaged. Raises ReadError."""
    if not os.path.lexists(path):
        return {}
    source = read_text_file(path)
    try:
        return _models(path, source)
    except ReadError:
        if MARK in source.text:
            return {}
        raise


def _models(path: str, source: Source) -> dict[str, Outline]:
    try:
        return lock.read(source)
    except ReadError as error:
        if MARK not in source.text:  # any other file by that name: nothing to restore, and nothing to overwrite
            error.hint = f"is {quote(path)} meant?"
        raise


def update(path: str, known: Mapping[str, Outline], found: Mapping[str, Outline]) -> str:
    """Write the lock file if it changes, and say what changed. Models whose file is gone are forgotten."""
    kept = {name: model for name, model in known.items() if _is_there(name, path)}
    models = {**kept, **{lock.key(source, path): model for source, model in found.items()}}
    text = lock.write(models)
    if not os.path.exists(path) or lock.write(known) != text:  # noqa: PTH110
        deliver(text, path, found)
    added = len(models.keys() - known.keys())
    removed = len(known.keys() - models.keys())
    changed = sum(
        lock.write({"": models[name]}) != lock.write({"": known[name]}) for name in models.keys() & known.keys()
    )
    return f"{path}: {plural(len(models), 'model')}, {added:,} added, {changed:,} changed, {removed:,} removed"


def _is_there(name: str, path: str) -> bool:
    return name in NO_FILES or os.path.exists(os.path.join(os.path.dirname(path), name))  # noqa: PTH110, PTH118, PTH120
