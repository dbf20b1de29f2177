"""Functions on tensors: keras.ops, keras.backend and TensorFlow's, each by the operation that Keras 3 makes of it.

On arrays they are NumPy's. A name here is an entry; what its operation does to shapes stands in layers/operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.automatic_names import snake_case
from densecli.layers.operations.functions import Operation
from densecli.layers.operations.table import OPERATIONS
from densecli.read.python.arrays import Array
from densecli.read.python.catalog import ENTRIES, known
from densecli.read.python.dtypes import Dtype, dtype_name
from densecli.read.python.modules.signatures import bound, foreign
from densecli.read.python.plain import Dims
from densecli.read.python.runtime.layers import computed
from densecli.read.python.runtime.tensors import Tensor, tensors_in
from densecli.read.python.values import Known, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.read.python.interpreter import Interpreter

OPS = {snake_case(rule): rule for rule in OPERATIONS}
# Names of keras.ops that are not those of their operation.
OPS |= {
    "concatenate": "Concatenate", "matmul": "Matmul", "relu6": "Relu6", "top_k": "TopK", "argmax": "Argmax", "argmin": "Argmin",
    "max_pool": "MaxPool", "average_pool": "AveragePool", "one_hot": "OneHot", "amax": "Max",
    "amin": "Min", "true_divide": "TrueDivide", "conv": "Conv", "absolute": "Absolute", "abs": "Absolute", "logsumexp": "Logsumexp",
    "batch_normalization": OPS.pop("batch_norm"), "layer_normalization": OPS.pop("layer_norm"), "rms_normalization": OPS.pop("rms_norm"),
}  # fmt: skip
del OPS["squared_difference"]  # an operation of TensorFlow alone
IMAGES = {name: OPS.pop(name) for name in ("resize", "rgb_to_grayscale", "rgb_to_hsv", "hsv_to_rgb")}
# keras.backend and TensorFlow where their names differ from those of keras.ops.
BACKEND = {
    "sum": "Sum", "mean": "Mean", "max": "Max", "min": "Min", "prod": "Prod", "std": "Std", "var": "Var", "exp": "Exp", "log": "Log",
    "square": "Square", "sqrt": "Sqrt", "abs": "Absolute", "pow": "Power", "clip": "Clip", "round": "Round", "sign": "Sign",
    "concatenate": "Concatenate", "stack": "Stack", "reshape": "Reshape", "expand_dims": "ExpandDims", "squeeze": "Squeeze",
    "permute_dimensions": "Transpose", "transpose": "Transpose", "repeat_elements": "Repeat", "tile": "Tile", "dot": "Dot",
    "l2_normalize": "Normalize", "relu": "Relu", "elu": "Elu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax",
    "softplus": "Softplus", "softsign": "Softsign", "hard_sigmoid": "HardSigmoid", "maximum": "Maximum", "minimum": "Minimum",
    "equal": "Equal", "not_equal": "NotEqual", "greater": "Greater", "less": "Less", "greater_equal": "GreaterEqual",
    "less_equal": "LessEqual", "sin": "Sin", "cos": "Cos", "any": "Any", "all": "All", "argmax": "Argmax", "argmin": "Argmin",
    "cast": "Cast", "stop_gradient": "StopGradient", "zeros_like": "ZerosLike", "ones_like": "OnesLike", "cumsum": "Cumsum",
    "one_hot": "OneHot", "gather": "Take", "reverse": "Flip", "logsumexp": "Logsumexp", "switch": "Where",
}  # fmt: skip
TENSORFLOW = {
    "reduce_sum": "Sum", "reduce_mean": "Mean", "reduce_max": "Max", "reduce_min": "Min", "reduce_prod": "Prod", "reduce_any": "Any",
    "reduce_all": "All", "reduce_logsumexp": "Logsumexp", "exp": "Exp", "square": "Square", "sqrt": "Sqrt", "abs": "Absolute",
    "pow": "Power", "clip_by_value": "Clip", "concat": "Concatenate", "stack": "Stack",
    "expand_dims": "ExpandDims", "squeeze": "Squeeze", "transpose": "Transpose", "tile": "Tile", "repeat": "Repeat",
    "add": "Add", "subtract": "Subtract", "multiply": "Multiply", "divide": "Divide", "maximum": "Maximum",
    "minimum": "Minimum", "cast": "Cast", "stop_gradient": "StopGradient",
    "zeros_like": "ZerosLike", "ones_like": "OnesLike", "one_hot": "OneHot", "sigmoid": "Sigmoid", "tanh": "Tanh",
    "identity": "Copy", "negative": "Negative", "einsum": "Einsum", "tensordot": "Tensordot", "pad": "Pad",
    "reverse": "Flip", "split": "Split", "unstack": "Unstack", "cumsum": "Cumsum", "broadcast_to": "BroadcastTo", "norm": "Norm",
    "round": "Round", "floor": "Floor", "sign": "Sign", "sin": "Sin", "cos": "Cos", "equal": "Equal", "not_equal": "NotEqual",
    "greater": "Greater", "less": "Less", "logical_and": "LogicalAnd", "logical_or": "LogicalOr", "logical_not": "LogicalNot",
    "math.reduce_sum": "Sum", "math.reduce_mean": "Mean", "math.reduce_max": "Max", "math.exp": "Exp", "math.log": "Log",
    "math.square": "Square", "math.sqrt": "Sqrt", "math.abs": "Absolute", "math.pow": "Power", "math.rsqrt": "Rsqrt",
    "math.maximum": "Maximum", "math.minimum": "Minimum", "math.multiply": "Multiply", "math.add": "Add", "math.subtract": "Subtract",
    "math.divide": "Divide", "math.sin": "Sin", "math.cos": "Cos", "math.sigmoid": "Sigmoid", "math.tanh": "Tanh",
    "math.l2_normalize": "Normalize", "math.not_equal": "NotEqual", "math.equal": "Equal", "math.softplus": "Softplus",
    "math.top_k": "TopK", "math.reduce_variance": "Var", "math.reduce_std": "Std",
    "linalg.norm": "Norm", "linalg.einsum": "Einsum", "nn.l2_normalize": "Normalize", "nn.softmax": "Softmax", "nn.relu": "Relu",
    "nn.log_softmax": "LogSoftmax", "nn.top_k": "TopK", "nn.depth_to_space": "DepthToSpace", "nn.space_to_depth": "SpaceToDepth",
    "math.squared_difference": "SquaredDifference", "image.resize": "Resize", "image.rgb_to_grayscale": "RGBToGrayscale",
}  # fmt: skip
# The axis of functions that have another one than that of keras.ops, or none.
AXES = {
    "keras.backend.concatenate": -1, "keras.backend.argmax": -1, "keras.backend.argmin": -1, "keras.backend.gather": 0,
    "keras.backend.cumsum": 0, "tensorflow.cumsum": 0,
}  # fmt: skip
SOURCES = (
    ("keras.ops", OPS),
    ("keras.ops.image", IMAGES),
    ("keras.backend", BACKEND),
    ("tensorflow", TENSORFLOW),
)


def operation(path: str, rule: str) -> Callable[..., Any]:
    """A function on tensors; on plain numbers it is NumPy's."""

    def apply(run: Interpreter, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = bound(rule, args, kwargs)
        odd = foreign(rule, kwargs)
        if odd is not None:
            return run.unknown(f"densecli does not know `{odd}` of `{path}`")
        if path in AXES and kwargs.get("axis") is None:
            kwargs["axis"] = AXES[path]
        if rule == "Split" and path.startswith("tensorflow."):
            kwargs["indices_or_sections"] = ends(kwargs.get("indices_or_sections"))
        kwargs = {
            key: dtype_name(value) or value if isinstance(value, Dtype) else value for key, value in kwargs.items()
        }
        if not any(True for _ in tensors_in([args, kwargs])):
            return on_arrays(run, path, rule, args, kwargs)
        if path.startswith("tensorflow."):
            tell_refused(run, path)
        if rule == "Cast":
            return run.session.operation("Cast", [args[0]], {"dtype": dtype_name(kwargs.get("dtype", "float32"))})
        args = tuple(dtype_name(each) or each if not isinstance(each, Tensor | list | tuple) else each for each in args)
        return run.session.operation(rule, list(args), kwargs)

    return apply


def tell_refused(run: Interpreter, path: str) -> None:
    """Warn of a function of TensorFlow outside of layers, where Keras 3 has no numbers for it."""
    if run.session.tracing is None:
        name = path.replace("tensorflow", "tf", 1)
        run.note(f"line {run.line()}: Keras 3 refuses `{name}` on its symbolic tensors; read as in tf.keras")


def ends(sizes: Any) -> Any:
    """Where parts of these sizes end, as keras.ops.split takes them; their number as it is."""
    if not isinstance(sizes, list | tuple) or not all(isinstance(each, int) for each in sizes):
        return sizes
    return [sum(sizes[: index + 1]) for index in range(len(sizes) - 1)]


def on_arrays(run: Interpreter, path: str, rule: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The shape that the operation gives, or NumPy's function, which computes with numbers."""
    joined = joined_sizes(rule, args[0]) if args else None
    if joined is not None:
        return joined
    if rule == "Cast" and args and not isinstance(args[0], Array | Value):
        return scalar(run, args[0])
    found = computed(run, Operation(rule, {}), args, kwargs)
    same = run.member("numpy", snake_case(rule))
    if found is None and isinstance(same, Known):
        if rule in ("Reshape", "Clip"):  # NumPy has other names for their arguments
            args, kwargs = (*args, *kwargs.values()), {}
        return same.call(run, list(args), kwargs)
    return run.unknown(f"densecli does not know `{path}` of this") if found is None else found


def joined_sizes(rule: str, parts: Any) -> Dims | None:
    """Sizes of tensors put together, with one that is left open among them; None for anything else."""
    if rule == "Stack" and isinstance(parts, list | tuple):
        parts = [parts]
    elif rule != "Concatenate" or not isinstance(parts, list | tuple):
        return None
    if not all(isinstance(part, list | tuple) for part in parts):
        return None
    found = [size for part in parts for size in part]
    return Dims(found) if None in found and all(type(each) is int or each is None for each in found) else None


def scalar(run: Interpreter, number: Any) -> Any:
    """A number as a tensor; None is a size that is left open, which every run gives."""
    if number is not None:
        return number
    return Array((), "float32") if run.session.tracing is None else run.session.tracing.constant(())


for _module, _names in SOURCES:
    for _name, _rule in _names.items():
        known(f"{_module}.{_name}")(operation(f"{_module}.{_name}", _rule))


@known("tensorflow.shape", "keras.ops.shape", "keras.backend.shape")
def shape(run: Interpreter, x: Any, *_: Any, **__: Any) -> Any:
    """The sizes; where one is open, a number that only a run tells."""
    return run.attribute(x, "shape")


def _fills(names: str, place: int) -> None:
    """Functions that make a tensor of a shape, whatever numbers are in it, and where among their arguments the dtype is."""

    def rule(run: Interpreter, shape: Any, *args: Any, dtype: Any = None, **__: Any) -> Any:
        wanted = dtype_name(args[place] if len(args) > place else dtype) or "float32"
        sizes = run.listed(shape)
        if isinstance(sizes, Unknown):
            return Array(None, wanted, None, sizes)
        if any(isinstance(each, Tensor) for each in sizes):
            return Array(None, wanted, None, run.unknown("a tensor tells the size"))
        if None in sizes and run.session.tracing is not None:  # a size that is left open stays open
            return run.session.tracing.constant(tuple(sizes))
        return Array(tuple(run.unknown("this size is left open") if each is None else each for each in sizes), wanted)

    known(*names.split())(rule)


_fills("tensorflow.zeros tensorflow.ones keras.ops.zeros keras.ops.ones keras.backend.zeros keras.backend.ones", 0)
_fills(
    "keras.random.normal keras.random.uniform keras.backend.random_normal keras.backend.random_uniform tensorflow.random.normal "
    "tensorflow.random.uniform tensorflow.random.truncated_normal tensorflow.random_normal",
    2,
)


@known("tensorflow.range", "keras.ops.arange", "keras.backend.arange")
def range_(
    run: Interpreter,
    *args: Any,
    start: Any = None,
    limit: Any = None,
    delta: Any = None,
    dtype: Any = None,
    **kwargs: Any,
) -> Any:
    """NumPy's arange in 32 bits; TensorFlow calls its arguments otherwise."""
    given = [*args, *(each for each in (start, limit, delta) if each is not None)]
    given += [kwargs[key] for key in ("stop", "step") if kwargs.get(key) is not None]
    found = run.member("numpy", "arange").call(run, given, {})
    if isinstance(found, Array):
        found.dtype = dtype_name(dtype) or (found.dtype or "int64").replace("64", "32")
    return found


ENTRIES["keras.backend.learning_phase"] = Known("keras.backend.learning_phase", lambda run: False)
