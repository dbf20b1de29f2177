"""The bytes of a Python file to text: UTF-8, or what the file declares in one of its first two lines."""

from __future__ import annotations

import re

from densecli.errors import Place, Source
from densecli.read.limits import LIMITS, Limits
from densecli.read.text.encoding import check_width, too_large, utf8

_DECLARED = (
    rb"(?:\xef\xbb\xbf)?(?:[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|[\r\n]))?[^\S\r\n]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)"
)
# Encodings by name without case, dashes and underscores; a name from a file never reaches Python.
_ENCODINGS = {
    "latin1": "latin-1", "iso88591": "latin-1", "iso885915": "iso8859-15", "l1": "latin-1",
    "cp1250": "cp1250", "cp1251": "cp1251", "cp1252": "cp1252",
    "windows1250": "cp1250", "windows1251": "cp1251", "windows1252": "cp1252", "koi8r": "koi8-r",
    "gbk": "gbk", "gb2312": "gb2312", "gb18030": "gb18030", "cp936": "gbk", "big5": "big5",
    "euckr": "euc-kr", "cp949": "cp949", "eucjp": "euc-jp", "shiftjis": "shift-jis", "cp932": "cp932",
}  # fmt: skip


def decode(name: str, data: bytes, limits: Limits = LIMITS) -> Source:
    """The text of a script or notebook. Raises ReadError (E102) or LimitError (E501)."""
    if len(data) > limits.config_bytes:
        raise too_large(limits, "config_bytes", Place(Source(name, "")))
    check_width(name, data)
    encoding = None if data.isascii() else _declared(data)
    try:
        text = utf8(name, data) if encoding is None else data.decode(encoding)
    except UnicodeDecodeError:
        text = utf8(name, data)
    return Source(name, text.removeprefix("\ufeff"))


def _declared(data: bytes) -> str | None:
    found = re.match(_DECLARED, data)
    return None if found is None else _ENCODINGS.get(re.sub(r"[-_.]", "", found[1].decode().lower()))
