"""TensorFlow's SavedModel folders: the config that Keras noted beside them, or a table of their variables.

tf.keras 2.0 to 2.15 saved in this format by default. Since TensorFlow 2.5 the configs are in keras_metadata.pb, before that
in saved_model.pb. The functions in it, which are the model for TensorFlow itself, are never read.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from densecli.errors import ReadError
from densecli.graph.model import layers_of
from densecli.layer import Weight
from densecli.names import element_bits
from densecli.read.files.folder import MAIN
from densecli.read.files.object_graph import objects_in
from densecli.read.files.protobuf import message
from densecli.read.files.signatures import signatures_in
from densecli.read.keras.kinds import holds_layers, is_model
from densecli.read.keras.model import read_config
from densecli.read.keras.saved_objects import Saved, told
from densecli.read.keras.values import without_tuples
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.read.text.encoding import decode
from densecli.read.text.json import load_json
from densecli.read.weights.checkpoint import COPIES, read_checkpoint
from densecli.read.weights.table import ARRAY, KIND, Group, distinct, table_of
from densecli.text import binary_size, quote

if TYPE_CHECKING:
    from densecli.errors import Source
    from densecli.graph.graph import Graph
    from densecli.read.files.folder import Folder
    from densecli.read.files.object_graph import Objects
    from densecli.read.files.signatures import Signature

METADATA, INDEX = "keras_metadata.pb", ("variables", "variables.index")
VERSION = "2.4"  # of Keras, where nothing says
NO_METADATA = (
    "the SavedModel was exported without Keras' metadata (by model.export or tf.saved_model.save), so it names no layers: "
    "these are its variables; for the layers, give the .keras or .h5 file of the same model"
)
# What a root holds beside the model; model.export of Keras 3 keeps each variable twice.
ASIDE = ("optimizer", "_optimizer", "signatures", "keras_api", COPIES)


def read_saved_model(folder: Folder, input_shapes: Any = None, limits: Limits = LIMITS) -> Graph:
    """The graph of a SavedModel. Raises ReadError (E105, E331, E332), SpecErrors or LimitError."""
    return Reader(folder, input_shapes, limits).read()


def is_saved_model(folder: Folder) -> bool:
    return MAIN in folder.names()


def saved_in(folder: Folder, limits: Limits = LIMITS) -> Saved | None:
    """The layers of a SavedModel by object; None if Keras noted none."""
    reader = Reader(folder, None, limits)
    objects = reader.objects()
    saved = None if objects is None else reader.saved(objects, reader.notes())
    return saved if saved is not None and saved.note(0) else None


class Reader:
    """Reads one folder: as little of it as tells the layers."""

    def __init__(self, folder: Folder, input_shapes: Any, limits: Limits) -> None:
        self.folder, self.input_shapes, self.limits = folder, input_shapes, limits

    def read(self) -> Graph:
        graph = self.model()
        if graph.weights_only:
            graph.signatures = self.signatures()
        return graph

    def model(self) -> Graph:
        notes = self.notes()
        if notes is not None and 0 in notes:
            graph = self.graph(notes[0])
            if graph is not None and not any(layer.opaque for layer in layers_of(graph)):
                return graph
        objects = self.objects()
        if objects is None:
            return self.table_of_keys()
        saved = self.saved(objects, notes)
        return self.with_objects(saved) if saved.note(0) else self.table_of_variables(objects)

    def saved(self, objects: Objects, notes: dict[int, bytes] | None) -> Saved:
        return Saved(objects, notes, lambda note: self.parsed(note)[1])

    def with_objects(self, saved: Saved) -> Graph:
        """The graph of a SavedModel that has its notes in the objects, or layers that only code knows."""
        graph = self.graph(saved.note(0), saved)
        if graph is None:
            return saved.table(saved.entry(0))
        if any(layer.opaque for layer in layers_of(graph)):
            saved.hold(graph)
        return graph

    def graph(self, note: bytes, saved: Saved | None = None) -> Graph | None:
        """The graph that the note of the root tells; None if code builds its layers."""
        source, document = self.parsed(note)
        if not isinstance(document, dict) or not (is_model(document) or holds_layers(document)):
            return None
        version = document.get("keras_version")
        document = document if saved is None else told(document, saved)
        known = version if isinstance(version, str) else VERSION
        return read_config(document, source, self.input_shapes, known, self.limits)

    def parsed(self, note: bytes) -> tuple[Source, Any]:
        source = decode(f"{self.folder.name}:{METADATA}", note, self.limits, "config_bytes")
        return source, without_tuples(load_json(source, self.limits))

    # -- files ------------------------------------------------------------------------
    def notes(self) -> dict[int, bytes] | None:
        """What Keras noted, by the number of the object; None for a SavedModel without that file."""
        with self.folder.member(METADATA) as file:
            if file is None:
                return None
            data = file.read(self.limits.config_bytes + 1)
        if len(data) > self.limits.config_bytes:
            message_ = f"{METADATA} is larger than {binary_size(self.limits.config_bytes)}"
            raise beyond(self.limits, "config_bytes", message_, "E506")
        return {each.number(2): each.data(5) for each in message(data).messages(1)}

    def objects(self) -> Objects | None:
        with self.folder.member(MAIN) as file:
            return None if file is None else objects_in(file, self.limits)

    def signatures(self) -> list[Signature]:
        with self.folder.member(MAIN) as file:
            return [] if file is None else signatures_in(file, self.limits)

    # -- without layers ---------------------------------------------------------------
    def table_of_variables(self, objects: Objects) -> Graph:
        """The variables of a SavedModel that Keras did not write, or wrote for serving alone."""
        found = objects.variables(objects.walked(0, ASIDE))
        found = [each for each in found if element_bits(each.stored.dtype) is not None]
        if not found:
            return self.table_of_keys()
        names = distinct([each.stored.path or f"object {each.number}" for each in found])
        weights = [
            Weight(name, each.stored.shape, (), each.trainable, dtype=each.stored.dtype)
            for name, each in zip(names, found, strict=True)
        ]
        rows = [Group(weight.name, ARRAY, (weight,)) for weight in weights]
        return table_of(rows, PurePath(self.folder.name).name, KIND, [NO_METADATA])

    def table_of_keys(self) -> Graph:
        """The variables as the checkpoint inside names them."""
        with self.folder.member(*INDEX) as file:
            if file is None:
                message_ = f"{quote(self.folder.name)} has neither Keras' metadata nor variables"
                raise ReadError(message_, code="E324", hint="give the .keras or .h5 file of the same model")
            graph = read_checkpoint(file, self.folder.name, self.limits)
        graph.warnings[:1] = [NO_METADATA]
        return graph
