"""Weights from files: `.keras`, `.h5`, `.weights.h5` and `.npz`, never more bytes than the graph needs."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from densecli import kernels
from densecli.errors import DenseError, ReadError
from densecli.graph.trace import trace
from densecli.read.files import hdf5
from densecli.read.files.folder import MAIN, opened_folder
from densecli.read.files.opened import opened, rewindable
from densecli.read.limits import LIMITS, Limits
from densecli.records import Record
from densecli.run.weights import by_layer, keras3, npz, saved_model
from densecli.run.weights.containers import is_hdf5, weights_in
from densecli.run.weights.given import all_of, by_key, taken_from, with_given
from densecli.run.weights.initial import fill, initial
from densecli.run.weights.keras1 import Mended
from densecli.run.weights.slots import Matched, Place, any_of, mismatch, most_stored, places, unfilled
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from densecli.graph.graph import Graph
    from densecli.graph.trace import Trace
    from densecli.layer import Weight
    from densecli.read.files.stored import Stored
    from densecli.run.weights.initial import Draw

    # The layers of the graph, the matches, and what reads the arrays within a memory limit.
    Matching = tuple[Sequence[Place], Matched, Callable[[int], Draw]]


class Weights(Record):
    """Where weights come from: a file, else one number for all, else the initializers with a seed; and those that are `given` by name."""

    path: str | None = None
    seed: int = 0
    limits: Limits = LIMITS
    number: float | None = None
    given: Sequence[tuple[str, Any]] = ()
    arrays: Mapping[str, Any] | None = None  # all of them by their keys, instead of all that


class Allocated(Record):
    """The weights by node and name, and the arrays of the file that belong to none."""

    arrays: list[dict[str, Any]]
    unused: tuple[str, ...] = ()


def allocate(graph: Graph, found: Trace, weights: Weights, wanted: set[int], most: int) -> Allocated:
    """Arrays for the `wanted` nodes, a mapping by name for each node; others get none.

    `found` has the shapes the model was built with; `most` bounds what is unpacked to reach them.
    Raises ReadError (E323 if the file does not fit the graph) or LimitError.
    """
    if weights.arrays is not None:
        return Allocated(fill(graph, found, taken_from(weights.arrays), wanted))
    values = by_key(weights.given, places(graph, found)) if weights.given else {}
    if weights.path is None:
        draw = initial(kernels.generator(weights.seed)) if weights.number is None else all_of(weights.number)
        return Allocated(fill(graph, found, with_given(draw, values), wanted))
    hint = "densecli reads weights from .keras, .h5, .npz and SavedModels"
    missing = ReadError(f"{quote(weights.path)} has no weights", code="E324", hint=hint)
    sizes = most, most_stored(graph, found, weights.limits)
    with file_matching(graph, found, weights, sizes, missing) as (every, matched, reader):
        refuse(every, matched, {graph.nodes[index].name for index in wanted})
        return Allocated(fill(graph, found, with_given(reader(most), values), wanted), matched.unused)


@contextmanager
def file_matching(
    graph: Graph, found: Trace, weights: Weights, sizes: tuple[int, int], missing: ReadError
) -> Iterator[Matching]:
    """Match what a path leads to, a file or a SavedModel's folder; at most the first of `sizes` is read of a pipe.

    Raises `missing` if it has no weights.
    """
    path = weights.path or ""
    with opened_folder(path) as folder:
        if folder is not None and MAIN in folder.names():
            with saved_model.matching(list(places(graph, found)), folder, weights.limits) as matched:
                yield matched
            return
    with opened(path) as stream:
        held = weights_in(rewindable(stream, path, sizes[0]), sizes, weights.limits)
        if held is None:
            raise missing
        with matching(graph, found, held, weights.limits) as matched:
            yield matched


def refuse(every: Sequence[Place], matched: Matched, wanted: set[str]) -> None:
    """Raises ReadError (E323) for the first layer that does not fit, or for weights that the file lacks."""
    if matched.misfits:
        raise matched.misfits[0]
    missing = [key for name, keys in unfilled(every, matched).items() if name in wanted for key in keys]
    if missing:
        raise mismatch(f"the file lacks {plural(len(missing), 'weight')}: {any_of(missing)}")


def misfits(graph: Graph, path: str, limits: Limits = LIMITS) -> list[DenseError]:
    """A sentence (E323, with its layer) for each layer that the weights in a model file do not fit; no number is read.

    What only the model's own code knows is not checked, nor what the file has beyond the layers.
    Raises ReadError (E324 if the file has no weights) or LimitError.
    """
    found = trace(graph)
    sizes = (most_stored(graph, found, limits),) * 2
    no_weights = ReadError(f"{quote(path)} has no weights next to its layers", code="E324")
    with file_matching(graph, found, Weights(path, 0, limits), sizes, no_weights) as (every, matched, _):
        told = {error.layer for error in matched.misfits}
        missing = unfilled(every, matched) if all(place.known for place in every) else {}
        return [*matched.misfits, *(nothing_for(name, keys) for name, keys in missing.items() if name not in told)]


def nothing_for(name: str, keys: list[str]) -> DenseError:
    message = f"{quote(name)}: the file lacks {plural(len(keys), 'weight')}: {any_of(keys)}"
    return mismatch(message).at(None, name)


@contextmanager
def matching(graph: Graph, found: Trace, file: BinaryIO, limits: Limits) -> Iterator[Matching]:
    """Match an open weights file to the graph without reading any data. Raises ReadError, also for damage met later."""
    every = list(places(graph, found))
    if not is_hdf5(file):
        yield every, *npz.match(every, file)
        return
    with hdf5.open_hdf5(file) as opened:
        try:
            root = hdf5.root_of(opened)
            group = opened[root] if root else opened
            prefix = f"{root}/" if root else ""
            held = [each._replace(path=each.path.removeprefix(prefix)) for each in hdf5.stored(opened, limits, root)]
            texts_of = partial(hdf5.attributes_of, file, limits=limits)
            old = "layer_names" in group.attrs or "layer_names0" in group.attrs
            matched = by_layer.match(every, held, group, texts_of) if old else keras3.match(every, held, graph.held_as)
            yield every, matched, lambda _: partial(read, group, matched.found)
        except DenseError:
            raise
        except hdf5.DAMAGE as error:
            raise hdf5.damaged(error) from None


def read(group: Any, found: Mapping[str, Stored | Mended], weight: Weight, dtype: str, key: str) -> Any:
    """One array, read straight into memory of the shape that the graph expects."""
    each, array = found.get(key), kernels.empty(weight.shape, dtype)
    if each is None:  # a LoRA factor: the file has the kernel that it was merged into
        array[...] = 0
    elif isinstance(each, Mended):
        parts = [numbers(group, part)[()] for part in each.parts]
        array[...] = kernels.join(parts, each.axes, each.shape, reverse=each.reverse)
    else:
        fill_from(numbers(group, each), array)
    return array


def numbers(group: Any, each: Stored) -> Any:
    """A dataset of numbers. Raises ReadError (E323) for one of anything else."""
    held = group[each.path]
    if held.dtype.kind not in "fiubV" or held.dtype.names is not None:
        raise mismatch(f"{quote(each.path)} holds {quote(str(held.dtype))}, not numbers")
    return held


def fill_from(held: Any, array: Any) -> None:
    if held.dtype.kind == "V":
        array[...] = kernels.from_bfloat16(held[()])
    elif array.shape and array.size and held.dtype.kind != "b":
        held.read_direct(array)
    elif array.size:
        array[...] = held[()]
