"""One entry of a Keras config becomes a layer of the catalogue, an operation, or an opaque row.

An argument that Keras 3.15.1 does not have is left out: it steers how old versions computed (implementation, unroll,
time-saving switches), started or trained, never the shapes or weights. The few that do decide about those are in ALTERING;
a layer that sets one is opaque rather than wrong.
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

import densecli.layers  # fills the catalogue
from densecli import names
from densecli.errors import ArgumentError, ConfigError, DenseError, GraphError, Place
from densecli.fields import Object
from densecli.layer import ALIASES, CATALOGUE, Layer
from densecli.layers.core import InputLayer
from densecli.layers.opaque import Custom, Lambda
from densecli.names import snake_case
from densecli.read import keras1
from densecli.records import Record
from densecli.text import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from densecli.errors import Source
    from densecli.shape import Shape

__all__ = ["LayerReader", "class_of", "densecli", "trainable_of"]

OURS = ("keras", "tf_keras", "tensorflow", "tensorflow_core")  # packages whose classes are Keras' own
INNER = ("layer", "forward_layer", "backward_layer", "cell", "cells", "layers")  # arguments that hold layers
# Keras' own subclasses and earlier names of a layer, with the same weights and shapes.
RENAMED = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "LSTMV2": "LSTM",
    "GRUV2": "GRU",
    "LSTMCellV2": "LSTMCell",
    "GRUCellV2": "GRUCell",
    "DenseFeaturesV2": "DenseFeatures",
}
# (class, argument): a value other than false or null adds weights or moves axes.
ALTERING = {
    ("BatchNormalization", "renorm"),
    ("LSTM", "time_major"),
    ("GRU", "time_major"),
    ("SimpleRNN", "time_major"),
    ("RNN", "time_major"),
}
QUANTIZABLE = ("Dense", "EinsumDense", "Embedding", "ReversibleEmbedding")  # by Model.quantize of Keras 3.15.1
_NAMED = {
    "activation": tuple(names.ACTIVATION_FLOPS),
    "initializer": names.INITIALIZERS,
    "regularizer": names.REGULARIZERS,
    "constraint": names.CONSTRAINTS,
}


FROM_APPLICATIONS = ("CustomScaleLayer", "LayerScale", "StochasticDepth")


def _application(name: str) -> type[Layer]:
    from densecli.layers.applications import APPLICATIONS  # noqa: PLC0415  # few models have them

    return APPLICATIONS[name]


def _legacy(name: str) -> type[Layer] | None:
    from densecli.layers.legacy import LEGACY  # noqa: PLC0415  # few models have them

    return LEGACY.get(name)


# The classes in which tf.keras wrapped functions of TensorFlow.
FUNCTIONS = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod", "InstanceMethod", "InstanceProperty")


def _function(name: str, config: dict[str, Any]) -> Layer:
    from densecli.read import tensorflow_ops  # noqa: PLC0415  # few models have them

    return tensorflow_ops.operation(name, config)


def _operation(name: str, config: dict[str, Any], *, must_be_known: bool = False) -> Layer | None:
    from densecli.layers.operations import OPERATIONS, Operation  # noqa: PLC0415  # few models have them

    return Operation(name, config) if name in OPERATIONS or not must_be_known else None


def class_of(entry: dict[str, Any]) -> str:
    """The class an entry names, without the package of a registered one."""
    name = entry.get("class_name")
    return name.rpartition(">")[2] if isinstance(name, str) else ""


def trainable_of(config: Any) -> bool:
    return not (isinstance(config, dict) and config.get("trainable") is False)


class Named(Record):
    """A layer, and the name that an entry gives it: entries that are equal but for the name are one layer."""

    name: str
    layer: Layer


class LayerReader:
    """Makes layers; collects every mistake. `nested` makes a model of an entry, or says that it is none."""

    def __init__(self, source: Source, era: int, nested: Callable[[dict[str, Any], str], Layer | None]) -> None:
        self.source, self.era, self.nested = source, era, nested
        self.errors: list[DenseError] = []
        self.shared: dict[int, Layer] = {}
        self.unmarked: dict[tuple[str, str], list[Layer]] = {}
        self.frozen = False
        self.known: dict[Any, Layer] = {}
        # Keras 3 marks the second place of a shared layer, and the first may be any before it.
        self.all_apart = era == 3 and ("shared_object_id" in source.text or not source.text)

    def read(self, entry: Any, pointer: str) -> Named | None:
        """The layer of an entry and its name; None with the mistake collected."""
        key = None if self.all_apart else self.key(entry)
        layer = self.known.get(key) if key is not None else None
        if layer is None:
            layer = self.unknown(entry, pointer)
            if layer is None:
                return None
            if key is not None and not layer.opaque:
                self.known[key] = layer
        return Named(self.name(entry, layer), layer)

    def key(self, entry: Any) -> Any:
        """What entries that are equal but for the name have in common; None for those that hold layers or are shared."""
        config = entry.get("config") if isinstance(entry, dict) else None
        if not isinstance(config, dict) or "shared_object_id" in entry or not config.keys().isdisjoint(INNER):
            return None
        by_call = "module" not in entry and _positional(entry) > 1  # then it is no layer
        kind = entry.get("class_name"), "module" in entry, entry.get("module"), by_call, self.frozen
        return marshal.dumps((kind, {**config, "name": None}), 2)  # only to compare: nothing is ever loaded

    def unknown(self, entry: Any, pointer: str) -> Layer | None:
        """The layer of an entry unlike those before it, with its name."""
        place = Place(self.source, pointer=pointer)
        try:
            layer = self.layer(entry, pointer, place)
        except ConfigError as several:
            self.errors += list(self.placed(several, entry, pointer))
            return None
        except ArgumentError as error:
            self.errors.append(error.at(place))
            return None
        layer.name = self.name(entry, layer)
        self.share(entry, layer)
        return layer

    def layer(self, entry: Any, pointer: str, place: Place) -> Layer:
        if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
            raise ArgumentError(
                f"expected a layer with its class_name, got {describe(entry)}", code="E302", place=place
            )
        frozen, config = self.frozen, entry.get("config")
        if self.era < 3 and not trainable_of(config):  # until Keras 2 a frozen container froze all inside
            self.frozen = True
        try:
            layer = self.nested(entry, pointer) or self.single(entry, pointer)
        finally:
            self.frozen = frozen
        if self.frozen:
            layer.trainable = False
        return layer

    def single(self, entry: dict[str, Any], pointer: str) -> Layer:
        config = entry.get("config")
        config = dict(config) if isinstance(config, dict) else {}
        special = self.operation(entry, config)
        if special is not None:
            return special
        if not is_builtin(entry):
            return Custom(class_of(entry), trainable=trainable_of(config))
        written = class_of(entry)
        name, config = keras1.modern(RENAMED.get(written, written), config)
        if name == "Lambda":
            return Lambda(function=None, output_shape=_lambda_shape(config), trainable=trainable_of(config))
        if name in FROM_APPLICATIONS:
            return self.make_if_possible(_application(name), config, pointer)
        kind = CATALOGUE.get(name) or CATALOGUE.get(ALIASES.get(name, "")) or _legacy(name)
        if kind is None or self.is_altered(kind, config):
            return Custom(written, trainable=trainable_of(config))
        layer = self.make(kind, config, pointer)
        if self.era == 1:
            layer.type_name = written
        return layer

    def is_altered(self, kind: type[Layer], config: dict[str, Any]) -> bool:
        """Whether an argument that this Keras does not have adds weights or moves axes."""
        if kind.__name__ in QUANTIZABLE and _odd_policy(config.get("dtype")):
            return True
        known = kind.config_fields if self.era > 2 else {}  # the statistics of renorm are others since Keras 3
        return any(config.get(key) for cls, key in ALTERING if cls == kind.__name__ and key not in known)

    def operation(self, entry: dict[str, Any], config: dict[str, Any]) -> Layer | None:
        """A node that is a function and not a layer: keras.ops, or what tf.keras wrapped."""
        name, module = class_of(entry), entry.get("module")
        if name in FUNCTIONS:
            return _function(name, config)
        if isinstance(module, str):
            return _operation(name, config) if module.startswith(("keras.src.ops", "keras.ops")) else None
        is_layer = name in CATALOGUE and _positional(entry) < 2 and not _is_no_layer(CATALOGUE[name], config)
        return None if is_layer else _operation(name, config, must_be_known=True)

    def make(self, kind: type[Layer], config: dict[str, Any], pointer: str) -> Layer:
        known = {
            key: self.value(kind, key, value, pointer) for key, value in config.items() if key in kind.config_fields
        }
        if kind is InputLayer:
            known = _input_config(config, known)
        if kind.__name__ in ("GRU", "GRUCell") and "reset_after" not in config:
            known["reset_after"] = False  # what Keras meant before it had the argument
        try:
            return kind(**known)
        except ConfigError as problems:
            repaired = self.repair(known, problems)
            if repaired is None:
                raise
            return kind(**repaired)

    def make_if_possible(self, kind: type[Layer], config: dict[str, Any], pointer: str) -> Layer:
        """A layer of keras.applications, unless it is somebody's own class of that name."""
        try:
            return self.make(kind, config, pointer)
        except ConfigError:
            return Custom(kind.__name__, trainable=trainable_of(config))

    def repair(self, config: dict[str, Any], problems: ConfigError) -> dict[str, Any] | None:
        """Whole numbers written as floats, which Keras until 2 and TensorFlow.js turn into integers."""
        if self.era == 3:
            return None
        whole = {key: _whole(config.get(key)) for key in problems.problems}
        return None if any(value is None for value in whole.values()) else config | whole

    def value(self, kind: type[Layer], key: str, value: Any, pointer: str) -> Any:
        """An argument as the catalogue takes it."""
        if value is None:
            return None
        value = plain(value)
        if key in INNER:
            return self.inner(value, f"{pointer}/config/{key}")
        if key == "dtype":
            return _dtype(value)
        if key == "axis" and isinstance(value, list) and len(value) == 1 and kind.__name__ == "BatchNormalization":
            return value[0]  # tf.keras wrote a list
        ending = key.rpartition("_")[2]
        if (ending in _NAMED and kind.__name__ != "Activation") or key == "activation":
            return _named(value, _NAMED[ending])
        return value

    def inner(self, value: Any, pointer: str) -> Any:
        """The layers inside a wrapper."""
        if isinstance(value, list):
            return [self.inner(item, f"{pointer}/{index}") for index, item in enumerate(value)]
        if isinstance(value, dict) and "class_name" in value:
            layer = self.layer(value, pointer, Place(self.source, pointer=pointer))
            layer.name = self.name(value, layer)
            self.share(value, layer)
            return layer
        return value

    def name(self, entry: dict[str, Any], layer: Layer) -> str:
        config = entry.get("config")
        found = config.get("name") if isinstance(config, dict) else None
        found = found if isinstance(found, str) and found else entry.get("name")
        return found if isinstance(found, str) and found else layer.name or snake_case(layer.type_name)

    def placeholder(self, entry: Any) -> Named:
        """Stands for a layer with a mistake in it, so that mistakes further on are found too."""
        layer = Custom(class_of(entry) if isinstance(entry, dict) else "?")
        return Named(self.name(entry, layer) if isinstance(entry, dict) else "?", layer)

    def share(self, entry: dict[str, Any], layer: Layer) -> None:
        """Remember layers that a file holds twice; Keras 3 marks the second and later ones only."""
        mark = entry.get("shared_object_id")
        key = (layer.type_name, layer.name)
        if not isinstance(mark, int):
            self.unmarked.setdefault(key, []).append(layer)
            return
        first = self.shared.get(mark)
        if first is None:
            twins = self.unmarked.get(key, []) if self.era == 3 else []
            first = next((twin for twin in twins if twin.given == layer.given), layer)
            self.shared[mark] = first
        first.shared_id = layer.shared_id = ("shared", mark)

    def input_of(self, shape: Shape, dtype: Any, pointer: str) -> InputLayer:
        """The input that a Sequential's first layer or build tells of."""
        try:
            return InputLayer(batch_shape=shape, dtype=_dtype(dtype))
        except ConfigError as several:
            raise next(iter(several.problems.values())).at(Place(self.source, pointer=pointer)) from None

    def placed(self, several: ConfigError, entry: dict[str, Any], pointer: str) -> Iterator[DenseError]:
        """Each wrong argument of a layer, with the place where the file has it."""
        name = class_of(entry)
        config = entry.get("config")
        for key, problem in several.problems.items():
            inside = isinstance(config, dict) and key in config
            place = Place(self.source, pointer=f"{pointer}/config/{key}" if inside else pointer)
            problem.message = f"{name}: {key}: {problem.message}"
            yield problem.at(place, self.name(entry, Custom(name)))


def is_builtin(entry: dict[str, Any]) -> bool:
    """Whether an entry means Keras' own class of that name, not somebody's own that happens to share it."""
    if ">" in str(entry.get("class_name")):
        return False
    if "module" not in entry:
        return True
    module = entry["module"]
    return isinstance(module, str) and module.partition(".")[0] in OURS


def _is_no_layer(kind: type[Layer], config: dict[str, Any]) -> bool:
    """Whether a config has what a layer does not take, and nothing that every layer writes: `newshape` of ops.reshape."""
    return "trainable" not in config and bool(config.keys() - kind.config_fields.keys() - {"name"})


def _positional(entry: dict[str, Any]) -> int:
    """The number of positional arguments in the first call of an entry."""
    calls = entry.get("inbound_nodes")
    first = calls[0] if isinstance(calls, list) and calls else None
    args = first.get("args") if isinstance(first, dict) else None
    return len(args) if isinstance(args, list) else 0


def plain(value: Any) -> Any:
    """A config value without the objects that only say how Python held it."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        kind = value.get("class_name")
        if kind in ("TensorShape", "__tuple__") and isinstance(value.get("items"), list):
            return [plain(item) for item in value["items"]]
        inner = value.get("config")
        if kind in ("__numpy__", "__tensor__") and isinstance(inner, dict):
            return inner.get("value")
        if kind == "function" and isinstance(inner, str):
            return inner
    return value


def _named(value: Any, known: tuple[str, ...]) -> Any:
    """A function or object that a config names. A name that Keras does not have is somebody's own: kept, never looked up."""
    if value is None or (isinstance(value, str) and value in known):
        return value
    if isinstance(value, str):
        folded = snake_case(value) if snake_case(value) in known else value
        return folded if folded in known else Object(value, {})
    if isinstance(value, dict) and isinstance(value.get("class_name"), str):
        inner = value.get("config")
        return Object(value["class_name"], inner if isinstance(inner, dict) else {})
    return Object("custom", {})


def _dtype(value: Any) -> Any:
    """The name of a dtype or policy; those that only say `as usual` or are not Keras' own count as float32."""
    if isinstance(value, dict):
        config = value.get("config")
        config = config if isinstance(config, dict) else {}
        value = config.get("name") or _policy(config) or _dtype(config.get("default_policy"))
    if value is None or value in ("infer", "_infer", "infer_with_float32_vars"):
        return None
    if not isinstance(value, str):
        return None
    return value if value in names.DTYPES or names.quantization(value) in names.QUANTIZATIONS else None


def _odd_policy(value: Any) -> bool:
    """Whether a policy quantizes in a way that no rule is known for (int4, GPTQ, AWQ, another float8 history)."""
    config = value.get("config") if isinstance(value, dict) else None
    if not isinstance(config, dict) or not _policy(config):
        return isinstance(value, str) and names.quantization(value) not in (None, *names.QUANTIZATIONS)
    return config["mode"] not in names.QUANTIZATIONS or config.get("amax_history_length", 1024) != 1024


def _policy(config: dict[str, Any]) -> str | None:
    """The name of a quantized policy, which Keras 3 writes in parts."""
    mode, source = config.get("mode"), config.get("source_name")
    return f"{mode}_from_{source}" if isinstance(mode, str) and isinstance(source, str) else None


def _input_config(config: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    shape = plain(config.get("batch_input_shape", config.get("batch_shape")))
    dtype = _dtype(config.get("dtype") or config.get("input_dtype"))
    if isinstance(shape, list | tuple):
        return {"batch_shape": shape, "dtype": dtype}
    if "shape" in known or "input_shape" in config:
        return {"shape": known.get("shape", plain(config.get("input_shape"))), "dtype": dtype}
    raise GraphError("an input without a shape", code="E406", hint="give it: --input-shape 224,224,3")


def _lambda_shape(config: dict[str, Any]) -> Any:
    """The output shape that a Lambda states; one that is a function stays unknown."""
    return plain(config.get("output_shape")) if config.get("output_shape_type", "raw") == "raw" else None


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        items = [_whole(item) for item in value]
        return None if any(item is None for item in items) else items
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
