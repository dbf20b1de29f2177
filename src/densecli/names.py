"""The names Keras gives to what a config may refer to: activations, initializers, regularizers, constraints, dtypes.

They are opaque words here; kernels give activations and initializers their arithmetic (a test holds both lists equal).
"""

from __future__ import annotations

import re
from functools import lru_cache

from densecli.records import Record

# Element-wise FLOPs per output element: each +, -, *, /, comparison, exp, log, tanh or erf counts as one
# (docs/figures.md tells how each figure comes about).
ACTIVATION_FLOPS: dict[str, int] = {
    "celu": 5,
    "elu": 4,
    "exponential": 1,
    "gelu": 4,
    "glu": 5,
    "hard_shrink": 3,
    "hard_sigmoid": 4,
    "hard_silu": 5,
    "hard_swish": 5,
    "hard_tanh": 2,
    "leaky_relu": 2,
    "linear": 0,
    "log_sigmoid": 4,
    "log_softmax": 5,
    "mish": 5,
    "relu": 1,
    "relu6": 2,
    "selu": 5,
    "sigmoid": 4,
    "silu": 5,
    "soft_shrink": 5,
    "softmax": 5,
    "softplus": 3,
    "softsign": 3,
    "sparse_plus": 5,
    "sparse_sigmoid": 4,
    "sparsemax": 5,
    "squareplus": 5,
    "swish": 5,
    "tanh": 1,
    "tanh_shrink": 2,
    "threshold": 1,
}


_MODULE = (  # compiled at its first use: few stacks name a module
    r"(?:(?:(?:tensorflow|tf)\.)?keras\.(?>(?:(?:api|src)\.)?))?"
    r"(?:(?:layers|activations|initializers|regularizers|constraints|applications(?>(?:\.[a-z]\w*+)?))\.)?([^\W\d]\w*+)"
)


def without_module(name: str) -> str:
    """A name without Keras' own module before it: keras.layers.Dense -> Dense. Names of other modules stay as they are."""
    if "." not in name:
        return name
    found = re.fullmatch(_MODULE, name)
    return name if found is None else found[1]


class OldName(str):
    """The name of a function in a file of Keras 1 or 2, where it meant something else than it means since Keras 3."""

    __slots__ = ()


CHANGED = ("hard_sigmoid",)  # 0.2 x + 0.5 until Keras 2, then x / 6 + 0.5; all other activations give the same numbers

# Layers without weights that a config may name as an activation, and the function that each of them is.
LAYERS_AS_ACTIVATION = {"ELU": "elu", "LeakyReLU": "leaky_relu", "ReLU": "relu", "Softmax": "softmax"}

INITIALIZERS = (
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "IdentityInitializer", "LecunNormal",
    "LecunUniform", "Ones", "Orthogonal", "OrthogonalInitializer", "RandomNormal", "RandomUniform", "STFT", "STFTInitializer",
    "TruncatedNormal", "VarianceScaling", "Zeros", "constant", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform",
    "identity", "lecun_normal", "lecun_uniform", "one", "ones", "orthogonal", "random_normal", "random_uniform", "normal",
    "stft", "truncated_normal", "uniform", "variance_scaling", "zero", "zeros",
)  # fmt: skip
REGULARIZERS = ("L1", "L1L2", "L2", "OrthogonalRegularizer", "l1", "l1l2", "l2", "orthogonal_regularizer")
CONSTRAINTS = ("MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm", "max_norm", "min_max_norm", "non_neg", "unit_norm")
OBJECTS = frozenset((*INITIALIZERS, *REGULARIZERS, *CONSTRAINTS))
# The arguments of their classes, in Keras' order.
_FAN = ("seed", "input_axes", "output_axes")
OBJECT_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "Constant": ("value",), "GlorotNormal": _FAN, "GlorotUniform": _FAN, "HeNormal": _FAN, "HeUniform": _FAN,
    "Identity": ("gain",), "LecunNormal": _FAN, "LecunUniform": _FAN, "Ones": (), "Orthogonal": ("gain", "seed"),
    "RandomNormal": ("mean", "stddev", "seed"), "RandomUniform": ("minval", "maxval", "seed"),
    "STFT": ("side", "window", "scaling", "periodic"), "TruncatedNormal": ("mean", "stddev", "seed"),
    "VarianceScaling": ("scale", "mode", "distribution", *_FAN), "Zeros": (),
    "L1": ("l1",), "L1L2": ("l1", "l2"), "L2": ("l2",), "OrthogonalRegularizer": ("factor", "mode"),
    "MaxNorm": ("max_value", "axis"), "MinMaxNorm": ("min_value", "max_value", "rate", "axis"), "NonNeg": (),
    "UnitNorm": ("axis",),
}  # fmt: skip
_CLASSES = {
    "IdentityInitializer": "Identity", "OrthogonalInitializer": "Orthogonal", "One": "Ones", "Zero": "Zeros",
    "Normal": "RandomNormal", "Uniform": "RandomUniform", "Stft": "STFT", "STFTInitializer": "STFT", "L1l2": "L1L2",
}  # fmt: skip


def object_class(name: str) -> str:
    """Keras' class for a name such as l2 or he_normal."""
    camel = name if name[:1].isupper() else "".join(part.capitalize() for part in name.split("_"))
    return _CLASSES.get(camel, camel)


APPLICATION_LAYERS = (
    "CustomScaleLayer",
    "LayerScale",
    "StochasticDepth",
)  # that keras.applications defines for its models

# The classes in which tf.keras wrapped functions of TensorFlow.
TENSORFLOW_FUNCTIONS = (
    "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod", "InstanceMethod", "InstanceProperty",
)  # fmt: skip

# Bytes per element. Keras keeps strings as objects, whose size nobody adds up, so they are not listed.
DTYPE_BYTES: dict[str, int] = {
    "bool": 1, "int8": 1, "uint8": 1, "float8_e4m3fn": 1, "float8_e5m2": 1, "int16": 2, "uint16": 2, "float16": 2,
    "bfloat16": 2, "int32": 4, "uint32": 4, "float32": 4, "int64": 8, "uint64": 8, "float64": 8, "complex64": 8,
    "complex128": 16,
}  # fmt: skip

# Bits per element of dtypes that layers never have, but weights files do.
STORED_BITS = {
    "float4": 4, "float8": 8, "float6_e2m3": 6, "float6_e3m2": 6, "float8_e8m0": 8, "float8_e4m3fnuz": 8, "float8_e5m2fnuz": 8,
    "float8_e4m3b11fnuz": 8, "int2": 2, "uint2": 2, "int4": 4, "uint4": 4, "qint8": 8, "quint8": 8, "qint16": 16,
    "quint16": 16, "qint32": 32,
}  # fmt: skip


def element_bits(dtype: str) -> int | None:
    """The bits of one element; None for text, objects and dtypes that nobody here knows."""
    return 8 * DTYPE_BYTES[dtype] if dtype in DTYPE_BYTES else STORED_BITS.get(dtype)


_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
DTYPES = (*DTYPE_BYTES, "string", *_MIXED)


class Quantization(Record):
    """How a policy quantizes: into how many bits, and how many numbers have a scale of their own (None: all of a channel)."""

    mode: str
    bits: int
    group: int | None

    def groups(self, count: int) -> int:
        """The scales that so many numbers have."""
        return 1 if self.group is None else -(-count // self.group)


def is_quantized(policy: str) -> bool:
    return "_from_" in policy


@lru_cache(maxsize=256)
def quantization(policy: str) -> Quantization | None:
    """How a policy quantizes (int8_from_float32, int4/128_from_float32, gptq/4/128_from_…); None where it does not, or oddly."""
    mode, arrow, _ = policy.partition("_from_")
    name, *sizes = mode.split("/")
    if not arrow or len(sizes) > 2 or any(re.fullmatch(r"-1|[1-9]\d{0,17}", size) is None for size in sizes):
        return None
    numbers = [int(size) for size in sizes]
    if name in ("int8", "float8") and not sizes:
        return Quantization(name, 8, None)
    if name == "int4" and len(sizes) < 2:  # a size is newer than the mode
        return Quantization(name, 4, next((size for size in numbers if size > 0), None))
    if len(sizes) == 2 and numbers[0] in {"gptq": (2, 3, 4, 8), "awq": (4,)}.get(name, ()):
        return Quantization(name, numbers[0], numbers[1] if numbers[1] > 0 else None)
    return None


def compute_dtype(policy: str) -> str:
    """What a layer under this dtype policy computes in: mixed_float16 -> float16."""
    source = policy.rpartition("_from_")[2]
    return _MIXED.get(source, source)


def variable_dtype(policy: str) -> str:
    """What a layer under this dtype policy keeps its weights in: mixed_float16 -> float32."""
    source = policy.rpartition("_from_")[2]
    return "float32" if source in _MIXED else source


def is_float(dtype: str) -> bool:
    return "float" in dtype


# The models of keras.applications, by the module of densecli.applications that builds them.
APPLICATIONS = {
    "ConvNeXtBase": "convnext", "ConvNeXtLarge": "convnext", "ConvNeXtSmall": "convnext", "ConvNeXtTiny": "convnext",
    "ConvNeXtXLarge": "convnext", "DenseNet121": "densenet", "DenseNet169": "densenet", "DenseNet201": "densenet",
    "EfficientNetB0": "efficientnet", "EfficientNetB1": "efficientnet", "EfficientNetB2": "efficientnet",
    "EfficientNetB3": "efficientnet", "EfficientNetB4": "efficientnet", "EfficientNetB5": "efficientnet",
    "EfficientNetB6": "efficientnet", "EfficientNetB7": "efficientnet", "EfficientNetV2B0": "efficientnet_v2",
    "EfficientNetV2B1": "efficientnet_v2", "EfficientNetV2B2": "efficientnet_v2", "EfficientNetV2B3": "efficientnet_v2",
    "EfficientNetV2L": "efficientnet_v2", "EfficientNetV2M": "efficientnet_v2", "EfficientNetV2S": "efficientnet_v2",
    "InceptionResNetV2": "inception_resnet", "InceptionV3": "inception", "MobileNet": "mobilenet",
    "MobileNetV2": "mobilenet_v2", "MobileNetV3Large": "mobilenet_v3", "MobileNetV3Small": "mobilenet_v3",
    "NASNetLarge": "nasnet", "NASNetMobile": "nasnet", "ResNet101": "resnet", "ResNet101V2": "resnet_v2",
    "ResNet152": "resnet", "ResNet152V2": "resnet_v2", "ResNet50": "resnet", "ResNet50V2": "resnet_v2", "VGG16": "vgg",
    "VGG19": "vgg", "Xception": "xception",
}  # fmt: skip
