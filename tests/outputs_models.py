"""The models that the golden files of outputs and conversions show, and names that mean harm."""

from __future__ import annotations

from densecli.errors import Source
from densecli.read.stack import reader as dsl

# Control characters, markup of every format, commands of shells, spreadsheets and CI runners.
HOSTILE = (
    "\x1b[31mred\x1b[0m", "a\nb\r\tc", "\u202egnp.exe", "\u200bx", "[red]x[nope]", ":smile:", "=cmd|' !A1", "+1", "@user",
    "-1+1", "a|b`c``d", "<script>alert(1)<b>", '"><img src=x onerror=y>', "&amp;&#x41;", "[x](javascript:y)", "a\\|b\\",
    '"];}', "URL=x", "end", "click n0 call z", "%%{init: x}", "n0 --> n1", "$x$ \\input{y} #1 ~^_{}%", "]]>", "日本語", "e\u0301",
    "😀", "::error::x", "##[x]", "null", "true", "no", "1", "1e3", "a: b", "- a", "#c", "$v", "(1, 2)", "Dense(4)", "'", "''",
    "x" * 500, " ", "_a_", "*a*", "www.example.com", "\u2028", "\x85", "'=1",
)  # fmt: skip

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
    return dsl.read(Source("<argument>", text))
