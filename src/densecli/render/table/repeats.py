"""Finding blocks that repeat: the twelve equal layers of a transformer, the stages of a ResNet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.summary.report import Row

MAX_BLOCK = 64  # layers in a block; keeps the search linear in the number of rows
LOOK_AHEAD = 256  # rows of a run searched for a better start


class Run(Record):
    """`times` equal blocks of `length` rows, one after the other; `inner` are runs inside the first block."""

    start: int
    length: int
    times: int
    inner: tuple[Run, ...] = ()


def find_runs(rows: Sequence[Row]) -> list[Run]:
    """The repeats to fold, left to right: the block that covers most rows, the shortest of those."""
    kinds = _numbered([_kind(row) for row in rows])
    position = {row.name: index for index, row in enumerate(rows)}
    wires = [[[position.get(name, -1) for name in call.inbound] for call in row.calls] for row in rows]
    return _Finder(kinds, wires).find(0, len(rows), MAX_BLOCK)


def equal_runs(items: Sequence[Any]) -> list[Run]:
    """The repeats in a plain sequence, in which each item follows the one before."""
    return _Finder(_numbered(items), [[[index - 1]] for index in range(len(items))]).find(0, len(items), MAX_BLOCK)


def _kind(row: Row) -> Any:
    """The key for equal layers: everything but the name and the wiring."""
    shapes = tuple((call.input_shapes, call.output_shapes) for call in row.calls)
    figures = (row.params, row.trainable_params, row.macs, row.flops, row.dtype, row.trainable)
    return (row.type, shapes, figures, _given(row.layer), tuple(_kind(inner) for inner in row.layers))


def _given(layer: Any) -> str:
    given = getattr(layer, "given", None) or {}
    return repr(sorted((name, _plain(value)) for name, value in given.items() if name != "seed"))


def _plain(value: Any) -> str:
    inner = getattr(value, "given", None)
    return repr(value) if inner is None else f"{type(value).__name__}{_given(value)}"


def _numbered(kinds: Sequence[Any]) -> list[int]:
    numbers: dict[Any, int] = {}
    return [numbers.setdefault(kind, len(numbers)) for kind in kinds]


class _Finder:
    """Looks for equal stretches of rows; `kinds` number what the rows are, `wires` say which rows they are connected to."""

    def __init__(self, kinds: Sequence[int], wires: Sequence[Any]) -> None:
        self.kinds, self.wires = kinds, wires
        self.latest = [max((source for call in row for source in call), default=-1) for row in wires]
        self.known: dict[tuple[int, int, int], tuple[int, int]] = {}

    def find(self, start: int, stop: int, most: int) -> list[Run]:
        """The runs between two rows, of blocks of up to `most` rows."""
        runs: list[Run] = []
        at = start
        while at < stop:
            length, times = self.best(at, stop, most)
            ahead = self.better_start(at, stop, most, (length, times))
            if ahead is not None:
                runs += self.find(at, ahead, most)
                at = ahead
                continue
            if times > 1:
                runs.append(Run(at, length, times, tuple(self.find(at, at + length, length // 2))))
            at += length * times
        return runs

    def better_start(self, at: int, stop: int, most: int, run: tuple[int, int]) -> int | None:
        """A row inside this run where a longer one starts: three equal layers may open a block that repeats."""
        covered = run[0] * run[1]
        if not 1 < covered <= LOOK_AHEAD:
            return None
        for start in self.starts(at, stop, most, run):
            length, times = self.best(start, stop, most)
            if length * times > covered:
                return start
        return None

    def starts(self, at: int, stop: int, most: int, run: tuple[int, int]) -> Iterator[int]:
        """The rows of a run from which a longer one may start.

        A longer run goes past the row that ends this one, unless it starts early; then it repeats a row like that one, or
        starts within a block before it.
        """
        length, times = run
        last = at + length * times
        end = at + length + self.equal_rows(at, stop, length) if times > 1 else last
        free = end < stop and any(
            self.kinds[end] == self.kinds[end - back] for back in range(1, min(most, end - at) + 1)
        )
        early = min(last, stop if free else at + 1 + end - last)
        yield from range(at + 1, early)
        if end < stop:
            yield from range(max(early, at + 1, end - most), last)

    def best(self, at: int, stop: int, most: int) -> tuple[int, int]:
        """Length and number of the blocks from here on that cover most rows; (1, 1) if nothing repeats."""
        key = (at, stop, most)
        if key not in self.known:
            self.known[key] = self.search(at, stop, most)
        return self.known[key]

    def search(self, at: int, stop: int, most: int) -> tuple[int, int]:
        best, settled, latest = (1, 1), list[tuple[int, int]](), -1
        for length in range(1, min(most, (stop - at) // 2) + 1):
            latest = max(latest, *self.latest[at + 2 * length - 2 : at + 2 * length])
            # A block of several shorter ones that repeat goes no further than they do.
            if latest < at or any(length % shorter == 0 and length <= covered for shorter, covered in settled):
                continue
            equal = self.equal_rows(at, stop, length) if self.repeats(at, length) else 0
            times, end = 1 + equal // length, at + equal
            if equal and (end + length == stop or self.kinds[end] != self.kinds[end + length]):
                settled.append((length, equal + length))
            if times > 1 and length * times > best[0] * best[1]:
                best = (length, times)
        return best

    def repeats(self, at: int, length: int) -> bool:
        """Whether the block from here on is followed by an equal one that it feeds: looked at before a whole run is."""
        return (
            self.kinds[at] == self.kinds[at + length]
            and self.feeds_next(at, length)
            and self.equal_rows(at, at + 2 * length, length) == length
            and self.is_connected(at, length)
        )

    def equal_rows(self, at: int, stop: int, length: int) -> int:
        """How many rows from `at` on equal the one `length` rows further on."""
        kinds, end = self.kinds, at
        while end + length < stop and kinds[end] == kinds[end + length] and self.same_wires(end, length, at):
            end += 1
        return end - at

    def feeds_next(self, at: int, length: int) -> bool:
        """Whether a block feeds the next one; else they are parallel branches."""
        following = (row for row in range(at + length, at + 2 * length) if self.latest[row] >= at)
        return any(at <= source < at + length for row in following for call in self.wires[row] for source in call)

    def is_connected(self, at: int, length: int) -> bool:
        """Whether the rows of a block are all connected."""
        group = list(range(length))
        for row in range(at, at + length):
            for source in {source for call in self.wires[row] for source in call if at <= source < at + length}:
                old, new = group[row - at], group[source - at]
                group = [new if each == old else each for each in group]
        return len(set(group)) == 1

    def same_wires(self, row: int, length: int, start: int) -> bool:
        """Connected alike: within the block or to the one before it, or both to one and the same row before the run.

        Which of the two it is must not change from block to block, or parallel branches would look like a chain.
        """
        ours, theirs = self.wires[row], self.wires[row + length]
        if [len(call) for call in ours] != [len(call) for call in theirs]:
            return False
        earliest = row - (row - start) % length - length
        before = self.wires[row - length] if row - length >= start else None
        for call, (our, their) in enumerate(zip(ours, theirs, strict=True)):
            for slot, (a, b) in enumerate(zip(our, their, strict=True)):
                along = b - a == length and a >= earliest
                if not along and not (a == b and a < start):
                    return False
                if before is not None and b - a != a - before[call][slot]:
                    return False
        return True
