"""`.h5` files: the model in the attribute `model_config`, and the weights of custom layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from densecli.errors import DenseError, ReadError
from densecli.graph.model import layers_of
from densecli.read.files import hdf5, hdf5_attributes
from densecli.read.keras.model import read_config
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.read.text.encoding import decode
from densecli.read.text.json import load_json
from densecli.text import binary_size

if TYPE_CHECKING:
    from densecli.graph.graph import Graph

WANTED = ("model_config", "keras_version")
NO_JSON = ("E101", "E102", "E103", "E206")  # nothing, bytes that are not text, text of another kind


def read_h5_file(file: BinaryIO, name: str, input_shapes: Any = None, limits: Limits = LIMITS) -> Graph:
    """The graph in the attribute `model_config`, or a table of the weights. Raises ReadError (E106 no h5py, E321 no config, E322 links) or LimitError.

    h5py is needed only for weights of custom layers, files without a config, and files unlike those of Keras.
    """
    attributes = _attributes(file, limits)
    text = attributes.get("model_config")
    if text is None:
        from densecli.read.weights.hdf5 import read_hdf5  # noqa: PLC0415  # needs h5py

        return read_hdf5(file, name, limits)
    if len(text) > limits.config_bytes:
        message = f"model_config is larger than {binary_size(limits.config_bytes)}"
        raise beyond(limits, "config_bytes", message, "E506")
    try:
        source = decode(f"{name}:model_config", text, limits, "config_bytes")
        document = load_json(source, limits)
    except DenseError as error:
        if error.code not in NO_JSON:
            raise
        message = f"the attribute model_config is not JSON: {error.message}"
        raise ReadError(message, code="E321", place=error.place) from None
    version = attributes.get("keras_version", b"").decode("ascii", "replace")
    graph = read_config(document, source, input_shapes, version, limits)
    if any(layer.opaque for layer in layers_of(graph)):
        from densecli.read.keras.held import hold  # noqa: PLC0415  # few models have custom layers

        try:
            hold(file, graph, limits)
        except (DenseError, *hdf5.DAMAGE):
            graph.warnings.append("could not list the weights: those of custom layers are not counted")
    return graph


def _attributes(file: BinaryIO, limits: Limits) -> dict[str, bytes]:
    """The attributes that densecli reads, as bytes. Raises ReadError (E321) for one that is not text."""
    try:
        found = hdf5_attributes.Attributes(file, limits.config_bytes)
    except hdf5_attributes.Unfamiliar:
        with hdf5.open_hdf5(file) as opened:
            return {key: text for key in WANTED if (text := hdf5.attribute(opened, key)) is not None}
    texts = {key: found.text(key) for key in WANTED if key in found}
    if "model_config" in texts and texts["model_config"] is None:
        raise ReadError("the attribute model_config is not text", code="E321")
    return {key: text for key, text in texts.items() if text is not None}
