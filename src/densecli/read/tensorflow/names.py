"""The keras.ops class behind a function of TensorFlow, by its name."""

from __future__ import annotations

from densecli.layers.operations.table import OPERATIONS
from densecli.read.tensorflow.rules import OTHER_THINGS

# The last part of a function's name in TensorFlow, or a node's op, if it is not keras.ops' name without underscores.
_NAMES = {
    "abs": "Absolute", "add": "Add", "addv2": "Add", "biasadd": "Add", "argmax": "Argmax", "argmin": "Argmin",
    "batchmatmul": "Matmul", "batchmatmulv2": "Matmul", "cast": "Cast", "castv2": "Cast", "concat": "Concatenate",
    "concatv2": "Concatenate", "clipbyvalue": "Clip", "div": "Divide", "divnonan": "DivideNoNan", "expanddims": "ExpandDims",
    "floordiv": "FloorDivide", "gather": "Take", "gatherv2": "Take", "getitem": "GetItem", "identity": "Copy",
    "l2normalize": "Normalize", "leakyrelu": "LeakyRelu", "linalgmatmul": "Matmul", "logicalnot": "LogicalNot",
    "matmul": "Matmul", "mirrorpad": "Pad", "mirrorpadv2": "Pad", "mul": "Multiply", "neg": "Negative", "onehot": "OneHot",
    "pack": "Stack", "padv2": "Pad", "pow": "Power", "range": "Arange", "realdiv": "Divide", "reduceall": "All",
    "reduceany": "Any", "reducelogsumexp": "Logsumexp", "reducemax": "Max", "reducemean": "Mean", "reducemin": "Min",
    "reduceprod": "Prod", "reducestd": "Std", "reducesum": "Sum", "reducevariance": "Var", "resize": "Resize",
    "resizebilinear": "Resize", "resizenearestneighbor": "Resize", "resizev2": "Resize", "selectv2": "Where",
    "splitv": "Split", "squareddifference": "SquaredDifference", "stopgradient": "StopGradient", "stridedslice": "GetItem", "sub": "Subtract",
    "subtract": "Subtract", "swish": "Silu", "truediv": "Divide", "unpack": "Unstack", "multiply": "Multiply",
    "addn": "Add", "reverse": "Flip", "reversev2": "Flip", "flipleftright": "Flip", "flipupdown": "Flip", "slice": "GetItem",
    "avgpool": "AveragePool", "avgpool1d": "AveragePool", "avgpool2d": "AveragePool", "avgpool3d": "AveragePool",
    "maxpool1d": "MaxPool", "maxpool2d": "MaxPool", "maxpool3d": "MaxPool", "shapev2": "Shape",
    "topkv2": "TopK", "convolution": "Conv", "conv1d": "Conv", "conv2d": "Conv", "conv3d": "Conv", "depthtospace": "DepthToSpace", "spacetodepth": "SpaceToDepth",
}  # fmt: skip
_BY_NAME = {name.lower(): name for name in OPERATIONS}


def rule_of(name: str) -> str:
    """The keras.ops class of a TensorFlow function: `math.reduce_mean` -> Mean; the name itself if it has none."""
    *modules, last = name.replace("_", "").lower().split(".")
    if not set(OTHER_THINGS).isdisjoint(modules):  # `strings.split` splits no tensor
        return name
    return _NAMES.get(last) or _BY_NAME.get(last) or name
