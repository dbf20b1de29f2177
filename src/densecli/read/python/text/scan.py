"""Tokens of Python text of any version, with any errors: nothing here raises.

Python's own `tokenize` differs between versions and gives up where Python 2 or IPython begins.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOKENS = re.compile(
    r"""(?>(?:[^\S\r\n]|\\(?:\r\n|[\r\n])|\#[^\r\n]*+)+)  # blanks, a line that goes on, a comment
    |(?P<end>(?:\r\n|[\r\n])(?>(?:[^\S\r\n]*+(?:\r\n|[\r\n]))*))  # with the empty lines after it
    |(?P<string>[A-Za-z]{0,3}(?:
        '''(?>(?:[^\\']|\\[\s\S]|'(?!''))*)'''
        |\"""(?>(?:[^\\"]|\\[\s\S]|"(?!""))*)\"""
        |'(?!'')(?>(?:[^\\'\r\n]|\\(?:\r\n|[\s\S]))*)'
        |"(?!"")(?>(?:[^\\"\r\n]|\\(?:\r\n|[\s\S]))*)"))
    |(?P<endless>[A-Za-z]{0,3}(?:'''[\s\S]*+|\"""[\s\S]*+|'[^\r\n]*+|"[^\r\n]*+))
    |(?P<number>(?:0[xXoObB]\w*+|\d[\d_]*+(?>(?:\.[\d_]*+)?)(?>(?:[eE][+-]?\d[\d_]*+)?)|\.\d[\d_]*+(?>(?:[eE][+-]?\d[\d_]*+)?))[jJlL]?+)
    |(?P<name>[^\W\d]\w*+)
    |(?P<operator><>|->|:=|==|!=|<=|>=|>>|[\s\S])""",
    re.VERBOSE,
)
# An IPython command, to the end of the line or of the one after a backslash; `%time` runs the rest.
_COMMAND = re.compile(
    r"""[^\S\r\n]*+(?:
    (?P<timed>%time[^\S\r\n]++(?=[^\s-]))
    |(?P<command>(?>(?:[\w.,\ \t]++=[^\S\r\n]*+)?)(?:%{1,2}[^\W\d]|!)(?>(?:[^\\\r\n]|\\(?:\r\n|[\s\S]))*)
    |[?][^\r\n]*+
    |%{0,2}[^\W\d][\w.*]*+(?>(?:\(\))?)[?]{1,2}(?=[^\S\r\n]*+(?:[\r\n]|\Z))))""",
    re.VERBOSE,
)
OPENERS, CLOSERS = "([{", ")]}"


class Token(Record):
    """`kind` is string, endless (an unterminated string), name, number, operator, end (of a line), command or timed."""

    kind: str
    text: str
    start: int
    depth: int = 0  # the brackets around it; a bracket is outside itself

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def logical_lines(found: Iterable[Token]) -> Iterator[list[Token]]:
    """The lines that tokens make, as Python counts them, without blanks and comments: one in brackets or after a backslash goes on.

    A line end is the last token of its line.
    """
    line: list[Token] = []
    for token in found:
        if token.kind == "end" and not line:
            continue
        line.append(token)
        if token.kind in ("end", "command"):
            yield line
            line = []
    if line:
        yield line


def tokens(text: str) -> Iterator[Token]:
    at = depth = 0
    fresh = True  # only blanks since the line began
    while at < len(text):
        found = (_COMMAND.match(text, at) if fresh else None) or _TOKENS.match(text, at)
        assert found is not None
        kind, at = found.lastgroup, found.end()
        if kind is None:
            continue
        word = found[kind]
        depth -= word in CLOSERS and depth > 0
        if kind != "end" or not depth:
            yield Token(kind, word, found.start(kind), depth)
        depth += word in OPENERS
        fresh = kind in ("end", "command", "timed") and not depth
