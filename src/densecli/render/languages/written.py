"""The base of all languages: text in a language is never plain `str`, so nothing from a spec slips in unquoted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from densecli.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Written(str):
    """Text of one language: a word that the language has quoted, or words put into a template of our own.

    A renderer's types say which language it writes. A `str` is not one, so mypy rejects unquoted text, and `put` rejects
    what mypy cannot see. Only the languages themselves convert a `str` (tests/test_languages.py).
    """

    __slots__ = ()

    @classmethod
    def put(cls, template: str, *parts: Self | float) -> Self:
        """The template, a literal, with the parts in its braces, as `str.format` does it."""
        for part in parts:
            if not isinstance(part, cls | int | float):
                raise TypeError(f"{cls.__name__} has no place for a {type(part).__name__} that it has not quoted")
        return cls(template.format(*parts))

    @classmethod
    def joined(cls, separator: str, parts: Iterable[Self]) -> Self:
        """The parts, with the separator, a literal, between them."""
        return cls(separator.join([cls.put("{}", part) for part in parts]))


def refuse(what: str, target: str, instead: str) -> OutputError:
    """The error for content that a language cannot express (E604)."""
    return OutputError(f"{what} cannot be written in {target}", code="E604", hint=instead)
