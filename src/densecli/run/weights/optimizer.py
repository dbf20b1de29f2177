"""The variables of the optimizer in a model file, which Keras counts when it has loaded a compiled model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.names import DTYPE_BYTES
from densecli.read.files import hdf5
from densecli.read.files.folder import MAIN, opened_folder
from densecli.read.files.opened import opened, rewindable
from densecli.read.limits import LIMITS, Limits
from densecli.records import Record
from densecli.run.weights.containers import is_hdf5, weights_in
from densecli.shape import product
from densecli.text import quote

if TYPE_CHECKING:
    from densecli.read.files.stored import Stored

GROUPS = ("optimizer", "optimizer_weights")  # in a .keras archive, in an .h5 file


class Variables(Record):
    """How many numbers they hold, in how many bytes."""

    params: int
    bytes: int


def optimizer_variables(path: str, limits: Limits = LIMITS) -> Variables | None:
    """The variables of the optimizer; None if the file has none. Raises ReadError or LimitError."""
    found = _stored(path, limits)
    counts = [(product(each.shape) or 0, DTYPE_BYTES.get(each.dtype, 4)) for each in found]
    return (
        Variables(sum(count for count, _ in counts), sum(count * width for count, width in counts)) if found else None
    )


def _refuse_folder(path: str) -> None:
    """A SavedModel may have such variables, among the objects in its graph. Raises ReadError (E105)."""
    with opened_folder(path) as folder:
        if folder is not None and MAIN in folder.names():
            message = f"{quote(path)} is a SavedModel, whose optimizer densecli does not count"
            raise ReadError(message, code="E105", hint="leave out --optimizer-row, or give the .keras or .h5 file")


def _stored(path: str, limits: Limits) -> list[Stored]:
    _refuse_folder(path)
    with opened(path) as stream:
        file = rewindable(stream, path, limits.weights_bytes)
        held = weights_in(file, (limits.weights_bytes, limits.weights_bytes), limits)
        if held is None or not is_hdf5(held):
            return []
        with hdf5.open_hdf5(held) as weights:
            group = next((name for name in GROUPS if name in weights), None)
            return [] if group is None else list(hdf5.stored(weights, limits, group))
