"""Random arguments for layers, by the names that Keras gives them, and random changes to shapes.

Values are drawn by an argument's name in Keras' own signature, so that densecli's idea of an argument
does not influence its test values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Shape = tuple[int | None, ...]

JUNK = (None, -1, 0, 1.5, "2", "x", [], [1, 2], [1, 2, 3, 4], {}, [None], -3, 2.0, float("nan"), [2, "x"])
ACTIVATIONS = (
    "relu", "relu6", "tanh", "sigmoid", "softmax", "gelu", "elu", "selu", "silu", "swish", "mish", "linear", None,
    "softplus", "softsign", "exponential", "hard_sigmoid", "hard_silu", "hard_swish", "leaky_relu", "log_softmax",
    "celu", "glu", "log_sigmoid", "hard_tanh", "hard_shrink", "soft_shrink", "tanh_shrink", "threshold", "squareplus",
    "sparse_plus", "sparse_sigmoid", "sparsemax", "nope",
)  # fmt: skip
INITIALIZERS = (
    "zeros", "ones", "glorot_uniform", "glorot_normal", "he_normal", "he_uniform", "lecun_normal", "random_normal",
    "random_uniform", "truncated_normal", "variance_scaling", "uniform", "normal", "constant", "nope",
    {"class_name": "Constant", "config": {"value": 0.5}}, {"class_name": "RandomNormal", "config": {"stddev": 0.1}},
)  # fmt: skip
REGULARIZERS = ("l1", "l2", "l1_l2", None, None, "nope", {"class_name": "L2", "config": {"l2": 0.01}})
CONSTRAINTS = ("max_norm", "non_neg", "unit_norm", "min_max_norm", None, "nope")
DTYPES = ("float32", "float32", "float16", "float64", "bfloat16", "mixed_float16", "mixed_bfloat16", "float31", None)
INPUT_DTYPES = ("float32", "float32", "float32", "int32", "float16", "float64", "bool", "uint8", "int64", "bfloat16")
SIZES = (None, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12)


def one_of(*values: Any) -> Callable[[Random, int], Any]:
    return lambda random, _: random.choice(values)


def whole(low: int, high: int) -> Callable[[Random, int], int]:
    return lambda random, _: random.randint(low, high)


def number(low: float, high: float) -> Callable[[Random, int], float]:
    return lambda random, _: round(random.uniform(low, high), 3)


def per_axis(low: int, high: int) -> Callable[[Random, int], Any]:
    """One integer, or one for each axis."""

    def draw(random: Random, rank: int) -> Any:
        if random.random() < 0.5:
            return random.randint(low, high)
        return [random.randint(low, high) for _ in range(rank if random.random() < 0.95 else rank + 1)]

    return draw


def pairs(random: Random, rank: int) -> Any:
    """Padding or cropping: one integer, one for each axis, or two for each axis."""
    kind = random.random()
    if kind < 0.3:
        return random.randint(0, 3)
    if rank == 1 or kind < 0.6:
        return [random.randint(0, 3) for _ in range(max(rank, 2))]
    return [[random.randint(0, 2), random.randint(0, 2)] for _ in range(rank)]


def some(low: int, high: int, most: int) -> Callable[[Random, int], list[int]]:
    """A few integers."""
    return lambda random, _: [random.randint(low, high) for _ in range(random.randint(0, most))]


def some_or_one(low: int, high: int, most: int) -> Callable[[Random, int], Any]:
    several = some(low, high, most)
    return lambda random, rank: several(random, rank) if random.random() < 0.4 else random.randint(low, high)


FLAG = one_of(True, False)
AXIS = some_or_one(-3, 4, 3)
RANGE = one_of([0, 255], [0, 1], [0.0, 1.0], [-1, 1], (0, 255))
ARGUMENTS: dict[str, Callable[[Random, int], Any]] = {
    "data_format": one_of("channels_last", "channels_first", "channels_first", None, "CHANNELS_FIRST", "nope"),
    "activation": one_of(*ACTIVATIONS),
    "recurrent_activation": one_of(*ACTIVATIONS),
    "padding": one_of("valid", "same", "same", "causal", "VALID", "Same", "full"),
    "filters": whole(1, 8), "units": whole(1, 8), "groups": one_of(1, 2, 3, 4, -1, 8, 32), "rank": whole(1, 3),
    "kernel_size": per_axis(1, 4), "pool_size": per_axis(1, 4), "strides": per_axis(1, 3),
    "dilation_rate": per_axis(1, 3), "output_padding": per_axis(0, 2), "output_size": per_axis(1, 5),
    "depth_multiplier": whole(1, 3), "cropping": pairs, "size": per_axis(1, 3),
    "target_shape": one_of([-1], [2, -1], [-1, 3], [4, 3], [6], [1, -1, 2], [-1, -1], [], [None, 2], [12, 1]),
    "axis": AXIS, "axes": some_or_one(-3, 3, 2), "dims": some(1, 4, 4), "n": whole(1, 5),
    "shared_axes": some(1, 3, 2), "noise_shape": one_of(None, [None, 1, 3], [None, 1], [2, 1, 3]),
    "epsilon": number(1e-5, 0.1), "momentum": number(0, 1), "rate": number(0, 1), "stddev": number(0, 2),
    "dropout": number(0, 0.9), "recurrent_dropout": number(0, 0.9), "alpha": number(0, 2),
    "negative_slope": number(0, 2), "max_value": number(0, 3), "threshold": number(0, 2),
    "l1": number(0, 1), "l2": number(0, 1), "mask_value": one_of(0, 0.0, 1, -1.5, None), "scale": FLAG,
    "offset": one_of(0, 0.5, [0.1, 0.2, 0.3], -1), "interpolation": one_of("nearest", "bilinear", "bicubic", "area", "lanczos3", "nope"),
    "height": whole(1, 9), "width": whole(1, 9), "output_mode": one_of("int", "one_hot", "multi_hot", "count", "tf_idf", "nope"),
    "num_tokens": whole(1, 12), "num_bins": whole(1, 8), "bin_boundaries": one_of([0.0, 1.0], [-1.0, 0.0, 2.5], [], [3.0]),
    "input_dim": whole(1, 12), "output_dim": whole(1, 6), "lora_rank": one_of(None, 1, 2, 3), "lora_alpha": one_of(None, 1, 2.5),
    "equation": one_of("ab,bc->ac", "abc,cd->abd", "...x,xy->...y", "abc,cde->abde", "abcd,cde->abe", "ab,bc->a", "a,b"),
    "output_shape": one_of(4, [4], [None, 4], [3, 4], [None, None], (5,), 1), "bias_axes": one_of(None, "c", "d", "de", "y", "z"),
    "num_heads": whole(1, 4), "key_dim": whole(1, 5), "value_dim": one_of(None, 1, 3, 4), "head_dim": whole(1, 5),
    "num_query_heads": one_of(1, 2, 4, 6), "num_key_value_heads": one_of(1, 2, 3), "sliding_window": one_of(None, 1, 2, 5),
    "attention_axes": one_of(None, 1, [1], [1, 2], -2, [2]), "score_mode": one_of("dot", "concat"),
    "merge_mode": one_of("concat", "sum", "mul", "ave", None, "nope"), "power_iterations": whole(1, 3),
    "value_range": RANGE, "seed": one_of(None, 1, 7), "factor": one_of(0.1, 0.5, [0.1, 0.4], 0, 1.5),
    "bins": one_of(2, 16, 256), "clip_limit": number(0, 4), "tile_grid_size": per_axis(1, 4), "order": whole(1, 3),
    "use_cudnn": one_of("auto", True, False), "implementation": one_of(1, 2), "batch_size": one_of(None, 1, 4), "weights": one_of(None),
    "mean": one_of(None, 0.0, 1.5, [0.0, 1.0, 2.0]), "variance": one_of(None, 1.0, 2, [1.0, 2.0, 0.5]), "ord": one_of(1, 2),
    "frame_length": one_of(4, 5, 8, 16), "frame_step": one_of(1, 2, 3, 8), "fft_length": one_of(8, 16, 32, None),
    "mode": one_of("log", "magnitude", "psd", "real", "imag", "angle", "stft", "phase"), "window": one_of("hann", "hamming", None),
    "sequence_stride": one_of(1, 3), "num_mel_bins": whole(2, 9), "sampling_rate": one_of(16000, 64), "max_freq": one_of(None, 8000, 30),
    "noise_stddev": number(0, 1), "shape": one_of([3], [None, 2], [], [4, 4, 3]), "name": one_of("given", None), "dtype": one_of(*DTYPES),
    "crop_to_aspect_ratio": FLAG, "pad_to_aspect_ratio": FLAG, "fill_mode": one_of("constant", "nearest", "reflect", "wrap"),
    "num_ops": whole(1, 3), "salt": one_of(None, 3, [1, 2]), "max_tokens": one_of(None, 3, 8), "quantization_config": one_of(None),
    "renorm_clipping": one_of(None), "tensor": one_of(None), "input_tensor": one_of(None), "backward_layer": one_of(None),
}  # fmt: skip
ENDINGS = {
    "_initializer": one_of(*INITIALIZERS), "_regularizer": one_of(*REGULARIZERS), "_constraint": one_of(*CONSTRAINTS),
}  # fmt: skip
RANKS = {"1D": 1, "2D": 2, "3D": 3, "1d": 1}


def rank_of(class_name: str) -> int:
    return next((rank for end, rank in RANKS.items() if end in class_name), 2)


def argument(random: Random, name: str, default: Any, class_name: str) -> Any:
    """A value for the argument; now and then one that nobody would write."""
    if random.random() < 0.06:
        return random.choice(JUNK)
    if random.random() < 0.01:
        return random.choice((True, False))
    ending = next((draw for end, draw in ENDINGS.items() if name.endswith(end)), None)
    if ending is not None:
        return ending(random, 1)
    if isinstance(default, bool) and name != "scale":
        return random.choice((True, False))
    if name in ARGUMENTS:
        if name == "padding" and "ZeroPadding" in class_name:
            return pairs(random, rank_of(class_name))
        return ARGUMENTS[name](random, rank_of(class_name))
    if isinstance(default, float):
        return round(random.uniform(0, 1), 3)
    return default


def change_shape(random: Random, shape: Shape) -> Shape:
    """A size changed, made unknown, an axis more or less."""
    sizes, kind = list(shape), random.random()
    place = random.randrange(len(sizes)) if sizes else 0
    if kind < 0.12:
        sizes.insert(place, random.choice(SIZES))
    elif kind < 0.24 and sizes:
        sizes.pop(place)
    elif kind < 0.4 and sizes:
        sizes[place] = None
    elif kind < 0.45 and len(sizes) > 2:
        sizes[-1], sizes[1] = sizes[1], sizes[-1]
    elif sizes:
        sizes[place] = random.choice(SIZES) if place else random.choice((None, None, 1, 2))
    return tuple(sizes)
