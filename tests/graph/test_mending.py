"""Calls whose shapes do not fit get the usual mend, and the mend works."""

from __future__ import annotations

import re

import pytest

from densecli.catalogue import CATALOGUE
from densecli.errors import DenseError, Source, SpecErrors
from densecli.read.stack.reader import read_stack
from densecli.render.catalogue import example
from densecli.summary.infer import infer
from support.program import here

# A stack that does not fit, a part of the help, and the stack that the help leads to.
MENDS = [
    ("LSTM(8)@(10,4) -> LSTM(8)", "give LSTM 'lstm' return_sequences=true", "LSTM(8, return_sequences=true)@(10,4) -> LSTM(8)"),
    ("GRU(8)@(10,4) -> Dropout(0.5) -> BatchNormalization -> LSTM(8)", "give GRU 'gru' return_sequences=true", "GRU(8, return_sequences=true)@(10,4) -> Dropout(0.5) -> BatchNormalization -> LSTM(8)"),
    ("Bidirectional(LSTM(8))@(10,4) -> Bidirectional(GRU(8))", "give LSTM in 'bidirectional' return_sequences=true", "Bidirectional(LSTM(8, return_sequences=true))@(10,4) -> Bidirectional(GRU(8))"),
    ("LSTM(8)@(10,4) -> TimeDistributed(Dense(3))", "give LSTM 'lstm' return_sequences=true", "LSTM(8, return_sequences=true)@(10,4) -> TimeDistributed(Dense(3))"),
    ("LSTM(8)@(10,4) -> Conv1D(4, 3)", "give LSTM 'lstm' return_sequences=true", "LSTM(8, return_sequences=true)@(10,4) -> Conv1D(4, 3)"),
    ("ConvLSTM2D(3, 3)@(10,8,8,1) -> ConvLSTM2D(3, 3)", "give ConvLSTM2D 'conv_lstm2d' return_sequences=true", "ConvLSTM2D(3, 3, return_sequences=true)@(10,8,8,1) -> ConvLSTM2D(3, 3)"),
    ("Conv2D(8, 3)@(28,28)", "the channel axis is missing: (28, 28, 1)", "Conv2D(8, 3)@(28,28,1)"),
    ("Conv2D(8, 3, data_format=channels_first)@(28,28)", "the channel axis is missing: (1, 28, 28)", "Conv2D(8, 3, data_format=channels_first)@(1,28,28)"),
    ("Conv2D(8, 3)@(784,)", "did you mean (28, 28, 1)?", "Conv2D(8, 3)@(28,28,1)"),
    ("Conv2D(8, 3)@(7,)", "give height, width and channels", "Conv2D(8, 3)@(7,7,1)"),
    ("LSTM(8)@(10,)", "did you mean (10, 1)?", "LSTM(8)@(10,1)"),
    ("Bidirectional(LSTM(8))@(10,)", "did you mean (10, 1)?", "Bidirectional(LSTM(8))@(10,1)"),
    ("Dense(49)@(784,) -> Conv2D(8, 3)", "put a Reshape before it: Reshape((7, 7, 1))", "Dense(49)@(784,) -> Reshape((7, 7, 1)) -> Conv2D(8, 3)"),
    ("Dense(8)@(784,) -> Conv2D(8, 3)", "Reshape((height, width, channels))", "Dense(8)@(784,) -> Reshape((2, 4, 1)) -> Conv2D(8, 2)"),
    ("Conv2D(8, 3)@(8,8,3) -> LSTM(3)", "put a Reshape before it: Reshape((6, 48))", "Conv2D(8, 3)@(8,8,3) -> Reshape((6, 48)) -> LSTM(3)"),
    ("RepeatVector(3)@(3,2)", "put Flatten before it", "Flatten@(3,2) -> RepeatVector(3)"),
    ("Conv2D(8, 3)@(28,28,1) -> Flatten -> MaxPooling2D", "Flatten 'flatten' gave up the axes", "Conv2D(8, 3)@(28,28,1) -> MaxPooling2D -> Flatten"),
    ("Conv2D(8, 3)@(28,28,1) -> GlobalMaxPooling2D -> ReLU -> Conv2D(8, 3)", "GlobalMaxPooling2D 'global_max_pooling2d' gave up the axes", "Conv2D(8, 3)@(28,28,1) -> Conv2D(8, 3) -> GlobalMaxPooling2D -> ReLU"),
    ("Conv3D(8, 3)@(28,28,1)", "Conv2D takes 4 axes", "Conv2D(8, 3)@(28,28,1)"),
    ("Conv1D(3, 3)@(10,4) -> MaxPooling2D", "MaxPooling1D takes 3 axes", "Conv1D(3, 3)@(10,4) -> MaxPooling1D"),
    ("Conv2D(8, 3)@(32,28,28,1)", "a shape has no batch; Conv3D takes 5 axes", "Conv2D(8, 3)@(28,28,1)"),
    ("TimeDistributed(Conv2D(8, 3))@(28,28,1)", "the axis of steps is missing: (10, 28, 28, 1)", "TimeDistributed(Conv2D(8, 3))@(10,28,28,1)"),
    ("ConvLSTM2D(8, 3)@(28,28,1)", "the axis of steps is missing: (10, 28, 28, 1)", "ConvLSTM2D(8, 3)@(10,28,28,1)"),
    ("Conv2D(8, 3, data_format=channels_first)@(28,28,1)", "with channels_first, the shape is (1, 28, 28)", "Conv2D(8, 3, data_format=channels_first)@(1,28,28)"),
    ("Conv2D(8, 3)@(1,28,28)", "with channels_last, the shape is (28, 28, 1)", "Conv2D(8, 3)@(28,28,1)"),
    ("Conv2D(8, 5)@(3,224,224)", "or use data_format=channels_first", "Conv2D(8, 5, data_format=channels_first)@(3,224,224)"),
    ("Conv2D(8, 3)@(3,32,32) -> Conv2D(8, 3)", "if the input has its channels first, put them last", "Conv2D(8, 3)@(32,32,3) -> Conv2D(8, 3)"),
    ("Conv2D(8, 3, padding=same)@(3,32,32) -> MaxPooling2D -> MaxPooling2D", "or give all layers data_format=channels_first", "Conv2D(8, 3, padding=same, data_format=channels_first)@(3,32,32) -> MaxPooling2D(data_format=channels_first) -> MaxPooling2D(data_format=channels_first)"),
    ("MaxPooling2D(4, data_format=channels_first)@(28,28,3)", "or use data_format=channels_last", "MaxPooling2D(4, data_format=channels_last)@(28,28,3)"),
    ("MultiHeadAttention(2, 8)@(10,16)", "[_ | _]@(10,16) -> MultiHeadAttention(…)", "[_ | _]@(10,16) -> MultiHeadAttention(2, 8)"),
    ("Dense(4)@(10,16) -> GroupedQueryAttention(8, 4, 2)", "twice: [_ | _] -> GroupedQueryAttention(…)", "Dense(4)@(10,16) -> [_ | _] -> GroupedQueryAttention(8, 4, 2)"),
    ("Attention@(10,16)", "[_ | _]@(10,16) -> Attention(…)", "[_ | _]@(10,16) -> Attention()"),
    ("Add@(4,)", "[_ | Dense(4)]@(4,) -> Add", "[_ | Dense(4)]@(4,) -> Add"),
    ("Dense(4)@(3,) -> Concatenate", "feed it branches: [_ | Dense(4)] -> Concatenate", "Dense(4)@(3,) -> [_ | Dense(4)] -> Concatenate"),
]  # fmt: skip


def errors_of(text):
    try:
        infer(read_stack(Source("<argument>", text)))
    except DenseError as error:
        return [error]
    except SpecErrors as several:
        return several.errors
    return []


@pytest.mark.parametrize(("wrong", "part", "mended"), MENDS, ids=[mend[0] for mend in MENDS])
def test_the_usual_mend_is_named_and_works(wrong, part, mended):
    (error,) = errors_of(wrong)
    assert part in error.hint
    assert errors_of(mended) == []


IMAGES = [
    (name, *found.groups())
    for name in CATALOGUE
    if "data_format" in CATALOGUE[name].config_fields and CATALOGUE[name].ndim is not None
    and (found := re.match(r"(.*): \(None, (.*), (\d+)\) -> ", example(CATALOGUE[name])))
]  # fmt: skip


@pytest.mark.parametrize(("name", "layer", "sizes", "channels"), IMAGES, ids=[each[0] for each in IMAGES])
def test_every_layer_on_images_asks_for_its_channels(name, layer, sizes, channels):
    assert len(IMAGES) > 40
    assert errors_of(f"{layer}@({sizes}, {channels})") == []
    if name.startswith("ConvLSTM"):
        sizes = sizes.partition(", ")[2] + f", {channels}"
    (error,) = errors_of(f"{layer}@({sizes},)")
    wanted = re.search(r"missing: \((.*?)\)", error.hint)
    assert errors_of(f"{layer}@({wanted[1]})") == []


@pytest.mark.parametrize(
    ("stack", "part"),
    [
        ("Conv2D(8, 7)@(5,5,3)", "use padding=same, or a smaller window"),
        ("Conv2D(8, 7)@(2,3,1)", "use padding=same, or a smaller window"),
        ("Conv2D(8, 3)@(None,None,None)", "give the size in the input shape"),
        ("Reshape((7, 7))@(48,)", "the product of the sizes must stay the same; -1 is inferred"),
        ("Dense(8)@()", None),
        ("LSTM(8, return_sequences=true)@(10,4) -> Flatten -> Reshape((9, 9))", "the product of the sizes must stay the same; -1 is inferred"),
    ],
)  # fmt: skip
def test_other_mistakes_keep_their_own_help(stack, part):
    (error,) = errors_of(stack)
    assert error.hint == part


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("keras.Sequential([keras.Input((10, 4)), L.LSTM(8), L.LSTM(8)])", "give LSTM 'lstm' return_sequences=true"),
        ("keras.Sequential([keras.Input((28, 28)), L.Conv2D(8, 3)])", "the channel axis is missing: (28, 28, 1)"),
        ("x = keras.Input((10, 4)); y = L.Dropout(0.1)(L.GRU(8)(x)); keras.Model(x, L.GRU(8)(y))", "give GRU 'gru' return_sequences=true"),
        ("x = keras.Input((28, 28)); keras.Model(x, L.Conv2D(8, 3)(x))", "the channel axis is missing: (28, 28, 1)"),
        ("x = keras.Input((8, 8, 3)); y = L.Flatten()(L.Conv2D(8, 3)(x)); keras.Model(x, L.MaxPooling2D()(y))", "Flatten 'flatten' gave up the axes"),
    ],
)  # fmt: skip
def test_python_source_gets_the_same_help(code, part, tmp_path):
    file = tmp_path / "model.py"
    file.write_text(f"import keras\nfrom keras import layers as L\n{code}.summary()\n")
    assert part in here(file).stderr


def test_a_long_way_back_has_an_end():
    (error,) = errors_of("LSTM(8)@(10,4) -> ReLU*5000 -> LSTM(8)")
    assert error.hint is None or "Reshape" in error.hint
    (error,) = errors_of("LSTM(8)@(10,4) -> ReLU*500 -> LSTM(8)")
    assert "return_sequences" in error.hint
