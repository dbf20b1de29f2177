"""`[tool.densecli]` of pyproject.toml: defaults of options, and expectations for all specs or for those of a pattern.

[tool.densecli]
lock = "densecli.lock"
[tool.densecli.expect]                     # every spec
max_params = "1M"
[tool.densecli.per-file."models/big/*"]    # the same keys, and they win over those above
max_params = "20M"
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from densecli.check import expectations, glob, toml_places
from densecli.errors import DenseError, Place, ReadError, SpecErrors, did_you_mean
from densecli.records import Record
from densecli.text import describe, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from densecli.check.expectations import Expectation
    from densecli.errors import Source


class Settings(Record):
    """The settings of pyproject.toml: `options` by name with underscores; expectations as written, already validated."""

    options: Mapping[str, Any]
    expect: Mapping[str, Any]
    per_file: tuple[tuple[str, Mapping[str, Any]], ...]
    name: str = "pyproject.toml"

    def expectations(self, path: str) -> list[Expectation]:
        """Those for one spec; `path` goes from the folder of pyproject.toml, with slashes. Later patterns win key by key."""
        wanted = dict(self.expect)
        for pattern, values in self.per_file:
            if glob.matches_path(path, pattern):
                wanted |= values
        return expectations.read(wanted, "tool.densecli.expect")


NONE = Settings({}, {}, ())


def read(source: Source, stays: Callable[[str], bool]) -> Settings:
    """The settings in the text of a pyproject.toml (or densecli.toml: the same keys at the top).

    `stays` tells whether a path stays in its folder, because the settings may come from an unreviewed checkout.
    Raises SpecErrors with all mistakes, each E120 with its line.
    """
    long = toml_places.long_key(source.text)
    if long is not None:
        raise SpecErrors([_error(Place(source, *long), f"a key with more than {toml_places.MOST_PARTS} parts")])
    try:
        tree = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise SpecErrors([_not_toml(source, str(error))]) from None
    except RecursionError:
        raise SpecErrors([_error(Place(source), "nested too deep")]) from None
    except ValueError:  # Python's limit on digits
        found = re.search(_LONG_INTEGER, source.text)
        place = Place(source) if found is None else Place(source, *found.span())
        raise SpecErrors([_error(place, "an integer with too many digits")]) from None
    return _Reader(source, tree, stays).settings()


_LONG_INTEGER = r"(?<![0-9_])[0-9_]{1000,}+"


def _not_toml(source: Source, message: str) -> DenseError:
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    at = _offset(source, int(found[1]), int(found[2])) if found else len(source.text)  # "at end of document"
    place = Place(source, at, at + 1)
    return _error(place, f"not TOML: {message.partition(' (at ')[0]}")


def _offset(source: Source, line: int, column: int) -> int:
    lines = source.text.split("\n")
    return sum(len(each) + 1 for each in lines[: line - 1]) + column - 1


def _error(place: Place, message: str, hint: str | None = None) -> DenseError:
    return ReadError(message, code="E120", hint=hint, place=place)


class _Reader:
    """Checks keys and types, and collects the mistakes."""

    def __init__(self, source: Source, tree: dict[str, Any], stays: Callable[[str], bool]) -> None:
        self.source, self.stays, self.errors = source, stays, list[DenseError]()
        self.spans: dict[tuple[str, ...], tuple[int, int]] | None = None
        own = source.name.replace("\\", "/").rpartition("/")[2] == "densecli.toml"
        self.above = () if own else ("tool", "densecli")
        self.table = tree if own else self.descend(tree)

    def descend(self, tree: dict[str, Any]) -> dict[str, Any]:
        for depth, key in enumerate(self.above, 1):
            tree = tree.get(key, {})
            if not isinstance(tree, dict):
                self.wrong(self.above[:depth], "a table", tree)
                return {}
        return tree

    def settings(self) -> Settings:
        options: dict[str, Any] = {}
        for key, value in self.table.items():
            name = key.replace("-", "_")
            check = OPTIONS.get(name)
            if name in ("expect", "per_file"):
                continue
            if check is None:
                self.unknown(key)
            elif not check[1](value):
                self.wrong((*self.above, key), check[0], value)
            elif name == "lock" and not self.stays(value):
                message = f"{quote(value)} is outside the folder of {self.source.name}"
                self.errors.append(_error(self.place((*self.above, key)), message, "--lock may name any file"))
            else:
                options[name] = value
        found = Settings(options, self.expect(), tuple(self.per_file()), self.source.name)
        if self.errors:
            raise SpecErrors(self.errors)
        return found

    def expect(self) -> dict[str, Any]:
        return self.demands(("expect",), self.table.get("expect", {}))

    def per_file(self) -> list[tuple[str, dict[str, Any]]]:
        key = "per_file" if "per_file" in self.table else "per-file"
        tables = self.table.get(key, {})
        if not isinstance(tables, dict):
            self.wrong((*self.above, key), "a table of patterns", tables)
            return []
        for pattern in tables:
            if len(pattern) > glob.LONGEST:
                message = f"a pattern of {len(pattern):,} characters, more than the {glob.LONGEST:,} allowed"
                self.errors.append(_error(self.place((*self.above, key)), message))
        return [(pattern, self.demands((key, pattern), values)) for pattern, values in tables.items()]

    def demands(self, path: tuple[str, ...], values: Any) -> dict[str, Any]:
        """The expectations of one table, each parsed once now so that a mistake is reported with its line."""
        path = (*self.above, *path)
        if not isinstance(values, dict):
            self.wrong(path, "a table of expectations", values)
            return {}
        found = {}
        for key, value in values.items():
            name = key.replace("-", "_")
            try:
                expectations.read({name: value}, self.source.name)
            except SpecErrors as several:
                self.errors += [_error(self.place((*path, key)), each.message, each.hint) for each in several.errors]
            found[name] = value
        return found

    def unknown(self, key: str) -> None:
        names = [name.replace("_", "-") for name in (*OPTIONS, "expect", "per_file")]
        hint = did_you_mean(key.replace("_", "-"), names) or f"known: {', '.join(names)}"
        if key.replace("-", "_") in expectations.READERS:
            hint = f"expectations belong under [{'.'.join((*self.above, 'expect'))}]"
        self.errors.append(_error(self.place((*self.above, key)), f"no setting named {quote(key)}", hint))

    def wrong(self, path: tuple[str, ...], expected: str, value: Any) -> None:
        message = f"{'.'.join(path)}: expected {expected}, got {describe(value)}"
        self.errors.append(_error(self.place(path), message))

    def place(self, path: tuple[str, ...]) -> Place:
        """The place of a key, else of the table it would be in, else of the file."""
        if self.spans is None:
            self.spans = toml_places.spans(self.source.text, self.above)
        known = (path[:count] for count in range(len(path), 0, -1))
        start, end = next((self.spans[each] for each in known if each in self.spans), (0, 0))
        return Place(self.source, start, end)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 63


# The values that each option takes, in words and as a test.
OPTIONS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "lock": ("the path of a lock file", _text),
    "exclude": ("a list of patterns", _texts),
    "columns": ("a list of columns", _texts),
    "depth": ("a positive integer below 2**63", _positive),
    "batch": ("a positive integer below 2**63", _positive),
    "width": ("a positive integer below 2**63", _positive),
    "color": ("auto, always or never", lambda value: value in ("auto", "always", "never")),
    "format": ("the name of a format", _text),
}
