"""Keras' layers among the objects of a SavedModel: what was noted beside each, and the variables that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph.model import Model
from densecli.layer import Weight
from densecli.read.keras.held import own_layer
from densecli.read.keras.kinds import is_model
from densecli.read.keras.layers import class_of
from densecli.read.weights.table import Group, distinct, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from densecli.graph.graph import Graph
    from densecli.read.files.object_graph import Objects, Variable

NO_CONFIG = "layer was saved without config"
LAYER = "layer-"  # what a model calls its layers: layer-0, layer-1, …
# What TensorFlow calls the objects of Keras' layers and models, and of lists and dicts.
KINDS = ("_tf_keras_layer", "_tf_keras_model", "_tf_keras_network", "_tf_keras_sequential", "_tf_keras_rnn_layer")
CONTAINERS = ("trackable_list_wrapper", "trackable_dict_wrapper", "trackable_tuple_wrapper")
LAYERS = ("keras_api", "layers")


class Saved:
    """The layers of a SavedModel by number. `metadata` are the notes in a file of their own; older ones are in the objects.

    `parse` makes an object of a note.
    """

    def __init__(self, objects: Objects, metadata: Mapping[int, bytes] | None, parse: Callable[[bytes], Any]) -> None:
        self.objects, self.notes, self.parse = objects, metadata, parse
        self.known: dict[int, dict[str, Any]] = {}

    def note(self, number: int) -> bytes:
        """The text that Keras noted beside an object; empty if it is none of Keras'."""
        return self.objects.metadata(number) if self.notes is None else self.notes.get(number, b"")

    def entry(self, number: int) -> dict[str, Any]:
        """The same as an object: class_name, config, name, build_input_shape, …"""
        if number not in self.known:
            note = self.note(number)
            found = self.parse(note) if note else None
            self.known[number] = found if isinstance(found, dict) else {}
        return self.known[number]

    def layers(self, number: int) -> list[int]:
        """The layers of a model, in its order."""
        held = self.objects.children(number)
        numbered = {int(name[len(LAYER) :]): held[name] for name in held if _is_layer(name)}
        if numbered:
            return [numbered[index] for index in sorted(numbered)]
        listed = self.objects.child(number, *LAYERS)
        return self.objects.listed(listed) if listed is not None else list(self._attributes(number))

    def _attributes(self, number: int) -> Iterator[int]:
        """The layers that are attributes of a model, or in lists and dicts that are."""
        for each in dict.fromkeys(self.objects.children(number).values()):
            kind = self.objects.identifier(each)
            if kind in KINDS:
                yield each
            elif kind in CONTAINERS:
                yield from (
                    inner for inner in self.objects.children(each).values() if self.objects.identifier(inner) in KINDS
                )

    def variables(self, number: int) -> tuple[list[Variable], set[int]]:
        """The variables of a layer, those of the layers inside included, and which of them are trained.

        Preprocessing layers, and models saved without traces, have no lists of them.
        """
        listed = self.objects.child(number, "variables")
        if listed is not None:
            trained = self.objects.listed(self.objects.child(number, "trainable_variables"))
            return self.objects.variables(self.objects.listed(listed)), set(trained)
        found = self.objects.variables(self.objects.walked(number, ("keras_api",)))
        return found, {each.number for each in found if each.trainable}

    def weights(self, number: int, name: str) -> tuple[Weight, ...]:
        """The weights of a layer of that name."""
        variables, trained = self.variables(number)
        names = distinct([_inside(each.stored.path, name) for each in variables])
        return tuple(
            Weight(own, each.stored.shape, (), each.number in trained, dtype=each.stored.dtype)
            for own, each in zip(names, variables, strict=True)
        )

    def matched(self, number: int, entries: list[Any]) -> list[int | None]:
        """The layer behind each entry of a model's config: by name; those without a config have none, and keep their order."""
        layers = self.layers(number)
        names = {name: layer for layer in layers if (name := self.entry(layer).get("name"))}
        found = [names.get(_name_of(entry)) for entry in entries]
        left = iter([layer for layer in layers if layer not in found])
        nameless = (entry for entry in entries if not _name_of(entry))
        given = dict(zip(map(id, nameless), left, strict=False))
        return [each if each is not None else given.get(id(entry)) for each, entry in zip(found, entries, strict=True)]

    def hold(self, graph: Graph, number: int = 0, seen: set[int] | None = None) -> None:
        """Give the layers of a graph the weights of their objects, which only opaque ones need."""
        seen = set() if seen is None else seen
        names = {self.entry(layer).get("name"): layer for layer in self.layers(number)}
        for node in graph.nodes:
            layer = names.get(node.name)
            if layer is None:
                continue
            if isinstance(node.layer, Model):
                self.hold(node.layer.graph, layer, seen)
            own_layer(node, seen).held = self.weights(layer, node.name)

    def table(self, entry: dict[str, Any]) -> Graph:
        """A row for each layer of a model that only code builds; then the model's own variables."""
        layers = self.layers(0)
        rows = [self._row(layer) for layer in layers]
        counted = {each.number for layer in layers for each in self.variables(layer)[0]}
        variables, trained = self.variables(0)
        own = [each for each in variables if each.number not in counted]
        name = _name_of(entry) or class_of(entry)
        if own:
            names = distinct([each.stored.path for each in own])
            weights = [
                Weight(word, each.stored.shape, (), each.number in trained, dtype=each.stored.dtype)
                for word, each in zip(names, own, strict=True)
            ]
            rows.append(Group(name, class_of(entry), tuple(weights)))
        told = "the layers are built by code that is not in the SavedModel: these are the weights that it holds, without shapes"
        return table_of(rows, name, class_of(entry), [told])

    def _row(self, number: int) -> Group:
        entry = self.entry(number)
        name = _name_of(entry) or f"object {number}"
        return Group(name, class_of(entry) or "?", self.weights(number, name))


def told(entry: dict[str, Any], saved: Saved, number: int = 0) -> dict[str, Any]:
    """A model's config with what was noted beside its layers: names of those without a config, and built shapes."""
    config = entry["config"]
    entries = config["layers"] if isinstance(config, dict) else config
    made = [
        each if layer is None or not isinstance(each, dict) else _told_layer(each, saved, layer)
        for each, layer in zip(entries, saved.matched(number, entries), strict=True)
    ]
    return {**entry, "config": {**config, "layers": made} if isinstance(config, dict) else made}


def _told_layer(entry: dict[str, Any], saved: Saved, number: int) -> dict[str, Any]:
    if is_model(entry):
        return told(entry, saved, number)
    note, config = saved.entry(number), entry.get("config")
    config = config if isinstance(config, dict) else {}
    built = {"build_config": {"input_shape": note["build_input_shape"]}} if note.get("build_input_shape") else {}
    known = {key: value for key, value in config.items() if key != NO_CONFIG}
    return {**entry, "config": {"name": note.get("name"), **known}, **built}


def _name_of(entry: Any) -> str:
    """The name that an entry gives its layer, in either of two places."""
    config = entry.get("config") if isinstance(entry, dict) else None
    names = (entry.get("name"), config.get("name") if isinstance(config, dict) else None) if config is not None else ()
    return next((name for name in names if isinstance(name, str)), "")


def _is_layer(name: str) -> bool:
    return name.startswith(LAYER) and name[len(LAYER) :].isdecimal()


def _inside(path: str, name: str) -> str:
    """The name of a variable without that of its layer: model/dense/kernel of dense is kernel."""
    parts = path.split("/")
    return "/".join(parts[parts.index(name) + 1 :]) if name in parts[:-1] else path
