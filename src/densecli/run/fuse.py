"""Fusion: batch normalizations and activations are fused into the products before them.

A normalization at inference is one factor and one offset per channel, so it folds into the kernel and bias of the
convolution or dense layer before it; an activation is applied to each block of outputs while that is in cache.
"""

from __future__ import annotations

from collections import Counter
from copy import copy
from typing import TYPE_CHECKING, Any

from densecli.fields import Object
from densecli.graph.graph import Call, Graph, Node, Ref, call_order
from densecli.graph.model import Model
from densecli.layers.activation import LeakyReLU, ReLU
from densecli.layers.conv import Conv
from densecli.layers.core import Activation, Dense
from densecli.layers.merge import Merge
from densecli.layers.normalization import BatchNormalization
from densecli.layers.separable_conv import DepthwiseConv

if TYPE_CHECKING:
    from types import ModuleType

    from densecli.layer import Layer

    Weights = list[dict[str, Any]]

PRODUCTS = (Conv, DepthwiseConv, Dense)


def fuse(graph: Graph, ops: ModuleType, weights: Weights) -> Graph:
    """The same model with fewer calls. `weights` (by node) change in place: kernels are scaled, biases come and go."""
    return Fuser(graph, ops, weights).graph


class Fuser:
    """Rewrites one graph: a node that is fused into another keeps its place in the list, but is no longer called."""

    def __init__(self, graph: Graph, ops: ModuleType, weights: Weights) -> None:
        self.ops, self.weights = ops, weights
        self.nodes = [Node(node.name, node.layer, list(node.calls), node.place) for node in graph.nodes]
        self.moved: dict[Ref, Ref] = {}
        self.order = call_order(graph)[0]
        self.uses = Counter(graph.outputs)
        for node, call in self.order:
            self.uses.update(graph.nodes[node].calls[call].refs)
        self.inputs = set(graph.inputs)
        for node, call in self.order:
            if Ref(node, call) not in self.inputs:
                self.visit(node, call)
        self.graph = self.rewritten(graph)

    def visit(self, index: int, call: int) -> None:
        node = self.nodes[index]
        self.nodes[index].calls[call] = redirected(node.calls[call], self.moved)
        if isinstance(node.layer, Model) and len(node.calls) == 1 and node.layer.shared_id is None:
            node.layer = self.inner(node.layer, self.weights[index])
        before = self.before(node, call)
        if before is None or node.layer.compute_dtype != "float32":
            return
        if (
            isinstance(node.layer, BatchNormalization) and self.fold(before, self.weights[index], node.layer)
        ) or self.join(before, node.layer):
            self.move(index, before)

    def inner(self, model: Model, weights: dict[str, Any]) -> Model:
        """A nested model with its own graph rewritten."""
        made = copy(model)
        by_node = [weights.get(node.name, {}) for node in model.graph.nodes]
        made.graph = fuse(model.graph, self.ops, by_node)
        weights.update({node.name: each for node, each in zip(model.graph.nodes, by_node, strict=True)})
        return made

    def before(self, node: Node, call: int) -> int | None:
        """The node before, if this call is the only user of its only output, and if that is a new array."""
        args = node.calls[call].args
        if len(node.calls) != 1 or len(args) != 1 or not isinstance(args[0], Ref) or node.calls[call].kwargs:
            return None
        ref = args[0]
        producer = self.nodes[ref.node]
        alone = len(producer.calls) == 1 and self.uses[ref] == 1 and ref not in self.inputs
        fit = producer.layer.compute_dtype == "float32" and producer.layer.shared_id is None
        return ref.node if alone and fit else None

    def fold(self, index: int, statistics: dict[str, Any], normalization: BatchNormalization) -> bool:
        """Scale the kernel of a product so that it does the work of a normalization along its output channels."""
        layer, w = self.nodes[index].layer, self.weights[index]
        if not isinstance(layer, PRODUCTS) or layer.activation != "linear" or "lora_kernel_a" in w:
            return False
        if not along_channels(layer, normalization, w):
            return False
        scale, offset = self.ops.batch_norm_scale(
            statistics["moving_mean"], statistics["moving_variance"], statistics.get("gamma"), statistics.get("beta"),
            normalization.epsilon,
        )  # fmt: skip
        kernel = w["kernel"]
        kernel *= scale.reshape(kernel.shape[-2:]) if isinstance(layer, DepthwiseConv) else scale
        w["bias"] = offset if "bias" not in w else w["bias"] * scale + offset
        return True

    def join(self, index: int, layer: Layer) -> bool:
        """Let the node before apply an element-wise activation to its own outputs."""
        activation = activation_of(layer)
        producer = self.nodes[index].layer
        if activation is None or getattr(producer, "activation", "linear") != "linear":
            return False
        if not isinstance(producer, (*PRODUCTS, Merge, BatchNormalization)) or self.ops.in_place(activation) is None:
            return False
        if isinstance(producer, Merge) and len(self.nodes[index].calls[0].refs) < 2:  # returns its input
            return False
        joined = copy(producer)
        joined.activation = activation
        self.nodes[index].layer = joined
        return True

    def move(self, index: int, before: int) -> None:
        """Connect the users of this node to the node before."""
        self.moved[Ref(index)] = Ref(before)
        self.uses[Ref(before)] = self.uses[Ref(index)]
        self.weights[index] = {}

    def rewritten(self, graph: Graph) -> Graph:
        outputs = [self.moved.get(ref, ref) for ref in graph.outputs]
        made = Graph(graph.name, graph.kind, self.nodes, graph.inputs, outputs)
        made.trainable, made.deferred, made.told = graph.trainable, graph.deferred, graph.told
        return made


def redirected(call: Call, moved: dict[Ref, Ref]) -> Call:
    return call.mapped(lambda ref: moved.get(ref, ref))


def along_channels(layer: Layer, normalization: BatchNormalization, weights: dict[str, Any]) -> bool:
    """Whether the normalized axis is that of the layer's outputs (there is no shape here that could tell otherwise)."""
    rank = getattr(layer, "rank", None)
    if isinstance(layer, Dense) or rank is None:
        return normalization.axis == -1
    last = layer.data_format != "channels_first"  # type: ignore[attr-defined]
    return normalization.axis in ((-1, rank + 1) if last else (1, -rank - 1)) and weights["kernel"].dtype.kind == "f"


def activation_of(layer: Layer) -> Any:
    """The activation that a layer is, as a name or as the config of a layer used as one; None for other layers."""
    if type(layer) is Activation:
        return layer.activation
    if type(layer) is ReLU:
        return Object("ReLU", {key: getattr(layer, key) for key in ("max_value", "negative_slope", "threshold")})
    if type(layer) is LeakyReLU:
        return Object("LeakyReLU", {"negative_slope": layer.negative_slope})
    return None
