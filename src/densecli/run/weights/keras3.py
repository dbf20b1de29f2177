"""Which array of a weights file belongs to which weight, in the layout of Keras 3 and of `.keras` files of Keras 2.

Groups are named after classes, in the order of the model: layers/dense, layers/dense_1; the arrays of a layer are
vars/0, vars/1, …; layers inside layers are named after the attribute that holds them. Keras 2.13 to 2.15 wrote
`_layer_checkpoint_dependencies` for `layers`, counted layers with weights twice, and had backslashes in names on Windows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.automatic_names import snake_case
from densecli.errors import ReadError
from densecli.graph.graph import row_order
from densecli.graph.model import Model
from densecli.layers.multi_head_attention import HeadsAttention
from densecli.layers.recurrent import Recurrent
from densecli.layers.recurrent_cells import StackedRNNCells
from densecli.layers.wrappers import Bidirectional
from densecli.records import Record
from densecli.run.weights.initial import shared_path
from densecli.run.weights.slots import Matched, Slot, check_shape, left_over, mismatch
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from densecli.layer import Layer, Weight
    from densecli.read.files.stored import Stored
    from densecli.run.weights.slots import Place

    Tree = dict[str, Any]

OLD = "_layer_checkpoint_dependencies"
FIRST = (
    "kernel",
    "embeddings",
    "bias",
)  # in the variable_serialization_spec of every quantization, those that there are


class Entry(Record):
    """A layer as it is called; `known` says whether all its weights are."""

    name: str
    layer: Layer
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    known: bool = True


def match(places: Sequence[Place], stored: Iterable[Stored], held_as: Mapping[str, str] | None = None) -> Matched:
    """The array for each key, and the layers where counts or shapes differ. Raises ReadError (E323) for no tree of groups.

    The layers of a class of the source are where its attributes hold them (`held_as`).
    """
    matcher, held = Matcher(), list(stored)
    entries = [Entry(place.name, place.layer, place.result.args, place.result.kwargs, place.known) for place in places]
    root = tree_of(held)
    if held_as is None:
        tree = groups_in(root.get("layers"))
        matcher.level(entries, tree, "")
    else:
        tree = {
            name: group for name, group in root.items() if name in {path.partition("/")[0] for path in held_as.values()}
        }
        matcher.written(held_as, entries, root, "")
    used = {each.path for each in matcher.found.values()} | matcher.copies
    return Matched(matcher.found, matcher.misfits, left_over(arrays_in(tree), used))


def arrays_in(tree: Tree) -> Iterator[str]:
    """The paths of all arrays of layers; those outside of layers are the optimizer's or a metric's."""
    pending = [*tree.values()]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            pending += each.values()
        else:
            yield each.path


def tree_of(stored: Iterable[Stored]) -> Tree:
    """The arrays in nested groups."""
    tree: Tree = {}
    for each in stored:
        *groups, name = each.path.replace("\\\\", "/").replace("\\", "/").replace(OLD, "layers").split("/")
        inner = tree
        for group in groups:
            inner = inner.setdefault(group, {})
            if not isinstance(inner, dict):
                raise mismatch(f"{quote(each.path)} is below an array")
        inner[name] = each
    return tree


def groups_in(value: Any) -> Tree:
    """What a group contains; nothing if an array is in its place."""
    return value if isinstance(value, dict) else {}


class Matcher:
    """Walks model and file side by side."""

    def __init__(self) -> None:
        self.found: dict[str, Stored] = {}
        self.misfits: list[ReadError] = []
        self.copies: set[str] = set()
        self.outermost = ""  # the layer of the model itself that is being looked at

    def level(self, entries: list[Entry], groups: Tree, path: str) -> None:
        """The layers of one model, or the cells of a stack."""
        by_class: dict[str, list[Entry]] = {}
        for entry in entries:
            by_class.setdefault(snake_case(entry.layer.type_name), []).append(entry)
        for stem, alike in by_class.items():
            names = [f"{stem}_{index}" if index else stem for index in range(len(alike))]
            pairs = list(zip(alike, names, strict=True))
            if any(name not in groups and self.wants(entry) for entry, name in pairs):
                certain = all(entry.known for entry in alike)  # else it is unknown which group belongs to which layer
                pairs = in_order([entry for entry in alike if self.wants(entry)], stem, groups) if certain else []
            for entry, group in pairs:
                if entry.known and isinstance(groups.get(group), dict):
                    self.outermost = self.outermost if path else entry.name
                    self.layer(entry.layer, entry.args, entry.kwargs, groups[group], f"{path}{entry.name}/")

    def wants(self, entry: Entry) -> bool:
        """Whether the file must have a group for this layer: it has weights that no twin of it has supplied."""
        _, layer, args, kwargs, known = entry
        if layer.opaque or not known:
            return False
        if layer.shared_id is not None and any(key.startswith(shared_path(layer.shared_id)) for key in self.found):
            return False
        return next(iter(layer.weights(*args, **kwargs)), None) is not None or any(
            self.wants(Entry(child.name, child.layer, child.inputs, child.kwargs))
            for child in layer.children(*args, **kwargs)
        )

    def layer(self, layer: Layer, args: Any, kwargs: Any, group: Tree, path: str) -> None:
        """The own arrays of a layer, then those of the layers inside."""
        if layer.opaque:
            return
        path = path if layer.shared_id is None else shared_path(layer.shared_id)
        try:
            self.own(own_order(list(layer.weights(*args, **kwargs))), group, path)
        except ReadError as error:
            self.misfits.append(error)
            error.layer = self.outermost
        children = list(layer.children(*args, **kwargs))
        entries = [Entry(child.name, child.layer, child.inputs, child.kwargs) for child in children]
        held_as = getattr(layer, "held_as", None)
        if held_as is not None:
            self.written(held_as, entries, group, path)
        elif isinstance(layer, Model):
            self.level(model_entries(layer, entries), groups_in(group.get("layers")), path)
        elif isinstance(layer, StackedRNNCells):
            self.level(entries, groups_in(group.get("cells")), path)
        else:
            for place, (name, inner, inputs, named, _) in enumerate(entries):
                held = next((group[each] for each in attributes(layer, name, place) if each in group), None)
                if isinstance(held, dict):
                    self.layer(inner, inputs, named, held, f"{path}{name}/")

    def written(self, held_as: Mapping[str, str], entries: list[Entry], group: Tree, path: str) -> None:
        """A layer that a source defines: its variables, then what its attributes hold."""
        by_name = {entry.name: entry for entry in entries}
        own = [(name, by_name[name].layer) for name, held in held_as.items() if not held and name in by_name]
        arrays = sorted(groups_in(group.get("vars")).items(), key=lambda item: (len(item[0]), item[0]))
        weights = [(name, weight) for name, layer in own for weight in layer.weights()]
        weights.sort(key=lambda pair: not pair[1].trainable)
        for (name, weight), (_, each) in zip(weights, arrays, strict=False):
            slot = Slot(f"{path}{name}/{weight.name}", weight.name, weight.shape, weight.trainable)
            check_shape(slot, each.shape, each.path, path.rstrip("/"))
            self.found[slot.key] = each
        for name, entry in by_name.items():
            held = group
            for step in held_as.get(name, "").split("/"):
                held = held if step == "." else groups_in(held.get(step))
            if held_as.get(name):
                self.layer(entry.layer, entry.args, entry.kwargs, held, f"{path}{name}/")

    def own(self, weights: list[Weight], group: Tree, path: str) -> None:
        variables = groups_in(group.get("vars")).items()
        arrays = sorted(
            [item for item in variables if not isinstance(item[1], dict)], key=lambda item: (len(item[0]), item[0])
        )
        if not weights or not arrays:
            return
        if len(arrays) < len(weights):
            raise mismatch(f"{quote(path.rstrip('/'))} has {len(weights)} weights, but the file has {len(arrays)}")
        # SpectralNormalization stores the kernel of the layer inside once more before its own.
        if any(weight.name == "vector_u" for weight in weights):
            self.copies |= {each.path for _, each in arrays[: -len(weights)]}
        for weight, (_, each) in zip(weights, arrays[-len(weights) :], strict=True):
            check_shape(
                Slot(path + weight.name, weight.name, weight.shape, weight.trainable),
                each.shape,
                each.path,
                path.rstrip("/"),
            )
            self.found[path + weight.name] = each


def own_order(weights: list[Weight]) -> list[Weight]:
    """Keras stores trainable weights before the rest, but the kernel of a quantized layer before anything else.

    LoRA factors are merged into the kernel and not stored at all.
    """
    names = {weight.name for weight in weights}
    if names & {"kernel_scale", "embeddings_scale"}:  # quantized
        weights = sorted(weights, key=lambda weight: FIRST.index(weight.name) if weight.name in FIRST else len(FIRST))
    elif "lora_kernel_a" not in names and "lora_embeddings_a" not in names:
        weights = sorted(weights, key=lambda weight: not weight.trainable)
    return [weight for weight in weights if not weight.name.startswith("lora_")]


def model_entries(model: Model, entries: list[Entry]) -> list[Entry]:
    """The layers of a nested model as Keras counts them."""
    by_name = {entry.name: entry for entry in entries}
    nodes = model.graph.nodes
    order = [nodes[index] for index in row_order(model.graph)]
    return [by_name[node.name] for node in order if node.name in by_name]


def in_order(wanting: list[Entry], stem: str, groups: Tree) -> list[tuple[Entry, str]]:
    """Layers and groups of one class in order, for names with unusual numbers."""
    numbered = {name: name.removeprefix(stem).lstrip("_") for name in groups if name.startswith(stem)}
    names = sorted((int(number or 0), name) for name, number in numbered.items() if not number or number.isdecimal())
    full = [name for _, name in names if holds_arrays(groups[name])]
    return list(zip(wanting, full, strict=False))


def holds_arrays(tree: Any) -> bool:
    """Whether there is an array anywhere below."""
    return not isinstance(tree, dict) or any(holds_arrays(item) for item in tree.values())


def attributes(layer: Layer, name: str, place: int) -> tuple[str, ...]:
    """Keras' name for the attribute that holds a layer inside this one."""
    if isinstance(layer, Recurrent):
        return ("cell",)
    if isinstance(layer, Bidirectional):
        return (("forward_layer", "backward_layer")[place],)
    if isinstance(layer, HeadsAttention):
        stem = {"attention_output": "output"}.get(name, name)
        return f"{stem}_dense", f"_{stem}_dense"
    return (name,) if getattr(layer, "layer", None) is None else ("layer",)
