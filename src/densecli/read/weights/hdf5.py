"""HDF5 files with weights alone, in the layouts of every Keras: a row for each layer, or for each array of other files."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from densecli.automatic_names import snake_case
from densecli.errors import DenseError
from densecli.layer import Weight
from densecli.read.files.hdf5 import DAMAGE, attributes_of, damaged, open_hdf5, root_of, stored
from densecli.read.weights.table import KIND, UNKNOWN, UNTOLD, Group, numbers, of_arrays, table_of
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.graph.graph import Graph
    from densecli.read.files.stored import Stored
    from densecli.read.limits import Limits

VARS = "vars"  # the group of a layer's own variables in files of Keras 3
METRICS = "metrics/"  # where tf_keras keeps the state of a model's metrics; no layer: Model.metrics cannot be assigned
LAYERS, WEIGHTS = "layer_names", "weight_names"  # the attributes of older files that list groups and arrays


def read_hdf5(file: BinaryIO, name: str, limits: Limits) -> Graph:
    """The table of an open file without a config. Raises ReadError (E106 without h5py, E321, E322, E324) or LimitError."""
    with open_hdf5(file) as opened:
        try:
            return _table(file, opened, name, limits)
        except DenseError:
            raise
        except DAMAGE as error:
            raise damaged(error) from None


def _table(file: BinaryIO, opened: Any, name: str, limits: Limits) -> Graph:
    root = root_of(opened)
    prefix = f"{root}/" if root else ""
    found = [each._replace(path=each.path.removeprefix(prefix)) for each in stored(opened, limits, root)]
    arrays, notes = numbers([each for each in found if "seed_generator" not in each.path])
    group = opened[root] if root else opened
    if LAYERS in group.attrs or f"{LAYERS}0" in group.attrs:
        groups = _by_list(file, group, arrays, limits)
    elif any(f"/{VARS}/" in f"/{each.path}" for each in arrays):
        groups = _by_group(opened, arrays)
        notes = [*notes, *_left_out(arrays)]
    else:
        return of_arrays(found, name)
    rows = [Group(path or PurePath(name).name, UNKNOWN, _weights(path, mine)) for path, mine in groups.items() if mine]
    return table_of(rows, PurePath(name).name, KIND, (UNTOLD, *notes))


def of_model(file: BinaryIO, class_name: str, limits: Limits) -> Graph:
    """A row for each layer of a model that only code builds, named after the attribute that holds it. Raises ReadError without h5py."""
    with open_hdf5(file) as opened:
        arrays, notes = numbers([each for each in stored(opened, limits) if "seed_generator" not in each.path])
        groups = _by_group(opened, arrays)
    name = snake_case(class_name)
    rows = [Group(path or name, UNKNOWN if path else class_name, _weights(path, mine)) for path, mine in groups.items()]
    told = (
        "the layers are built by code that is not in the file: these are the weights that it holds, without shapes, "
        "and which of them are trained is unknown"
    )
    return table_of(rows, name, class_name, (told, *notes, *_left_out(arrays)))


def _weights(path: str, arrays: Sequence[Stored]) -> tuple[Weight, ...]:
    return tuple(Weight(_within(path, each.path), each.shape, dtype=each.dtype) for each in arrays)


def _within(layer: str, path: str) -> str:
    """The name of an array inside its layer."""
    return path.removeprefix(layer).lstrip("/").replace(f"/{VARS}/", "/").removeprefix(f"{VARS}/")


def _by_list(file: BinaryIO, group: Any, arrays: Sequence[Stored], limits: Limits) -> dict[str, list[Stored]]:
    """The arrays by layer as older files list them, and in that order; those that no list names come last."""
    left = {each.path: each for each in arrays}
    found: dict[str, list[Stored]] = {}
    inside = {path[:at] for path in left for at, char in enumerate(path) if char == "/"}
    for layer in _texts(file, group, LAYERS, limits):
        names = _texts(file, group[layer], WEIGHTS, limits) if layer in inside else []
        paths = dict.fromkeys(f"{layer}/{each}" for each in names)
        found[layer] = [left.pop(path) for path in paths if path in left]
    for path, each in left.items():
        found.setdefault(path.partition("/")[0], []).append(each)
    return found


def _texts(file: BinaryIO, group: Any, name: str, limits: Limits) -> list[str]:
    return [text.decode("utf-8", "replace") for text in attributes_of(file, group, limits).listed(name)]


def _by_group(opened: Any, arrays: Sequence[Stored]) -> dict[str, list[Stored]]:
    """The arrays of each layer of Keras 3, by the attribute that holds it; "" are the variables of the model itself."""
    layers = set(_layers_in(opened, ""))
    found: dict[str, list[Stored]] = {}
    for each in arrays:
        if each.path.startswith(METRICS):
            continue
        above = (each.path[:at] for at, char in enumerate(each.path) if char == "/")
        found.setdefault(next((path for path in above if path in layers), ""), []).append(each)
    return found


def _left_out(arrays: Sequence[Stored]) -> list[str]:
    """A note on the state of metrics, which is not the model's."""
    count = sum(each.path.startswith(METRICS) for each in arrays)
    return [f"{plural(count, 'array')} of the metrics left out"] if count else []


def _layers_in(opened: Any, start: str) -> Iterator[str]:
    """The groups of layers: those that have a group for variables. Groups of lists and dicts have none."""
    group = opened[start] if start else opened
    for name in group:
        path = f"{start}/{name}" if start else name
        if name == VARS or not hasattr(group.get(name), "keys"):
            continue
        if VARS in group[name]:
            yield path
        else:
            yield from _layers_in(opened, path)
