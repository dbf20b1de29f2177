"""Detecting a file's type from its contents, or where those tell nothing, from its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.read.files.protobuf import varint
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
NPY_MAGIC = b"\x93NUMPY"
TABLE_START = b"\0\0"  # of a checkpoint's index: its first key is empty
HEAD = 512  # bytes looked at: the header of a tar archive
MOST_SAFETENSORS = 1 << 32  # bytes of a header, far beyond what its format allows


class Kind(Record):
    """What a file is, and the way to something that densecli reads."""

    name: str
    hint: str | None = None


UNPACK = "unpack it, and give the model file inside"
OF_OPERATIONS = (
    "it has operations, not layers: give the Keras model that it was made from (.keras, .h5 or a SavedModel)"
)
OF_TORCH = (
    "densecli never loads pickles; for a table of the weights, write them with "
    "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
)
NO_PICKLE = "densecli never loads pickles; write a Keras model with model.save('model.keras'), arrays with numpy.savez"
AS_SAFETENSORS = "for a table of the weights, convert them to safetensors"

PICKLE = Kind("a pickle", NO_PICKLE)
TORCH = Kind("a PyTorch file", OF_TORCH)
TORCHSCRIPT = Kind("a TorchScript file", OF_TORCH)
TFLITE = Kind("a TensorFlow Lite model", OF_OPERATIONS)
ONNX = Kind("an ONNX model", OF_OPERATIONS)
COREML = Kind("a Core ML model", OF_OPERATIONS)
FROZEN = Kind("a TensorFlow graph", OF_OPERATIONS)
GGUF = Kind("a GGUF file", AS_SAFETENSORS)
MSGPACK = Kind("a MessagePack file, as Flax writes them", AS_SAFETENSORS)
METADATA = Kind("the Keras metadata of a SavedModel", "give the folder that it lies in")
SAVED = Kind("the graph of a SavedModel", "give the folder that it lies in")
PROTOBUF = Kind("a TensorFlow protobuf", "of a SavedModel, give the folder; of a checkpoint, the .index file")
DATA = Kind("a file with the numbers of a TensorFlow checkpoint", "give the .index file beside it")

# Around other files; what lies in them is not looked for, even if a reader could find it.
CONTAINERS = (
    (b"\x1f\x8b", Kind("a gzip file", UNPACK)),
    (b"BZh", Kind("a bzip2 file", UNPACK)),
    (b"\xfd7zXZ", Kind("an xz file", UNPACK)),
    (b"\x28\xb5\x2f\xfd", Kind("a zstd file", UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", Kind("a 7z archive", UNPACK)),
    (b"Rar!\x1a\x07", Kind("a RAR archive", UNPACK)),
    (b"\x04\x22\x4d\x18", Kind("an lz4 file", UNPACK)),
    (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", TORCH),  # torch.save before 1.6
    (b"\x80\x02", PICKLE),
    (b"\x80\x03", PICKLE),
    (b"\x80\x04", PICKLE),
    (b"\x80\x05", PICKLE),
)
OTHERS = (
    (b"GGUF", GGUF),
    (b"lmgg", Kind("a GGML file", AS_SAFETENSORS)),
    (b"tjgg", Kind("a GGML file", AS_SAFETENSORS)),
    (b"MATLAB 5.0 MAT-file", Kind("a MATLAB file", "write its arrays with scipy.io.loadmat and numpy.savez")),
    (b"\x89PNG", Kind("a PNG image")),
    (b"\xff\xd8\xff", Kind("a JPEG image")),
    (b"%PDF-", Kind("a PDF document")),
    (b"\x7fELF", Kind("a program")),
    (b"MZ\x90", Kind("a program")),
    (b"\xfe\xed\xfa", Kind("a program")),
    (b"\xcf\xfa\xed\xfe", Kind("a program")),
    (b"SQLite format 3\0", Kind("an SQLite database")),
    (b"PAR1", Kind("a Parquet file")),
    (b"ARROW1", Kind("an Arrow file")),
    (
        b"model_checkpoint_path:",
        Kind("a list of TensorFlow checkpoints", "give the folder, or the .index file beside it"),
    ),
)
SUFFIXES = {
    ".tflite": TFLITE, ".lite": TFLITE, ".onnx": ONNX, ".mlmodel": COREML, ".pt": TORCH, ".pth": TORCH,
    ".ckpt": Kind("a checkpoint", AS_SAFETENSORS), ".pkl": PICKLE, ".pickle": PICKLE, ".joblib": PICKLE, ".gguf": GGUF, ".msgpack": MSGPACK,
    ".pb": PROTOBUF, ".meta": PROTOBUF,
    ".caffemodel": Kind("a Caffe model"), ".params": Kind("an MXNet file"), ".engine": Kind("a TensorRT engine"),
    ".plan": Kind("a TensorRT engine"),
}  # fmt: skip

UNKNOWN = Kind("neither text nor a model file that densecli knows")


def container(head: bytes) -> Kind | None:
    """The type of a file whose first bytes show that it is packed or pickled; nothing inside it is examined."""
    if _is_tar(head):
        return Kind("a tar archive", UNPACK)
    return next((kind for magic, kind in CONTAINERS if head.startswith(magic)), None)


def other_kind(head: bytes) -> Kind | None:
    """The type of any other file whose first bytes show that it is not a model."""
    found = next((kind for magic, kind in OTHERS if head.startswith(magic)), None)
    return found or _tagged(head) or _protobuf(head)


def named(name: str) -> Kind:
    """What the name of a file says, if its contents are neither known nor text."""
    lower = name.lower()
    if ".data-" in lower.rpartition("/")[2]:
        return DATA
    found = next((kind for suffix, kind in SUFFIXES.items() if lower.endswith(suffix)), None)
    return found or UNKNOWN


def zip_kind(names: Sequence[str]) -> Kind | None:
    """What an archive is that is not Keras' own, by the names of its members."""
    last = {name.rpartition("/")[2] for name in names}
    if "data.pkl" in last:
        return TORCHSCRIPT if "constants.pkl" in last else TORCH
    if "saved_model.pb" in last:
        return Kind("an archive of a SavedModel", "unpack it, and give the folder with saved_model.pb")
    if any(name.endswith((".mlmodel", ".mlpackage/Manifest.json")) for name in names):
        return COREML
    if any(name.endswith((".keras", ".h5", ".safetensors", ".npz")) for name in last):
        return Kind("an archive of model files", UNPACK)
    return None


def all_arrays(names: Sequence[str]) -> bool:
    """Whether all members of an archive are NumPy arrays: an .npz file."""
    return bool(names) and all(each.endswith(".npy") for each in names)


def is_safetensors(head: bytes) -> bool:
    """A length, then the JSON object of that length."""
    return head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") < MOST_SAFETENSORS


def _is_tar(head: bytes) -> bool:
    """By the checksum in its first header; the oldest form has no other mark."""
    checksum = head[148:156]
    try:
        return len(head) == HEAD and int(checksum.strip(b" \0"), 8) == sum(head) - sum(checksum) + 8 * ord(" ")
    except ValueError:
        return False


def _tagged(head: bytes) -> Kind | None:
    """TensorFlow Lite's identifier comes after an offset; MessagePack's maps start with a size and a key."""
    if head[4:8] == b"TFL3":
        return TFLITE
    first, second = (head[0], head[1]) if len(head) > 1 else (0, 0)
    return MSGPACK if 0x81 <= first <= 0x8F and 0xA1 <= second <= 0xBF else None


def _protobuf(head: bytes) -> Kind | None:
    """By the first fields of the messages in such files."""
    try:
        if head[:1] == b"\x08":
            return _versioned(head)
        return _nested(head) if head[:1] == b"\n" else None
    except (ReadError, IndexError):
        return None


def _versioned(head: bytes) -> Kind | None:
    """SavedModel, ONNX and Core ML begin with a version; then come a graph, the writer's name, and a description."""
    version, at = varint(head, 1)
    if head[at] in b"\x1a\x22\x3a\x42":
        return ONNX
    if head[at] != 0x12 or version > 1000:
        return None
    at = varint(head, at + 1)[1]
    if head[at] >= ord(" "):
        return ONNX
    inner = head[varint(head, at + 1)[1]]  # of an input of Core ML its name, of a SavedModel what it was made with
    return COREML if version > 1 or inner == ord("\n") else SAVED


def _nested(head: bytes) -> Kind | None:
    """A node of a graph has a name and an operation; metadata of Keras begin with the root. Texts begin with newlines, too."""
    at = varint(head, 1)[1]
    if head[at : at + 6] == b"\x1a\x04root":
        return METADATA
    if head[at : at + 1] != b"\n":
        return None
    length, at = varint(head, at + 1)
    return FROZEN if head[at + length : at + length + 1] == b"\x12" else None
