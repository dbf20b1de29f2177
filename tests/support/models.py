"""The models that the golden files of outputs and conversions show."""

from __future__ import annotations

from densecli.errors import Source
from densecli.read.stack.reader import read_stack

MODELS = {
    "chain": "Dense(16, activation=relu)@(3,2) -> Flatten -> Dense(4, use_bias=false)",
    "branches": (
        "[Dense(4, name=left)@(3,) | Dense(5)@(7,) -> Dense(4, kernel_regularizer=L2(0.01))] -> Add"
        " -> [_ | Dense(4)] -> Concatenate -> [Dense(2, name=out) | left]"
    ),
    "blocks": (
        "Conv2D(8, 3, padding=same)@(8,8,3)"
        " -> ([_ | Conv2D(8, 3, padding=same) -> Activation(relu) -> Conv2D(8, 3, padding=same)] -> Add)*3"
        " -> Flatten -> Dense(10, activation=softmax)"
    ),
    "wrapped": "TimeDistributed(Dense(4))@(5,3) -> Bidirectional(LSTM(2, return_sequences=true)) -> Dense(1)*5",
    "unknown": "Conv1D(4, 3)@(none,2) -> Dense(8, dtype=mixed_float16, trainable=false) -> Dense(2)",
}


def graph(text):
    return read_stack(Source("<argument>", text))
