"""TensorFlow beside Keras: dtypes, constants, and the state that scripts set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.names import ACTIVATION_FLOPS
from densecli.read.python.arrays import Array, as_array
from densecli.read.python.catalog import ENTRIES, known
from densecli.read.python.dtypes import Dtype, dtype_name
from densecli.read.python.modules.keras import activation
from densecli.read.python.plain import Dims
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.values import Unknown

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


@known("tensorflow.constant", "tensorflow.convert_to_tensor", "tensorflow.Variable")
def constant(run: Interpreter, value: Any = None, dtype: Any = None, *_: Any, **named: Any) -> Any:
    """Plain numbers are of 32 bits. Keras 3 does not track a variable of TensorFlow, so it counts for no layer."""
    value = named.get("initial_value", value)
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Tensor):
        return value
    found = as_array(run, value)
    usual = found.dtype if isinstance(value, Array) else (found.dtype or "").replace("64", "32")
    return Array(found.shape, dtype_name(dtype) or usual, found.numbers, found.origin)


@known("tensorflow.TensorShape")
def tensor_shape(run: Interpreter, dims: Any) -> Any:
    found = run.listed(dims)
    return Dims(found) if isinstance(found, list) else found


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
