"""`densecli diff --base`: the models of the files that changed since a revision."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from densecli.check.compare.changes import Changes, Model
from densecli.check.compare.diff import compare
from densecli.check.compare.outline import Outline, outline
from densecli.errors import DenseError, NoModelError, ReadError, SpecErrors
from densecli.read.found import not_followed, read_found
from densecli.read.git.revision import Pair, Revision
from densecli.read.reading import SeveralModelsError
from densecli.read.specs import PYTHON, SEARCHED
from densecli.records import Record
from densecli.summary.infer import infer
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from densecli.graph.graph import Graph
    from densecli.read.reading import Reading

Held = Outline | DenseError | SpecErrors


class Compared(Record):
    """What changed, and the errors that kept models of today from being read."""

    changes: Changes
    errors: tuple[DenseError, ...]


def compared(base: str, paths: Sequence[str], reading: Reading, batch: int | None) -> Compared:
    """Raises ReadError (E131 git, E109 a path that is not there)."""
    revision = Revision(base)
    models, errors, same = list[Model](), list[DenseError](), 0
    for pair in _pairs(revision, _inside(revision, paths)):
        before, after = _sides(revision, pair, reading, batch)
        for key_before, key_after in _matched(before, after):
            one, other = before.get(key_before or ""), after.get(key_after or "")
            names = _name(revision, pair.before, key_before, before), _name(revision, pair.after, key_after, after)
            found = _model(names, one, other)
            if found is None:
                same += isinstance(other, Outline)
                continue
            models.append(found)
            errors += _errors(other) if other is not None and not _is_lost(other) else ()
    return Compared(Changes(base, revision.commit, tuple(models), same), tuple(errors))


# -- which files ------------------------------------------------------------------------
def _inside(revision: Revision, paths: Sequence[str]) -> tuple[str, ...]:
    """The paths from the top of the repository; a folder ends in a slash. Raises ReadError (E109)."""
    found = []
    for path in paths:
        here = os.path.relpath(os.path.realpath(path), revision.top).replace(os.sep, "/")
        start = "" if here == "." else f"{here}/"
        if not any(each == here or each.startswith(start) for each in (*revision.before, *revision.tracked)):
            raise ReadError(f"git tracks no {quote(path)}, neither now nor at the base", code="E109")
        found.append(start)
    return tuple(found) or ("",)


def _pairs(revision: Revision, inside: tuple[str, ...]) -> Iterator[Pair]:
    """The files that changed, and Python sources that did not, but that may import one that did."""
    changed = {pair.after or pair.before: pair for pair in revision.changes(_may_hold)}
    folders = {_folder(path) for pair in changed.values() for path in pair if path and path.endswith(PYTHON[:2])}
    for path in revision.tracked & set(revision.before):
        above = _folder(path)
        if path.endswith(PYTHON) and any(folder.startswith(above) for folder in folders):
            changed.setdefault(path, Pair(path, path))
    for _, pair in sorted(changed.items(), key=lambda each: each[0] or ""):
        if any(f"{path}/".startswith(inside) for path in pair if path):
            yield pair


def _may_hold(path: str) -> bool:
    return path.lower().endswith(SEARCHED) and not any(part.startswith(".") for part in path.split("/"))


def _folder(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return head + slash


# -- the models of a file -----------------------------------------------------------------
def _sides(
    revision: Revision, pair: Pair, reading: Reading, batch: int | None
) -> tuple[dict[str, Held], dict[str, Held]]:
    """The models of the file at the base, with the files of then beside it, and of today's."""

    def file(name: str) -> bytes | None:
        return revision.read(os.path.relpath(name, revision.top).replace(os.sep, "/"))

    before = {} if pair.before is None else _models(_shown(revision, pair.before), reading._replace(files=file), batch)
    after = {} if pair.after is None else _models(_shown(revision, pair.after), reading, batch)
    return before, after


def _shown(revision: Revision, path: str) -> str:
    """A path as people at this place would type it."""
    return os.path.relpath(revision.full(path))


def _models(name: str, reading: Reading, batch: int | None) -> dict[str, Held]:
    """The models by their variables or names."""
    try:
        return {"": _outline(read_found(name, reading), name, batch)}
    except NoModelError:
        return {}
    except SeveralModelsError as several:
        found: dict[str, Held] = {}
        for each in several.models:
            key = each.variable or each.name
            key = f"{key} (line {each.line})" if key in found else key
            found[key] = each.error if each.graph is None else _outline(each.graph, name, batch)
        return found
    except (DenseError, SpecErrors) as error:
        return {"": error}


def _outline(graph: Graph, name: str, batch: int | None) -> Held:
    try:
        return outline(infer(graph, name, batch))
    except (DenseError, SpecErrors) as error:
        return error


def _matched(before: Mapping[str, Held], after: Mapping[str, Held]) -> Iterator[tuple[str | None, str | None]]:
    """The models of one name belong together, and the only ones of two files do."""
    if len(before) == len(after) == 1:
        yield next(iter(before)), next(iter(after))
        return
    for key in {**after, **before}:
        yield (key if key in before else None), (key if key in after else None)


def _name(revision: Revision, path: str | None, key: str | None, models: Mapping[str, Held]) -> str | None:
    if path is None or key is None:
        return None
    return _shown(revision, path) + (f":{key}" if key and len(models) > 1 else "")


# -- what became of one --------------------------------------------------------------------
def _model(names: tuple[str | None, str | None], before: Held | None, after: Held | None) -> Model | None:
    """The model if it differs or cannot be compared; None if it is as it was, or never could be followed."""
    name = names[1] or names[0] or ""
    renamed = names[0] if names[0] != name else None
    model = Model(name, renamed, _totals(before), _totals(after))
    lost = [side for side in (after, before) if isinstance(side, (DenseError, SpecErrors))]
    if lost:
        if all(side is None or _is_lost(side) for side in (before, after)):
            return None
        when = "now" if lost[0] is after else "before"
        return model._replace(error=f"{when}: {_said(lost[0])}")
    if isinstance(before, Outline) and isinstance(after, Outline):
        found = compare(before, after, names[0] or "", name)
        return None if found.same else model._replace(diff=found)
    return model


def _totals(side: Held | None) -> Mapping[str, int | None] | None:
    return side.totals if isinstance(side, Outline) else None


def _is_lost(side: Held) -> bool:
    return isinstance(side, (DenseError, SpecErrors)) and not_followed(side)


def _errors(side: Held) -> Sequence[DenseError]:
    if isinstance(side, SpecErrors):
        return side.errors
    return [side] if isinstance(side, DenseError) else []


def _said(error: DenseError | SpecErrors) -> str:
    first = _errors(error)[0]
    return f"{first.code} {first.message}"
