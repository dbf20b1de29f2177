"""Weights from a SavedModel: each layer's variables by what Keras noted of them, the numbers from the checkpoint inside."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from densecli import kernels
from densecli.errors import ReadError
from densecli.names import DTYPE_BYTES
from densecli.read.files.checkpoint import OBJECT_GRAPH, Index, read_index, text_of
from densecli.read.files.object_graph import Objects
from densecli.read.keras.saved_model import INDEX, saved_in
from densecli.run.weights.by_layer import pairs
from densecli.run.weights.slots import Matched, left_over, mismatch
from densecli.shape import product
from densecli.text import binary_size, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from densecli.layer import Weight
    from densecli.read.files.checkpoint import Kept
    from densecli.read.files.folder import Folder
    from densecli.read.keras.saved_objects import Saved
    from densecli.read.limits import Limits
    from densecli.run.weights.initial import Draw
    from densecli.run.weights.slots import Place

    Files = Callable[[int], BinaryIO]  # the file of numbers with that index


@contextmanager
def matching(
    every: Sequence[Place], folder: Folder, limits: Limits
) -> Iterator[tuple[Sequence[Place], Matched, Callable[[int], Draw]]]:
    """The matches, and what reads the numbers. Raises ReadError (E323, E324, E331, E332) or LimitError."""
    saved = saved_in(folder, limits)
    with ExitStack() as stack:
        file = stack.enter_context(folder.member(*INDEX))
        if saved is None or file is None:
            hint = "give the .keras or .h5 file of the same model"
            raise ReadError(f"{quote(folder.name)} has no weights of layers", code="E324", hint=hint)
        index = read_index(file, limits)
        files = partial(_numbers_file, stack, folder, index, {})
        matched = match(every, saved, arrays_of(saved.objects, index, files, limits))
        yield every, matched, lambda _: partial(read, files, matched.found)


def match(every: Sequence[Place], saved: Saved, arrays: Mapping[int, Kept]) -> Matched:
    """The array for each key, by the layers' names; `arrays` are those of the variables, by number."""
    layers = {saved.entry(layer).get("name"): layer for layer in saved.layers(0)}
    matched = Matched({}, [])
    held = {name: held_by(saved, layer, arrays) for name, layer in layers.items()}
    for place in every:
        slots = place.slots() if place.known else []
        if not slots:
            continue
        try:
            matched.found.update(pairs(place, slots, held.get(place.name, [])))
        except ReadError as error:
            error.layer = place.name
            matched.misfits.append(error)
    listed = {each.path for arrays in held.values() for each in arrays}
    return matched._replace(unused=left_over(listed, {each.path for each in matched.found.values()}))


def held_by(saved: Saved, layer: int, arrays: Mapping[int, Kept]) -> list[Kept]:
    """The arrays of a layer in Keras' order, trainable ones first, under the names of its variables."""
    variables, trained = saved.variables(layer)
    order = sorted(variables, key=lambda each: each.number not in trained)
    return [arrays[each.number]._replace(path=each.stored.path) for each in order if each.number in arrays]


def arrays_of(objects: Objects, index: Index, files: Files, limits: Limits) -> dict[int, Kept]:
    """The array of each variable, by its number: both files tell the same objects, under the same names from the root on."""
    arrays = {each.path: each for each in index.arrays}
    if OBJECT_GRAPH not in arrays:
        raise mismatch("the checkpoint does not name its objects")
    names = arrays[OBJECT_GRAPH]
    if names.size > limits.config_bytes:
        raise mismatch(f"the names of the checkpoint's objects take {binary_size(names.size)}")
    kept = Objects(text_of(_bytes(files(names.shard), names)), limits)
    found, waiting, met = {}, [(0, 0)], {0}
    for mine, its in waiting:
        key = kept.key(its)
        if key is not None and key in arrays:
            found[mine] = arrays[key]
        inner = kept.children(its)
        fresh = {
            each: inner[name] for name, each in objects.children(mine).items() if name in inner and each not in met
        }
        met.update(fresh)
        waiting += fresh.items()
    return found


def read(files: Files, found: Mapping[str, Kept], weight: Weight, dtype: str, key: str) -> Any:
    """One array, of the shape that the graph expects and of the size that this takes."""
    each, array = found.get(key), kernels.empty(weight.shape, dtype)
    if each is None:  # a LoRA factor
        array[...] = 0
        return array
    width = DTYPE_BYTES.get(each.dtype)
    if width is None or each.size != width * (product(each.shape) or 0):
        raise mismatch(
            f"{quote(each.path)} holds {each.size:,} bytes of {each.dtype}, which {each.shape} does not take"
        )
    array[...] = kernels.from_bytes(_bytes(files(each.shard), each), each.dtype, each.shape)
    return array


def _bytes(file: BinaryIO, each: Kept) -> bytes:
    file.seek(min(each.offset, 1 << 62))
    data = file.read(each.size)
    if len(data) < each.size:
        raise mismatch(f"the file with the numbers ends before {quote(each.path)} does")
    return data


def _numbers_file(stack: ExitStack, folder: Folder, index: Index, known: dict[int, BinaryIO], shard: int) -> BinaryIO:
    """The open file with the numbers of a shard; it stays open until the end."""
    if shard not in known:
        name = f"variables.data-{shard:05d}-of-{index.shards:05d}"
        file = stack.enter_context(folder.member("variables", name))
        if file is None:
            raise ReadError(f"{quote(folder.name)} has no {quote(f'variables/{name}')}", code="E324")
        known[shard] = file
    return known[shard]
