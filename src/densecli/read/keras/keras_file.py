"""`.keras` archives: the model in config.json, the version in metadata.json, and the weights of custom layers."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, BinaryIO

from densecli.errors import DenseError, LimitError
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
    graph = read_config(document, source, input_shapes, version(archive), limits)
    if any(layer.opaque for layer in layers_of(graph)):
        _hold(archive, graph, limits)
    return graph


def _hold(archive: zipfile.ZipFile, graph: Graph, limits: Limits) -> None:
    """Shapes from the weights file for layers that the config does not explain, where h5py is there to read it."""
    infos = [info for info in archive.infolist() if info.filename == WEIGHTS]
    if len(infos) != 1 or infos[0].flag_bits & 1:
        return
    stored = infos[0].compress_type == zipfile.ZIP_STORED
    if not stored and infos[0].file_size > limits.weights_bytes:
        return
    from densecli.read.keras.held import hold  # noqa: PLC0415  # few models have custom layers

    try:
        opened: Any = archive.open(infos[0]) if stored else io.BytesIO(member(archive, WEIGHTS, limits.weights_bytes))
        with opened as file:
            hold(file, graph, limits)
    except (DenseError, *DAMAGE):
        graph.warnings.append(f"{WEIGHTS} could not be read: the weights of custom layers are not counted")


def version(archive: zipfile.ZipFile) -> str:
    """The Keras that wrote the archive, where metadata.json tells."""
    try:
        metadata = json.loads(member(archive, METADATA, MOST_METADATA))
    except (DenseError, ValueError, RecursionError):
        return ""
    found = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return found if isinstance(found, str) else ""
