"""Layers within layers: what their pictures and examples show is a part of what the layer around them computed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from densecli.cli import run as program
from densecli.run.record import opened
from densecli.run.run import Options, run
from support.models import graph

PARTS = {
    "TimeDistributed(Dense(2))@(3,2)": lambda y: {"dense": y[:, 0]},
    "TimeDistributed(LSTM(2))@(3,4,2)": lambda y: {"lstm": y[:, 0]},
    "Bidirectional(LSTM(2))@(3,2)": lambda y: {"forward_lstm": y[:, :2], "backward_lstm": y[:, 2:]},
    "Bidirectional(GRU(2, return_sequences=true))@(3,2)": lambda y: {"forward_gru": y[..., :2], "backward_gru": y[:, ::-1, 2:]},
    "SpectralNormalization(Dense(2))@(3,)": lambda y: {"dense": y},
    "Pipeline([Rescaling(0.5), Normalization(mean=1, variance=4)])@(3,)": lambda y: {"normalization": y},
    "LSTM(2)@(3,2)": lambda y: {"lstm_cell": y},
    "GRU(2, go_backwards=true)@(3,2)": lambda y: {"gru_cell": y},
    "RNN([LSTMCell(2), GRUCell(3)])@(3,2)": lambda y: {"stacked_rnn_cells": y, "stacked_rnn_cells/gru_cell": y},
    "ConvLSTM1D(2, 2)@(3,4,2)": lambda y: {"conv_lstm_cell": y},
}  # fmt: skip


def within(calls, above=""):
    for call in calls:
        yield above + call.name, call
        yield from within(call.within, f"{above}{call.name}/")


@pytest.mark.parametrize("spec", PARTS)
def test_their_outputs_are_parts_of_the_whole(spec):
    calls = opened(run(graph(spec), Options(values=True, seed=2)).calls)[-1:]
    found = dict(within(calls[0].within))
    for path, part in PARTS[spec](calls[0].outputs[0]).items():
        assert found[path].outputs[0] == pytest.approx(part, rel=1e-5, abs=1e-7), path
        assert not np.allclose(part, 0)


def explained(capsys, *words):
    assert program(["explain", *words, "-f", "json"]) == 0
    return json.loads(capsys.readouterr().out)["layers"]


LAYERS = [
    ("TimeDistributed(Dense(2))@(3,2)", "time_distributed/dense"),
    ("Bidirectional(LSTM(2))@(3,2)", "bidirectional/backward_lstm"),
    ("LSTM(2)@(3,2)", "lstm/lstm_cell"),
    ("[_ | _]@(3,4) -> MultiHeadAttention(2, 3)", "multi_head_attention/value"),
    ("[_ | _]@(3,4) -> MultiHeadAttention(2, 3, use_gate=true)", "multi_head_attention/gate"),
    ("RNN([LSTMCell(2), GRUCell(3)])@(3,2)", "rnn/stacked_rnn_cells/gru_cell"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "path"), LAYERS)
def test_one_that_is_asked_for_has_an_example_of_its_own(capsys, spec, path):
    (layer,) = explained(capsys, spec, "--run", "--layer", path)
    assert layer["example"]["steps"][-1]["name"].startswith("y[")


@pytest.mark.parametrize(("spec", "path"), LAYERS)
def test_in_the_whole_the_example_is_told_once(capsys, spec, path):
    last = explained(capsys, spec, "--run")[-1]
    assert last["example"]["steps"]
    assert '"example"' not in json.dumps(last["layers"])


def test_it_says_which_call_it_is(capsys):
    (layer,) = explained(capsys, "LSTM(2)@(3,2)", "--run", "--layer", "lstm/lstm_cell")
    assert layer["example"]["about"] == "step 2"
