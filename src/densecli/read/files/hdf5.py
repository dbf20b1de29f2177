"""HDF5 files: text attributes, and the shapes of arrays without their data.

Links out of the file, raw data in other files and virtual datasets are refused wherever one would be followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from densecli.errors import DenseError, LimitError, ReadError
from densecli.read.files import hdf5_attributes
from densecli.read.files.stored import Stored
from densecli.read.limits import LIMITS, Limits, beyond
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

DAMAGE = (OSError, KeyError, RuntimeError, ValueError, OverflowError, TypeError, AttributeError, MemoryError)
SKIPPED = ("optimizer_weights", "optimizer")  # not the model's


def attributes_of(file: BinaryIO, group: Any, limits: Limits = LIMITS) -> hdf5_attributes.Attributes:
    """The text attributes of a group in an open file. Raises ReadError (E321), also for what Keras never writes."""
    import h5py  # noqa: PLC0415

    try:
        return hdf5_attributes.Attributes(file, limits.config_bytes, h5py.h5o.get_info(group.id).addr)
    except hdf5_attributes.Unfamiliar:
        raise ReadError("the names of the weights are stored in a way that Keras never uses", code="E321") from None


def guarded(opened: Any, limits: Limits) -> list[Stored]:
    try:
        return list(stored(opened, limits))
    except DenseError:
        raise
    except DAMAGE as error:
        raise damaged(error) from None


def open_hdf5(file: BinaryIO) -> Any:
    """An h5py.File on an open file. Raises ReadError (E106 no h5py, E321 damaged)."""
    try:
        import h5py  # noqa: PLC0415
    except ImportError:
        raise no_h5py() from None
    try:
        return h5py.File(file, "r")
    except DAMAGE as error:
        raise damaged(error) from None


def no_h5py() -> ReadError:
    hint = "pip install 'densecli[h5]'"
    return ReadError("an HDF5 file needs h5py, which is not installed", code="E106", hint=hint)


def damaged(error: Exception) -> ReadError:
    return ReadError(f"the HDF5 file is damaged: {quote(str(error), 120)}", code="E321")


def attribute(opened: Any, name: str) -> bytes | None:
    """An attribute of the file that should be one string."""
    try:
        if name not in opened.attrs:
            return None
        value = opened.attrs[name]
    except DAMAGE as error:
        raise damaged(error) from None
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        return bytes(value)
    raise ReadError(f"the attribute {name} is not text", code="E321")


def stored(opened: Any, limits: Limits, root: str = "") -> Iterator[Stored]:
    """Every dataset below a group, depth-first with an explicit stack; hard links only, each object once.

    The stack holds names: an open dataset takes some 80 KB.
    """
    import h5py  # noqa: PLC0415

    pending = [root]
    seen: set[Any] = set()
    looked = 0
    while pending:
        path = pending.pop()
        item = opened[path] if path else opened
        looked += 1
        if looked > limits.weights:
            raise beyond(limits, "weights", f"more than {limits.weights:,} objects in the file", "E505")
        if path.count("/") > limits.depth:
            raise beyond(limits, "depth", f"groups are nested deeper than {limits.depth}", "E503")
        if isinstance(item, h5py.Dataset):
            yield _described(path, item)
            continue
        address = h5py.h5o.get_info(item.id).addr
        if address in seen:
            raise LimitError("the groups of the file form a cycle", code="E503")
        seen.add(address)
        pending += reversed(list(_members(item, path)))


def _members(group: Any, path: str) -> Iterator[str]:
    for name in group:
        inner = f"{path}/{name}" if path else str(name)
        if not path and name in SKIPPED:
            continue
        check_link(group, name, inner)
        yield inner


def check_link(group: Any, name: str, path: str) -> None:
    """Raises ReadError (E322) for a link that leads elsewhere."""
    import h5py  # noqa: PLC0415

    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        message = f"{quote(path)} is a link out of its place, which densecli does not follow"
        raise ReadError(message, code="E322", hint="Keras never writes such links")


def root_of(opened: Any) -> str:
    """The group with the weights, if not the file itself. Raises ReadError (E322)."""
    if opened.get("model_weights", getlink=True) is None:
        return ""
    check_link(opened, "model_weights", "model_weights")
    return "model_weights"


def _described(path: str, dataset: Any) -> Stored:
    if dataset.external or dataset.is_virtual:
        message = f"{quote(path)} keeps its data in other files, which densecli does not open"
        raise ReadError(message, code="E322", hint="Keras never writes such datasets")
    return Stored(path, tuple(int(size) for size in dataset.shape), _dtype(dataset.dtype))


def _dtype(dtype: Any) -> str:
    """HDF5 has no small floating-point types: Keras writes them as bytes, and says which only of bfloat16."""
    bare = dtype.kind == "V" and dtype.names is None
    return {1: "float8", 2: "bfloat16"}.get(dtype.itemsize, str(dtype)) if bare else str(dtype)
