"""Write tests/fixtures/foreign.json: the first bytes of files that other libraries wrote, and what each of them is.

python tools/record_foreign.py tensorflow     needs tensorflow and tf_keras 2.21
python tools/record_foreign.py torch          needs torch, onnx, gguf, joblib, msgpack and coremltools
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import sys
import tempfile
from pathlib import Path

import numpy as np

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "foreign.json"
HEAD = 512
MOST = 4096  # bytes of an archive that is kept whole: its directory is at the end


def of_tensorflow(folder):
    os.environ |= {"TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    import tensorflow as tf
    import tf_keras as keras
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2 as frozen,
    )

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.save(folder / "saved", save_format="tf")
    model.save_weights(str(folder / "weights.ckpt"))
    (folder / "model.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    function = tf.function(lambda x: model(x)).get_concrete_function(tf.TensorSpec((1, 4)))
    graph = frozen(function).graph.as_graph_def()
    (folder / "frozen.pb").write_bytes(graph.SerializeToString())
    return {
        "model.tflite": "a TensorFlow Lite model",
        "frozen.pb": "a TensorFlow graph",
        "saved/saved_model.pb": "the graph of a SavedModel",
        "saved/keras_metadata.pb": "the Keras metadata of a SavedModel",
        "checkpoint": "a list of TensorFlow checkpoints",
    }


def of_torch(folder):
    import coremltools
    import gguf
    import joblib
    import msgpack
    import onnx
    import torch

    model = torch.nn.Linear(4, 3)
    torch.save(model.state_dict(), folder / "model.pt")
    torch.save(model.state_dict(), folder / "old.pth", _use_new_zipfile_serialization=False)
    torch.jit.script(model).save(str(folder / "script.pt"))
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 4])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Relu", ["x"], ["y"])], "g", [value], [value])
    onnx.save(onnx.helper.make_model(graph), folder / "bare.onnx")
    onnx.save(onnx.helper.make_model(graph, producer_name="pytorch"), folder / "named.onnx")
    writer = gguf.GGUFWriter(folder / "model.gguf", "llama")
    writer.add_tensor("w", np.zeros((4, 4), "float32"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    joblib.dump({"w": np.zeros(3)}, folder / "model.joblib")
    joblib.dump({"w": np.zeros(3)}, folder / "packed.joblib", compress=3)
    (folder / "model.pkl").write_bytes(pickle.dumps({"w": 1}))
    (folder / "model.msgpack").write_bytes(msgpack.packb({"params": {"dense": {"kernel": b"0"}}}))
    inputs = [("x", coremltools.models.datatypes.Array(4))]
    builder = coremltools.models.neural_network.NeuralNetworkBuilder(
        inputs, [("y", coremltools.models.datatypes.Array(4))]
    )
    builder.add_activation("a", "RELU", "x", "y")
    (folder / "model.mlmodel").write_bytes(builder.spec.SerializeToString())
    return {
        "model.pt": "a PyTorch file",
        "old.pth": "a PyTorch file",
        "script.pt": "a TorchScript file",
        "bare.onnx": "an ONNX model",
        "named.onnx": "an ONNX model",
        "model.gguf": "a GGUF file",
        "model.joblib": "a pickle",
        "model.pkl": "a pickle",
        "model.msgpack": "a MessagePack file",
        "model.mlmodel": "a Core ML model",
    }


def main(library):
    known = json.loads(FIXTURE.read_text(encoding="utf-8")) if FIXTURE.exists() else {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, kind in {"tensorflow": of_tensorflow, "torch": of_torch}[library](folder).items():
            data = (folder / name).read_bytes()
            kept = data if data[:2] == b"PK" and len(data) <= MOST else data[:HEAD]
            known[Path(name).name] = {"kind": kind, "data": base64.b64encode(kept).decode()}
    FIXTURE.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
