"""Keras 1 and experiments of TensorFlow 2: their class names, argument names, and layers that no longer exist.

The old names mean nothing else in later versions, so they are translated wherever they occur, whatever wrote the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASSES = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense",
}
MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
}
EVERYWHERE = {
    "border_mode": "padding",
    "bias": "use_bias",
    "init": "kernel_initializer",
    "inner_activation": "recurrent_activation",
    "inner_init": "recurrent_initializer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "pool_length": "pool_size",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "atrous_rate": "dilation_rate",
}
UNITS = (
    "Dense",
    "LSTM",
    "GRU",
    "SimpleRNN",
    "LSTMCell",
    "GRUCell",
    "SimpleRNNCell",
    "MaxoutDense",
    "CuDNNLSTM",
    "CuDNNGRU",
)
RATES = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout")
MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}  # of the experimental preprocessing layers (TensorFlow 2.3 to 2.5)
OWN_WORDS = {"nb_filter", "border_mode", "dim_ordering", "subsample", "W_regularizer", "inner_init"}
UNORDERED = (
    "ZeroPadding2D",
    "ZeroPadding3D",
    "Cropping2D",
    "Cropping3D",
    "UpSampling2D",
    "UpSampling3D",
    "SpatialDropout2D",
    "SpatialDropout3D",
)
BORDERS = ("ZeroPadding1D", "ZeroPadding2D")
SIDES = ("top_pad", "bottom_pad", "left_pad", "right_pad")
OWN_RENAMES = {
    "Embedding": ("kernel_initializer", "embeddings_initializer"),
    "GaussianNoise": ("sigma", "stddev"),
    "UpSampling1D": ("length", "size"),
    "CategoryEncoding": ("max_tokens", "num_tokens"),
    "LeakyReLU": ("alpha", "negative_slope"),
    **dict.fromkeys(UNITS, ("output_dim", "units")),
    **dict.fromkeys(RATES, ("p", "rate")),
}
SIZES = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_ORDERS = {"th": "channels_first", "tf": "channels_last"}


def modern(name: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Today's equivalent of a class and its arguments in Keras 1."""
    old = config.keys() & EVERYWHERE.keys()
    found = {key: value for key, value in config.items() if key not in old}
    found |= {EVERYWHERE[key]: config[key] for key in config if key in old and EVERYWHERE[key] not in config}
    name = CLASSES.get(name, name)
    if name in OWN_RENAMES:
        _rename(found, *OWN_RENAMES[name])
    mode = found.get("output_mode")
    if isinstance(mode, str) and mode in MODES:
        found["output_mode"] = MODES[mode]
    if name == "ThresholdedReLU" or "merge" in name.lower():
        return _merge(name, found) if name == "Merge" else (name, found)
    for parts in SIZES:
        if all(part in found for part in parts):
            found["kernel_size"] = [found.pop(part) for part in parts]
    if "dim_ordering" in found:
        found.setdefault("data_format", _ORDERS.get(str(found.pop("dim_ordering"))))
    if name in BORDERS:
        found["padding"] = _border(name, found.get("padding", 1))
    if name in ("Conv1D", "Conv2D", "Conv3D") and found.get("padding") == "full":
        return f"Full{name}", found
    return name, found


def wrote(entry: dict[str, Any]) -> bool:
    """Whether a config's layers look like Keras 1, if it states no version."""
    config = entry.get("config")
    layers = config.get("layers") if isinstance(config, dict) else config
    configs = [each.get("config") for each in layers if isinstance(each, dict)] if isinstance(layers, list) else []
    return any(isinstance(each, dict) and not OWN_WORDS.isdisjoint(each) for each in configs)


def order_of(document: Any) -> str | None:
    """The data format that all layers agree on, for those that Keras 1 wrote without one: padding, cropping and upsampling.

    For these, Keras 1 used the setting of the reading machine; on the writing one, all layers had the same.
    """
    found = set(_orders(document))
    return _ORDERS.get(found.pop()) if len(found) == 1 else None


def _orders(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            if isinstance(item.get("dim_ordering"), str):
                yield item["dim_ordering"]
            pending += item.values()
        elif isinstance(item, list):
            pending += item


def _border(name: str, padding: Any) -> Any:
    """Amounts before and after each axis, which Keras 1 also took as a flat list, or by name."""
    if isinstance(padding, dict) and padding.keys() <= {*SIDES}:
        padding = [padding.get(side, 0) for side in (SIDES if name == "ZeroPadding2D" else SIDES[2:])]
    return [padding[:2], padding[2:]] if isinstance(padding, list) and len(padding) == 4 else padding


def _rename(config: dict[str, Any], old: str, new: str) -> None:
    if old in config and new not in config:
        config[new] = config.pop(old)


def _merge(name: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The Keras 2 layer for a Merge with that mode; a Lambda if the mode is a function."""
    mode = config.get("mode", "sum")
    kind = MERGES.get(mode) if isinstance(mode, str) and config.get("mode_type", "raw") == "raw" else None
    if config.get("layers"):
        return name, config
    if kind is None:  # a custom function, which may state what it gives
        return "Lambda", config
    kept: dict[str, Any] = {key: config[key] for key in ("name", "trainable", "dtype") if key in config}
    if kind == "Concatenate":
        kept["axis"] = config.get("concat_axis", -1)
    if kind == "Dot":
        kept["axes"] = _single(config.get("dot_axes", -1))
        kept["normalize"] = mode == "cos"
    return kind, kept


def _single(axes: Any) -> Any:
    """Axes without the lists around a single one: [[1], [1]] was [1, 1]."""
    if isinstance(axes, list):
        inner = [_single(axis) for axis in axes]
        return inner[0] if len(inner) == 1 else inner
    return axes
