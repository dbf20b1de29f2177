"""The patterns of one .gitignore: the last one that matches a path decides."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from densecli.read.folder.pattern import SPECIAL, matcher
from densecli.read.limits import beyond

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from densecli.read.limits import Limits

LONGEST = 4_096  # bytes of a pattern with wildcards; paths are no longer


class Rule:
    """One line of the file. `path` is from the file's own folder, with slashes."""

    def __init__(self, line: bytes, number: int) -> None:
        self.number = number
        self.negated = line[:1] == b"!"
        pattern = line[self.negated :]
        self.folders_only = pattern[-1:] == b"/"
        pattern = pattern[: len(pattern) - self.folders_only]
        self.anchored = b"/" in pattern
        self.pattern = pattern[pattern[:1] == b"/" :]

    @property
    def literal(self) -> bytes | None:
        """The one name that it is about, or the one path, which starts with a slash; None if it has wildcards."""
        if any(byte in SPECIAL for byte in self.pattern):
            return None
        return b"/" + self.pattern if self.anchored else self.pattern

    @cached_property
    def _matches(self) -> Callable[[bytes], object]:
        return matcher(self.pattern)

    def applies(self, path: bytes, name: bytes, is_folder: bool) -> bool:
        return (is_folder or not self.folders_only) and bool(self._matches(path if self.anchored else name))


class Rules:
    """All lines of a file. Raises LimitError (E505) if it has too many patterns, `above` counting those that apply as well."""

    def __init__(self, lines: Iterable[bytes], limits: Limits, above: int = 0) -> None:
        self.literals: dict[bytes, list[Rule]] = {}
        self.wild: list[Rule] = []
        for number, line in enumerate(lines):
            rule = Rule(line, number)
            if rule.literal is None:
                self.wild.append(rule)
            else:
                self.literals.setdefault(rule.literal, []).append(rule)
        self.count = above + len(self.wild)
        if self.count > limits.patterns:
            message = f"{self.count:,} patterns of files to ignore apply to one folder"
            raise beyond(limits, "patterns", message, "E505")
        if any(len(rule.pattern) > LONGEST for rule in self.wild):
            raise beyond(limits, "patterns", f"a pattern of more than {LONGEST:,} bytes", "E505")

    def verdict(self, path: bytes, is_folder: bool) -> bool | None:
        """Whether the path is ignored; None if no pattern is about it."""
        name = path.rpartition(b"/")[2]
        last = self._literal(path, name, is_folder)
        for rule in reversed(self.wild):
            if last is not None and rule.number < last.number:
                break
            if rule.applies(path, name, is_folder):
                return not rule.negated
        return None if last is None else not last.negated

    def _literal(self, path: bytes, name: bytes, is_folder: bool) -> Rule | None:
        """The last rule without wildcards that is about the path."""
        found = (*self.literals.get(name, ()), *self.literals.get(b"/" + path, ()))
        fitting = [rule for rule in found if is_folder or not rule.folders_only]
        return max(fitting, key=lambda rule: rule.number, default=None)


def lines_of(data: bytes) -> Iterator[bytes]:
    """The patterns in the contents of a .gitignore, as git reads it."""
    for raw in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = _trimmed(raw.removesuffix(b"\r"))
        if line and not line.startswith(b"#"):
            yield line


def _trimmed(line: bytes) -> bytes:
    """The line without blanks at the end, unless a backslash keeps one."""
    bare = line.rstrip(b" ")
    backslashes = len(bare) - len(bare.rstrip(b"\\"))
    return line[: len(bare) + backslashes % 2]


def ignored(path: bytes, is_folder: bool, chain: Sequence[tuple[Rules, int]]) -> bool:
    """Whether git ignores a path by several files, the nearest last, each with the length of its own folder's path."""
    for rules, start in reversed(chain):
        found = rules.verdict(path[start:], is_folder)
        if found is not None:
            return found
    return False
