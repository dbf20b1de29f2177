"""Input data of a forward pass: arrays from files, standard input or the command line, and random data of the right shape."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from densecli import kernels
from densecli.errors import ReadError, SpecErrors, did_you_mean
from densecli.graph.graph import Ref
from densecli.graph.model import Model
from densecli.graph.trace import Tensor, trace
from densecli.names import compute_dtype, is_float
from densecli.read.files.magic import ZIP_MAGIC
from densecli.read.files.opened import at_most, opened, rewindable
from densecli.records import Record
from densecli.run.literal import from_json, is_literal
from densecli.shape import Shape, product, show
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.graph.graph import Graph
    from densecli.graph.trace import Trace

Array = Any
# Stand-ins for unknown sizes other than the batch: the first that suits all layers.
STAND_INS = (8, 32, 64, 96, 128, 224, 256, 299, 512)
NPY = b"\x93NUMPY"
SHORT = 24  # numbers of a sample that a message writes out


class Written(Record):
    """An array that someone wrote as text. One sample may lack its batch; of a `table` (CSV) the order counts more than the shape."""

    array: Array
    table: bool = False


def input_tensors(graph: Graph) -> list[Tensor]:
    """What the model's inputs declare."""
    layers = [graph.nodes[ref.node].layer for ref in graph.inputs]
    return [Tensor(layer.output(), str(layer.output_dtype())) for layer in layers]  # type: ignore[arg-type]


def given_arrays(graph: Graph, words: Sequence[str], most: int) -> list[Array | None]:
    """The array for each input from `[NAME=]ARRAY`. Raises ReadError (E508)."""
    names = [graph.nodes[ref.node].name for ref in graph.inputs]
    found: list[Array | None] = [None] * len(names)
    if not words and len(graph.examples) == len(names):
        found = [kernels.numbers(each) for each in graph.examples]  # what a Python source predicts on
    for word in words:
        name, path = named_file(word, names)
        for index, array in assigned(names, name, read_arrays(path, most), path):
            found[index] = array
    return fitted_inputs(graph, found)


def fitted_inputs(graph: Graph, arrays: Sequence[Array | Written | None]) -> list[Array | None]:
    """The arrays as the inputs take them, in their order. Raises ReadError (E508)."""
    names = [graph.nodes[ref.node].name for ref in graph.inputs]
    return [
        None if array is None else fitted(array, tensor, name)
        for array, tensor, name in zip(arrays, input_tensors(graph), names, strict=True)
    ]


def named_file(word: str, names: Sequence[str]) -> tuple[str | None, str]:
    """Split NAME=ARRAY if NAME is an input; a file name may contain `=`, and so may JSON."""
    name, equals, path = word.partition("=")
    if is_literal(word):
        return None, word
    if equals and name not in names and not os.path.lexists(word):
        hint = did_you_mean(name, names) or f"the inputs are {', '.join(names[:8])}"
        raise ReadError(f"no input named {quote(name)}", code="E508", hint=hint)
    return (name, path) if equals and name in names else (None, word)


def read_arrays(path: str, most: int) -> Array | Written | dict[str, Array | Written]:
    """The arrays in a file, a pipe or (`-`) standard input, or those that the word itself writes out."""
    if is_literal(path) and not os.path.lexists(path):
        return in_text(path.encode("utf-8", "replace"), path, most)
    with opened(path) as stream:
        file = rewindable(stream, path, most)
        head = file.read(6)
        file.seek(0)
        try:
            if head == NPY or head[:4] in ZIP_MAGIC:
                found: Array | dict[str, Array] = kernels.load_arrays(file, most)
                return found
        except kernels.ArrayFileError as error:
            raise unusable(path, str(error)) from None
        return in_text(at_most(file, most + 1), path, most)


def in_text(data: bytes, path: str, most: int) -> Written | dict[str, Written]:
    """The arrays in JSON, or the table in CSV."""
    if len(data) > most:
        raise unusable(path, "it is larger than the memory limit")
    try:
        if data.lstrip()[:1] in (b"[", b"{"):
            found = from_json(data, most)
            return {name: Written(each) for name, each in found.items()} if isinstance(found, dict) else Written(found)
        return Written(kernels.read_csv(data, most), table=True)
    except kernels.ArrayFileError as error:
        raise unusable(path, str(error)) from None
    except UnicodeDecodeError:
        raise unusable(path, "it is not .npy, .npz, JSON or CSV") from None


def unusable(path: str, reason: str) -> ReadError:
    return ReadError(f"cannot use the data in {quote(path)}: {reason}", code="E508")


def assigned(names: Sequence[str], name: str | None, held: Any, path: str) -> Iterator[tuple[int, Array]]:
    """Which array is for which input: the one named, those of an archive by their names or in order."""
    if not isinstance(held, dict):
        if not name and len(names) > 1:
            hint = f"the inputs are {', '.join(names[:8])}: give NAME=FILE, or an .npz for all"
            raise ReadError(f"{quote(path)} has one array for {len(names)} inputs", code="E508", hint=hint)
        yield (names.index(name) if name else 0), held
    elif name:
        if len(held) != 1:
            raise unusable(path, f"it has {plural(len(held), 'array')} for one input")
        yield names.index(name), next(iter(held.values()))
    elif held.keys() & set(names):
        strangers = [each for each in held if each not in names]
        if strangers:
            meant = did_you_mean(strangers[0], names)
            raise ReadError(f"{quote(path)}: no input named {quote(strangers[0])}", code="E508", hint=meant)
        yield from ((names.index(own), array) for own, array in held.items())
    else:
        if len(held) != len(names):
            raise unusable(path, f"it has {plural(len(held), 'array')} for {plural(len(names), 'input')}")
        yield from enumerate(held.values())


def fitted(given: Array | Written, tensor: Tensor, name: str) -> Array:
    """The array as the input takes it; the rows of a matrix may be samples of any shape. Raises ReadError (E508)."""
    shape = tensor.shape or ()
    array = shaped(written(given, shape) if isinstance(given, Written) else given, shape)
    if not fits(array.shape, shape):
        message = f"input {quote(name)} takes {show(shape)}, got data of shape {show(tuple(array.shape))}"
        raise ReadError(message, code="E508", hint=way_to(shape, array.shape))
    converted = array if tensor.dtype == "string" else kernels.as_numbers(array, tensor.dtype)
    if converted is None:
        raise ReadError(f"input {quote(name)} takes {tensor.dtype}, got {array.dtype} data", code="E508")
    return converted


def written(given: Written, shape: Shape) -> Array:
    """One sample with a batch of 1, if that is what it is."""
    array, sample = given.array, shape[1:]
    if fits(array.shape, shape):
        return array
    if fits(array.shape, sample):
        return array.reshape(1, *array.shape)
    return array.reshape(1, *sample) if given.table and array.size == product(sample) else array


def shaped(array: Array, shape: Shape) -> Array:
    """Rows as samples."""
    if not fits(array.shape, shape) and array.ndim == 2 and array.shape[1] == (product(shape[1:]) or -1):
        return array.reshape(-1, *shape[1:])
    return array


def fits(shape: Shape, wanted: Shape) -> bool:
    return len(shape) == len(wanted) and all(
        None in pair or pair[0] == pair[1] for pair in zip(shape, wanted, strict=True)
    )


def way_to(shape: Shape, got: Shape) -> str:
    """How to give what the input takes: written out if its numbers fit a line, else in a file."""
    count = product(shape[1:])
    if shape[-1:] == (1,) and fits(got, shape[:-1]):
        return "the channel axis is missing: numpy.save('x.npy', x[..., None])"
    if count is not None and 0 < count <= SHORT:
        return f"one sample is written --data '{json.dumps(example_of(shape, count), separators=(',', ':'))}'"
    sizes = ", ".join("any" if size is None else str(size) for size in shape[1:])
    rows = "" if count is None else f", or x.csv with {count:,} numbers a line, a line for each sample"
    return f"give a file: --data x.npy with an array of shape (samples, {sizes}){rows}"


def example_of(shape: Shape, count: int) -> list[Any]:
    """One sample as nested lists of 1, 2, 3, …"""
    values: list[Any] = list(range(1, count + 1))
    for size in reversed(shape[1:]):
        values = [values[at : at + (size or 1)] for at in range(0, len(values), size or 1)]
    return values


def concrete(graph: Graph, given: Sequence[Array | None], batch: int | None) -> tuple[list[Tensor], Trace]:
    """The inputs' shapes with numbers for the unknown sizes, and all shapes that follow from them.

    Unknown sizes are those of the data, else `batch` (1) and one of STAND_INS, or a size of another axis: a
    layer that is called twice may need the same. Raises ReadError, or SpecErrors.
    """
    failure: SpecErrors | None = None
    known = (size for tensor in input_tensors(graph) for size in (tensor.shape or ())[1:])
    for stand_in in dict.fromkeys((*STAND_INS, *(size for size in known if size is not None))):
        shapes = with_numbers(graph, given, batch, stand_in)
        try:
            return shapes, trace(graph, shapes)
        except SpecErrors as errors:
            failure = failure or errors
    raise failure or SpecErrors([])


def with_numbers(graph: Graph, given: Sequence[Array | None], batch: int | None, stand_in: int) -> list[Tensor]:
    batches = {len(array) for array in given if array is not None and array.ndim}
    if batch is not None:
        batches.add(batch)
    if len(batches) > 1:
        counts = " and ".join(f"{count:,}" for count in sorted(batches))
        raise ReadError(f"batches of {counts} samples do not match", code="E508")
    size = next(iter(batches), 1)
    return [
        tensor if array is None else Tensor(tuple(array.shape), tensor.dtype)
        for array, tensor in zip(
            given, (filled(tensor, size, stand_in) for tensor in input_tensors(graph)), strict=True
        )
    ]


def filled(tensor: Tensor, batch: int, stand_in: int) -> Tensor:
    shape = tensor.shape or ()
    sizes = (batch if index == 0 else stand_in for index in range(len(shape)))
    return Tensor(tuple(free if size is None else size for size, free in zip(shape, sizes, strict=True)), tensor.dtype)


def draw_input(graph: Graph, ref: Ref, tensor: Tensor, random: Any) -> Array:
    """Standard normal numbers, integers that the layers behind the input can look up, or words."""
    if tensor.dtype == "string":
        return kernels.random_words(tuple(size or 0 for size in tensor.shape or ()), random)
    sizes = list(vocabularies(graph, ref))
    dtype = compute_dtype(tensor.dtype)
    if sizes or not is_float(dtype):
        return kernels.in_dtype(random.integers(0, min(sizes, default=2), tensor.shape), dtype)
    return kernels.in_dtype(random.standard_normal(tensor.shape, dtype="float32"), dtype, copy=False)


def vocabularies(graph: Graph, ref: Ref) -> Iterator[int]:
    """How many different integers can be looked up by the layers that get this tensor, reshaped or not."""
    for index, node in enumerate(graph.nodes):
        for call, each in enumerate(node.calls):
            if ref not in each.refs:
                continue
            layer = node.layer
            if layer.vocabulary is not None:
                yield layer.vocabulary
            elif isinstance(layer, Model):
                place = each.refs.index(ref)
                yield from vocabularies(layer.graph, layer.graph.inputs[min(place, len(layer.graph.inputs) - 1)])
            elif layer.keeps_integers or layer.family == "reshaping":
                yield from vocabularies(graph, Ref(index, call))
