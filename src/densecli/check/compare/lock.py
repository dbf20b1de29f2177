"""Lock files: the architecture of one or more models as reviewable JSON, one layer per line, and the comparison with it.

A lock file records the architecture: types, own names, wiring, arguments that affect shapes, counts or values, shapes, params,
MACs. `inbound` names layers; a layer without its own name is -n (n layers back), and an input is its number from 0.
`inbound` is left out if a layer just follows the one before it.
"""

from __future__ import annotations

import json
import os.path
from typing import TYPE_CHECKING

from densecli.check.compare.arguments import that_matter
from densecli.check.compare.diff import Change, Diff, Difference, change_text, compare, entry_text, value_text
from densecli.check.compare.lock_entry import decode, encode, readable
from densecli.check.compare.outline import Entry, Outline, outline
from densecli.check.finding import NO_FILES, Finding, Subject
from densecli.errors import DenseError, Place, ReadError, Source
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from densecli.summary.report import Report

SCHEMA = "densecli/lock/1"
TOTALS = ("params", "trainable_params", "weight_bytes", "macs")


def locked(report: Report) -> Outline:
    """A model's entry in the lock file."""
    whole = outline(report)
    totals = {name: whole.totals[name] for name in TOTALS}
    return whole._replace(entries=tuple(map(_locked_entry, whole.entries)), totals=totals)


def _locked_entry(entry: Entry) -> Entry:
    return entry._replace(arguments=that_matter(entry.arguments), layers=tuple(map(_locked_entry, entry.layers)))


def key(source: str, lock_file: str) -> str:
    """The name of a model in a lock file: its path from the folder of the lock file, with slashes; `-` and `<argument>` stay."""
    if source in NO_FILES:
        return source
    try:
        path = os.path.relpath(source, os.path.dirname(lock_file) or ".")  # noqa: PTH120  # pure text, no file is looked at
    except ValueError:  # another drive
        path = source
    return path.replace(os.sep, "/")


def write(models: Mapping[str, Outline]) -> str:
    """The text of a lock file: the same models give the same bytes."""
    blocks = [f"    {readable(name)}: {encode(models[name])}" for name in sorted(models)]
    body = ",\n".join(blocks)
    return f'{{\n  "schema": {readable(SCHEMA)},\n  "models": {{\n{body}\n  }}\n}}\n'


def read(source: Source) -> dict[str, Outline]:
    """The models of a lock file. Raises ReadError (E121) if it is not one, without quoting its contents."""
    try:
        tree = json.loads(source.text)
    except RecursionError:
        raise _damaged(source, "nested too deep") from None
    except ValueError as error:
        raise _damaged(source, "not JSON", getattr(error, "pos", None)) from None
    if not isinstance(tree, dict) or tree.get("schema") != SCHEMA or not isinstance(tree.get("models"), dict):
        raise _damaged(source, f"its schema is not {SCHEMA}")
    try:
        return {name: decode(model) for name, model in tree["models"].items()}
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError):
        raise _damaged(source, "one of its models is not in densecli's form") from None


def _damaged(source: Source, why: str, at: int | None = None) -> DenseError:
    place = Place(source) if at is None else Place(source, at, at + 1)
    hint = "restore it, or rewrite it with --update-lock"
    return ReadError(f"not a densecli lock file: {why}", code="E121", hint=hint, place=place)


def check(subject: Subject, models: Mapping[str, Outline], name: str) -> list[Finding]:
    """Findings for all differences from the lock file; `name` is the model's key in it."""
    known = models.get(name)
    if known is None:
        message = f"the lock file has no {quote(name)}"
        note = "  help: --update-lock adds it"
        return [Finding("D107", message, subject.spot(), "lock", None, "not locked", "locked", notes=(note,))]
    return list(findings(subject, compare(known, locked(subject.report), "lock", subject.report.source)))


def findings(subject: Subject, found: Diff) -> Iterator[Finding]:
    """Each difference as a finding: wanted is the old value, got is the new one."""
    for difference in found.differences:
        yield _of_difference(subject, difference)
    for code, what, changes in (("D105", "model", found.ports), ("D106", "totals", found.changed_totals)):
        if changes:
            yield _of_changes(subject, code, what, changes)


_CODES = {"added": "D101", "removed": "D102", "moved": "D103", "changed": "D104"}


def _of_difference(subject: Subject, difference: Difference) -> Finding:
    code, layer = _CODES[difference.kind], difference.layer
    title = f"{difference.type} {quote(layer)}"
    spot = subject.spot(layer if difference.after is not None else None)
    if difference.before is None and difference.after is not None:
        text = entry_text(difference.after)
        return Finding(code, f"{title}: not in the lock file: {text}", spot, "lock", layer, text, "no such layer")
    if difference.after is None and difference.before is not None:
        text = entry_text(difference.before)
        return Finding(code, f"{title}: only in the lock file: {text}", spot, "lock", layer, "no such layer", text)
    only_wiring = all(change.what == "inbound" for change in difference.changes)
    code = "D103" if only_wiring else code
    changes = "; ".join(map(change_text, difference.changes))
    verb = f"{difference.kind}: " if difference.kind == "moved" else ""
    return Finding(code, f"{title}: {verb}{changes}", spot, "lock", layer, *_both(difference.changes))


def _of_changes(subject: Subject, code: str, what: str, changes: tuple[Change, ...]) -> Finding:
    return Finding(
        code, f"{what}: {'; '.join(map(change_text, changes))}", subject.spot(), "lock", None, *_both(changes)
    )


def _both(changes: tuple[Change, ...]) -> tuple[str, str]:
    """Got and wanted."""
    got = "; ".join(f"{change.what} {value_text(change, change.after)}" for change in changes)
    return got, "; ".join(f"{change.what} {value_text(change, change.before)}" for change in changes)
