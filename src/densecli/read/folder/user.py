"""What users have git ignore in all their repositories: the file that `core.excludesFile` names, or git/ignore among their settings.

Only the settings of the user are asked, as ripgrep and ruff do, not those of the repository: they would name any file of the disk.
`[include]` is not followed.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from densecli.read.folder.contents import contents

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECTION = rb"\s*+\[\s*+([^\]\"\s]*+)\s*+(\"?+)[^\]]*+\]"
_KEY = rb"(?is)\s*+excludesfile\s*+=(.*)"
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"b": b"\b"}


def patterns(top: str) -> bytes | None:
    """The contents of the user's file of patterns; None without one. Raises ReadError."""
    file = _file(top)
    return contents(file, linked=True) if file else None


def _file(top: str) -> str:
    """The path of the file, which need not exist. A relative one starts at the top of the repository, where git runs."""
    home = os.path.expanduser("~")  # noqa: PTH111
    settings = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")  # noqa: PTH118
    only = os.environ.get("GIT_CONFIG_GLOBAL")
    files = [only] if only else [os.path.join(home, ".gitconfig"), os.path.join(settings, "git", "config")]  # noqa: PTH118
    for file in files:
        data = contents(file, linked=True)
        named = None if data is None else excludes_file(data)
        if named is not None:
            path = os.path.expanduser(os.fsdecode(named))  # noqa: PTH111
            return os.path.join(top, path) if path else ""  # noqa: PTH118
    return os.path.join(settings, "git", "ignore")  # noqa: PTH118


def excludes_file(data: bytes) -> bytes | None:
    """The last `core.excludesFile` in a file of settings; None if there is none."""
    found, inside = None, False
    for line in _lines(data):
        rest = line
        if section := re.match(_SECTION, line):
            inside = section[1].lower() == b"core" and not section[2]
            rest = line[section.end() :]
        if inside and (key := re.match(_KEY, rest)):
            found = _value(key[1])
    return found


def _lines(data: bytes) -> Iterator[bytes]:
    """The lines, those that end in a backslash joined with the next."""
    joined = bytearray()  # grows in place, however many lines go on
    for line in data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n"):
        ending = len(line) - len(line.rstrip(b"\\"))
        if ending % 2:
            joined += line[:-1]
        else:
            yield bytes(joined + line)
            joined.clear()
    yield bytes(joined)


def _value(text: bytes) -> bytes:
    """A value without quotes, comment and the blanks around it."""
    kept, bare, quoted, at = bytearray(), 0, False, 0
    text = text.strip()
    while at < len(text):
        char = text[at : at + 1]
        if char == b'"':
            quoted = not quoted
        elif char in (b"#", b";") and not quoted:
            break
        else:
            at += char == b"\\"
            kept += _ESCAPED.get(text[at : at + 1], text[at : at + 1]) if char == b"\\" else char
        bare = len(kept) if quoted or not char.isspace() else bare
        at += 1
    return bytes(kept[:bare])
