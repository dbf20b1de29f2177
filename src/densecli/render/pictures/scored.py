"""The numbers of attention, head by head: as the kernel noted them, or as they came in where nothing is projected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.records import Record
from densecli.render.pictures.grid import FEW, drawn_size

if TYPE_CHECKING:
    from densecli.render.pictures.figure import Sample
    from densecli.render.pictures.kinds import Attended

HEADS = 3  # that are drawn of many


class Scored(Record):
    """The numbers of one head, each as rows; nothing where they are not known, or there is no room for them."""

    query: Any = None
    key: Any = None  # turned: a column for each key
    scores: Any = None
    weights: Any = None
    value: Any = None
    output: Any = None


def scored(picture: Attended, sample: Sample) -> list[Scored]:
    """The first heads; without numbers one head that stands for all."""
    sizes = [picture.queries, picture.keys, picture.width, picture.values]
    queries, keys, width, values = map(drawn_size, sizes)
    if None in sizes or queries > FEW or width + 2 * keys + values > FEW:
        return [Scored()]
    found = _plain(sample, (queries, keys)) if picture.features is None else _projected(picture, sample)
    return found or [Scored()]


def _plain(sample: Sample, scores: tuple[int, int]) -> list[Scored]:
    """Inputs are query, value and maybe key."""
    notes, inputs = sample.notes, sample.inputs
    if len(inputs) not in (2, 3) or not _noted(sample, ("scores", "weights"), scores) or sample.output() is None:
        return []
    key = inputs[-1].swapaxes(0, 1)
    return [Scored(inputs[0], key, notes["scores"][0], notes["weights"][0], inputs[1], sample.output())]


def _projected(picture: Attended, sample: Sample) -> list[Scored]:
    heads, notes = picture.heads, sample.notes
    ends = (picture.queries, heads, picture.values)
    scores = (heads, picture.queries, picture.keys)
    if not _noted(sample, ("scores", "weights"), scores) or not _noted(sample, ("heads",), ends):
        return []
    query, key, value, output = (notes[name][0] for name in ("query", "key", "value", "heads"))
    every = []
    for head in range(min(heads, HEADS)):
        whose = head * picture.shared // heads
        match, weights = (notes[name][0][head] for name in ("scores", "weights"))
        every.append(
            Scored(query[:, head], key[:, whose].swapaxes(0, 1), match, weights, value[:, whose], output[:, head])
        )
    return every


def _noted(sample: Sample, names: tuple[str, ...], shape: tuple[Any, ...]) -> bool:
    return all(name in sample.notes and sample.notes[name][0].shape == shape for name in names)
