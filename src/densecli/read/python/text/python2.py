"""Python 2 becomes Python 3, as far as syntax goes: `print x`, `except E, e`, backticks, `<>`, `0777`, `10L`.

The interpreter handles differences in meaning (`xrange`, `/` on integers).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from densecli.read.python.text.rewrite import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.read.python.text.scan import Token

# After `print`, these show that it is an ordinary name, not a statement.
_NAMED = r"[=.,)\]}:!<*/|&^@%].*|>=?|in|is|and|or|if|else|for"
_COMPOUND = frozenset(("if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class"))
MOST_PARAMETERS = 200  # tokens of a lambda's head; Python 2 took 255 arguments
_ESCAPE = r"\\(u[0-9a-fA-F]{4}|U(?:000[0-9a-fA-F]|0010)[0-9a-fA-F]{4}|N\{[^}]+\}|[\s\S])"


def prints_to_a_file(text: str) -> bool:
    """Whether a line may say `print >>file, x`."""
    return re.search(r"(?m)^[^\S\r\n]*print[^\S\r\n]*>>", text) is not None


def tabs(text: str, line: Sequence[Token]) -> Iterator[Edit]:
    """The indentation of a logical line in blanks: a tab goes to the next column of eight."""
    start = end = line[0].start
    while start and text[start - 1] in " \t\f":
        start -= 1
    if "\t" in text[start:end]:
        yield Edit(start, end, text[start:end].expandtabs())


def edits(line: Sequence[Token]) -> list[Edit]:
    """The edits that turn a logical line into Python 3; two edits at one place apply in order."""
    found = [*_lambdas(line), *(edit for token in line for edit in _word(token))]
    ticks = [token for token in line if token.text == "`"]
    found += [Edit(token.start, token.end, "repr(" if index % 2 == 0 else ")") for index, token in enumerate(ticks)]
    return found + [edit for statement in _statements(line) for edit in _statement(statement)]


def escapes(line: Sequence[Token]) -> Iterator[Edit]:
    r"""Backslashes that are literal in Python 2's byte strings: 'C:\Users'. Python 3 rejects some of these."""
    for token in line:
        if token.kind == "string" and token.text[0] in "'\"":
            found = (each for each in re.finditer(_ESCAPE, token.text) if each[1] in ("u", "U", "N"))
            yield from (Edit(token.start + each.start(), token.start + each.start(), "\\") for each in found)


def _statements(line: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The simple statements of a line, and before them the head of a compound one with its colon."""
    start = 0
    colon = line[0].text in _COMPOUND  # whether it is still to come
    for index, token in enumerate(line):
        if token.kind == "end" or (token.depth == 0 and (token.text == ";" or (colon and token.text == ":"))):
            yield line[start : index + (token.text == ":")]
            start = index + 1
            colon = False
    yield line[start:]


def _statement(tokens: Sequence[Token]) -> Iterator[Edit]:
    """The edits of one statement, by its first word."""
    if len(tokens) < 1 or tokens[0].kind != "name":
        return iter(())
    rule = _RULES.get(tokens[0].text)
    return iter(()) if rule is None else rule(tokens)


def _print(tokens: Sequence[Token]) -> Iterator[Edit]:
    """`print a, b` is `print(a, b)`; the file of `print >>file, a` is dropped."""
    word, rest = tokens[0], tokens[1:]
    if not rest:
        yield Edit(word.end, word.end, "()")
        return
    if re.fullmatch(_NAMED, rest[0].text) or _is_call(rest):
        return
    start = rest[0].start
    if rest[0].text == ">>":
        comma = next((token for token in rest if token.text == "," and token.depth == 0), None)
        start = rest[-1].end if comma is None else comma.end
    yield Edit(word.end, start, "(")
    yield Edit(rest[-1].end, rest[-1].end, ")")


def _exec(tokens: Sequence[Token]) -> Iterator[Edit]:
    return iter(()) if len(tokens) < 2 else _print(tokens)


def _is_call(rest: Sequence[Token]) -> bool:
    """Whether one pair of parentheses encloses all of it."""
    depth = rest[0].depth
    return rest[0].text == "(" and all(token.depth > depth for token in rest[1:-1]) and rest[-1].text == ")"


def _except(tokens: Sequence[Token]) -> Iterator[Edit]:
    """`except E, e:` is `except E as e:`; a target that is not a name is left out."""
    comma = _comma(tokens)
    if comma is not None and tokens[-1].text == ":":
        named = len(tokens) == tokens.index(comma) + 3
        yield Edit(comma.start, comma.end, " as ") if named else Edit(comma.start, tokens[-1].start)


def _raise(tokens: Sequence[Token]) -> Iterator[Edit]:
    """`raise E, "x"` is `raise E("x")`."""
    comma = _comma(tokens)
    if comma is not None:
        yield Edit(comma.start, comma.end, "(")
        yield Edit(tokens[-1].end, tokens[-1].end, ")")


def _comma(tokens: Sequence[Token]) -> Token | None:
    return next((token for token in tokens if token.text == "," and token.depth == 0), None)


_RULES = {"print": _print, "exec": _exec, "except": _except, "raise": _raise}


def _lambdas(line: Sequence[Token]) -> Iterator[Edit]:
    """`lambda (a, b): a` is `lambda _1: (lambda a, b: a)(*_1)`; tuples in tuples are left."""
    waiting: list[tuple[int, str]] = []  # enclosing lambdas: their depth, the text that follows each
    body = 0  # start of the body of the last one
    for index, token in enumerate(line):
        while waiting and index >= body and _ends(token, waiting[-1][0]):
            yield Edit(line[index - 1].end, line[index - 1].end, waiting.pop()[1])
        head = _head(line[index : index + MOST_PARAMETERS]) if token.text == "lambda" else []
        body = max(body, index + len(head))
        groups = list(_tuples(head))
        if groups:
            waiting.append((token.depth, f")({', '.join(f'*_{number}' for number in range(1, len(groups) + 1))})"))
            yield from _unpacked(head[-1], groups)
    yield from (Edit(line[-1].end, line[-1].end, call) for _, call in reversed(waiting))


def _head(tokens: Sequence[Token]) -> Sequence[Token]:
    """A lambda up to its colon."""
    depth = tokens[0].depth
    ends = (index for index, token in enumerate(tokens) if token.text == ":" and token.depth == depth)
    return tokens[: next(ends, -1) + 1]


def _tuples(head: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The parameters that are tuples of names."""
    for start, token in enumerate(head):
        if token.text == "(" and token.depth == head[0].depth and head[start - 1].text in ("lambda", ","):
            end = next(index for index in range(start + 1, len(head)) if head[index].depth == token.depth)
            if all(token.kind == "name" or token.text == "," for token in head[start + 1 : end]):
                yield head[start : end + 1]


def _unpacked(colon: Token, groups: Sequence[Sequence[Token]]) -> Iterator[Edit]:
    """Give each tuple a name, and add an inner lambda that takes all the names in them."""
    for number, group in enumerate(groups, 1):
        yield Edit(group[0].start, group[-1].end, f"_{number}")
    names = ", ".join(token.text for group in groups for token in group if token.kind == "name")
    yield Edit(colon.end, colon.end, f" (lambda {names}:")


def _ends(token: Token, depth: int) -> bool:
    """Whether an expression ends before a token: a comma, the bracket around it, or what follows it in a statement."""
    after = token.kind == "end" or token.text in (",", ":", ";", "=", "for")
    return token.depth < depth or (token.depth == depth and after)


def _word(token: Token) -> Iterator[Edit]:
    """Old numbers, string prefixes and `<>`."""
    if token.kind == "string" and re.match(r"[uU][rR]", token.text):
        yield Edit(token.start, token.start + 1)
    elif token.text == "<>":
        yield Edit(token.start, token.end, "!=")
    elif token.kind == "number":
        new = re.sub(r"^0+(?=[1-7][0-7]*[lL]?$)", "0o", token.text).rstrip("lL")
        if new != token.text:
            yield Edit(token.start, token.end, new.ljust(len(token.text)))  # a blank for the L: `7L.real`
