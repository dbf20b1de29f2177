"""A revision to compare with: the files that it has, and those that changed since then."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from hashlib import new as hash_of
from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.read.git.program import contents, output
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_BYTES = 1 << 30
REGULAR = ("100644", "100755")  # not links, not submodules
POINTER = b"version https://git-lfs.github.com/spec/v1\n"  # what git holds of a file that Git LFS holds


class Pair(Record):
    """A file before and after, by its path from the top of the repository; None where there is none."""

    before: str | None
    after: str | None


class Revision:
    """The merge base of a revision and HEAD, as a pull request shows it; paths go from `top`, with slashes."""

    def __init__(self, name: str) -> None:
        """Raises ReadError (E131)."""
        if name.startswith("-") or not name:
            raise ReadError(f"{quote(name)} is not a revision", code="E131", hint="--base origin/main")
        self.name, self.top = (
            name,
            _line(_needed(output(".", "rev-parse", "--show-toplevel"), "git found no work tree")),
        )
        commit = output(self.top, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if commit is None:
            raise ReadError(
                f"git knows no revision {quote(name)}",
                code="E131",
                hint=self._remedy(f"git fetch origin {_branch(name)}"),
            )
        self.commit = self._base(_line(commit))

    def _base(self, commit: str) -> str:
        head = output(self.top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if head is None:
            raise ReadError("the repository has no commit yet", code="E131")
        found = output(self.top, "merge-base", commit, _line(head))
        if found is None:
            hint = self._remedy("compare with a revision that this branch comes from")
            raise ReadError(f"HEAD and {quote(self.name)} have no common ancestor here", code="E131", hint=hint)
        return _line(found)

    def _remedy(self, otherwise: str) -> str:
        shallow = output(self.top, "rev-parse", "--is-shallow-repository")
        if shallow is not None and shallow.strip() == b"true":
            return "this is a shallow clone: git fetch --unshallow (in GitHub's checkout action: fetch-depth: 0)"
        return otherwise

    # -- the files of both sides ---------------------------------------------------------
    @cached_property
    def before(self) -> dict[str, str]:
        """The blob of each file of the base."""
        listed = _needed(
            output(self.top, "ls-tree", "-r", "-z", "--full-tree", self.commit), "git cannot list the base"
        )
        entries = (each.partition("\t") for each in _parts(listed))
        return {path: head.split()[2] for head, _, path in entries if head.split()[0] in REGULAR}

    @cached_property
    def tracked(self) -> set[str]:
        """The files that git tracks and that are there now, without links."""
        listed = _needed(output(self.top, "ls-files", "-z", "--stage"), "git cannot list its index")
        entries = (each.partition("\t") for each in _parts(listed))
        return {path for head, _, path in entries if head.split()[0] in REGULAR and self._is_there(path)}

    def _is_there(self, path: str) -> bool:
        """Whether a file is there, as itself: neither a link nor in a folder that is one."""
        full = self.full(path)
        try:
            return stat.S_ISREG(os.lstat(full).st_mode) and os.path.realpath(full) == full
        except (OSError, ValueError):
            return False

    def full(self, path: str) -> str:
        return os.path.join(self.top, path)  # noqa: PTH118

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The old path of each renamed file, as git finds them."""
        options = ("--cached", "--raw", "-z", "-M", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")
        fields = _parts(output(self.top, "diff-index", *options, self.commit) or b"")
        found = {}
        for head in fields:
            path, kind = next(fields), head.split()[-1][:1]
            if kind == "R":
                found[next(fields)] = path
        return found

    def changes(self, wanted: Callable[[str], bool]) -> Iterator[Pair]:
        """The wanted files that are not what they were, in the order of their paths."""
        before, after = set(filter(wanted, self.before)), set(filter(wanted, self.tracked))
        moved = {new: old for new, old in self.renamed.items() if new in after - before and old in before - after}
        gone = before - after - set(moved.values())
        for path in sorted(after | gone):
            if path in gone:
                yield Pair(path, None)
            elif path not in before:
                yield Pair(moved.get(path), path)
            elif not self.same(path):
                yield Pair(path, path)

    # -- contents --------------------------------------------------------------------------
    def same(self, path: str) -> bool:
        """Whether a file has the bytes that it had."""
        blob = self.before[path]
        try:
            with open(self.full(path), "rb") as file:  # noqa: PTH123
                size = os.fstat(file.fileno()).st_size
                digest = hash_of(
                    "sha1" if len(blob) == 40 else "sha256", b"blob %d\0" % size, usedforsecurity=False
                )  # letters of SHA-1
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        except OSError:
            return False
        return digest.hexdigest() == blob

    def read(self, path: str) -> bytes | None:
        """The bytes of a file of the base; None if it had no such file. Raises ReadError."""
        blob = self.before.get(path)
        if blob is None:
            return None
        data = contents(self.top, blob, MOST_BYTES)
        return self._large(data) if data.startswith(POINTER) else data

    def _large(self, pointer: bytes) -> bytes:
        """The contents of a file in Git LFS, if its object is here. Raises ReadError (E131)."""
        found = pointer.partition(b"oid sha256:")[2][:64].decode("ascii", "replace")
        common = _line(_needed(output(self.top, "rev-parse", "--git-common-dir"), "git found no repository"))
        file = os.path.join(self.top, common, "lfs", "objects", found[:2], found[2:4], found)  # noqa: PTH118
        try:
            if not found.isalnum() or not stat.S_ISREG(os.lstat(file).st_mode):
                raise FileNotFoundError
            with open(file, "rb") as stream:  # noqa: PTH123
                return stream.read(MOST_BYTES)
        except OSError:
            hint = f"git lfs fetch origin {self.commit}"
            raise ReadError("the file is in Git LFS, and its object is not here", code="E131", hint=hint) from None


def _needed(data: bytes | None, otherwise: str) -> bytes:
    if data is None:
        raise ReadError(otherwise, code="E131")
    return data


def _line(data: bytes) -> str:
    return os.fsdecode(data.removesuffix(b"\n"))


def _parts(data: bytes) -> Iterator[str]:
    return map(os.fsdecode, data.split(b"\0")[:-1])


def _branch(name: str) -> str:
    return name.partition("/")[2] if name.startswith("origin/") else name
