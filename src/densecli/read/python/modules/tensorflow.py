"""TensorFlow beside Keras: dtypes, constants, and the state that scripts set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.names import ACTIVATION_FLOPS
from densecli.read.python.arrays import Dtype, as_array
from densecli.read.python.catalog import ENTRIES, known
from densecli.read.python.modules.keras import activation
from densecli.read.python.plain import Dims
from densecli.read.python.runtime.tensors import Tensor

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter

for _name in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool", "string"):
    ENTRIES[f"tensorflow.{_name}"] = ENTRIES[f"tensorflow.dtypes.{_name}"] = Dtype(_name)
for _name in (
    "relu",
    "relu6",
    "elu",
    "selu",
    "sigmoid",
    "tanh",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "silu",
    "gelu",
    "leaky_relu",
):
    if _name in ACTIVATION_FLOPS:
        ENTRIES[f"tensorflow.nn.{_name}"] = activation(_name)
ENTRIES["tensorflow.newaxis"] = None
ENTRIES["tensorflow.__version__"] = "2.21.0"
ENTRIES["keras.__version__"] = "3.15.1"


@known("tensorflow.constant", "tensorflow.convert_to_tensor", "tensorflow.Variable")
def constant(run: Interpreter, value: Any, *_: Any, **__: Any) -> Any:
    if isinstance(value, Tensor):
        return value
    return as_array(run, value)


@known("tensorflow.TensorShape")
def tensor_shape(run: Interpreter, dims: Any) -> Any:
    found = run.listed(dims)
    return Dims(found) if isinstance(found, list) else found


@known("tensorflow.zeros", "tensorflow.ones")
def zeros(run: Interpreter, shape: Any, *_: Any, **__: Any) -> Any:
    from densecli.read.python.modules.numpy import made  # noqa: PLC0415

    return made(run, shape, "float32")


@known("tensorflow.random.normal", "tensorflow.random.uniform", "tensorflow.random_normal")
def drawn(run: Interpreter, shape: Any, *_: Any, **__: Any) -> Any:
    from densecli.read.python.modules.numpy import made  # noqa: PLC0415

    return (
        made(run, shape, "float32")
        if not any(hasattr(each, "ref") for each in (shape if isinstance(shape, list | tuple) else []))
        else run.unknown("a random tensor")
    )


@known(
    "tensorflow.config.list_physical_devices",
    "tensorflow.config.experimental.list_physical_devices",
    "tensorflow.test.is_gpu_available",
)
def devices(run: Interpreter, *_: Any, **__: Any) -> Any:
    return run.unknown("it depends on the machine")


@known("tensorflow.random.set_seed", "tensorflow.set_random_seed", "tensorflow.compat.v1.disable_eager_execution")
def nothing(run: Interpreter, *_: Any, **__: Any) -> None:
    return None
