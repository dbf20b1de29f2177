"""`.keras` archives: the model in config.json, the version in metadata.json, and the weights of custom layers."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, BinaryIO

from densecli.errors import DenseError, LimitError, SpecErrors
from densecli.graph.model import layers_of
from densecli.read.files.archive import CONFIG, DAMAGE, METADATA, WEIGHTS, check_count, member, opened_archive
from densecli.read.keras.model import read_config
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.read.text.encoding import decode
from densecli.read.text.json import load_json

if TYPE_CHECKING:
    from densecli.graph.graph import Graph

MOST_METADATA = 1 << 16


def read_keras_file(file: BinaryIO, name: str, input_shapes: Any = None, limits: Limits = LIMITS) -> Graph:
    """The graph of an archive. Raises ReadError (E311 damaged, E312 duplicates, E313 missing, E314 compression) or LimitError."""
    check_count(file, limits)
    with opened_archive(file) as archive:
        data = _config(archive, limits)
        graph = _graph(archive, name, data, input_shapes, limits)
        if min(info.header_offset for info in archive.infolist()) > 0:
            graph.warnings.append("the file has data before the archive, which was ignored")
        return graph


def _config(archive: zipfile.ZipFile, limits: Limits) -> bytes:
    try:
        return member(archive, CONFIG, limits.config_bytes)
    except LimitError as error:
        raise beyond(limits, "config_bytes", error.message, error.code) from None


def _graph(archive: zipfile.ZipFile, name: str, data: bytes, input_shapes: Any, limits: Limits) -> Graph:
    source = decode(f"{name}:{CONFIG}", data, limits, "config_bytes")
    document = load_json(source, limits)
    try:
        graph = read_config(document, source, input_shapes, version(archive), limits)
    except SpecErrors as several:
        if several.errors[0].code != "E404" or (weights := _weights(archive, limits)) is None:
            raise
        return _of_weights(archive, weights, document, several, limits)
    if any(layer.opaque for layer in layers_of(graph)):
        _hold(archive, graph, limits)
    return graph


def _of_weights(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, document: Any, several: SpecErrors, limits: Limits
) -> Graph:
    """What the weights say about a model whose layers only code builds. Raises its config's error if they say nothing."""
    from densecli.read.weights.hdf5 import of_model  # noqa: PLC0415  # few files are of such models

    name = document.get("class_name") if isinstance(document, dict) else None
    try:
        with _opened(archive, info, limits) as file:
            graph = of_model(file, name if isinstance(name, str) else "Model", limits)
    except (DenseError, *DAMAGE):
        raise several from None
    graph.code = document
    return graph


def _hold(archive: zipfile.ZipFile, graph: Graph, limits: Limits) -> None:
    """Shapes from the weights file for layers that the config does not explain, if h5py is installed."""
    info = _weights(archive, limits)
    if info is None:
        return
    from densecli.read.keras.held import hold  # noqa: PLC0415  # few models have custom layers

    try:
        with _opened(archive, info, limits) as file:
            hold(file, graph, limits)
    except (DenseError, *DAMAGE):
        graph.warnings.append(f"{WEIGHTS} could not be read: the weights of custom layers are not counted")


def _weights(archive: zipfile.ZipFile, limits: Limits) -> zipfile.ZipInfo | None:
    """The weights file, if there is one that can be read within the limits."""
    infos = [info for info in archive.infolist() if info.filename == WEIGHTS]
    if len(infos) != 1 or infos[0].flag_bits & 1:
        return None
    large = infos[0].compress_type != zipfile.ZIP_STORED and infos[0].file_size > limits.weights_bytes
    return None if large else infos[0]


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> Any:
    if info.compress_type == zipfile.ZIP_STORED:
        return archive.open(info)
    return io.BytesIO(member(archive, WEIGHTS, limits.weights_bytes))


def version(archive: zipfile.ZipFile) -> str:
    """The Keras version that wrote the archive, if metadata.json says."""
    try:
        metadata = json.loads(member(archive, METADATA, MOST_METADATA))
    except (DenseError, ValueError, RecursionError):
        return ""
    found = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return found if isinstance(found, str) else ""
