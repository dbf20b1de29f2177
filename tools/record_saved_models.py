"""Write tests/fixtures/saved_models.zip: SavedModel folders of tf_keras, and what tf_keras says about each.

python tools/record_saved_models.py        needs tensorflow and tf_keras 2.21; NAME… records those anew

Of saved_model.pb only the object graph and the signatures are kept, for the functions in it make up nearly all of its size.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path

os.environ |= {"TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tensorflow.core.protobuf import saved_model_pb2
from tf_keras.protobuf import saved_metadata_pb2

from saved_model_kinds import CASES, WITHOUT_METADATA

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "saved_models.zip"
MOST_DATA = 40_000  # bytes of variables that are kept
# Also as TensorFlow 2.0 to 2.4 wrote them.
OLD = ("dense", "conv", "lstm", "functional", "subclassed", "custom_with_config")


def main(names):
    records, files = {}, {}
    if FIXTURE.exists():
        with zipfile.ZipFile(FIXTURE) as known:
            files = {each.filename: known.read(each) for each in known.infolist()}
            records = json.loads(files.pop("records.json"))
    every = [*CASES, *WITHOUT_METADATA]
    records = {name: record for name, record in records.items() if name.removesuffix("_old") in every}
    files = {path: data for path, data in files.items() if path.split("/")[0] in records}
    for name in names or [each for each in every if each not in records]:
        print(name, flush=True)
        files = {path: data for path, data in files.items() if path.split("/")[0] not in (name, f"{name}_old")}
        records[name] = record(name, files)
        if name in OLD:
            records[f"{name}_old"] = records[name]
        write(records, files)


def write(records, files):
    with zipfile.ZipFile(FIXTURE, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        every = files | {"records.json": json.dumps(records, indent=1).encode()}
        for path in sorted(every):
            archive.writestr(zipfile.ZipInfo(path), every[path], zipfile.ZIP_DEFLATED, 9)


def record(name, files):
    keras.backend.clear_session()
    tf.random.set_seed(1)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / name
        if name in WITHOUT_METADATA:
            found = WITHOUT_METADATA[name](folder) | {"signatures": signatures(folder)}
        else:
            made = CASES[name]()
            model, options = made if isinstance(made, tuple) else (made, {})
            shake(model)
            model.save(folder, save_format="tf", **options)
            found = described(model, folder)
        keep(name, folder, files)
        if name in OLD:
            age(folder)
            keep(f"{name}_old", folder, files)
            again = keras.models.load_model(folder, compile=False)
            assert again.count_params() == found["params"]
        return found


def signatures(folder):
    """What TensorFlow takes and gives for each signature that it loads."""
    loaded = tf.saved_model.load(str(folder)).signatures
    sides = {name: (each.structured_input_signature[1], each.structured_outputs) for name, each in loaded.items()}
    return {name: [{key: spec(each) for key, each in side.items()} for side in both] for name, both in sides.items()}


def spec(tensor):
    shape = None if tensor.shape.rank is None else list(tensor.shape)
    return [shape, tensor.dtype.name]


def shake(model):
    """Weights that differ from each other, so that a wrong match shows in the outputs."""
    draw = np.random.RandomState(7)
    for variable in variables(model):
        if variable.dtype.is_floating:
            variable.assign(draw.uniform(0.1, 0.9, variable.shape))
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):  # computes with copies
            layer.finalize_state()


def variables(model):
    """The weights that are variables: vocabularies are listed among them."""
    return [each for each in model.weights if isinstance(each, tf.Variable)]


def described(model, folder):
    return {
        "class": type(model).__name__,
        "name": model.name,
        "rows": [row(layer) for layer in model.layers],
        "params": model.count_params(),
        "trainable": sum(int(np.prod(each.shape)) for each in model.trainable_weights),
        "weights": [[int(size) for size in each.shape] for each in variables(model)],
        "run": outputs(model, folder),
    }


def row(layer):
    try:
        shape = layer.output_shape
    except (AttributeError, RuntimeError):
        shape = None
    return [layer.name, type(layer).__name__, plain(shape), layer.count_params()]


def plain(shape):
    if isinstance(shape, list):
        return [plain(each) for each in shape]
    if isinstance(shape, dict):
        return {name: plain(each) for name, each in shape.items()}
    return shape if shape is None else [None if each is None else int(each) for each in shape]


def outputs(model, folder):
    """Numbers for a forward pass, if there are inputs of numbers: what the model makes of them."""
    data = folder / "variables" / "variables.data-00000-of-00001"
    inputs = getattr(model, "inputs", None) or []
    if data.stat().st_size > MOST_DATA or not inputs or any(not each.dtype.is_floating for each in inputs):
        return None
    draw = np.random.RandomState(3)
    shapes = [
        [2 if index == 0 and size is None else size or 5 for index, size in enumerate(each.shape)] for each in inputs
    ]
    given = [draw.uniform(0, 1, shape).astype("float32") for shape in shapes]
    made = model(given[0] if len(given) == 1 else fitted(model, given), training=False)
    return {
        "inputs": [[shape, each.ravel().tolist()] for shape, each in zip(shapes, given, strict=True)],
        "outputs": [np.asarray(each, "float64").ravel().tolist() for each in tf.nest.flatten(made)],
    }


def fitted(model, given):
    """Inputs as the model takes them: a dict for one that was made from a dict."""
    names = model._nested_inputs if isinstance(model._nested_inputs, dict) else None
    return given if names is None else dict(zip(names, given, strict=True))


def keep(name, folder, files):
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name == "fingerprint.pb":
            continue
        data = path.read_bytes()
        if path.name.startswith("variables.data") and len(data) > MOST_DATA:
            continue
        files[f"{name}/{path.relative_to(folder)}"] = without_functions(data) if path.name == "saved_model.pb" else data


def without_functions(data):
    saved = saved_model_pb2.SavedModel.FromString(data)
    for graph in saved.meta_graphs:
        graph.ClearField("graph_def")
        graph.ClearField("saver_def")
        graph.meta_info_def.ClearField("stripped_op_list")
        graph.object_graph_def.ClearField("concrete_functions")
        for each in graph.object_graph_def.nodes:
            each.ClearField("saveable_objects")
            for kind in ("function", "bare_concrete_function", "constant", "captured_tensor", "resource"):
                if each.WhichOneof("kind") == kind:
                    each.ClearField(kind)
    return saved.SerializeToString()


def age(folder):
    """Move the metadata to where TensorFlow 2.0 to 2.4 had it."""
    path = folder / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    metadata = saved_metadata_pb2.SavedMetadata.FromString((folder / "keras_metadata.pb").read_bytes())
    for each in metadata.nodes:
        saved.meta_graphs[0].object_graph_def.nodes[each.node_id].user_object.metadata = each.metadata
    path.write_bytes(saved.SerializeToString())
    (folder / "keras_metadata.pb").unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
