"""Element-wise FLOPs, counted by hand along docs/figures.md: FLOPs beyond 2 x MACs of the last layer."""

from __future__ import annotations

import pytest

from densecli.catalogue import lookup
from densecli.errors import Source
from densecli.read.stack.reader import read_stack
from densecli.summary.infer import infer

QUERY_AND_VALUE = "[Input(4,6) | Input(5,6)]"  # 20 scores
THREE = "[Input(4) | Input(4) | Input(4)]"

COUNTED = [
    # activations
    ("ReLU@10", 10),
    ("ReLU(max_value=6, negative_slope=0.1, threshold=1)@10", 10 * (1 + 3)),
    ("LeakyReLU@10", 20),
    ("PReLU@10", 20),
    ("ELU@10", 40),
    ("Softmax@10", 50),
    ("Activation(gelu)@10", 40),
    # products: 12, 144, 72, 18, 16, 4 outputs
    ("Dense(3, activation=relu)@(4,2)", 12 + 12),
    ("Dense(3, use_bias=false)@(4,2)", 0),
    ("Conv2D(4, 3)@(8,8,3)", 144),
    ("Conv2DTranspose(2, 3)@(4,4,1)", 72),
    ("DepthwiseConv2D(3)@(5,5,2)", 18),
    ("SeparableConv1D(4, 2, activation=relu)@(5,3)", 16 + 16),
    ("EinsumDense('ab,bc->ac', 4, bias_axes=c)@3", 4),
    # normalization
    ("BatchNormalization@(4,3)", 2 * 12),
    ("LayerNormalization@6", 8 * 6),
    ("GroupNormalization(2)@(3,4)", 8 * 12),
    ("RMSNormalization@6", 4 * 6),
    ("UnitNormalization@6", 3 * 6),
    ("SpectralNormalization(Dense(4))@3", 4),
    ("Normalization@3", 6),
    ("Rescaling(2)@3", 6),
    ("Masking@(4,2)", 16),
    # pooling: of 4 numbers 3 comparisons or 4 operations; 5 steps in 2 parts are [0, 3) and [2, 5)
    ("MaxPooling2D(2)@(4,4,3)", 12 * 3),
    ("AveragePooling2D(2)@(4,4,3)", 12 * 4),
    ("GlobalMaxPooling2D@(4,4,3)", 48 - 3),
    ("GlobalAveragePooling2D@(4,4,3)", 48),
    ("AdaptiveAveragePooling1D(2)@(5,1)", 3 + 3),
    ("AdaptiveMaxPooling1D(2)@(5,1)", 2 + 2),
    # images: 16 outputs
    ("UpSampling2D(2)@(2,2,1)", 0),
    ("UpSampling2D(2, interpolation=bilinear)@(2,2,1)", 16 * 7),
    ("UpSampling2D(2, interpolation=bicubic)@(2,2,1)", 16 * 31),
    ("Resizing(4, 4, interpolation=lanczos3)@(2,2,1)", 16 * 71),
    ("Resizing(4, 4, interpolation=lanczos5)@(2,2,1)", 16 * 199),
    ("CenterCrop(2, 2)@(4,4,1)", 0),
    ("CenterCrop(4, 4)@(2,2,1)", 16 * 7),
    ("RandomCrop(2, 2)@(4,4,1)", 4 * 7),
    ("AutoContrast@(2,2,3)", 6 * 12),
    ("ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2,2))@(4,4,1)", 10 * 16 + 5 * 256 * 4),
    ("RandomFlip@(4,4,1)", 0),
    # several inputs
    (f"{THREE} -> Add", 2 * 4),
    (f"{THREE} -> Average", 3 * 4),
    (f"{THREE} -> Concatenate", 0),
    ("[Input(3) | Input(3)] -> Dot(1, normalize=true)", 3 * 6),
    # recurrent: 5 steps of 4 units; tanh 1, sigmoid 4
    ("SimpleRNN(4)@(5,3)", 20 * (1 + 1 + 1)),
    ("LSTM(4)@(5,3)", 20 * (8 + 4 + 2 * 1 + 3 * 4)),
    ("GRU(4)@(5,3)", 20 * (8 + 6 + 1 + 2 * 4)),
    ("GRU(4, reset_after=false)@(5,3)", 20 * (8 + 3 + 1 + 2 * 4)),
    ("GRU(4, use_bias=false)@(5,3)", 20 * (8 + 1 + 2 * 4)),
    ("RNN([SimpleRNNCell(4), SimpleRNNCell(2)])@(5,3)", 5 * (4 + 2) * 3),
    ("ConvLSTM1D(2, 2)@(3,5,1)", 3 * (4 * 2) * 26),
    ("Bidirectional(SimpleRNN(4))@(5,3)", 2 * 60),
    ("Bidirectional(SimpleRNN(4), merge_mode=sum)@(5,3)", 2 * 60 + 4),
    ("Bidirectional(SimpleRNN(4), merge_mode=ave)@(5,3)", 2 * 60 + 2 * 4),
    ("TimeDistributed(Dense(2))@(5,3)", 10),
    ("Pipeline([Dense(2), ReLU()])@3", 2 + 2),
    # attention: 4 projections of 24 numbers, 24 of the query scaled, 2 x 16 scores; a gate is one projection and product more
    ("Input(4,6) -> [_ | _] -> MultiHeadAttention(2, 3)", 4 * 24 + 24 + 5 * 32),
    (f"{QUERY_AND_VALUE} -> Attention", 20 * 5),
    (f"{QUERY_AND_VALUE} -> Attention(use_scale=true)", 20 * (5 + 1)),
    (f"{QUERY_AND_VALUE} -> Attention(score_mode=concat)", 20 * (5 + 3 * 6 + 1)),
    (f"{QUERY_AND_VALUE} -> Attention(score_mode=concat, use_scale=true)", 20 * (5 + 4 * 6 + 1)),
    (f"{QUERY_AND_VALUE} -> AdditiveAttention", 20 * (5 + 4 * 6)),
    # look-ups
    ("Embedding(10, 3)@4", 0),
    ("CategoryEncoding(4, output_mode=count)@3", 3),
    ("CategoryEncoding(4, output_mode=one_hot)@3", 0),
    ("Input(3, dtype=string) -> StringLookup(vocabulary=[a,b], output_mode=count)", 3),
    ("Input(3, dtype=string) -> StringLookup(vocabulary=[a,b], output_mode=tf_idf, idf_weights=[1,2])", 3 + 3),
    # sound: 3 frames of 3 frequencies; 5 frames with a window of 8, a transform of 8 numbers, 5 frequencies, 3 outputs
    ("STFTSpectrogram(mode=log, frame_length=4, frame_step=2)@(8,1)", 9 * 7),
    ("STFTSpectrogram(mode=psd, frame_length=4, frame_step=2)@(8,1)", 9 * 4),
    ("STFTSpectrogram(mode=real, frame_length=4, frame_step=2)@(8,1)", 0),
    ("MelSpectrogram(fft_length=8, sequence_stride=4, num_mel_bins=3)@16", 5 * (8 + 5 * 8 * 3 + 5 * 5 + 5 * 3)),
]


@pytest.mark.parametrize(("stack", "expected"), COUNTED, ids=[stack for stack, _ in COUNTED])
def test_elementwise_flops_are_those_counted_by_hand(stack, expected):
    row = infer(read_stack(Source("<test>", stack))).rows[-1]
    assert row.flops - 2 * row.macs == expected


def test_a_soft_cap_takes_a_division_a_tanh_and_a_product():
    layer = lookup("ReversibleEmbedding")(input_dim=10, output_dim=3, logit_soft_cap=2.0)
    assert layer.elementwise((None, 4, 10), (None, 4, 3), reverse=True) == 3 * 40
    assert layer.elementwise((None, 4, 3), (None, 4)) == 0


def test_words_of_an_unknown_number_of_texts_are_not_counted():
    row = infer(read_stack(Source("<test>", "Input(1, dtype=string) -> TextVectorization(output_mode=count)"))).rows[-1]
    assert row.flops is None
