"""A graph as the JSON config that `keras.models.model_from_json` of Keras 3 loads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.fields import Object
from densecli.graph.graph import Ref
from densecli.graph.trace import trace
from densecli.layer import Constant
from densecli.layers.operations.functions import Operation
from densecli.layers.operations.table import OPERATIONS
from densecli.names import object_class
from densecli.render.convert.given import (
    arguments,
    check_own,
    check_writable,
    input_arguments,
    is_model,
    module_of,
    object_arguments,
    public_name,
)
from densecli.render.languages.json import Json
from densecli.render.languages.written import refuse
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from densecli.graph.graph import Call, Graph, Node
    from densecli.graph.trace import Trace
    from densecli.layer import Layer

INSTEAD = "use a diagram or a table instead"
# The modules of Keras' operations outside ops.numpy.
_OPERATIONS = {
    "nn": (
        "AdaptiveAveragePool AdaptiveMaxPool AveragePool BatchNorm Celu Conv DepthToSpace DepthwiseConv DotProductAttention "
        "Elu Gelu Glu HardShrink HardSigmoid HardSilu HardTanh LayerNorm LeakyRelu LogSigmoid LogSoftmax MaxPool Moments "
        "MultiHot Normalize OneHot RMSNorm Relu Relu6 Selu SeparableConv Sigmoid Silu SoftShrink Softmax Softplus Softsign "
        "SpaceToDepth SparsePlus SparseSigmoid Sparsemax Squareplus TanhShrink Threshold"
    ),
    "core": "Cast ConvertToTensor SaturateCast Slice StopGradient Unstack",
    "math": "Erf Erfc Erfinv ExtractSequences FFT FFT2 IFFT2 IRFFT ISTFT Logsumexp RFFT Rsqrt STFT TopK",
    "linalg": "Norm",
    "image": "HSVToRGB RGBToGrayscale RGBToHSV Resize",
}
# Layers that a model of keras.applications brings along.
_APPLICATIONS = {
    "CustomScaleLayer": "keras.src.applications.inception_resnet_v2",
    "LayerScale": "keras.src.applications.convnext",
    "StochasticDepth": "keras.src.applications.convnext",
}
# Keys that these layers' from_config in Keras requires.
_NEEDED = {
    "Rescaling": ("scale", "offset"),
    "TextVectorization": ("standardize", "split", "ngrams"),
    "GRU": ("reset_after",),  # files of old Keras versions mean another default when they leave it out
    "GRUCell": ("reset_after",),
}
_NOT_IN_KERAS = {"Shape", "SquaredDifference"}
_MODELS = {"Sequential": "keras", "Functional": "keras.src.models.functional"}


def render(graph: Graph) -> Json:
    """The document. Raises OutputError E604 for layers known only by name."""
    return Json.put("{}\n", Json.quoted(model_entry(graph), indent=1))


def model_entry(graph: Graph) -> dict[str, Any]:
    """The model as Keras' serialize_keras_object writes it, without what Keras infers itself."""
    kind = "Sequential" if graph.kind == "Sequential" else "Functional"
    config: dict[str, Any] = {"name": graph.name, "trainable": graph.trainable}
    if kind == "Sequential":
        deferred = getattr(graph, "deferred", False)
        config["layers"] = [_layer_entry(node.layer, node.name) for node in graph.nodes[1 if deferred else 0 :]]
    else:
        config |= _functional(graph)
    return {"module": _MODELS[kind], "class_name": kind, "config": config, "registered_name": None}


def _functional(graph: Graph) -> dict[str, Any]:
    writer = _CallWriter(graph)
    reached = writer.found.results.keys()
    needed = {node for node, _ in reached} | {ref.node for ref in graph.inputs}
    return {
        "layers": [writer.entry(node) for index, node in enumerate(graph.nodes) if index in needed],
        "input_layers": _ends(writer.history(ref) for ref in graph.inputs),
        "output_layers": _ends(writer.end(ref) for ref in graph.outputs),
    }


def _ends(histories: Iterable[list[Any]]) -> list[Any]:
    """A single tensor as it is, several as a list."""
    found = list(histories)
    return found[0] if len(found) == 1 else found


class _CallWriter:
    """Writes the calls: Keras requires the shape and dtype of every tensor along with its name."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.found: Trace = trace(graph)

    def entry(self, node: Node) -> dict[str, Any]:
        calls = [call for call in node.calls if call.refs]
        return _layer_entry(node.layer, node.name) | {
            "name": node.name,
            "inbound_nodes": [self.call(call) for call in calls],
        }

    def call(self, call: Call) -> dict[str, Any]:
        extra = getattr(call, "extra", {})
        positional = [value for key, value in extra.items() if key.startswith("argument ")]
        kwargs = call.kwargs | {key: value for key, value in extra.items() if not key.startswith("argument ")}
        return {
            "args": [self.value(value) for value in (*call.args, *positional)],
            "kwargs": {key: self.value(value) for key, value in kwargs.items()},
        }

    def value(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return self.tensor(value)
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, slice):
            ends = {key: self.value(getattr(value, key)) for key in ("start", "stop", "step")}
            return {"class_name": "__slice__", "config": ends}
        if isinstance(value, Constant):
            return {"class_name": "__tensor__", "config": {"value": value.value, "dtype": value.dtype}}
        return {"class_name": "__ellipsis__", "config": {}} if value is ... else value

    def tensor(self, ref: Ref) -> dict[str, Any]:
        tensor = self.found.tensor(ref)
        shape, dtype = (None, "float32") if tensor is None else tensor
        config = {"shape": shape, "dtype": dtype, "keras_history": self.history(ref)}
        return {"class_name": "__keras_tensor__", "config": config}

    def end(self, ref: Ref) -> list[Any]:
        """An output of the model: there Keras 3.15.1 counts a node of its own before the first call of a Functional."""
        layer = self.graph.nodes[ref.node].layer
        functional = is_model(layer) and layer.graph.kind != "Sequential"  # type: ignore[attr-defined]
        return self.history(ref._replace(call=ref.call + functional))

    def history(self, ref: Ref) -> list[Any]:
        return [self.graph.nodes[ref.node].name, ref.call, ref.tensor]


def _layer_entry(layer: Layer, name: str) -> dict[str, Any]:
    if is_model(layer):
        check_own(layer, name, "a Keras config")
        return model_entry(layer.graph)  # type: ignore[attr-defined]
    if isinstance(layer, Operation):
        return _operation_entry(layer, name)
    module = _APPLICATIONS.get(type(layer).__name__)
    if module is None:
        check_writable(layer, name, "a Keras config", INSTEAD)
    given = _input_config(layer) if type(layer).__name__ == "InputLayer" else arguments(layer)
    given = {key: getattr(layer, key) for key in _NEEDED.get(type(layer).__name__, ())} | given
    config = {"name": name} | {key: _config_value(value) for key, value in given.items()}
    return {
        "module": module or "keras.layers",
        "class_name": public_name(layer),
        "config": config,
        "registered_name": None if module is None else type(layer).__name__,
    }


def _operation_entry(layer: Operation, name: str) -> dict[str, Any]:
    """A function of keras.ops. What tf.keras wrapped of TensorFlow has no config in Keras 3."""
    if layer.rule != layer.type_name or layer.rule in _NOT_IN_KERAS:
        raise refuse(f"the operation {quote(name)} of TensorFlow", "a Keras config", INSTEAD)
    if layer.rule not in OPERATIONS:  # its module in Keras is unknown
        raise refuse(f"the operation {quote(name)}", "a Keras config", INSTEAD)
    module = next((module for module, names in _OPERATIONS.items() if layer.rule in names.split()), "numpy")
    config = {"name": name} | layer.config
    return {
        "module": f"keras.src.ops.{module}",
        "class_name": layer.rule,
        "config": config,
        "registered_name": layer.rule,
    }


def _input_config(layer: Layer) -> dict[str, Any]:
    given = input_arguments(layer)
    if "batch_shape" in given:
        return given
    return {"batch_shape": (given.pop("batch_size", None), *given.pop("shape"))} | given


def _config_value(value: Any) -> Any:
    if hasattr(value, "config_fields"):
        return _layer_entry(value, value.name)
    if isinstance(value, Object):
        return _object_entry(value)
    if isinstance(value, list | tuple):
        return [_config_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _config_value(item) for key, item in value.items()}
    return value


def _object_entry(value: Object) -> dict[str, Any]:
    """An initializer, regularizer or constraint with its arguments; anything else is custom."""
    return {
        "module": f"keras.{module_of(value)}",
        "class_name": object_class(value.class_name),
        "config": object_arguments(value, "a Keras config", INSTEAD),
        "registered_name": None,
    }
