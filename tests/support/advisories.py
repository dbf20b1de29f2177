"""A regression file for each advisory against readers of Keras models, in every form that a file can have.

The name says which attack it is; its payload never runs. CANARY would show that it did.
"""

from __future__ import annotations

import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import h5py

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary-of-densecli"
SECRET = 424242424242
INPUT = {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "x"}}
CONFIG: dict[str, Any] = {
    "module": "keras", "class_name": "Sequential", "registered_name": None,
    "config": {"name": "m", "layers": [INPUT, {"module": "keras.layers", "class_name": "Dense", "config": {"name": "dense", "units": 3}}]},
}  # fmt: skip
MINE = {"module": "my", "class_name": "Mine", "config": {"name": "mine"}, "registered_name": "my>Mine"}


def attack(*layers: Any, **top: Any) -> dict[str, Any]:
    return {**CONFIG, **top, "config": {"name": "m", "layers": [INPUT, *layers]}}


LAMBDA = {"module": "keras.layers", "class_name": "Lambda", "config": {
    "name": "l", "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAAAAAAAAAAAAA==", "defaults": None, "closure": None}},
}}  # fmt: skip
GET_FILE = {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"}
CONFIGS: dict[str, dict[str, Any]] = {
    "CVE-2024-3660 marshalled Lambda": attack({"module": "keras.layers", "class_name": "Lambda", "config": {
        "name": "l", "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAAAAAAAAAAAAA==", "defaults": None, "closure": None}},
    }}),
    "CVE-2025-1550 module and class of anything": attack({"module": "os", "class_name": "system", "config": {"command": f"touch {CANARY}"}}),
    "CVE-2025-1550 function as activation": attack({"module": "keras.layers", "class_name": "Dense", "config": {
        "name": "d", "units": 3, "activation": {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
    }}),
    "CVE-2025-8747 get_file gadget": attack({"module": "keras.layers", "class_name": "Lambda", "config": {
        "name": "l", "function": {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"},
        "arguments": {"origin": "http://127.0.0.1:9/x", "cache_dir": CANARY, "extract": True},
    }}),
    "CVE-2025-9906 enable_unsafe_deserialization": attack({
        "module": "keras.config", "class_name": "function", "config": "enable_unsafe_deserialization", "registered_name": "x",
    }),
    "CVE-2025-49655 TorchModuleWrapper pickle": attack({"module": "keras.utils", "class_name": "TorchModuleWrapper", "config": {
        "name": "t", "module": {"class_name": "__bytes__", "config": {"value": "gASVIQAAAAAAAACMBXBvc2l4"}},
    }}),
    "CVE-2025-12058 vocabulary path": attack({"module": "keras.layers", "class_name": "StringLookup", "config": {
        "name": "s", "vocabulary": "/etc/passwd",
    }}),
    "CVE-2025-12058 vocabulary URL": attack({"module": "keras.layers", "class_name": "TextVectorization", "config": {
        "name": "s", "vocabulary": "http://127.0.0.1:9/vocabulary",
    }}),
    "CVE-2026-1462 TFSMLayer path": attack({"module": "keras.layers", "class_name": "TFSMLayer", "config": {
        "name": "t", "filepath": "/etc", "call_endpoint": "serve",
    }}),
    "CVE-2026-12479 layer name as path": attack({"module": "keras.layers", "class_name": "Dense", "config": {
        "name": f"../../{CANARY}", "units": 3,
    }}),
    "a compile config that names a module": attack(compile_config={"module": "os", "class_name": "system", "config": {"loss": "x"}}),
    "an initializer from elsewhere": attack({"module": "keras.layers", "class_name": "Dense", "config": {
        "name": "d", "units": 3, "kernel_initializer": {"module": "subprocess", "class_name": "Popen", "config": {"args": ["touch", CANARY]}},
    }}),
    "CVE-2025-9905 Lambda of an .h5, where safe_mode was ignored": attack({"class_name": "Lambda", "config": {
        "name": "l", "function": ["4wEAAAAAAAAAAAAAAA==", None, None], "function_type": "lambda", "module": "os",
        "output_shape": ["4wEAAAAAAAAAAAAAAA==", None, None], "output_shape_type": "lambda", "arguments": {},
    }}),
    "CVE-2025-12060 and CVE-2025-12638 get_file that extracts": attack({"module": "keras.layers", "class_name": "Dense", "config": {
        "name": "d", "units": 3, "kernel_initializer": GET_FILE, "origin": "http://127.0.0.1:9/x.tar", "extract": True, "untar": True,
        "fname": f"../{CANARY}",
    }}),
    "CVE-2026-12481 Lambda where safe_mode is not said": attack({**LAMBDA, "config": {**LAMBDA["config"], "safe_mode": None}}),
    "CVE-2026-12481 Lambda inside a wrapper": attack({"module": "keras.layers", "class_name": "TimeDistributed", "config": {
        "name": "t", "layer": LAMBDA,
    }}),
    "a JAX layer with exported code": attack({"module": "keras.layers", "class_name": "JaxLayer", "config": {
        "name": "j", "call_fn": LAMBDA["config"]["function"], "params": {"module": "os", "class_name": "system", "config": {}},
    }}),
    "a registered name that is a path": attack({**MINE, "registered_name": f"../{CANARY}>Mine", "module": f"/{CANARY}"}),
    "a dtype policy from elsewhere": attack({"module": "keras.layers", "class_name": "Dense", "config": {
        "name": "d", "units": 3, "dtype": {"module": "os", "class_name": "system", "config": {"name": f"touch {CANARY}"}},
    }}),
    "a TensorFlow function by its path": attack({"class_name": "TFOpLambda", "config": {"name": "t", "function": f"os.system.{CANARY}"}}),
}  # fmt: skip


# -- the forms that a config comes in -----------------------------------------------------
def archive(path: Path, *members: tuple[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def as_keras(path: Path, config: dict[str, Any]) -> Path:
    metadata = json.dumps({"keras_version": "3.15.1"})
    return archive(path.with_suffix(".keras"), ("metadata.json", metadata), ("config.json", json.dumps(config)))


def as_h5(path: Path, config: dict[str, Any]) -> Path:
    with h5py.File(path.with_suffix(".h5"), "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = "2.15.0"
    return path.with_suffix(".h5")


def as_json(path: Path, config: dict[str, Any]) -> Path:
    path.with_suffix(".json").write_text(json.dumps(config), encoding="utf-8")
    return path.with_suffix(".json")


def as_tensorflow_js(path: Path, config: dict[str, Any]) -> Path:
    document = {
        "format": "layers-model",
        "modelTopology": {"model_config": json.dumps(config)},
        "weightsManifest": [{"paths": [CANARY]}],
    }
    return as_json(path, document)


def as_folder(path: Path, config: dict[str, Any]) -> Path:
    """What Keras 3.13 took for an Orbax checkpoint (KERAS-MFV-001)."""
    folder = path.with_suffix(".keras")
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "x").symlink_to(f"/tmp/{CANARY}")
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


FORMS = (as_keras, as_h5, as_json, as_tensorflow_js, as_folder)


# -- files that are hostile by their form -------------------------------------------------
def bomb(folder: Path) -> Path:
    """#23010, #23101: 70 MB of blanks in 70 KB."""
    return archive(folder / "bomb.keras", ("config.json", b" " * (70 << 20)))


def weights_bomb(folder: Path) -> Path:
    """CVE-2026-0897: a dataset of 8 PiB, for a layer whose weights are looked up."""
    return with_weights(
        folder / "huge.keras", lambda file: file.create_dataset("layers/mine/vars/0", (1 << 50,), "f8", chunks=(64,))
    )


def many_bombs(folder: Path) -> Path:
    """Each dataset below any floor, 250 GiB altogether."""

    def fill(file: Any) -> None:
        for index in range(500):
            file.create_dataset(f"layers/mine/vars/{index}", (1 << 27,), "f8", chunks=(1 << 20,))

    return with_weights(folder / "many.keras", fill)


def external_link(folder: Path) -> Path:
    """CVE-2026-1669, by a link to another file."""
    return with_weights(
        folder / "link.keras", lambda file: file.__setitem__("layers", h5py.ExternalLink(str(secret(folder)), "/"))
    )


def soft_link(folder: Path) -> Path:
    """CVE-2026-1669, by a link inside the file."""
    return with_weights(folder / "soft.keras", lambda file: file.__setitem__("layers", h5py.SoftLink("/elsewhere")))


def external_storage(folder: Path) -> Path:
    """CVE-2026-1669, by data in another file."""
    raw = folder / f"{CANARY}.bin"
    raw.write_bytes(struct.pack("<q", SECRET))
    return with_weights(
        folder / "raw.keras",
        lambda file: file.create_dataset("layers/mine/vars/0", (1,), "i8", external=[(str(raw), 0, 8)]),
    )


def virtual_dataset(folder: Path) -> Path:
    """CVE-2026-1669, by a dataset made of another file's."""
    layout = h5py.VirtualLayout(shape=(1,), dtype="i8")
    layout[:] = h5py.VirtualSource(str(secret(folder)), "mine", shape=(1,))
    return with_weights(
        folder / "virtual.keras", lambda file: file.create_virtual_dataset("layers/mine/vars/0", layout)
    )


def climbing_members(folder: Path) -> Path:
    """GHSA-hqp4-2352-xf5r: names that lead out of wherever they are unpacked."""
    names = (f"../{CANARY}", f"/tmp/{CANARY}", f"assets/../../{CANARY}")
    return archive(folder / "climb.keras", ("config.json", json.dumps(CONFIG)), *((name, "x") for name in names))


def pickle_file(folder: Path) -> Path:
    """KERAS-MFV-006: a pickle where a model is expected."""
    path = folder / "model.keras"
    path.write_bytes(b"\x80\x04cos\nsystem\n(S'touch " + CANARY.encode() + b"'\ntR.")
    return path


def yaml_tags(folder: Path) -> Path:
    path = folder / "tags.yaml"
    path.write_text(f"input: [2]\nlayers:\n- !!python/object/apply:os.system ['touch {CANARY}']\n", encoding="utf-8")
    return path


def yaml_paths(folder: Path) -> Path:
    path = folder / "paths.yaml"
    path.write_text(
        f"input: [2]\nlayers:\n- TFSMLayer: {{filepath: /etc/{CANARY}}}\n- Dense: {{units: 3, name: ../{CANARY}}}\n",
        encoding="utf-8",
    )
    return path


def dsl_code(folder: Path) -> Path:
    path = folder / "code.dsl"
    path.write_text(f"Dense(__import__('os').system('touch {CANARY}'))@(3,)", encoding="utf-8")
    return path


def dsl_vocabulary(folder: Path) -> Path:
    path = folder / "vocabulary.dsl"
    path.write_text('StringLookup(vocabulary="/etc/passwd")@(3,)', encoding="utf-8")
    return path


def secret(folder: Path) -> Path:
    path = folder / f"{CANARY}.h5"
    with h5py.File(path, "w") as file:
        file["mine"] = [SECRET]
    return path


def with_weights(path: Path, fill: Any) -> Path:
    """An archive with a custom layer, for which the weights file is opened."""
    inner = path.with_suffix(".weights")
    with h5py.File(inner, "w", libver="latest") as file:
        fill(file)
    weights = inner.read_bytes()
    inner.unlink()
    return archive(
        path, ("config.json", json.dumps(attack(MINE))), ("model.weights.h5", weights), compression=zipfile.ZIP_STORED
    )


FILES = (
    bomb, weights_bomb, many_bombs, external_link, soft_link, external_storage, virtual_dataset, climbing_members, pickle_file,
    yaml_tags, yaml_paths, dsl_code, dsl_vocabulary,
)  # fmt: skip
