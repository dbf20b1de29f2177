"""How much a regular expression works: `re`'s own search, step by step, on texts designed to keep it busy.

`re` does not report how often it tried a character, and timings differ between machines. So the parsed pattern
is run here the way `re` runs it, trying alternatives in the same order, and every try counts.
"""

from __future__ import annotations

import re
import sys
from functools import partial
from itertools import product
from re import _constants as op
from re import _parser as parser
from typing import ClassVar

# How a function of `re` applies a pattern: at one place, at one place up to the end, or everywhere.
AT_START = ("match",)
WHOLE = ("fullmatch",)
EVERYWHERE = ("search", "sub", "subn", "split", "findall", "finditer")
CHARACTERS = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)


class TooMuchError(Exception):
    """More steps than allowed."""


class Machine:
    """Runs one pattern and counts."""

    def __init__(self, pattern: str | bytes, flags: int = 0, most: int = 40_000) -> None:
        text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
        parsed = parser.parse(text, flags)
        self.tree = _plain(parsed)
        self.lines, self.dots = bool(parsed.state.flags & re.MULTILINE), bool(parsed.state.flags & re.DOTALL)
        self.folds = bool(parsed.state.flags & re.IGNORECASE)
        self.known: dict[tuple[object, int, str], bool] = {}  # results of is_in
        self.most = most
        self.steps = 0
        self.text = ""
        self.groups: dict[int, tuple[int, int]] = {}

    def work(self, how: str, text: str) -> int:
        """The steps that the function of that name takes on the text; raises TooMuchError."""
        self.steps, self.text, at = 0, text, 0
        while at <= len(text):
            end = self.end(at, whole=how in WHOLE)
            if how not in EVERYWHERE or (how == "search" and end is not None):
                break
            at = end if end is not None and end > at else at + 1
        return self.steps

    def end(self, start: int, *, whole: bool) -> int | None:
        """Where a match from the start on ends."""
        found: list[int] = []
        self.groups = {}
        self.run(self.tree, start, lambda at: (not whole or at == len(self.text)) and (found.append(at) or True))
        return found[0] if found else None

    # Each rule continues with the rest, `then`, and returns whether that led to a match.
    def run(self, nodes, at, then, index=0):
        for place in range(index, len(nodes)):
            kind, value = nodes[place]
            self.steps += 1
            if self.steps > self.most:
                raise TooMuchError
            if kind not in CHARACTERS:
                return self.RULES[kind](self, kind, value, at, partial(self.run, nodes, then=then, index=place + 1))
            if not self.one(kind, value, at):
                return False
            at += 1
        return then(at)

    def one(self, kind, value, at):
        return at < len(self.text) and self.is_in(kind, value, self.text[at])

    def is_in(self, kind, value, char):
        if kind is op.ANY:
            return self.dots or char != "\n"
        key = kind, id(value), char
        if key not in self.known:
            alike = {char, char.lower(), char.upper()} if self.folds else {char}
            self.known[key] = any(_in_set(value if kind is op.IN else [(kind, value)], each) for each in alike)
        return self.known[key]

    def branch(self, _, value, at, then):
        return any(self.run(each, at, then) for each in value[1])

    def group(self, _, value, at, then):
        number, _, _, inside = value

        def leave(here):
            before = self.groups.get(number)
            self.groups[number] = (at, here)
            if then(here):
                return True
            self.groups[number] = before
            return False

        return self.run(inside, at, leave)

    def backreference(self, _, value, at, then):
        start, end = self.groups.get(value) or (0, -1)
        word = self.text[start:end]
        return end >= start and self.text.startswith(word, at) and then(at + len(word))

    def atomic(self, _, value, at, then):
        end: list[int] = []
        return self.run(value, at, lambda here: end.append(here) or True) and then(end[0])

    def around(self, kind, value, at, then):
        direction, inside = value
        start = at if direction > 0 else at - 1  # those in src/ check one character
        found = start >= 0 and self.run(inside, start, lambda here: direction > 0 or here == at)
        return found == (kind is op.ASSERT) and then(at)

    def anchor(self, _, value, at, then):
        return self.stands(value, at) and then(at)

    def stands(self, value, at):
        if value is op.AT_BEGINNING_STRING or (value is op.AT_BEGINNING and not self.lines):
            return at == 0
        if value is op.AT_END_STRING:
            return at == len(self.text)
        before, after = self.text[max(0, at - 1) : at], self.text[at : at + 1]
        if value is op.AT_BEGINNING:
            return at == 0 or before == "\n"
        if value is op.AT_END:
            return at >= len(self.text) - (self.text[-1:] == "\n") or (self.lines and after == "\n")
        boundary = (before.isalnum() or before == "_") != (after.isalnum() or after == "_")
        return boundary == {op.AT_BOUNDARY: True, op.AT_NON_BOUNDARY: False}[value]

    def repeat(self, kind, value, at, then):
        least, most, nodes = value
        if kind is op.POSSESSIVE_REPEAT:
            end: list[int] = []
            return self.again(nodes, (0, least, most, True), at, lambda here: end.append(here) or True) and then(end[0])
        return self.again(nodes, (0, least, most, kind is op.MAX_REPEAT), at, then)

    def again(self, nodes, state, at, then):
        count, least, most, greedy = state
        if greedy and len(nodes) == 1 and nodes[0][0] in CHARACTERS:
            return self.run_of_characters(nodes[0], (least, most), at, then)

        def another():
            if most is not op.MAXREPEAT and count >= most:
                return False
            step = (count + 1, least, most, greedy)
            return self.run(
                nodes, at, lambda here: (here > at or count < least) and self.again(nodes, step, here, then)
            )

        self.steps += 1
        if count < least:
            return another()
        return (another() or then(at)) if greedy else (then(at) or another())

    def run_of_characters(self, node, bounds, at, then):
        """What `again` does, and as many steps, for the plainest of repeats and without a call for each character."""
        least, most = bounds
        end, last = at, len(self.text) if most is op.MAXREPEAT else min(len(self.text), at + most)
        while end < last and self.is_in(*node, self.text[end]):
            end += 1
        self.steps += 2 * (end - at + 1) - (most is not op.MAXREPEAT and end == at + most)
        if self.steps > self.most:
            raise TooMuchError
        return any(then(here) for here in range(end, at + least - 1, -1))

    RULES: ClassVar = {
        **dict.fromkeys((op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT), repeat),
        **dict.fromkeys((op.ASSERT, op.ASSERT_NOT), around),
        op.BRANCH: branch,
        op.SUBPATTERN: group,
        op.GROUPREF: backreference,
        op.ATOMIC_GROUP: atomic,
        op.AT: anchor,
    }


def _plain(nodes):
    """The parsed pattern as lists, which are quicker to look into."""
    if isinstance(nodes, parser.SubPattern):
        return [_plain(each) for each in nodes]
    if isinstance(nodes, list | tuple):
        return type(nodes)(_plain(each) for each in nodes)
    return nodes


def _in_set(items, char):
    negated = items[0][0] is op.NEGATE
    return negated != any(_in_item(kind, value, char) for kind, value in items[negated:])


def _in_item(kind, value, char):
    if kind is op.RANGE:
        return value[0] <= ord(char) <= value[1]
    if kind is op.CATEGORY:
        word = char.isalnum() or char == "_"
        holds = {
            op.CATEGORY_SPACE: char.isspace(), op.CATEGORY_NOT_SPACE: not char.isspace(),
            op.CATEGORY_DIGIT: char.isdecimal(), op.CATEGORY_NOT_DIGIT: not char.isdecimal(),
            op.CATEGORY_WORD: word, op.CATEGORY_NOT_WORD: not word,
        }  # fmt: skip
        return holds[value]
    return (ord(char) == value) == (kind is op.LITERAL)


# -- texts that keep a pattern busy ------------------------------------------------------
PROBES = [*map(chr, range(9, 127)), "é", "→", "\ufeff", "█", "\ud800"]
FEW = 6  # samples that a part of a pattern passes on
LENGTH, EACH = 40, 16  # of an attack, and the steps per character that are no reason to look closer


class Samples:
    """Texts that a pattern, or a part of it, matches; few, but different ones."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.before: set[str] = {""}  # what leads to each repeat
        self.pumps: set[str] = set()  # what each repeat repeats
        self.sets = [*_sets(machine.tree)]
        self.letters = {
            self.signature(char): char for char in reversed(PROBES)
        }  # one of those that no set distinguishes
        self.of(machine.tree, {""})

    def signature(self, char):
        lines, words = char == "\n", char.isalnum() or char == "_"  # what anchors look at
        return lines, words, *(self.machine.is_in(kind, value, char) for kind, value in self.sets)

    def of(self, nodes, leads):
        """The samples of a sequence; `leads` are texts before it."""
        found = {""}
        for kind, value in nodes:
            ahead = _few({lead + each for lead in leads for each in found})
            found = _few({each + more for each in found for more in self.node(kind, value, ahead)})
        return found

    def node(self, kind, value, leads):
        if kind in CHARACTERS:
            known = {char for char in self.letters.values() if self.machine.is_in(kind, value, char)}
            return known or {chr(value) if isinstance(value, int) else "\u00a0"}  # a class with none of the letters
        if kind is op.BRANCH:
            return _few({text for each in value[1] for text in self.of(each, leads)})
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return self.repeat(value, leads)
        if kind in (op.SUBPATTERN, op.ATOMIC_GROUP):
            return self.of(value[3] if kind is op.SUBPATTERN else value, leads)
        return {""}

    def repeat(self, value, leads):
        least, _, inside = value
        found = self.of(inside, leads)
        self.before |= leads
        self.pumps |= found - {""}
        return _few({each * max(least, 1) for each in found} | ({""} if least == 0 else set()))


def _sets(nodes):
    """Every set of characters in a pattern."""
    for each in nodes:
        if isinstance(each, tuple) and len(each) == 2 and each[0] in CHARACTERS:
            yield each
        elif isinstance(each, list | tuple):
            yield from _sets(each)


def _few(texts, most=FEW):
    return set(sorted(texts, key=lambda text: (len(text), text))[:most])


def attacks(machine: Machine):
    """(before, pump, after): the pump is what is repeated."""
    samples = Samples(machine)
    letters = sorted(samples.letters.values())[:10]
    pumps = _few(samples.pumps, 10) | set(letters) | {a + b for a, b in product(letters[:6], repeat=2)}
    after = ["", "\0", *letters[:4]]
    return product(sorted(_few(samples.before)), sorted(pumps), after)


def busiest(pattern: str | bytes, how: str, flags: int = 0):
    """An attack for which twice the text takes far more than twice the steps, or None."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 100_000))  # put back after the test, as conftest.py does for all
    machine = Machine(pattern, flags)
    for before, pump, after in attacks(machine):
        texts = [before + pump * (count // len(pump)) + after for count in (LENGTH, 2 * LENGTH, 4 * LENGTH)]
        try:
            if machine.work(how, texts[0]) <= EACH * (len(texts[0]) + 4):
                continue
            least, middle, most = (machine.work(how, text) for text in texts)
        except TooMuchError:
            return before, pump, after
        if most - middle > 2.6 * (middle - least):
            return before, pump, after
    return None
