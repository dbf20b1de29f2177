"""Turns one entry of a Keras config into a layer of the catalog, an operation, or an opaque row.

An argument that Keras 3.15.1 lacks is left out: it controls how old versions computed (implementation, unroll,
time-saving switches), started or trained, never the shapes or weights. The few that do affect those are in ALTERING;
a layer that sets one is opaque rather than wrong.
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

import densecli.layers  # registers the layers
from densecli.automatic_names import numbered, snake_case
from densecli.catalogue import ALIASES, CATALOGUE, EXTRA
from densecli.errors import ArgumentError, ConfigError, DenseError, Place
from densecli.layer import Layer
from densecli.layers.core import InputLayer
from densecli.layers.opaque import Custom, Lambda
from densecli.names import TENSORFLOW_FUNCTIONS
from densecli.read.keras import keras1
from densecli.read.keras.meanings import as_it_was
from densecli.read.keras.policies import dtype_of, is_odd, tells_more
from densecli.read.keras.values import KNOWN, lambda_shape, named, plain, switch, whole_number
from densecli.records import Record
from densecli.text import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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
    "LeakyReLu": "LeakyReLU",  # as TensorFlow.NET writes it
}
# (class, argument): a value other than false or null adds weights or moves axes.
ALTERING = {
    ("BatchNormalization", "renorm"),
    ("LSTM", "time_major"),
    ("GRU", "time_major"),
    ("SimpleRNN", "time_major"),
    ("RNN", "time_major"),
}
SWITCH = {"type": "boolean"}
KEPT = ("SyncBatchNormalization",)  # renamed, but under its own name to those who load it
QUANTIZABLE = ("Dense", "EinsumDense", "Embedding", "ReversibleEmbedding")  # by Model.quantize of Keras 3.15.1


def _legacy(name: str) -> type[Layer] | None:
    from densecli.layers.legacy import LEGACY  # noqa: PLC0415  # few models need it

    return LEGACY.get(name)


FUNCTIONS = TENSORFLOW_FUNCTIONS


def _function(name: str, config: dict[str, Any]) -> Layer:
    from densecli.read.tensorflow.functions import operation  # noqa: PLC0415  # few models need it

    return operation(name, config)


def _operation(name: str, config: dict[str, Any], *, must_be_known: bool = False) -> Layer | None:
    from densecli.layers.operations.functions import Operation  # noqa: PLC0415  # few models need it
    from densecli.layers.operations.table import OPERATIONS  # noqa: PLC0415  # few models need it

    return Operation(name, config) if name in OPERATIONS or not must_be_known else None


def class_of(entry: dict[str, Any]) -> str:
    """The class an entry names, without the package of a registered one."""
    name = entry.get("class_name")
    return name.rpartition(">")[2] if isinstance(name, str) else ""


def trainable_of(config: Any) -> bool:
    return not (isinstance(config, dict) and switch(config.get("trainable")) is False)


class Named(Record):
    """A layer, and the name that an entry gives it: entries that differ only in name are one layer."""

    name: str
    layer: Layer


class LayerReader:
    """Makes layers; collects every mistake. `nested` makes a model of an entry, or says that it is not one."""

    def __init__(self, source: Source, era: int, nested: Callable[[dict[str, Any], str], Layer | None]) -> None:
        self.source, self.era, self.nested = source, era, nested
        self.errors: list[DenseError] = []
        self.shared: dict[int, Layer] = {}
        self.unmarked: dict[tuple[str, str], list[Layer]] = {}
        self.frozen = False
        self.input_shapes: Mapping[str | None, Shape] = {}  # from outside, for inputs that have none
        self.order: str | None = None  # the data format of layers that Keras 1 wrote without one
        self.known: dict[Any, Layer] = {}
        self.automatic_names: dict[str, int] = {}
        # Keras 3 marks the second place of a shared layer, and the first may be any before it.
        self.all_apart = era == 3 and ("shared_object_id" in source.text or not source.text)

    def read(self, entry: Any, pointer: str) -> Named | None:
        """The layer of an entry and its name; None with the mistake collected."""
        layer = self.find(entry, pointer)
        return None if layer is None else Named(self.named(entry, layer), layer)

    def find(self, entry: Any, pointer: str) -> Layer | None:
        """The layer of an entry, which may be that of an entry before it; None with the mistake collected."""
        key = None if self.all_apart else self.key(entry)
        layer = self.known.get(key)
        if layer is None:
            layer = self.unknown(entry, pointer)
            if layer is not None and key is not None and not layer.opaque:
                self.known[key] = layer
        return layer

    def named(self, entry: Any, layer: Layer) -> str:
        """The name of a layer: the entry's own, or the next one that Keras would give."""
        return _own_name(entry) or self.automatic(self.name(entry, layer))

    def automatic(self, name: str) -> str:
        """A name for an entry without one, as Keras gives it: dense, dense_1, dense_2."""
        number = self.automatic_names[name] = self.automatic_names.get(name, -1) + 1
        return numbered(name, number)

    def key(self, entry: Any) -> Any:
        """The key that entries share if only their names differ; None for those that contain layers or are shared."""
        config = entry.get("config") if isinstance(entry, dict) else None
        if not isinstance(config, dict) or "shared_object_id" in entry or not config.keys().isdisjoint(INNER):
            return None
        if (
            self.input_shapes and entry.get("class_name") == "InputLayer"
        ):  # whose shape may come from outside, by its name
            return None
        by_call = "module" not in entry and _positional(entry) > 1  # then it is not a layer
        kind = (
            entry.get("class_name"),
            "module" in entry,
            entry.get("module"),
            by_call,
            self.frozen,
            not _own_name(entry),
        )
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
        if self.era < 3 and not trainable_of(config):  # up to Keras 2, a frozen container froze everything inside
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
            custom = Custom(class_of(entry), trainable=trainable_of(config))
            custom.written = config
            return custom
        written = class_of(entry)
        name, config = keras1.modern(RENAMED.get(written, written), config)
        if self.order is not None and name in keras1.UNORDERED and config.get("data_format") is None:
            config["data_format"] = self.order
        if name == "Lambda":
            found = Lambda(function=None, output_shape=lambda_shape(config), trainable=trainable_of(config))
            found.type_name, found.written = written, config
            return found
        if name in EXTRA:
            return self.make_if_possible(EXTRA[name], config, pointer)
        kind = CATALOGUE.get(name) or CATALOGUE.get(ALIASES.get(name, "")) or _legacy(name)
        if kind is None or self.is_altered(kind, config):
            return Custom(written, trainable=trainable_of(config))
        layer = self.make(kind, config, pointer)
        if self.era == 1 or written in KEPT:
            layer.type_name = written
        if self.era < 3:
            as_it_was(layer, config)
        return layer

    def is_altered(self, kind: type[Layer], config: dict[str, Any]) -> bool:
        """Whether an argument that this Keras lacks adds weights or moves axes."""
        if kind.__name__ in QUANTIZABLE and is_odd(config.get("dtype")):
            return True
        known = kind.config_fields if self.era > 2 else {}  # renorm's statistics differ since Keras 3
        return any(config.get(key) for cls, key in ALTERING if cls == kind.__name__ and key not in known)

    def operation(self, entry: dict[str, Any], config: dict[str, Any]) -> Layer | None:
        """A node that is a function rather than a layer: keras.ops, or what tf.keras wrapped."""
        name, module = class_of(entry), entry.get("module")
        if name in FUNCTIONS:
            return _function(name, config)
        if isinstance(module, str):
            return _operation(name, config) if module.startswith(("keras.src.ops", "keras.ops")) else None
        if "module" in entry or "trainable" in config:  # a custom class; what every layer writes
            return None
        is_layer = name in CATALOGUE and _positional(entry) < 2 and not _is_no_layer(CATALOGUE[name], config)
        return None if is_layer else _operation(name, config, must_be_known=True)

    def make(self, kind: type[Layer], config: dict[str, Any], pointer: str) -> Layer:
        known = {
            key: self.value(kind, key, value, pointer) for key, value in config.items() if key in kind.config_fields
        }
        if kind is InputLayer:
            known = _input_config(config, known, self.input_shapes)
        if kind.__name__ in ("GRU", "GRUCell") and "reset_after" not in config:
            known["reset_after"] = False  # what Keras meant before it had the argument
        if not tells_more(known.get("quantization_config"), known.get("dtype")):
            known.pop("quantization_config", None)
        if known.get("bin_boundaries") is not None:  # of a Discretization that saw data: Keras writes both
            known.pop("num_bins", None)
        try:
            return kind(**known)
        except ConfigError as problems:
            repaired = self.repair(kind, known, problems)
            if _has_somebodys_own(known, problems):
                return Custom(kind.__name__, trainable=trainable_of(config))
            if repaired is None:
                raise
            return kind(**repaired)

    def make_if_possible(self, kind: type[Layer], config: dict[str, Any], pointer: str) -> Layer:
        """A layer of keras.applications, unless it is a custom class of that name."""
        try:
            return self.make(kind, config, pointer)
        except ConfigError:
            return Custom(kind.__name__, trainable=trainable_of(config))

    def repair(self, kind: type[Layer], config: dict[str, Any], problems: ConfigError) -> dict[str, Any] | None:
        """Whole numbers written as floats, which Keras until 2 and TensorFlow.js turn into integers; null for false."""
        if self.era == 3:
            return None
        whole = {key: whole_number(config.get(key)) for key in problems.problems}
        unset = {key for key in whole if config.get(key, 0) is None and kind.config_fields[key].schema == SWITCH}
        whole |= dict.fromkeys(unset, False)
        return None if any(value is None for value in whole.values()) else config | whole

    def value(self, kind: type[Layer], key: str, value: Any, pointer: str) -> Any:
        """An argument as the catalog takes it."""
        if value is None:
            return None
        value = plain(value)
        if key in INNER:
            return self.inner(value, f"{pointer}/config/{key}")
        if key == "dtype":
            return dtype_of(value)
        if key == "axis" and isinstance(value, list) and len(value) == 1 and kind.__name__ == "BatchNormalization":
            return value[0]  # tf.keras wrote a list
        ending = key.rpartition("_")[2]
        if (ending in KNOWN and kind.__name__ != "Activation") or key == "activation":
            return named(value, KNOWN[ending])
        return switch(value) if kind.config_fields[key].schema == SWITCH else value

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
        return _own_name(entry) or layer.name or snake_case(layer.type_name)

    def share(self, entry: dict[str, Any], layer: Layer) -> None:
        """Remember layers that occur twice in a file; Keras 3 marks the second and later ones only."""
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
        """The input that a Sequential's first layer or build declares."""
        try:
            return InputLayer(batch_shape=shape, dtype=dtype_of(dtype))
        except ConfigError as several:
            raise next(iter(several.problems.values())).at(Place(self.source, pointer=pointer)) from None

    def placed(self, several: ConfigError, entry: dict[str, Any], pointer: str) -> Iterator[DenseError]:
        """Each wrong argument of a layer, with its place in the file."""
        name = class_of(entry)
        config = entry.get("config")
        for key, problem in several.problems.items():
            inside = isinstance(config, dict) and key in config
            place = Place(self.source, pointer=f"{pointer}/config/{key}" if inside else pointer)
            problem.message = f"{name}: {key}: {problem.message}"
            yield problem.at(place, self.name(entry, Custom(name)))


def _own_name(entry: dict[str, Any]) -> str:
    config = entry.get("config")
    found = config.get("name") if isinstance(config, dict) else None
    found = found if isinstance(found, str) and found else entry.get("name")
    return found if isinstance(found, str) else ""


def is_builtin(entry: dict[str, Any]) -> bool:
    """Whether an entry means Keras' own class of that name, not a custom one that happens to share it."""
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


def _input_config(config: dict[str, Any], known: dict[str, Any], given: Mapping[str | None, Shape]) -> dict[str, Any]:
    shape = plain(config.get("batch_input_shape", config.get("batch_shape")))
    dtype = dtype_of(config.get("dtype") or config.get("input_dtype"))
    if isinstance(shape, list | tuple):
        return {"batch_shape": shape, "dtype": dtype}
    if "shape" in known or "input_shape" in config:
        return {"shape": known.get("shape", plain(config.get("input_shape"))), "dtype": dtype}
    name = config.get("name")
    outside = given.get(name if isinstance(name, str) else None, given.get(None))
    if outside is not None:
        return {"shape": outside, "dtype": dtype}
    raise ArgumentError("an input without a shape", code="E406", hint="add it: --input-shape 224,224,3")


def _has_somebodys_own(config: dict[str, Any], problems: ConfigError) -> bool:
    """Whether the only problem is a custom layer inside, such as a custom cell in an RNN."""
    held = [config.get(key) for key in problems.problems]
    parts = [part for value in held for part in (value if isinstance(value, list) else [value])]
    return problems.problems.keys() <= set(INNER) and any(isinstance(part, Layer) and part.opaque for part in parts)
