"""Ask TensorFlow and TensorFlow Lite Micro how much memory int8 models need: tests/fixtures/microcontrollers.json.

Three steps, each in an environment of its own, around a folder:

    python tools/record_microcontrollers.py configs FOLDER     with densecli: a Keras config for each stack
    python tools/record_microcontrollers.py convert FOLDER     with tensorflow 2.21: full-integer quantization, random weights
    python tools/record_microcontrollers.py measure FOLDER     with tflite-micro (and numpy): the arena, as its recording allocator sees it
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import tempfile
from pathlib import Path

RECORD = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "microcontrollers.json"
INT8 = 9  # TensorType of the schema of TensorFlow Lite
STACKS = [
    "Dense(16, activation=relu)@(1,) -> Dense(16, activation=relu) -> Dense(1)",
    "Dense(32, activation=relu)@(16,) -> Dense(10, activation=softmax)",
    "Dense(100)@(300,) -> Dense(200) -> Dense(7)",
    "Dense(40, activation=sigmoid)@(30,) -> Dense(50, activation=tanh) -> Dense(2)",
    "Conv2D(8, 3, activation=relu)@(28,28,1) -> MaxPooling2D -> Conv2D(16, 3, activation=relu) -> MaxPooling2D -> Flatten -> Dense(10, activation=softmax)",
    "Conv2D(64, (10,4), strides=2, padding=same, use_bias=false)@(49,10,1) -> BatchNormalization -> ReLU -> DepthwiseConv2D(3, padding=same, use_bias=false) -> BatchNormalization -> ReLU -> Conv2D(64, 1, use_bias=false) -> BatchNormalization -> ReLU -> AveragePooling2D((25,5)) -> Flatten -> Dense(12, activation=softmax)",
    "Conv2D(16, 3, padding=same, activation=relu)@(32,32,3) -> [_ | Conv2D(16, 3, padding=same, activation=relu) -> Conv2D(16, 3, padding=same)] -> Add -> ReLU -> GlobalAveragePooling2D -> Dense(10, activation=softmax)",
    "Conv2D(8, 3)@(20,20,1) -> [Conv2D(4, 3) | Conv2D(5, 3)] -> Concatenate -> Conv2D(2, 1)",
    "Flatten@(32,32,3) -> Dense(4)",
    "Reshape((16,16,4))@(32,32,1) -> Conv2D(2, 3)",
    "ZeroPadding2D(2)@(30,30,3) -> Conv2D(4, 5, strides=2)",
    "Conv2D(4, 3, padding=same)@(32,32,1) -> ZeroPadding2D(((0,1),(0,1))) -> DepthwiseConv2D(3, strides=2) -> Conv2D(8, 1)",
    "Conv2D(4, 3)@(16,16,2) -> ReLU(max_value=6) -> MaxPooling2D(2)",
    "Conv2D(4, 3)@(16,16,2) -> Activation(sigmoid) -> GlobalMaxPooling2D -> Dense(3)",
    "Conv2D(4, 3)@(16,16,2) -> Dropout(0.5) -> Activation(tanh) -> Flatten -> Dense(3)",
    "SeparableConv2D(6, 3)@(16,16,3) -> Flatten -> Dense(3)",
    "Conv2D(4, 3)@(16,16,2) -> [_ | Conv2D(4, 1, activation=sigmoid)] -> Multiply -> Conv2D(2, 1)",
    "Dense(64, use_bias=false)@(64,) -> BatchNormalization -> ReLU -> Dense(10)",
    "AveragePooling2D(2)@(32,32,4) -> Conv2D(4, 3)",
    "Conv2D(4, 3)@(16,16,1) -> Conv2D(4, 3) -> Conv2D(4, 3) -> GlobalAveragePooling2D(keepdims=true) -> Conv2D(2, 1) -> Flatten",
    "MaxPooling2D@(16,16,4) -> ReLU -> Conv2D(2, 3)",
    "BatchNormalization@(16,16,4) -> Conv2D(4, 3)",
    "Conv2D(4, 3)@(16,16,2) -> [BatchNormalization -> ReLU -> Conv2D(4, 3, padding=same) | _] -> Add",
    "ZeroPadding2D(1)@(16,16,2) -> Conv2D(4, 3)",
    "ZeroPadding2D(3)@(32,32,3) -> Conv2D(8, 7, strides=2)",
    "Conv2D(4, 3)@(16,16,2) -> LeakyReLU -> Flatten -> Dense(2)",
    "Conv2D(4, 3)@(16,16,2) -> Activation(swish)",
    "Conv2D(6, 3)@(16,16,2) -> [_ | ReLU] -> Concatenate -> Conv2D(2, 1)",
    "Conv2D(4, 3)@(16,16,2) -> Flatten -> Reshape((14,14,4)) -> Conv2D(2, 3)",
    "Conv2D(4, 3, groups=2)@(16,16,2)",
    "Conv2D(8, 3)@(16,16,2) -> [_ | GlobalAveragePooling2D(keepdims=true) -> Conv2D(8, 1, activation=sigmoid)] -> Multiply -> Conv2D(2, 1)",
    "Conv2D(8, 3)@(16,16,2) -> [_ | Conv2D(8, 1)] -> Subtract -> Conv2D(2, 1)",
    "Conv2D(4, 3)@(16,16,2) -> [_ | Conv2D(4, 1)] -> Multiply -> ReLU -> Conv2D(2, 1)",
    "Conv2D(4, 3)@(16,16,2) -> [_ | Conv2D(4, 1)] -> Subtract -> ReLU -> Conv2D(2, 1)",
    "AveragePooling2D(2)@(16,16,4) -> ReLU -> Conv2D(2, 3)",
    "Conv2D(4, 3)@(16,16,2) -> [_ | Conv2D(4, 1) | Conv2D(4, 1)] -> Add -> Conv2D(2, 1)",
    "Conv2D(4, 3)@(16,16,2) -> [_ | Conv2D(4, 1) | Conv2D(4, 1)] -> Concatenate -> Conv2D(2, 1)",
    "Conv2D(4, 3)@(16,16,2) -> [_ | Conv2D(4, 1)] -> Maximum -> Conv2D(2, 1)",
    "Dense(8)@(6,) -> Softmax",
    "MobileNet(alpha=0.25, classes=2)@(96,96,1)",
    "MobileNetV2(alpha=0.35, classes=2)@(96,96,3)",
    "Dense(11)@(8,) -> Dense(12) -> Dense(13) -> Dense(14)",
    "Dense(11)@(8,) -> Dense(12) -> Dense(13, activation=relu) -> Dense(14)",
    "Dense(11)@(8,) -> Dense(12, activation=relu) -> Dropout(0.5) -> Dense(13, use_bias=false)",
    "Dense(11)@(8,) -> BatchNormalization -> Dense(13) -> Softmax",
]  # fmt: skip


def configs(folder: Path) -> None:
    from densecli.read.specs import Spec, read
    from densecli.render.convert.keras_config import render

    folder.mkdir(exist_ok=True)
    for number, stack in enumerate(STACKS):
        (folder / f"{number}.json").write_text(str(render(read(Spec("<argument>", stack)))), encoding="utf-8")


def convert(folder: Path) -> None:
    import numpy as np
    import tensorflow as tf

    for number in range(len(STACKS)):
        if (folder / f"{number}.tflite").exists():  # of an earlier run
            continue
        model = tf.keras.models.model_from_json((folder / f"{number}.json").read_text(encoding="utf-8"))
        random = np.random.RandomState(number)
        model.set_weights([random.uniform(0.01, 0.1, weight.shape) for weight in model.get_weights()])
        shape = model.input_shape[1:]
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda shape=shape, random=random: (
            [random.rand(1, *shape).astype("float32")] for _ in range(8)
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
        try:
            data = converter.convert()
        except Exception as error:  # noqa: BLE001  # what cannot be converted is a fact, too
            print(f"{STACKS[number]}: {type(error).__name__}", file=sys.stderr)
            continue
        (folder / f"{number}.tflite").write_bytes(data)
        interpreter = tf.lite.Interpreter(model_content=data)
        interpreter.allocate_tensors()
        found = [
            (
                list(map(int, each["shape"])),
                each["dtype"].__name__,
                len(each["quantization_parameters"]["scales"]),
                each["name"],
            )
            for each in interpreter.get_tensor_details()
        ]
        (folder / f"{number}.tensors").write_text(json.dumps(found))


def measure(folder: Path) -> None:
    import numpy as np
    from tflite_micro import runtime

    found = []
    for number, stack in enumerate(STACKS):
        path = folder / f"{number}.tflite"
        if not path.exists():
            continue
        try:
            interpreter = runtime.Interpreter.from_file(str(path), arena_size=8_000_000)
            details = interpreter.get_input_details(0)
            interpreter.set_input(np.zeros(details["shape"], details["dtype"]), 0)
            interpreter.invoke()
        except RuntimeError as error:
            print(f"{stack}: {error}", file=sys.stderr)
            continue
        said = printed(interpreter.print_allocations)
        head, tail = (int(re.search(rf"Arena allocation {part} (\d+)", said)[1]) for part in ("head", "tail"))
        found.append(
            {"stack": stack, "arena_head": head, "arena_tail": tail, "file": path.stat().st_size}
            | stored(path.read_bytes())
        )
    versions = "TensorFlow 2.21, tflite-micro 0.dev20261023182759 on x86-64 (reference kernels)"
    lines = ",\n".join(f"  {json.dumps(each)}" for each in found)
    RECORD.write_text(f'{{\n "by": {json.dumps(versions)},\n "models": [\n{lines}\n ]\n}}\n', encoding="utf-8")


def stored(data: bytes) -> dict[str, int]:
    """The bytes of the quantized constants, by their width, and the number of their scales."""
    from tflite_micro import runtime

    schema_fb = runtime.schema_fb

    model = schema_fb.Model.GetRootAsModel(data, 0)
    graph = model.Subgraphs(0)
    found = {"int8": 0, "int32": 0, "scales": 0}
    for tensor in map(graph.Tensors, range(graph.TensorsLength())):
        count = model.Buffers(tensor.Buffer()).DataLength()
        scales = tensor.Quantization().ScaleLength() if tensor.Quantization() is not None else 0
        if count and scales:
            found["int8" if tensor.Type() == INT8 else "int32"] += count
            found["scales"] += scales
    return found


def printed(function: object) -> str:
    """What a function of C++ writes to standard error."""
    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        with contextlib.ExitStack() as stack:
            stack.callback(os.dup2, before, 2)
            function()  # type: ignore[operator]
        file.seek(0)
        return file.read().decode()


if __name__ == "__main__":
    {"configs": configs, "convert": convert, "measure": measure}[sys.argv[1]](Path(sys.argv[2]))
