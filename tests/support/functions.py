"""A call for every function that densecli knows; tools/record_functions.py runs them with the real libraries.

A row is a module, arguments, and the names of functions called with them: `"numpy": {"(z)": "sqrt exp"}` stands for
`numpy.sqrt(z)` and `numpy.exp(z)`. The arguments use these arrays, and the symbolic tensors `t` and `p`.
"""

APPLICATIONS = [
    "convnext", "densenet", "efficientnet", "efficientnet_v2", "imagenet_utils", "inception_resnet_v2", "inception_v3", "mobilenet",
    "mobilenet_v2", "mobilenet_v3", "nasnet", "resnet", "resnet50", "resnet_v2", "vgg16", "vgg19", "xception",
]  # fmt: skip
IMPORTS = {
    "keras": """
import argparse, collections, copy, dataclasses, functools, itertools, math, optparse, os, random, sys, types
import keras
import numpy
import pandas
import sklearn.datasets, sklearn.model_selection, sklearn.preprocessing, sklearn.utils
""",
    "tensorflow": "import keras\nimport numpy\nimport tensorflow\n",
}
ARRAYS = """
z = numpy.zeros((2, 3), "float32")
n = numpy.ones((2, 3), "int32")
b = numpy.zeros((2, 3), "bool")
q = numpy.eye(3, dtype="float32")
v = numpy.zeros(4)
i = numpy.zeros((1, 8, 8, 3), "float32")
t = keras.Input((4, 6))
p = keras.Input((8, 8, 3))
"""
TENSORS = "z, n, b, q, i = [tensorflow.constant(each) for each in (z, n, b, q, i)]\n"  # TensorFlow's rows
# Rows whose results densecli knows in full.
KNOWN = {
    "builtins": {
        "(-3)": "abs int float bool str repr bin hex oct format",
        "([1, 0, 2])": "all any len list tuple set frozenset max min sum sorted reversed enumerate iter bool zip",
        "([])": "all any len sum list tuple bool max min",
        "('12')": "int float str len list",
        "(7, 2).start": "slice",
        "(7, 2)": "divmod pow max min range",
        "(2.5)": "round int bool",
        "(2.345, 2)": "round",
        "(65)": "chr",
        "('A')": "ord repr",
        "(2, 1)": "complex",
        "({'a': 1}, b=2)": "dict",
        "([('a', 1)])": "dict",
        "(3)": "range",
        "(1, 9, 3)": "range",
        "(None, [0, 3])": "filter",
        "(lambda x: x > 1, [1, 2, 3])": "filter",
        "(lambda x: x + 1, [1, 2])": "map",
        "([1, 2, 3], 'ab')": "zip",
        "(['b', 'a'], 1)": "enumerate",
        "([3, -4, 2], key=abs)": "max min sorted",
        "([], default=5)": "max min",
        "([[1], [2]], [])": "sum",
        "(3.14159, '.2f')": "format",
        "(3, int)": "isinstance",
        "(3, (str, float))": "isinstance",
        "(True, int)": "isinstance",
        "('x')": "int float print",
        "('ff', 16)": "int",
        "(len)": "callable",
        "('a,b', 'split')": "hasattr",
        "('a,b', 'nope')": "hasattr getattr",
        "('a,b', 'nope', 3)": "getattr",
        "": "__debug__",
    },
    "math": {
        "(2.5)": "ceil floor sqrt log log2 log10 exp sin cos tan trunc fabs",
        "(2, 3)": "pow gcd isclose",
        "([2, 3])": "prod",
        "(-1)": "sqrt log",
        "": "pi e inf nan",
    },
    "itertools": {"([1], (2, 3))": "chain product", "([1, 2], repeat=2)": "product"},
    "functools": {
        "(lambda a, b: a * b, [2, 3, 4])": "reduce",
        "(lambda a, b: a - b, 5)(2)": "partial",
        "(lambda a: a + 1)(2)": "lru_cache cache",
        "(len)(lambda a: a + 1)(2)": "wraps",
    },
    "collections": {"([('a', 1)])": "OrderedDict", "('P', 'x y')(1, y=2).y": "namedtuple", "('P', ['x'])(3).x": "namedtuple"},
    "types": {"(a=1).a": "SimpleNamespace"},
    "copy": {"([1, [2]])": "copy deepcopy", "({'a': 1})": "copy deepcopy"},
    "os.path": {"('a', 'b.h5')": "join", "('a/', 'b')": "join", "('a', '/b')": "join", "('a/b.h5')": "basename"},
    "os": {"": "sep name"},
    "sys": {"": "maxsize platform", "[:0]": "path"},
    "random": {"(0)": "seed", "([1, 2])": "shuffle"},
    "argparse": {"().parse_known_args([])[1]": "ArgumentParser"},
    "optparse": {"().parse_args([])[1]": "OptionParser"},
    "numpy": {
        "(z)": "sqrt exp log1p expm1 sin cos tan tanh abs absolute round around ceil floor square sign nan_to_num flip fliplr flipud "
               "sort rint shape ndim array asarray asanyarray ascontiguousarray copy zeros_like ones_like empty_like ravel squeeze "
               "transpose",
        "(n)": "float32 float64 float16 int64 int16 int8 uint8 bool_ sqrt exp log log10 log2 sin square sign abs floor ceil round rint sort zeros_like copy tanh expm1 log1p cos tan flip nan_to_num",
        "(b)": "zeros_like flip",
        "(4.0)": "sqrt exp log log2 log10 sin cos tan tanh ceil floor log1p expm1",
        "(-4.5)": "abs absolute square sign round around rint",
        "([1, 2])": "sqrt exp abs square sort flip array asarray shape ndim",
        "(z, axis=1)": "sum mean max min std var argmax argmin any all median amax amin prod squeeze expand_dims sort flip",
        "(z, 0)": "sum mean max min std var argmax argmin any all median amax amin prod expand_dims flip",
        "(n, axis=0)": "sum mean max min std var argmax any all median prod amax",
        "(b, axis=0)": "sum mean any all max prod",
        "(z, axis=(0, 1), keepdims=True)": "sum mean max min std var any all prod",
        "(z, axis=-1, keepdims=True)": "sum mean argmax argmin median",
        "(z, axis=5)": "sum mean max expand_dims",
        "([2, 3])": "prod",
        "(z, z)": "add subtract multiply divide maximum minimum power append",
        "(n, n)": "add subtract multiply divide maximum minimum power dot matmul",
        "(z, 2)": "add subtract multiply divide maximum minimum power roll",
        "(n, 2.5)": "add subtract multiply divide maximum minimum power",
        "(n, z)": "add multiply divide maximum",
        "(z, v)": "add multiply",
        "(z, z, axis=0)": "append",
        "(z, 1, axis=1)": "roll",
        "(z, 1)": "round expand_dims roll",
        "(z, 0, 1)": "clip",
        "(n, 0, 1)": "clip",
        "(z, (3, 2))": "reshape",
        "(z, -1)": "reshape expand_dims",
        "(z, (1, 0))": "transpose",
        "([z, z])": "concatenate stack vstack row_stack hstack dstack column_stack array",
        "([v, v])": "concatenate stack vstack hstack dstack column_stack",
        "([z, n], axis=1)": "concatenate stack",
        "([z, v])": "concatenate stack vstack hstack column_stack",
        "([z, z], axis=-1)": "concatenate stack",
        "(z, q)": "dot matmul",
        "(q, q[0])": "dot matmul",
        "(z, z.T)": "dot matmul",
        "(n, n.T)": "dot matmul",
        "(n.astype('uint8'), n.astype('int8'))": "add",
        "(n.astype('uint8'), z)": "add",
        "(n.astype('int16'), z)": "add",
        "(n.astype('int16'), z.astype('float16'))": "add",
        "(n.astype('uint8'), 255.0)": "divide",
        "(z, z.astype('complex64'))": "add",
        "((2, 3))": "zeros ones empty",
        "(4)": "zeros ones empty eye identity arange",
        "([2, 3], 'int32')": "zeros ones empty",
        "((2, 3), dtype=numpy.uint8)": "zeros ones empty",
        "((2, 3), 7)": "full",
        "((2, 3), 0.5)": "full",
        "((2, 3), 7, 'float32')": "full",
        "(z, 3)": "full_like",
        "(z, dtype='int64')": "zeros_like ones_like empty_like",
        "(z, 3, dtype='int64')": "full_like",
        "(2, 5)": "arange eye linspace",
        "(2, 5, 2)": "arange linspace",
        "(5, 0, -2)": "arange",
        "(0, 1, 0.3)": "arange",
        "(4, dtype='float32')": "arange zeros eye identity",
        "(3, k=1)": "eye",
        "(0, 2)": "linspace logspace",
        "(1, 100)": "geomspace",
        "(0, 2, num=5)": "linspace logspace",
        "(1, 2, 5)": "linspace logspace geomspace",
        "(0, 2, 5, endpoint=False)": "linspace",
        "(3)": "array asarray float32 float64 float16 int32 int64 int16 int8 uint8 bool_",
        "(3.7)": "float32 float64 int32 int64 uint8 bool_ bool",
        "('a')": "str_ object_",
        "": "pi e inf nan newaxis",
        "(precision=3)": "set_printoptions",
        "([[1, 2], [3, 4]])": "array asarray",
        "([1, 2], dtype='float32')": "array asarray",
        "(z, 'int32')": "array asarray asanyarray ascontiguousarray",
    },
    "numpy.testing": {"(z, z)": "assert_allclose"},
    "numpy.random": {
        "(2, 3)": "rand randn",
        "((2, 3))": "random random_sample ranf sample standard_normal",
        "(size=(2, 3))": "normal uniform random random_sample exponential laplace poisson standard_normal",
        "(0, 1, (2, 3))": "normal uniform laplace",
        "(0, 5, (2, 3))": "randint",
        "(5, size=4)": "randint choice",
        "(5, size=(4, 2))": "randint poisson",
        "(10, 0.5, 4)": "binomial beta",
        "(10, 0.5, size=(4, 2))": "binomial beta",
        "(3.0, 4)": "poisson exponential",
        "(5)": "permutation",
        "(z)": "permutation shuffle",
        "([4, 5, 6])": "permutation",
        "([4, 5, 6], 2)": "choice",
        "(v, 2)": "choice",
        "(0)": "seed",
    },
    "pandas": {
        "({'a': [1, 2], 'b': [3, 4]})": "DataFrame",
        "(numpy.zeros((4, 2)), columns=['x', 'y'])": "DataFrame",
        "([1, 2, 3])": "Series",
        "([[1, 2, 3]])": "DataFrame",
        "(columns=['x'])": "DataFrame",
        "([pandas.DataFrame(z), pandas.DataFrame(z)])": "concat",
        "([pandas.DataFrame(z), pandas.DataFrame(z)], axis=1)": "concat",
        "([pandas.Series([1, 2]), pandas.Series([3, 4])])": "concat",
        "([pandas.Series([1, 2]), pandas.Series([3, 4])], axis=1)": "concat",
        "(pandas.Series([1, 2]))": "to_numeric to_datetime",
    },
    "sklearn.preprocessing": {
        "().fit_transform(z)": "StandardScaler MinMaxScaler RobustScaler Normalizer MaxAbsScaler PowerTransformer",
        "().fit(z).transform(z)": "StandardScaler MinMaxScaler RobustScaler Normalizer MaxAbsScaler",
        "(n_quantiles=2).fit_transform(z)": "QuantileTransformer",
        "().fit_transform([3, 1, 3])": "LabelEncoder",
        "().fit_transform(['x', 'y', 'x'])": "LabelEncoder",
        "(z)": "scale normalize minmax_scale",
        "(z.astype('float64'))": "scale normalize minmax_scale",
    },
    "sklearn.utils": {"(z)": "shuffle", "(z, v[:2])": "shuffle"},
    "sklearn.model_selection": {
        "(numpy.zeros((10, 3)))": "train_test_split",
        "(numpy.zeros((11, 3)), numpy.zeros(11), test_size=0.3)": "train_test_split",
        "(numpy.zeros((11, 3)), train_size=0.3)": "train_test_split",
        "(numpy.zeros((11, 3)), test_size=4)": "train_test_split",
        "(numpy.zeros((11, 3)), train_size=4, test_size=0.2)": "train_test_split",
        "([1, 2, 3, 4])": "train_test_split",
    },
    "sklearn.datasets": {
        "(return_X_y=True)": "load_iris load_digits load_wine load_breast_cancer load_diabetes",
        "().data": "load_iris load_digits load_wine load_breast_cancer load_diabetes",
        "().target": "load_iris load_digits load_wine load_breast_cancer load_diabetes",
    },
    "keras": {"((4,))": "Input", "(z)": "Variable", "": "__version__"},
    "keras.layers": {
        "((4,))": "Input",
        "([t, t])": "add subtract multiply average maximum minimum concatenate",
        "([t, t], axis=1)": "concatenate",
        "([t, t], axes=1)": "dot",
    },
    "keras.utils": {
        "([0, 2], 3)": "to_categorical",
        "(n, 4)": "to_categorical",
        "(n[:, :1], num_classes=4)": "to_categorical",
        "(z)": "normalize",
        "(n)": "normalize",
        "(v)": "normalize",
        "([[1], [2, 3]], maxlen=5)": "pad_sequences",
        "([[1], [2, 3]], 5, 'float32')": "pad_sequences",
        "()": "clear_session",
        "(0)": "set_random_seed",
    },
    "keras.preprocessing.sequence": {"([[1], [2, 3]], maxlen=5)": "pad_sequences"},
    "keras.config": {
        "()": "floatx image_data_format disable_interactive_logging",
        "('channels_last')": "set_image_data_format",
    },
    "keras.backend": {"()": "floatx image_data_format clear_session", "('channels_last')": "set_image_data_format", "('float32')": "set_floatx", "(1e-7)": "set_epsilon"},
    "keras.mixed_precision": {"('float32')": "set_global_policy"},
    "keras.activations": {
        "(t)": "celu elu exponential gelu hard_shrink hard_sigmoid hard_tanh leaky_relu linear log_sigmoid log_softmax "
               "relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid squareplus "
               "swish tanh tanh_shrink glu",
        "(t, 0.5, 0.0)": "threshold",
        "(z)": "hard_silu hard_swish mish sparsemax relu softmax",
        "('relu')(t)": "get deserialize",
    },
    **{
        f"keras.applications.{module}": {"(i)": "preprocess_input", "(i.astype('uint8'))": "preprocess_input", "(p)": "preprocess_input"}
        for module in APPLICATIONS
    },
    "keras.random": {"((2, 3))": "normal uniform"},
    "keras.ops": {
        "(z)": "abs absolute all amax amin angle any arccos arccosh arcsin arcsinh arctan arctanh argmax argmin argsort array average "
               "cbrt ceil celu conj conjugate convert_to_tensor copy cos cosh count_nonzero cumprod cumsum deg2rad diff elu empty_like "
               "erf erfc erfinv exp exp2 expm1 fabs fliplr flipud flip floor gelu hard_shrink hard_sigmoid hard_silu hard_tanh i0 "
               "isfinite isinf isnan isneginf isposinf isreal leaky_relu log log10 log1p log2 log_sigmoid log_softmax logsumexp "
               "logical_not max mean median min nan_to_num nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin "
               "nanprod nanstd nansum nanvar negative norm normalize ones_like prod ptp rad2deg ravel real reciprocal relu relu6 "
               "round rsqrt selu shape sigmoid sign signbit silu sin sinc sinh soft_shrink softmax softplus softsign sort "
               "sparse_plus sparse_sigmoid sparsemax sqrt square squareplus squeeze std sum tan tanh tanh_shrink "
               "transpose tril triu trunc var zeros_like view",
        "(t)": "stop_gradient abs relu softmax exp mean sum max min std var all any argmax argmin median sort argsort cumsum shape transpose ravel "
               "log_softmax ones_like zeros_like logical_not isnan sqrt negative round squeeze average norm flip convert_to_tensor copy",
        "(n)": "abs sqrt exp log mean sum max min prod std var relu sigmoid sign square negative bitwise_invert bitwise_not ones_like "
               "cumsum argmax logical_not cos floor ceil round median average count_nonzero",
        "(z, axis=1)": "all amax amin any argmax argmin argsort average count_nonzero cumprod cumsum diff flip "
                       "log_softmax logsumexp max mean median min nanmax nanmean nanmin nansum norm normalize prod ptp softmax sort "
                       "std sum var expand_dims",
        "(t, axis=1)": "all amax any argmax argsort cumsum logsumexp max mean median min prod softmax sort std sum unstack var expand_dims "
                       "flip norm",
        "(z, axis=0, keepdims=True)": "all any argmax argmin logsumexp max mean median min prod std sum var",
        "(t, axis=(1, 2), keepdims=True)": "all any logsumexp max mean min prod std sum var",
        "(z, axes=[0])": "moments",
        "(z, 1)": "argpartition",
        "(z.astype('complex64'))": "imag angle",
        "(numpy.zeros((2, 4)))": "glu",
        "(z, z)": "add arctan2 divide divide_no_nan equal floor_divide fmax fmin fmod greater greater_equal heaviside hypot isclose less "
                  "less_equal logaddexp logaddexp2 logical_and logical_or logical_xor maximum minimum mod multiply nextafter not_equal "
                  "power subtract true_divide outer",
        "(t, t)": "add divide equal greater maximum multiply not_equal power subtract logical_and",
        "(t, 2)": "add divide maximum multiply subtract power",
        "(z, 2)": "add divide maximum multiply subtract power greater mod floor_divide repeat tile",
        "(n, n)": "add divide multiply bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift left_shift right_shift "
                  "gcd lcm floor_divide mod ldexp maximum power true_divide",
        "(n, 2)": "add divide multiply subtract power",
        "(z, q)": "dot matmul",
        "(z, q, axes=1)": "tensordot",
        "(z, q, 1)": "tensordot",
        "(t, 1, True)": "max mean min std sum var prod all any logsumexp median",
        "(t, 1, keepdims=True)": "argmax argmin",
        "(t, 1)": "softmax log_softmax flip sort argsort cumsum cumprod expand_dims argmax max mean logsumexp unstack",
        "(z, 1, 1)": "diff roll repeat",
        "(t, 2, 1)": "roll repeat split norm",
        "(z, [1], 1)": "split",
        "([t, t], 1)": "concatenate stack",
        "(t, numpy.array([0, 1]), 1)": "take",
        "(t[:, :1], 1)": "squeeze",
        "(p, 2, 2, 'same')": "max_pool average_pool",
        "(p, 3, 2)": "max_pool average_pool",
        "(p, numpy.zeros((3, 3, 3, 5), 'float32'), 2, 'same')": "conv",
        "(p, numpy.zeros((3, 3, 3, 2), 'float32'), 2, 'same')": "depthwise_conv",
        "(p, numpy.zeros((3, 3, 3, 2), 'float32'), numpy.zeros((1, 1, 6, 5), 'float32'), 2, 'same')": "separable_conv",
        "(p, 2, 'channels_last')": "space_to_depth",
        "(p, 2)": "max_pool average_pool",
        "(t, 0.0, 6.0)": "clip",
        "(t, [[0, 0], [1, 2], [0, 0]], 'reflect')": "pad",
        "(t, (1, 2), True)": "mean sum",
        "(t > 0, t, 0.0)": "where",
        "(t, numpy.ones((6, 5)))": "matmul dot",
        "('ij,jk->ik', z, q)": "einsum",
        "(z, (3, 2))": "reshape",
        "(z, [-1])": "reshape",
        "(t, (-1, 3, 8))": "reshape",
        "(z, (1, 0))": "transpose",
        "(t, (0, 2, 1))": "transpose",
        "(z, 0, 1)": "clip moveaxis swapaxes",
        "(t, 1, 2)": "swapaxes moveaxis clip",
        "(z, 0)": "expand_dims roll get_item",
        "(z, 2, axis=1)": "repeat",
        "(z, (2, 1))": "tile",
        "(z, 3, axis=1)": "split roll",
        "(z, [1], axis=1)": "split",
        "(t, 2, axis=1)": "split repeat roll",
        "(t, 3)": "top_k",
        "([z, z])": "concatenate stack hstack vstack",
        "([z, z], axis=1)": "concatenate stack",
        "([t, t], axis=1)": "concatenate stack",
        "(z, (4, 2, 3))": "broadcast_to",
        "(z, ((1, 1), (0, 2)))": "pad",
        "(z, 'int32')": "cast saturate_cast convert_to_tensor",
        "(t, 'float16')": "cast saturate_cast",
        "(z, 7)": "full_like",
        "(z, [0, 1], axis=1)": "take",
        "(t, numpy.array([0, 1]), axis=1)": "take",
        "(z, numpy.zeros((2, 1), 'int32'), axis=1)": "take_along_axis",
        "(n, 4)": "one_hot",
        "(n[0], 4)": "one_hot multi_hot",
        "(b, z, z)": "where",
        "(b, 1.0, 0.0)": "where",
        "(z, 0.5, 0.0)": "threshold",
        "((2, 3))": "zeros ones",
        "([2, 3], 'int32')": "zeros ones",
        "(5)": "arange",
        "(2, 9, 3)": "arange",
        "(5, dtype='float32')": "arange",
        "(i, 2)": "max_pool average_pool adaptive_max_pool adaptive_average_pool",
        "(i, 2, 2, 'same')": "max_pool average_pool",
        "(i, numpy.zeros((3, 3, 3, 5), 'float32'))": "conv",
        "(i, numpy.zeros((3, 3, 3, 5), 'float32'), 2, 'same')": "conv",
        "(i, numpy.zeros((3, 3, 3, 2), 'float32'))": "depthwise_conv",
        "(i, numpy.zeros((3, 3, 3, 2), 'float32'), numpy.zeros((1, 1, 6, 5), 'float32'))": "separable_conv",
        "(i, numpy.zeros(3), numpy.ones(3), -1)": "batch_normalization",
        "(z, q[0])": "layer_normalization rms_normalization",
        "(i, 2, data_format='channels_last')": "space_to_depth",
        "(numpy.zeros((1, 4, 4, 8), 'float32'), 2, data_format='channels_last')": "depth_to_space",
        "(numpy.zeros((1, 4, 2, 8), 'float32'), numpy.zeros((1, 5, 2, 8), 'float32'), numpy.zeros((1, 5, 2, 8), 'float32'))": "dot_product_attention",
        "(numpy.zeros((2, 64), 'float32'), 16, 8)": "extract_sequences",
        "(numpy.zeros((2, 64), 'float32'), 16, 8, 16)": "stft",
        "((z, z))": "fft fft2 ifft2",
        "((numpy.zeros((2, 9), 'float32'), numpy.zeros((2, 9), 'float32')), 16)": "irfft",
        "((numpy.zeros((2, 7, 9), 'float32'), numpy.zeros((2, 7, 9), 'float32')), 16, 8, 16)": "istft",
        "(numpy.zeros((2, 16), 'float32'))": "rfft",
        "(z, (0, 1), (2, 2))": "slice",
    },
    "keras.ops.image": {"(i, (4, 5))": "resize", "(i)": "rgb_to_grayscale rgb_to_hsv hsv_to_rgb", "(p, (4, 5))": "resize", "(p)": "rgb_to_grayscale"},
    "tensorflow": {
        "(z)": "abs argmax argmin cos exp floor identity negative norm ones_like reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod "
               "reduce_sum round shape sigmoid sign sin sqrt square squeeze stop_gradient tanh transpose unstack zeros_like cumsum "
               "constant convert_to_tensor Variable",
        "(b)": "logical_not reduce_all reduce_any",
        "(n)": "abs negative reduce_sum reduce_mean reduce_max ones_like zeros_like square cumsum transpose sign",
        "(z, axis=1)": "argmax cumsum expand_dims norm reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_sum unstack",
        "(z, 1)": "reduce_max reduce_mean reduce_sum expand_dims",
        "(z, axis=0, keepdims=True)": "reduce_max reduce_mean reduce_min reduce_prod reduce_sum reduce_logsumexp",
        "(b, axis=1)": "reduce_all reduce_any",
        "(z, z)": "add divide equal greater less maximum minimum multiply not_equal pow subtract",
        "(n, n)": "add divide equal less maximum multiply subtract",
        "(b, b)": "logical_and logical_or",
        "(z, 2.0)": "add divide maximum multiply pow subtract greater",
        "(z, q)": "matmul",
        "(z, q, axes=1)": "tensordot",
        "('ij,jk->ik', z, q)": "einsum",
        "(z, [3, 2])": "reshape",
        "(z, [-1])": "reshape",
        "(z, [1, 0])": "transpose",
        "(z, [2, 1])": "tile",
        "(z, 2, axis=1)": "repeat",
        "(z, 3, axis=1)": "split",
        "(z, [1, 2], 1)": "split",
        "([z, z], 1)": "concat stack",
        "([z, z], axis=0)": "concat stack",
        "(z, [4, 2, 3])": "broadcast_to",
        "(z, [[1, 1], [0, 2]])": "pad",
        "(z, [0, 1], axis=1)": "gather",
        "(z, [0, 1, 1])": "gather",
        "(z, 1, True)": "reduce_sum reduce_mean",
        "(z, 3, 1)": "split",
        "(z, 2, 1)": "repeat",
        "(z, 2, -1)": "norm",
        "(z, 1, exclusive=True)": "cumsum",
        "(value=z, num_or_size_splits=3, axis=1)": "split",
        "(values=[z, z], axis=1)": "concat stack",
        "(input_tensor=z, axis=1)": "reduce_sum reduce_mean reduce_max",
        "(z, perm=[1, 0])": "transpose",
        "(b, x=z, y=z)": "where",
        "(condition=b, x=z, y=z)": "where",
        "(params=z, indices=[0, 1, 1])": "gather",
        "(indices=[0, 1, 1], params=z)": "gather",
        "(indices=n, depth=4)": "one_hot",
        "(z, axis=[0], keepdims=True)": "reduce_sum",
        "(n, depth=4)": "one_hot",
        "(tensor=z, shape=[3, 2])": "reshape",
        "(z, clip_value_min=0.0, clip_value_max=1.0)": "clip_by_value",
        "(input=z, multiples=[2, 1])": "tile",
        "(a=z, b=q)": "matmul",
        "(z, z, transpose_a=True)": "matmul",
        "(z, z, transpose_b=True)": "matmul",
        "(z, tensorflow.zeros((2, 2), tensorflow.int32), axis=1, batch_dims=1)": "gather",
        "(x=z, y=z)": "add multiply maximum",
        "(input=z, axis=0)": "expand_dims",
        "(z, [1])": "reverse",
        "(n, 4)": "one_hot",
        "(z, 0.0, 1.0)": "clip_by_value",
        "(z, tensorflow.int32)": "cast",
        "(z, 'float16')": "cast",
        "(b, z, z)": "where",
        "([2, 3])": "zeros ones constant",
        "((2, 3), tensorflow.int32)": "zeros ones",
        "(5)": "range",
        "(2, 9, 3)": "range",
        "([1, 2], dtype=tensorflow.float32)": "constant",
        "([None, 3])": "TensorShape",
        "(3.0)": "constant",
        ".name": "float16 float32 float64 int8 int16 int32 int64 uint8 bool string",
        "": "__version__ newaxis",
    },
    "tensorflow.dtypes": {".name": "float16 float32 float64 int8 int16 int32 int64 uint8 bool string"},
    "tensorflow.math": {
        "(z)": "abs argmax cos exp log reduce_max reduce_mean reduce_std reduce_sum reduce_variance rsqrt sigmoid sin softplus sqrt square tanh l2_normalize",
        "(z, axis=1)": "argmax reduce_max reduce_mean reduce_std reduce_sum reduce_variance l2_normalize",
        "(z, z)": "add divide equal maximum minimum multiply not_equal pow squared_difference subtract",
        "(z, k=2)": "top_k",
    },
    "tensorflow.linalg": {"(z, q)": "matmul", "(z)": "norm", "(z, axis=1)": "norm", "('ij,jk->ik', z, q)": "einsum"},
    "tensorflow.nn": {
        "(z)": "elu gelu leaky_relu log_softmax relu relu6 selu sigmoid silu softmax softplus softsign swish tanh",
        "(z, axis=1)": "l2_normalize",
        "(z, k=2)": "top_k",
        "(i, 2)": "space_to_depth",
        "(numpy.zeros((1, 4, 4, 8), 'float32'), 2)": "depth_to_space",
    },
    "tensorflow.image": {"(i, (4, 5))": "resize", "(i)": "rgb_to_grayscale"},
    "tensorflow.random": {"((2, 3))": "normal uniform truncated_normal", "(1)": "set_seed"},
    "tensorflow.data.Dataset": {
        "(z).batch(2).get_single_element()": "from_tensor_slices",
        "(z).batch(2).batch(1).get_single_element()": "from_tensor_slices",
        "((i[0], i[0])).batch(8).get_single_element()": "from_tensor_slices",
        "({'a': z, 'b': n}).batch(3).get_single_element()": "from_tensor_slices",
        "((z, n)).shuffle(9).repeat(2).batch(4).prefetch(1).cache().get_single_element()": "from_tensor_slices",
        "(z).map(lambda row: (row[:2], tensorflow.cast(row, tensorflow.int32))).batch(2).get_single_element()": "from_tensor_slices",
        "((z, n)).map(lambda x, y: {'x': x, 'y': y[:1]}).batch(2).get_single_element()": "from_tensor_slices",
        "(i[0]).skip(3).take(4).batch(9).get_single_element()": "from_tensor_slices",
        "(i[0]).batch(3).take(1).unbatch().batch(2).take(1).get_single_element()": "from_tensor_slices",
        "(i[0]).enumerate().batch(5).take(1).get_single_element()": "from_tensor_slices",
        "(z).get_single_element()": "from_tensors",
        "(5).batch(5).get_single_element()": "range",
        "((tensorflow.data.Dataset.range(3), tensorflow.data.Dataset.from_tensors(z))).get_single_element()": "zip",
    },
    "tensorflow.keras.backend": {
        "(z)": "abs all any argmax argmin cos elu exp hard_sigmoid int_shape l2_normalize log max mean min ndim ones_like prod "
               "relu round shape sigmoid sign sin softmax softplus softsign sqrt square std stop_gradient sum tanh transpose var "
               "variable zeros_like cumsum",
        "(z, axis=0)": "all any argmax argmin cumsum l2_normalize max mean min prod std sum var expand_dims",
        "(z, axis=-1, keepdims=True)": "max mean min prod std sum var",
        "(z, z)": "batch_dot equal greater greater_equal less less_equal maximum minimum not_equal",
        "(z, q)": "dot",
        "(z, 2)": "pow",
        "(z, 0.0, 1.0)": "clip",
        "(z, 'int32')": "cast",
        "(z, (3, 2))": "reshape",
        "(z, (1, 0))": "permute_dimensions",
        "(z, 2, axis=1)": "repeat_elements",
        "(z, [2, 1])": "tile",
        "(z, 1)": "expand_dims reverse",
        "(z[:, :1], 1)": "squeeze",
        "([z, z])": "concatenate stack",
        "([z, z], axis=0)": "concatenate stack",
        "(z, [0, 1, 1])": "gather",
        "(reference=z, indices=[0, 1])": "gather",
        "(n, 4)": "one_hot",
        "(n, num_classes=4)": "one_hot",
        "(b, z, z)": "switch",
        "(b, then_expression=z, else_expression=z)": "switch",
        "((2, 3))": "ones zeros random_normal random_uniform",
        "(i)": "batch_flatten flatten spatial_2d_padding",
        "(i, (2, 2))": "pool2d",
        "(i, (2, 2), (2, 2), 'same', pool_mode='avg')": "pool2d",
        "(i[None], (1, 2, 2))": "pool3d",
        "(i[0], tensorflow.zeros((3, 3, 5)))": "conv1d",
        "(i, tensorflow.zeros((3, 3, 3, 5)))": "conv2d",
        "(i, tensorflow.zeros((3, 3, 3, 5)), (2, 2), 'same')": "conv2d",
        "(i[None], tensorflow.zeros((1, 3, 3, 3, 5)))": "conv3d",
        "(i, ((1, 2), (3, 4)))": "spatial_2d_padding",
        "(i[None])": "spatial_3d_padding",
        "(i[0], (2, 1))": "temporal_padding",
        "(z, 4)": "repeat",
        "(i, q[0])": "bias_add",
        "(i[0], i[0], axes=2)": "batch_dot",
        "(i[0], i[0], [1, 1])": "batch_dot",
        "(i[0], i[0][:, :3])": "batch_dot",
        "(z, 0.5)": "dropout",
        "(5)": "arange",
        "()": "backend image_data_format floatx",
    },
    "keras.models": {"(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])).count_params()": "clone_model"},
}  # fmt: skip
# Rows that densecli leaves unknown, all or in part.
UNKNOWN = {
    "random": {
        "()": "random", "(1, 6)": "randint uniform", "([1, 2])": "choice", "(9)": "randrange", "([1, 2, 3], 2)": "sample", "(0, 1)": "gauss",
    },
    "numpy": {"([1, 2, 1])": "unique", "(z)": "unique"},
    "numpy.random": {"(5)": "choice", "(v)": "choice"},
    "pandas": {"(pandas.Series(['x', 'y']))": "get_dummies"},
    "keras.ops": {"(t)": "unstack"},
}  # fmt: skip
# Rows whose dtype differs: Keras' operations have 32-bit indices and real means, TensorFlow's functions don't.
DTYPES = """
keras.ops.imag(z.astype('complex64'))
keras.ops.multi_hot(n[0], 4)
keras.ops.angle(z.astype('complex64'))
tensorflow.divide(n, n)
tensorflow.reduce_mean(n)
tensorflow.keras.backend.argmax(z)
tensorflow.keras.backend.argmax(z, axis=0)
tensorflow.keras.backend.argmin(z)
tensorflow.keras.backend.argmin(z, axis=0)
""".strip().splitlines()
# Names without a row, and why.
WITHOUT = {
    "reaches outside of the source": "builtins.__doc__ builtins.__file__ builtins.__name__ builtins.__import__ builtins.compile builtins.dir builtins.eval builtins.exec "
        "builtins.globals builtins.hash builtins.help builtins.id builtins.input builtins.locals builtins.open builtins.vars",
    "ends the script": "builtins.exit builtins.quit os._exit os.abort sys.exit",
    "is a part of statements that tests/read/python/test_as_python.py follows": "builtins.Ellipsis builtins.classmethod builtins.property "
        "builtins.setattr builtins.staticmethod builtins.super builtins.issubclass builtins.next builtins.type dataclasses.dataclass dataclasses.field",
    "tells about the machine or the time": "os.chdir os.cpu_count os.getcwd os.getenv os.listdir os.makedirs os.mkdir os.remove os.system "
        "os.path.exists os.path.isdir os.path.isfile sys.argv sys.version sys.version_info time.perf_counter time.sleep time.strftime "
        "time.time tensorflow.config.experimental.list_physical_devices tensorflow.config.list_physical_devices "
        "tensorflow.test.is_gpu_available tensorflow.compat.v1.disable_eager_execution keras.config.backend",
    "reads or writes a file": "numpy.fromfile numpy.genfromtxt numpy.load numpy.loadtxt numpy.save numpy.savetxt numpy.savez "
        "pandas.read_csv pandas.read_excel pandas.read_feather pandas.read_hdf pandas.read_json pandas.read_parquet pandas.read_pickle "
        "pandas.read_sql pandas.read_table keras.models.load_model keras.models.model_from_json keras.saving.load_model "
        "keras.utils.plot_model",
    "makes an object that only layers use": "keras.initializers.get keras.regularizers.get",
    "downloads class names": " ".join(f"keras.applications.{module}.decode_predictions" for module in APPLICATIONS),
    "reads a folder of images": "keras.utils.image_dataset_from_directory keras.preprocessing.image_dataset_from_directory",
    "downloads the data": "keras.datasets.boston_housing.load_data keras.datasets.california_housing.load_data "
        "keras.datasets.cifar10.load_data keras.datasets.cifar100.load_data keras.datasets.fashion_mnist.load_data "
        "keras.datasets.imdb.get_word_index keras.datasets.imdb.load_data keras.datasets.mnist.load_data "
        "keras.datasets.reuters.get_label_names keras.datasets.reuters.get_word_index keras.datasets.reuters.load_data",
    "is of a package that needs no recording: the items come back as they are": "tqdm.auto.tqdm tqdm.auto.trange tqdm.notebook.tqdm "
        "tqdm.notebook.trange tqdm.std.tqdm tqdm.tnrange tqdm.tqdm tqdm.tqdm_notebook tqdm.trange",
}  # fmt: skip
# Names that today's versions don't have any more.
GONE = [
    "builtins.izip", "builtins.raw_input", "builtins.xrange", "itertools.izip", "keras.backend.common.image_data_format",
    "keras.backend.get_session", "keras.backend.image_dim_ordering", "keras.backend.learning_phase",
    "keras.backend.logsumexp", "keras.backend.set_image_dim_ordering", "keras.backend.set_learning_phase",
    "keras.backend.set_session", "keras.backend.shape_of", "keras.engine.merge", "keras.layers.merge",
    "keras.layers.merge.add", "keras.layers.merge.average", "keras.layers.merge.concatenate", "keras.layers.merge.dot",
    "keras.layers.merge.maximum", "keras.layers.merge.minimum", "keras.layers.merge.multiply", "keras.layers.merge.subtract",
    "keras.layers.merging.add", "keras.layers.merging.average", "keras.layers.merging.concatenate",
    "keras.layers.merging.dot", "keras.layers.merging.maximum", "keras.layers.merging.minimum",
    "keras.layers.merging.multiply", "keras.layers.merging.subtract", "keras.models.Input", "keras.models.model_from_yaml",
    "keras.np_utils.to_categorical", "keras.utils.np_utils.normalize", "keras.utils.np_utils.to_categorical",
    "keras.utils.vis_utils.plot_model", "numpy.float", "numpy.int", "numpy.product",
    "sklearn.cross_validation.train_test_split", "tensorflow.random_normal", "tensorflow.set_random_seed",
]  # fmt: skip


def rows():
    """Every call of the table, as source."""
    return [
        row
        for module in dict.fromkeys([*KNOWN, *UNKNOWN])
        for table in (KNOWN, UNKNOWN)
        for row in calls(table, module)
    ]


def calls(table, module):
    return [
        f"{prefix(module)}{name}{given}" for given, names in table.get(module, {}).items() for name in names.split()
    ]


def prefix(module):
    return "" if module == "builtins" else f"{module}."


def named():
    """The full name of every function that has a row."""
    return {
        f"{module}.{name}"
        for table in (KNOWN, UNKNOWN)
        for module, rows in table.items()
        for names in rows.values()
        for name in names.split()
    }


def library(row):
    """Which of IMPORTS a row needs."""
    return "tensorflow" if row.startswith("tensorflow.") else "keras"


def setting(library):
    """The code before the rows of a library."""
    return IMPORTS[library] + ARRAYS + (TENSORS if library == "tensorflow" else "")
