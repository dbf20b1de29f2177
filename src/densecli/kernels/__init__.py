"""NumPy kernels behind `--run`: pure functions from arrays to arrays, and the only modules that import numpy.

Layers are handed this package as `ops`. Images and sequences are channels_last: (batch, *spatial, channels).
"""

from .activations import ACTIVATIONS, as_activation, celu, elu, exponential, gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh, leaky_relu, linear, log_sigmoid, mish, prelu, relu, relu6, selu, sigmoid, silu, soft_shrink, softplus, softsign, sparse_plus, sparse_sigmoid, squareplus, tanh, tanh_shrink, threshold
from .attention import additive_scores, attend, causal_mask, dot_scores, scaled_dot_product_attention
from .conv import conv
from .conv_recurrent import conv_lstm
from .depthwise import depthwise_conv
from .elementary import activate, all_finite, average_of_steps, cast_like, channels_last, crop, each_step, flatten, floating, from_channels_last, generator, masked, merge_ways, not_equal, reshape, steps_that_differ, take_rows, transpose
from .encoding import affine, bins, encode, standardize
from .hashing import bucket_of, cross_buckets, hash_buckets
from .heads import heads_attention, heads_mask
from .images import center_crop, crop_to_aspect, equalize_tiles, fit_images, pad_to_aspect, resize_images, stretch_contrast
from .initializers import INITIALIZERS, initialize
from .layout import pad, to_channels_first, to_channels_last
from .merging import any_mask, batch_dot, concatenate, concatenated_mask, merge
from .norm import batch_norm, batch_norm_scale, group_norm, layer_norm, rms_norm, unit_norm, variance_scaled
from .pool import adaptive_average_pool, adaptive_max_pool, average_pool, global_average_pool, global_max_pool, max_pool
from .products import dense, einsum
from .recurrent import Steps, Weights, gru, lstm, onward, simple_rnn
from .resize import resize, upsample
from .softmax import log_softmax, softmax, sparsemax
from .spectrogram import decibels, mel_bands, power_spectrum, spectrogram
from .stft import stft_kernel
from .transposed import conv_transpose
from .words import look_up, terms_at, tokenize

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "Steps",
    "Weights",
    "activate",
    "adaptive_average_pool",
    "adaptive_max_pool",
    "additive_scores",
    "affine",
    "all_finite",
    "any_mask",
    "as_activation",
    "attend",
    "average_of_steps",
    "average_pool",
    "batch_dot",
    "batch_norm",
    "batch_norm_scale",
    "bins",
    "bucket_of",
    "cast_like",
    "causal_mask",
    "celu",
    "center_crop",
    "channels_last",
    "concatenate",
    "concatenated_mask",
    "conv",
    "conv_lstm",
    "conv_transpose",
    "crop",
    "crop_to_aspect",
    "cross_buckets",
    "decibels",
    "dense",
    "depthwise_conv",
    "dot_scores",
    "each_step",
    "einsum",
    "elu",
    "encode",
    "equalize_tiles",
    "exponential",
    "fit_images",
    "flatten",
    "floating",
    "from_channels_last",
    "gelu",
    "generator",
    "global_average_pool",
    "global_max_pool",
    "glu",
    "group_norm",
    "gru",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "hash_buckets",
    "heads_attention",
    "heads_mask",
    "initialize",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "look_up",
    "lstm",
    "masked",
    "max_pool",
    "mel_bands",
    "merge",
    "merge_ways",
    "mish",
    "not_equal",
    "onward",
    "pad",
    "pad_to_aspect",
    "power_spectrum",
    "prelu",
    "relu",
    "relu6",
    "reshape",
    "resize",
    "resize_images",
    "rms_norm",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "silu",
    "simple_rnn",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "spectrogram",
    "squareplus",
    "standardize",
    "steps_that_differ",
    "stft_kernel",
    "stretch_contrast",
    "take_rows",
    "tanh",
    "tanh_shrink",
    "terms_at",
    "threshold",
    "to_channels_first",
    "to_channels_last",
    "tokenize",
    "transpose",
    "unit_norm",
    "upsample",
    "variance_scaled",
]
