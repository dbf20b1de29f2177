"""Weights out of files: `.keras`, `.h5`, `.weights.h5` and `.npz`, never more bytes than the graph wants."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from densecli import kernels
from densecli.errors import DenseError, LimitError, ReadError
from densecli.graph.trace import trace
from densecli.read.files import archive, hdf5
from densecli.read.files.magic import HDF5_MAGIC, ZIP_MAGIC
from densecli.read.files.opened import opened, rewindable
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.records import Record
from densecli.run.weights import keras3, legacy
from densecli.run.weights.initial import initial, nested_weights
from densecli.run.weights.keras1 import Mended
from densecli.run.weights.slots import Matched, Place, any_of, check_shape, mismatch, places
from densecli.shape import product
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from densecli.graph.graph import Graph
    from densecli.graph.trace import Trace
    from densecli.layer import Weight
    from densecli.read.files.hdf5 import Stored

    Matching = tuple[
        Any, list[Place], Matched
    ]  # the group with the layers, the layers of the graph, what belongs to what

ROOM = 1 << 16  # bytes of groups and attributes around an array
HEADER = struct.Struct("<26xHH")  # of a member inside a zip archive: the lengths of its name and of what follows that


class Weights(Record):
    """Where weights come from: a file, or (no file) the initializers with a seed."""

    path: str | None = None
    seed: int = 0
    limits: Limits = LIMITS


def allocate(graph: Graph, found: Trace, weights: Weights, wanted: set[int], most: int) -> list[dict[str, Any]]:
    """Arrays for the `wanted` nodes, a mapping by name for each node; others get none.

    `found` has the shapes the model was built with; `most` bounds what is unpacked to reach them.
    Raises ReadError (E323 where the file does not fit the graph) or LimitError.
    """
    if weights.path is None:
        return fill(graph, found, initial(kernels.generator(weights.seed)), wanted)
    with opened(weights.path) as stream:
        file = rewindable(stream, weights.path, most)
        held = hdf5_in(file, graph, found, most, weights.limits)
        if held is not None:
            return from_hdf5(graph, found, held, wanted, weights.limits)
        if file.read(4) in ZIP_MAGIC:
            file.seek(0)
            return from_npz(graph, found, file, wanted, most)
    raise ReadError(
        f"{quote(weights.path)} holds no weights", code="E324", hint="densecli reads weights from .keras, .h5 and .npz"
    )


def hdf5_in(file: BinaryIO, graph: Graph, found: Trace, most: int, limits: Limits) -> BinaryIO | None:
    """The HDF5 file that an open file is, or that an archive of Keras holds; None where there is none, and then at its start."""
    head = file.read(8)
    file.seek(0)
    if head.startswith(HDF5_MAGIC):
        return file
    if head[:4] in ZIP_MAGIC:
        with zipped(file, limits) as members:
            if archive.WEIGHTS in members.namelist():
                return weights_member(file, members, most, most_stored(graph, found, limits), limits)
        file.seek(0)
    return None


def misfits(graph: Graph, path: str, limits: Limits = LIMITS) -> list[DenseError]:
    """A sentence (E323, with its layer) for each layer that the weights in a model file do not fit; no number is read.

    What only the model's own code could tell is not judged, nor what the file holds beyond the layers.
    Raises ReadError (E324 where the file holds no weights) or LimitError.
    """
    found = trace(graph)
    with opened(path) as file:
        held = hdf5_in(file, graph, found, most_stored(graph, found, limits), limits)
        if held is None:
            raise ReadError(f"{quote(path)} holds no weights beside its layers", code="E324")
        with matching(graph, found, held, limits) as (_, every, matched):
            told = {error.layer for error in matched.misfits}
            missing = unfilled(every, matched) if all(place.known for place in every) else {}
            return [*matched.misfits, *(nothing_for(name, keys) for name, keys in missing.items() if name not in told)]


def nothing_for(name: str, keys: list[str]) -> DenseError:
    message = f"{quote(name)}: the file has nothing for {plural(len(keys), 'weight')}: {any_of(keys)}"
    return mismatch(message).at(None, name)


def fill(graph: Graph, found: Trace, draw: Callable[[Weight, str, str], Any], wanted: set[int]) -> list[dict[str, Any]]:
    """Every wanted node's weights from `draw`."""
    shared: dict[Any, dict[str, Any]] = {}
    made: list[dict[str, Any]] = [{} for _ in graph.nodes]
    for index in sorted(wanted):
        result = found.results.get((index, 0))
        if result is not None:
            node = graph.nodes[index]
            made[index] = nested_weights(node.layer, result.args, result.kwargs, draw, f"{node.name}/", shared)
    return made


def has_weights(path: str, limits: Limits = LIMITS) -> bool:
    """Whether a model file holds weights beside its config."""
    try:
        with opened(path) as file:
            head = file.read(8)
            file.seek(0)
            if head[:4] in ZIP_MAGIC:
                with zipped(file, limits) as members:
                    return archive.WEIGHTS in members.namelist()
            return head.startswith(HDF5_MAGIC)
    except DenseError:
        return False


def zipped(file: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    archive.check_count(file, limits)
    return archive.opened_archive(file)


# -- HDF5 -------------------------------------------------------------------------------
def from_hdf5(graph: Graph, found: Trace, file: BinaryIO, wanted: set[int], limits: Limits) -> list[dict[str, Any]]:
    """Weights from an open HDF5 file in either layout."""
    with matching(graph, found, file, limits) as (group, every, matched):
        if matched.misfits:
            raise matched.misfits[0]
        names = {graph.nodes[index].name for index in wanted}
        missing = [key for name, keys in unfilled(every, matched).items() if name in names for key in keys]
        if missing:
            raise mismatch(f"the file has nothing for {plural(len(missing), 'weight')}: {any_of(missing)}")
        arrays = matched.found
        return fill(graph, found, lambda weight, dtype, key: read(group, arrays.get(key), weight, dtype), wanted)


@contextmanager
def matching(graph: Graph, found: Trace, file: BinaryIO, limits: Limits) -> Iterator[Matching]:
    """An open HDF5 file beside the graph, and no number of it read. Raises ReadError, also for damage met later."""
    with hdf5.open_hdf5(file) as opened:
        try:
            root = hdf5.root_of(opened)
            group = opened[root] if root else opened
            prefix = f"{root}/" if root else ""
            held = [each._replace(path=each.path.removeprefix(prefix)) for each in hdf5.stored(opened, limits, root)]
            texts_of = partial(hdf5.attributes_of, file, limits=limits)
            old = "layer_names" in group.attrs or "layer_names0" in group.attrs
            every = list(places(graph, found))
            yield group, every, legacy.match(every, held, group, texts_of) if old else keras3.match(every, held)
        except DenseError:
            raise
        except hdf5.DAMAGE as error:
            raise hdf5.damaged(error) from None


def unfilled(every: Iterable[Place], matched: Matched) -> dict[str, list[str]]:
    """The weights that the file has nothing for, by layer; LoRA factors are merged into the kernel and not stored."""
    missing = {
        place.name: [slot.key for slot in place.slots() if slot.key not in matched.found and "lora_" not in slot.path]
        for place in every
        if place.known
    }
    return {name: keys for name, keys in missing.items() if keys}


def read(group: Any, each: Stored | Mended | None, weight: Weight, dtype: str) -> Any:
    """One array, read straight into the memory that the graph has foreseen for it."""
    array = kernels.empty(weight.shape, dtype)
    if each is None:  # a LoRA factor: what is stored is the kernel that it was merged into
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


class Section(io.RawIOBase):
    """A stretch of an open file as a file of its own, so that a stored member is read in place and not copied."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self.file, self.start, self.size, self.at = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = max(0, offset + (0, self.at, self.size)[whence])
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")[: max(0, self.size - self.at)]
        self.file.seek(self.start + self.at)
        count = self.file.readinto(view)  # type: ignore[attr-defined]
        self.at += count
        return int(count)


def most_stored(graph: Graph, found: Trace, limits: Limits) -> int:
    """How long a weights file can sensibly be: eight bytes a number and some room around each array."""
    shapes = [slot.shape for place in places(graph, found) for slot in place.slots()]
    return max(limits.weights_bytes, sum(8 * (product(shape) or 0) + ROOM for shape in shapes))


def weights_member(file: BinaryIO, members: zipfile.ZipFile, most: int, sensible: int, limits: Limits) -> BinaryIO:
    """The weights file inside an archive. Keras stores it as it is; a compressed one is unpacked into memory.

    At most `most` bytes (the memory there is) and no more than is `sensible` for the graph. Raises LimitError (E506).
    """
    info = members.getinfo(archive.WEIGHTS)
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        try:
            return io.BytesIO(archive.member(members, archive.WEIGHTS, min(most, sensible)))
        except LimitError as error:
            raise (error if most < sensible else beyond(limits, "weights_bytes", error.message, "E506")) from None
    file.seek(info.header_offset)
    header = file.read(HEADER.size)
    if len(header) < HEADER.size or header[:4] != ZIP_MAGIC[0]:
        raise archive.damaged(ValueError("a member is not where the directory says"))
    start = info.header_offset + HEADER.size + sum(HEADER.unpack(header))
    return Section(file, start, info.file_size)  # type: ignore[return-value]


# -- npz --------------------------------------------------------------------------------
def from_npz(graph: Graph, found: Trace, file: BinaryIO, wanted: set[int], most: int) -> list[dict[str, Any]]:
    """Weights by their names (dense/kernel), or, if no name is known, in Keras' order (what get_weights() gave)."""
    slots = {slot.key: (place, slot) for place in places(graph, found) for slot in place.slots()}
    try:
        shapes = kernels.shapes_in(file)
        names = {key: key for key in shapes} if slots.keys() & shapes.keys() else dict(zip(slots, shapes, strict=False))
        missing = [key for key in slots if key not in names]
        if missing:
            raise mismatch(f"the file has nothing for {plural(len(missing), 'weight')}: {any_of(missing)}")
        for key, (place, slot) in slots.items():
            check_shape(slot, shapes[names[key]], key, place.name)
        file.seek(0)
        arrays: Any = kernels.load_arrays(file, most, [names[key] for key in slots])
    except kernels.ArrayFileError as error:
        raise ReadError(f"the .npz file cannot be read: {error}", code="E508") from None
    return fill(graph, found, lambda _, dtype, key: kernels.in_dtype(arrays[names[key]], dtype), wanted)


def paths(graph: Graph, found: Trace) -> Iterator[str]:
    """The names under which an .npz file can hold the weights."""
    for place in places(graph, found):
        for slot in place.slots():
            yield slot.key


__all__ = ["LimitError", "Weights", "allocate", "has_weights", "misfits"]
