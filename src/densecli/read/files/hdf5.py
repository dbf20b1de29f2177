"""HDF5 files of Keras: the config in an attribute, and the shapes of the weights without their numbers.

Links out of the file, raw data in other files and virtual datasets are refused wherever one would be followed.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, BinaryIO

from densecli.errors import DenseError, LimitError, ReadError
from densecli.graph.graph import row_order
from densecli.graph.model import Model, layers_of
from densecli.layer import CATALOGUE, Layer, Weight
from densecli.names import snake_case
from densecli.read.files import hdf5_attributes
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.read.text.encoding import decode
from densecli.records import Record
from densecli.shape import product
from densecli.text import binary_size, plural, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.graph.graph import Graph, Node

DAMAGE = (OSError, KeyError, RuntimeError, ValueError, OverflowError, TypeError, AttributeError, MemoryError)
MOST_LISTED = 40  # arrays of a weights-only file in one message
WANTED = ("model_config", "keras_version")
NO_JSON = ("E101", "E102", "E103", "E206")  # nothing, bytes that are no text, a text of some other kind
SKIPPED = ("optimizer_weights", "optimizer")  # not the model's


class Stored(Record):
    """A weight in a file: its path, shape and dtype."""

    path: str
    shape: tuple[int, ...]
    dtype: str


def read(file: BinaryIO, name: str, input_shapes: Any = None, limits: Limits = LIMITS) -> Graph:
    """The graph in the attribute `model_config`. Raises ReadError (E106 no h5py, E321 no config, E322 links) or LimitError.

    h5py is needed only for what custom layers hold, for files without a config, and for files unlike those of Keras.
    """
    attributes = _attributes(file, limits)
    text = attributes.get("model_config")
    if text is None:
        raise weights_only(file, limits)
    if len(text) > limits.config_bytes:
        message = f"model_config is larger than {binary_size(limits.config_bytes)}"
        raise beyond(limits, "config_bytes", message, "E506")
    from densecli.read.keras import model as keras  # noqa: PLC0415
    from densecli.read.text import json as json_text  # noqa: PLC0415

    try:
        source = decode(f"{name}:model_config", text, limits, "config_bytes")
        document = json_text.load(source, limits)
    except DenseError as error:
        if error.code not in NO_JSON:
            raise
        message = f"the attribute model_config does not hold JSON: {error.message}"
        raise ReadError(message, code="E321", place=error.place) from None
    version = attributes.get("keras_version", b"").decode("ascii", "replace")
    graph = keras.read(document, source, input_shapes, version, limits)
    if any(layer.opaque for layer in layers_of(graph)):
        try:
            hold(file, graph, limits)
        except (DenseError, *DAMAGE):
            graph.warnings.append("the weights could not be listed: those of custom layers are not counted")
    return graph


def _attributes(file: BinaryIO, limits: Limits) -> dict[str, bytes]:
    """The attributes that densecli asks for, as bytes. Raises ReadError (E321) for one that is not a text."""
    try:
        found = hdf5_attributes.Attributes(file, limits.config_bytes)
    except hdf5_attributes.Unfamiliar:
        with open_hdf5(file) as opened:
            return {key: text for key in WANTED if (text := _attribute(opened, key)) is not None}
    texts = {key: found.text(key) for key in WANTED if key in found}
    if "model_config" in texts and texts["model_config"] is None:
        raise ReadError("the attribute model_config is not a text", code="E321")
    return {key: text for key, text in texts.items() if text is not None}


def attributes_of(file: BinaryIO, group: Any, limits: Limits = LIMITS) -> hdf5_attributes.Attributes:
    """The texts of a group of an open file. Raises ReadError (E321), also for what Keras never writes."""
    import h5py  # noqa: PLC0415

    try:
        return hdf5_attributes.Attributes(file, limits.config_bytes, h5py.h5o.get_info(group.id).addr)
    except hdf5_attributes.Unfamiliar:
        raise ReadError("the names of the weights are kept in a way that Keras never uses", code="E321") from None


def guarded(opened: Any, limits: Limits) -> list[Stored]:
    try:
        return list(stored(opened, limits))
    except DenseError:
        raise
    except DAMAGE as error:
        raise damaged(error) from None


def open_hdf5(file: BinaryIO) -> Any:
    """An h5py.File on an open file. Raises ReadError (E106 no h5py, E321 damaged)."""
    try:
        import h5py  # noqa: PLC0415
    except ImportError:
        raise no_h5py() from None
    try:
        return h5py.File(file, "r")
    except DAMAGE as error:
        raise damaged(error) from None


def no_h5py() -> ReadError:
    hint = "pip install 'densecli[h5]'"
    return ReadError("an HDF5 file needs h5py, which is not installed", code="E106", hint=hint)


def damaged(error: Exception) -> ReadError:
    return ReadError(f"the HDF5 file is damaged: {quote(str(error), 120)}", code="E321")


def _attribute(opened: Any, name: str) -> bytes | None:
    """An attribute of the file that should be one string."""
    try:
        if name not in opened.attrs:
            return None
        value = opened.attrs[name]
    except DAMAGE as error:
        raise damaged(error) from None
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        return bytes(value)
    raise ReadError(f"the attribute {name} is not a text", code="E321")


def weights_only(file: BinaryIO, limits: Limits) -> ReadError:
    """The error for a file without a config: what it holds instead."""
    with open_hdf5(file) as opened:
        found = guarded(opened, limits)
    total = sum(product(each.shape) or 0 for each in found)
    shown = ", ".join(f"{each.path} {each.shape}" for each in found[:MOST_LISTED])
    rest = f" and {len(found) - MOST_LISTED:,} more" if len(found) > MOST_LISTED else ""
    hint = f"it holds {plural(len(found), 'array')} with {total:,} numbers: {shown}{rest}"
    return ReadError("a weights-only file: it has no model_config, so no layers", code="E321", hint=hint)


def stored(opened: Any, limits: Limits, root: str = "") -> Iterator[Stored]:
    """Every dataset below a group, depth-first with a stack of its own; hard links only, each object once.

    What waits is a name: an open dataset holds some 80 KB.
    """
    import h5py  # noqa: PLC0415

    pending = [root]
    seen: set[Any] = set()
    looked = 0
    while pending:
        path = pending.pop()
        item = opened[path] if path else opened
        looked += 1
        if looked > limits.weights:
            raise beyond(limits, "weights", f"more than {limits.weights:,} objects in the file", "E505")
        if path.count("/") > limits.depth:
            raise beyond(limits, "depth", f"groups are nested deeper than {limits.depth}", "E503")
        if isinstance(item, h5py.Dataset):
            yield _described(path, item)
            continue
        address = h5py.h5o.get_info(item.id).addr
        if address in seen:
            raise LimitError("the groups of the file form a loop", code="E503")
        seen.add(address)
        pending += reversed(list(_members(item, path)))


def _members(group: Any, path: str) -> Iterator[str]:
    for name in group:
        inner = f"{path}/{name}" if path else str(name)
        if not path and name in SKIPPED:
            continue
        check_link(group, name, inner)
        yield inner


def check_link(group: Any, name: str, path: str) -> None:
    """Raises ReadError (E322) for a name that stands for something elsewhere."""
    import h5py  # noqa: PLC0415

    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        message = f"{quote(path)} is a link to somewhere else, which is not followed"
        raise ReadError(message, code="E322", hint="Keras never writes such links")


def root_of(opened: Any) -> str:
    """The group with the weights, where it is not the file itself. Raises ReadError (E322)."""
    if opened.get("model_weights", getlink=True) is None:
        return ""
    check_link(opened, "model_weights", "model_weights")
    return "model_weights"


def _described(path: str, dataset: Any) -> Stored:
    if dataset.external or dataset.is_virtual:
        message = f"{quote(path)} keeps its data in other files, which are not opened"
        raise ReadError(message, code="E322", hint="Keras never writes such datasets")
    return Stored(path, tuple(int(size) for size in dataset.shape), str(dataset.dtype))


# -- weights of layers that no rule is known for ----------------------------------------
def hold(file: BinaryIO, graph: Graph, limits: Limits = LIMITS) -> None:
    """Give opaque layers the weights that the weights file of an archive has for them; without h5py they stay unknown."""
    try:
        opened = open_hdf5(file)
    except ReadError as error:
        if error.code != "E106":
            raise
        graph.warnings.append(
            "custom layers: their weights are counted when h5py is there (pip install 'densecli[h5]')"
        )
        return
    with opened:
        _hold(opened, graph, limits)


def _hold(opened: Any, graph: Graph, limits: Limits) -> None:
    root = root_of(opened)
    legacy = bool(root) or "layer_names" in opened.attrs
    prefix = f"{root}/" if root else ""
    found = [each._replace(path=each.path.removeprefix(prefix)) for each in stored(opened, limits, root)]
    if legacy:
        _hold_by_name(graph, found, set())
    else:
        _hold_by_class(graph, found, set())


def own_layer(node: Node, seen: set[int]) -> Layer:
    """The layer of a node for that node alone: equal entries of a file are one layer, but need not hold equal weights."""
    if id(node.layer) in seen:
        node.layer = copy(node.layer)
    seen.add(id(node.layer))
    return node.layer


def _hold_by_name(graph: Graph, found: list[Stored], seen: set[int]) -> None:
    """Keras 1 and 2 have a group for each layer; that of a nested model holds the weights of everything inside."""
    groups: dict[str, list[Stored]] = {}
    for each in found:
        layer, _, rest = each.path.partition("/")
        groups.setdefault(layer, []).append(each._replace(path=rest))
    for node in graph.nodes:
        mine = groups.get(node.name, [])
        if isinstance(node.layer, Model):
            _hold_by_name(node.layer.graph, mine, seen)
        else:
            own_layer(node, seen).held = held(node.layer, mine)


def _hold_by_class(graph: Graph, found: list[Stored], seen: set[int], inside: str = "") -> None:
    """Keras 3 names groups after classes: layers/transformer_block, layers/transformer_block_1, in the model's order."""
    groups: dict[str, list[Stored]] = {}
    for each in found:
        parts = each.path.removeprefix(inside).split("/", 2)
        if len(parts) > 2 and parts[0] == "layers" and each.path.startswith(inside):
            groups.setdefault(parts[1], []).append(each)
    counts: dict[str, int] = {}
    inputs = [ref.node for ref in graph.inputs] if graph.kind == "Sequential" else []
    for index in [*inputs, *row_order(graph)]:
        layer = graph.nodes[index].layer
        stem = snake_case(layer.type_name)
        number = counts[stem] = counts.get(stem, -1) + 1
        name = f"{stem}_{number}" if number else stem
        mine, prefix = groups.get(name, []), f"{inside}layers/{name}/"
        if isinstance(layer, Model):
            _hold_by_class(layer.graph, mine, seen, prefix)
        else:
            inner = [each._replace(path=each.path.removeprefix(prefix)) for each in mine]
            own_layer(graph.nodes[index], seen).held = held(layer, inner)


def held(layer: Layer, found: list[Stored]) -> tuple[Weight, ...]:
    """The weights of one layer. A file does not say which ones are trained; of Keras' own only the moving averages are not."""
    weights = [_weight(each) for each in found if "seed_generator" not in each.path]
    averages = 2 if isinstance(layer, CATALOGUE["BatchNormalization"]) else 0
    trained = len(weights) - averages
    return tuple(weight._replace(trainable=index < trained) for index, weight in enumerate(weights))


def _weight(each: Stored) -> Weight:
    return Weight(each.path.replace("/vars/", "/").removeprefix("vars/"), each.shape, dtype=each.dtype)
