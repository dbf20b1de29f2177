"""Keras 1: its class names, its argument names, and the layers it alone had.

The old names mean nothing else in later versions, so they are translated wherever they occur, whatever wrote the file.
"""

from __future__ import annotations

from typing import Any

CLASSES = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Deconvolution2D": "Conv2DTranspose",
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
SIZES = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_ORDERS = {"th": "channels_first", "tf": "channels_last"}


def modern(name: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:  # noqa: C901  # one line a change
    """The class and arguments that mean today what these meant in Keras 1."""
    old = config.keys() & EVERYWHERE.keys()
    found = {key: value for key, value in config.items() if key not in old}
    found |= {EVERYWHERE[key]: config[key] for key in config if key in old and EVERYWHERE[key] not in config}
    name = CLASSES.get(name, name)
    if name == "Embedding":
        _rename(found, "kernel_initializer", "embeddings_initializer")
    if name in UNITS:
        _rename(found, "output_dim", "units")
    if name in RATES:
        _rename(found, "p", "rate")
    if name == "GaussianNoise":
        _rename(found, "sigma", "stddev")
    if name == "UpSampling1D":
        _rename(found, "length", "size")
    if name == "LeakyReLU":
        _rename(found, "alpha", "negative_slope")
    if name == "ThresholdedReLU" or "merge" in name.lower():
        return _merge(name, found) if name == "Merge" else (name, found)
    for parts in SIZES:
        if all(part in found for part in parts):
            found["kernel_size"] = [found.pop(part) for part in parts]
    if "dim_ordering" in found:
        found.setdefault("data_format", _ORDERS.get(str(found.pop("dim_ordering"))))
    return name, found


def _rename(config: dict[str, Any], old: str, new: str) -> None:
    if old in config and new not in config:
        config[new] = config.pop(old)


def _merge(name: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Merge with its mode as the layer that Keras 2 made of it; a function as mode is nobody's layer."""
    mode = config.get("mode", "sum")
    kind = MERGES.get(mode) if isinstance(mode, str) and config.get("mode_type", "raw") == "raw" else None
    if kind is None or config.get("layers"):
        return name, config
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
