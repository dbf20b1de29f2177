"""Bytes to text: UTF-8 only, with helpful errors for anything else."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

from densecli.errors import LimitError, Place, ReadError, Source
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.text import binary_size

# U+0085 is a line end to some and may occur in a name; the other C0 and C1 controls never belong in a text.
_CONTROL = "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"
_PLAIN = bytes([9, 10, 13, *range(32, 127)])  # a text of nothing else needs no closer look
_SURROGATE = "[\ud800-\udfff]"
_WIDE = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
# Where zeros are among the first four bytes, if they are letters.
_ZEROS = {
    "x000": "utf-32-le",
    "000x": "utf-32-be",
    "x0x0": "utf-16-le",
    "0x0x": "utf-16-be",
}
LOOKED_AT = 512  # bytes that must be characters, where no mark says so


def decode(name: str, data: bytes, limits: Limits = LIMITS, limit: str | None = "spec_bytes") -> Source:
    """The text of a file. Raises ReadError (E101 to E104) or LimitError (E501).

    `data` may be cut off one byte past the limit of that name, if any.
    """
    if limit is not None and len(data) > getattr(limits, limit):
        raise too_large(limits, limit, Place(Source(name, "")))
    check_width(name, data)
    source = Source(name, utf8(name, data).removeprefix("\ufeff"))
    if not source.text or source.text.isspace():
        raise empty(source)
    if data.translate(None, _PLAIN):
        check_characters(source)
    return source


def too_large(limits: Limits, limit: str, place: Place) -> LimitError:
    return beyond(limits, limit, f"larger than {binary_size(getattr(limits, limit))}", "E501", place)


def empty(source: Source) -> ReadError:
    hint = "write a stack: Dense(16)@(3,2) -> Flatten -> Dense(4)"
    return ReadError("the spec is empty", code="E101", hint=hint, place=Place(source))


def check_characters(source: Source) -> None:
    """Refuse control characters (E103) and surrogates (E104) in the text of a file."""
    check_surrogates(source)
    found = re.search(_CONTROL, source.text)
    if found is not None:
        code = ord(found.group())
        place = Place(source, found.start(), found.end())
        raise ReadError(f"a control character, \\x{code:02x}, in the text", code="E103", hint="remove it", place=place)


def check_surrogates(source: Source) -> None:
    """Refuse the surrogates that stand for bytes which could not be decoded (E104), in text from anywhere."""
    found = None if source.text.isascii() else re.search(_SURROGATE, source.text)
    if found is not None:
        raise surrogate(Place(source, found.start(), found.end()))


def surrogate(place: Place) -> ReadError:
    hint = "half of a character (a lone surrogate), or a byte that is not UTF-8"
    return ReadError("not a character allowed in text", code="E104", hint=hint, place=place)


def check_width(name: str, data: bytes) -> None:
    """Refuse UTF-16 and UTF-32 (E102)."""
    wide = _wide_encoding(data)
    if wide is not None:
        hint = f"convert it: iconv -f {wide} -t UTF-8 FILE > NEW"
        raise ReadError(f"not UTF-8 (looks like {wide})", code="E102", hint=hint, place=Place(Source(name, "")))


def utf8(name: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        source = Source(name, data.decode(errors="surrogateescape"))
        offset = len(data[: error.start].decode())
        message = f"byte 0x{data[error.start]:02X} at offset {error.start:,} is not UTF-8"
        hint = "save it as UTF-8; from Latin-1: iconv -f ISO-8859-1 -t UTF-8 FILE > NEW"
        raise ReadError(message, code="E102", hint=hint, place=Place(source, offset, offset + 1)) from None


def looks_binary(head: bytes) -> bool:
    """Whether the first bytes of a file are no text in any encoding: with zeros, and not characters."""
    if b"\0" not in head or _wide_encoding(head) is not None:
        return False
    return not _is_text(head, "utf-8") or sum(byte < ord("\t") for byte in head) > len(head) // 8


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32, by its byte order mark or by the zeros beside letters."""
    marked = next((encoding for mark, encoding in _WIDE if data.startswith(mark)), None)
    if marked is not None or len(data) < 4:  # one letter in UTF-32
        return marked
    order = _ZEROS.get("".join("0" if byte == 0 else "x" for byte in data[:4]))
    return order[:-3].upper() if order is not None and _is_text(data[:LOOKED_AT], order) else None


def _is_text(data: bytes, encoding: str) -> bool:
    """Whether bytes are characters, apart from a last one that is cut off."""
    try:
        text = getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return False
    return encoding == "utf-8" or all(char.isprintable() or char in "\t\r\n\f" for char in text)
