"""Turns Keras model configs of every age into graphs: `to_json()` of Keras 1, 2 and 3, TensorFlow.js, model files.

Classes, modules, functions and paths in a config are text, looked up in densecli's own tables; nothing is imported,
decoded or opened because a config says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import (
    ArgumentError,
    GraphError,
    Place,
    Source,
    SpecErrors,
    did_you_mean,
)
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.graph.model import Model, layers_of
from densecli.layers.core import InputLayer
from densecli.layers.opaque import Custom
from densecli.read.inputs import check_inputs
from densecli.read.keras import keras1
from densecli.read.keras.calls import CallReader
from densecli.read.keras.envelope import unwrapped
from densecli.read.keras.kinds import FUNCTIONAL, SEQUENTIAL, functional_kind, holds_layers, is_model
from densecli.read.keras.layers import LayerReader, Named, class_of, trainable_of
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.records import Record
from densecli.shape import as_shape, show
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from densecli.layer import Layer
    from densecli.shape import Shape


def read_config(
    document: Any,
    source: Source,
    input_shapes: Mapping[str | None, Shape] | None = None,
    version: str = "",
    limits: Limits = LIMITS,
) -> Graph:
    """The graph of a config.

    `input_shapes` (by input name, or None for the only input) fill in what the config leaves open; `version` is the
    Keras that wrote it, if something besides the config says. Raises SpecErrors, SpecSyntaxError or LimitError.
    """
    entry, pointer, found = unwrapped(document, source, version, limits)
    reader = ModelReader(source, era_of(found, entry), input_shapes or {}, limits)
    if reader.era == 1:
        reader.layers.order = keras1.order_of(entry)
    try:
        graph = reader.read(entry, pointer)
    except (GraphError, ArgumentError) as error:
        raise SpecErrors(reader.layers.errors or [error]) from None
    if reader.layers.errors:
        raise SpecErrors(reader.layers.errors)
    if isinstance(document, dict) and "weightsManifest" in document and any(each.opaque for each in layers_of(graph)):
        from densecli.read.keras import manifest  # noqa: PLC0415  # few models have custom layers

        manifest.hold(graph, document["weightsManifest"])
    return graph


def era_of(version: str, entry: dict[str, Any]) -> int:
    """1, 2 or 3: whose rules a config follows. Keras 3 names the module of every class, and so do .keras files of tf_keras."""
    if version[:2] in ("1.", "0."):
        return 1
    if version.startswith("2.") or str(entry.get("module")).startswith("tf_keras"):
        return 2
    if "module" in entry or version.startswith("3."):
        return 3
    return 1 if not version and keras1.wrote(entry) else 2


class Opening(Record):
    """Where a Sequential's data enters: an input layer, and how many entries of the list it took."""

    name: str
    layer: InputLayer | None
    used: int


class ModelReader:
    """Reads one document: the model, and the models inside it."""

    def __init__(self, source: Source, era: int, input_shapes: Mapping[str | None, Shape], limits: Limits) -> None:
        self.source, self.era, self.input_shapes, self.limits = source, era, input_shapes, limits
        self.layers = LayerReader(source, era, self.nested)
        self.layers.input_shapes = input_shapes
        self.depth = 0

    def place(self, pointer: str) -> Place:
        return Place(self.source, pointer=pointer)

    def read(self, entry: dict[str, Any], pointer: str) -> Graph:
        """The whole model."""
        if not is_model(entry) and not holds_layers(entry):
            raise self.not_a_model(entry, pointer)
        graph = self.graph(entry, pointer)
        self.open_inputs(graph, pointer)
        return graph

    def not_a_model(self, entry: dict[str, Any], pointer: str) -> GraphError:
        name = class_of(entry)
        known = [*SEQUENTIAL, *FUNCTIONAL]
        hint = "its config has no list of layers" if name in known else did_you_mean(name, known)
        if isinstance(entry.get("config"), dict) and name[:1].isupper() and name not in known:
            hint = "its layers are built by code that is not in the file; only its weights are known"
        message = f"{quote(name)} is not a model whose layers the file contains"
        if not name and isinstance(entry.get("node"), list):
            message = "a TensorFlow.js graph model: it has TensorFlow operations, but no layers"
            hint = "convert the Keras model with --output_format=tfjs_layers_model to keep its layers"
        return GraphError(message, code="E404", hint=hint, place=self.place(pointer))

    def nested(self, entry: dict[str, Any], pointer: str) -> Layer | None:
        """A model among the layers of another one, or None if the entry is a layer."""
        if not is_model(entry):
            return None
        self.depth += 1
        if self.depth > self.limits.depth:
            message = f"models are nested deeper than {self.limits.depth}"
            raise beyond(self.limits, "depth", message, "E503", self.place(pointer))
        graph = self.graph(entry, pointer)
        self.depth -= 1
        model = Model(graph)
        if class_of(entry) not in FUNCTIONAL:
            model.type_name = class_of(entry)
        return model

    def graph(self, entry: dict[str, Any], pointer: str) -> Graph:
        config = entry["config"]
        if isinstance(config, dict) and "input_layers" in config:
            graph = self.functional(entry, config, pointer)
        else:
            graph = self.sequential(entry, config, pointer)
        graph.place = self.place(pointer)
        return graph

    # -- Sequential -------------------------------------------------------------------
    def sequential(self, entry: dict[str, Any], config: Any, pointer: str) -> Graph:
        bare = isinstance(config, list)
        entries = config if bare else config["layers"]
        pointer = f"{pointer}/config" if bare else f"{pointer}/config/layers"
        if not entries:
            raise GraphError("the model has no layers", code="E403", place=self.place(pointer))
        start = self.merged(entries[0], pointer)
        rest = list(enumerate(entries))[1 if start else 0 :]
        made = [self.layers.read(each, f"{pointer}/{index}") for index, each in rest]
        opening = Opening("", None, 0) if start else self.opening(entry, entries, made, pointer)
        first = opening.layer or InputLayer(batch_shape=())
        nodes = start or [Node(opening.name, first, [Call(())], self.place(f"{pointer}/0"))]
        inputs = [Ref(index) for index, node in enumerate(nodes) if isinstance(node.layer, InputLayer)]
        first_made = len(nodes)
        for (index, _), layer in list(zip(rest, made, strict=True))[opening.used :]:
            if layer is not None:
                call = CallReader.fitted(layer.layer, (Ref(len(nodes) - 1),), {})
                nodes.append(Node(*layer, [call], self.place(f"{pointer}/{index}")))
        graph = Graph(_name(config, "sequential"), "Sequential", nodes, inputs, [Ref(len(nodes) - 1)])
        if len(nodes) - first_made == len(entries) - opening.used:
            _tell_built(graph, enumerate(entries[opening.used :], first_made))
        graph.deferred = opening.layer is None and not start
        self.check_names(graph)
        return graph

    def merged(self, entry: Any, pointer: str) -> list[Node] | None:
        """The nodes of a Merge of models, with which a Sequential of Keras 1 could start."""
        config = entry.get("config") if isinstance(entry, dict) and class_of(entry) == "Merge" else None
        if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
            return None
        where = f"{pointer}/0/config/layers"
        made = [self.layers.read(each, f"{where}/{index}") for index, each in enumerate(config["layers"])]
        models = [each.layer for each in made if each is not None]
        branches = [layer for layer in models if isinstance(layer, Model) and not layer.graph.deferred]
        if len(branches) < len(made):
            raise GraphError("a Merge of something other than models", code="E407", place=self.place(where))
        nodes: list[Node] = []
        for branch in branches:
            first = len(nodes)
            own = [branch.graph.nodes[ref.node] for ref in branch.graph.inputs]
            nodes += [Node(node.name, node.layer, [Call(())], node.place) for node in own]
            tensors = [Ref(first + index) for index in range(len(own))]
            taken = {node.name for node in nodes}
            name = branch.name if branch.name not in taken else f"{branch.name}_{first}"  # bare lists have no names
            nodes.append(Node(name, branch, [Call(tuple(tensors))], self.place(where)))
        outputs = [Ref(index) for index, node in enumerate(nodes) if isinstance(node.layer, Model)]
        merge = self.layers.read({**entry, "config": {**config, "layers": None}}, f"{pointer}/0")
        if merge is not None:
            nodes.append(Node(*merge, [Call((list(outputs),))], self.place(f"{pointer}/0")))
        return nodes

    def opening(self, entry: dict[str, Any], entries: list[Any], made: list[Named | None], pointer: str) -> Opening:
        """What the first layer, the model's config or its build config says about the input."""
        name, first = (made[0] if made else None) or ("", None)
        if isinstance(first, InputLayer):
            return Opening(name, first, 1)
        config = entries[0].get("config") if entries and isinstance(entries[0], dict) else None
        shape = first_shape(config) if isinstance(config, dict) else None
        if shape is None:
            shape = _built_shape(entry)
        if shape is None and isinstance(first, Model) and not first.graph.deferred and len(first.graph.inputs) == 1:
            own = first.own_inputs()[0]
            return Opening("input", InputLayer(batch_shape=own.shape, dtype=own.dtype), 0)
        if shape is None and entries and isinstance(entries[0], dict):
            shape = _built_shape({"config": {}} | {key: entries[0].get(key) for key in ("build_config",)})
        if shape is None or first is None:
            return Opening("input", None, 0)
        dtype = config.get("input_dtype") or first.dtype if isinstance(config, dict) else first.dtype
        return Opening(f"{name}_input", self.layers.input_of(shape, dtype, pointer), 0)

    def check_names(self, graph: Graph) -> None:
        if len({node.name for node in graph.nodes}) == len(graph.nodes):
            return
        names: dict[str, Node] = {}
        for node in graph.nodes:
            if node.name in names:
                message = f"the name {quote(node.name)} is taken"
                self.layers.errors.append(
                    ArgumentError(message, code="E306", hint="names must be unique", place=node.place, layer=node.name)
                )
            names.setdefault(node.name, node)

    # -- Functional -------------------------------------------------------------------
    def functional(self, entry: dict[str, Any], config: dict[str, Any], pointer: str) -> Graph:
        pointer = f"{pointer}/config"
        entries = config["layers"]
        nodes = []
        for index, each in enumerate(entries):
            where = f"{pointer}/layers/{index}"
            layer = self.layers.find(each, where) or Custom(class_of(each))  # so that mistakes further on are found too
            nodes.append(Node(_entry_name(each) or self.layers.named(each, layer), layer, [], self.place(where)))
        calls = CallReader(self.source, nodes, self.era)
        calls.read(entries, f"{pointer}/layers")
        inputs = calls.ends(config["input_layers"], f"{pointer}/input_layers")
        outputs = calls.ends(config.get("output_layers"), f"{pointer}/output_layers")
        calls.settle(inputs, outputs)
        graph = Graph(_name(config, "model"), functional_kind(entry, self.era), nodes, inputs, outputs)
        graph.trainable, graph.told = trainable_of(config), calls.told
        _tell_built(graph, enumerate(entries))
        self.check_names(graph)
        self.layers.errors += calls.errors
        self.check_inputs(graph)
        if not calls.errors:
            self.check_reach(graph)
        return graph

    def check_inputs(self, graph: Graph) -> None:
        for node in (graph.nodes[ref.node] for ref in graph.inputs):
            if not isinstance(node.layer, InputLayer) and not node.layer.opaque:
                message = f"{quote(node.name)} is listed as an input but is not an InputLayer"
                self.layers.errors.append(GraphError(message, code="E403", place=node.place, layer=node.name))

    def check_reach(self, graph: Graph) -> None:
        """Keras 3 drops layers that no output depends on, and so does the trace; the user should know. tf.keras keeps them."""
        from densecli.graph.graph import call_order  # noqa: PLC0415  # cycles are found here, with a message of their own

        reached = {node for node, _ in call_order(graph)[0]} | {ref.node for ref in graph.inputs}
        unreached = [index for index in range(len(graph.nodes)) if index not in reached]
        if self.era == 2:  # add_loss and add_metric make such layers
            graph.beside = [index for index in unreached if graph.nodes[index].calls]
        lost = [graph.nodes[index].name for index in unreached if index not in graph.beside]
        loose = [node for node in reached if not graph.nodes[node].calls]
        if loose:
            name = graph.nodes[loose[0]].name
            raise GraphError(f"{quote(name)} is never called", code="E402", place=graph.nodes[loose[0]].place)
        if lost:
            graph.warnings.append(f"no output depends on {plural(len(lost), 'layer')}: {', '.join(lost[:5])}")

    # -- shapes from outside ----------------------------------------------------------
    def open_inputs(self, graph: Graph, pointer: str) -> None:
        """Fill in the shapes that the user gives; every input must have one in the end."""
        check_inputs(graph, self.input_shapes)
        for ref in graph.inputs:
            node = graph.nodes[ref.node]
            given = self.input_shapes.get(node.name, self.input_shapes.get(None) if len(graph.inputs) == 1 else None)
            if given is not None:
                node.layer = self.given_input(node, tuple(given), graph)
                graph.deferred = False
        if graph.deferred:
            message = f"{graph.kind} {quote(graph.name)} has no input shape"
            hint = "add the shape of one sample, such as --input-shape 224,224,3"
            raise GraphError(message, code="E406", hint=hint, place=self.place(pointer))

    def given_input(self, node: Node, given: Shape, graph: Graph) -> InputLayer:
        own = None if graph.deferred else node.layer.output()
        if isinstance(own, tuple) and not _agree(own[1:], given):
            message = f"input {quote(node.name)} is {show(own)} in the file, which {show((None, *given))} does not fit"
            raise GraphError(message, code="E406", place=node.place)
        batch = own[0] if isinstance(own, tuple) else None
        layer = InputLayer(batch_shape=(batch, *given), dtype=node.layer.dtype)
        layer.name = node.name
        return layer


def _tell_built(graph: Graph, entries: Iterator[tuple[int, Any]]) -> None:
    if any(node.layer.opaque or node.layer.family == "operations" for node in graph.nodes):
        from densecli.read.keras import built  # noqa: PLC0415  # few models have custom layers

        built.tell_built(graph, entries)


def _name(config: Any, default: str) -> str:
    name = config.get("name") if isinstance(config, dict) else None
    return name if isinstance(name, str) and name else default


def _entry_name(entry: dict[str, Any]) -> str:
    name = entry.get("name")
    return name if isinstance(name, str) else ""


def _built_shape(entry: dict[str, Any]) -> Shape | None:
    """The one shape that a model or layer says it was built with."""
    config, build = entry.get("config"), entry.get("build_config")
    for holder, key in ((config, "build_input_shape"), (config, "batch_input_shape"), (build, "input_shape")):
        value = holder.get(key) if isinstance(holder, dict) else None
        shape = as_shape(value)
        if shape is not None:
            return shape
    return None


def first_shape(config: dict[str, Any]) -> Shape | None:
    """The input shape that Keras 1 and 2 kept in the first layer's config, with the batch."""
    for key in ("batch_input_shape", "batch_shape"):
        shape = as_shape(config.get(key))
        if shape is not None:
            return shape
    shape = as_shape(config.get("input_shape"))
    if shape is not None:
        return (config.get("batch_size"), *shape)
    return None


def _agree(own: Shape, given: Shape) -> bool:
    return len(own) == len(given) and all(
        None in (size, wanted) or size == wanted for size, wanted in zip(given, own, strict=True)
    )
