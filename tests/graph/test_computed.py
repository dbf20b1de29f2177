"""Layers for which Keras 3.15.1 computes other shapes than it reports: named in a warning, and no forward pass crashes.

Both sides come from the records: what Keras reported for symbolic inputs, and the arrays that it then computed.
"""

from __future__ import annotations

import pytest

from densecli.errors import DenseError, Source, SpecErrors
from densecli.graph.computed import misreport
from densecli.read.keras.model import read_config
from densecli.read.stack.reader import read_stack
from densecli.run.run import run
from densecli.summary.infer import infer
from support.answers import CASES, answers, call_case, make

ANSWERS = answers()
COMPUTED = [case for case in CASES if "values" in ANSWERS[case.id]]
UNEQUAL = (
    "Bidirectional(LSTM(4, return_sequences=true), backward_layer=LSTM(6, return_sequences=true, go_backwards=true){})"
)


def stack(text):
    return read_stack(Source("<argument>", text))


def differs(case):
    """Whether the arrays that Keras computed have other sizes than it reported."""
    reported, arrays = (ANSWERS[case.id][key] for key in ("output_shapes", "values"))
    return len(reported) != len(arrays) or any(
        len(shape) != len(array["shape"])
        or any(None not in (a, b) and a != b for a, b in zip(shape[1:], array["shape"][1:], strict=True))
        for shape, array in zip(reported, arrays, strict=True)
    )


@pytest.mark.parametrize("case", COMPUTED, ids=lambda case: case.id)
def test_a_layer_says_so_exactly_where_keras_does_it(case):
    words = misreport(layer := make(case.layer, case.config), call_case(case, layer))
    assert (words is not None) == differs(case)


def test_the_records_know_of_every_such_layer():
    assert {case.layer for case in COMPUTED if differs(case)} == {
        "Activation", "Bidirectional", "CategoryEncoding", "EinsumDense", "Hashing", "IntegerLookup", "MultiHeadAttention",
        "TextVectorization", "TimeDistributed",
    }  # fmt: skip


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.layer == "Bidirectional" and "value_error" in ANSWERS[case.id]], ids=lambda case: case.id
)  # fmt: skip
def test_outputs_that_cannot_be_merged_are_told(case):
    words = misreport(layer := make(case.layer, case.config), call_case(case, layer))
    assert words is not None
    assert "but cannot compute it: " in words


# -- one that people have: a Bidirectional of 4 and 6 units --------------------------------------
def test_a_summary_reports_what_keras_reports_and_warns():
    report = infer(stack(UNEQUAL.format("") + "@(5, 3) -> Dense(2)"))
    assert [(row.output_shapes[0], row.params) for row in report.rows] == [((None, 5, 8), 368), ((None, 5, 2), 18)]
    assert report.warnings == ("'bidirectional': Keras reports (None, 5, 8), but computes (None, 5, 10)",)


def test_explain_gives_the_count_of_each_side():
    row = infer(stack(UNEQUAL.format("") + "@(5, 3)")).rows[0]
    words = " ".join(row.layer.explain(row.expects.output, *row.expects.args))
    assert "LSTM forward_lstm 128 + LSTM lstm_1 240 = 368 parameters" in words
    assert "twice" not in words + type(row.layer).shape_rule


def test_layers_at_every_depth_are_named(tmp_path):
    inner = UNEQUAL.format("")
    report = infer(stack(f"Embedding(9, 3)@(5,) -> TimeDistributed(Dense(4, activation=glu)) -> {inner}"))
    assert [warning.partition(":")[0] for warning in report.warnings] == ["'time_distributed'", "'bidirectional'"]


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        (UNEQUAL.format("") + "@(5, 3) -> Dense(2)", "dense.*kernel is (8, 2).* but (10, 2) is needed"),
        (UNEQUAL.format("") + "@(5, 3) -> LSTM(2)", "kernel is (8, 8).* but (10, 8) is needed"),
        (UNEQUAL.format("") + "@(5, 3) -> (Dense(3) -> Dense(2))", "kernel is (8, 3).* but (10, 3) is needed"),
        (UNEQUAL.format(", merge_mode=sum") + "@(5, 3) -> Dense(2)", "4 against 6"),
        ("Dense(8, activation=glu)@(3,) -> Dense(2)", "kernel is (8, 2).* but (4, 2) is needed"),
        ("Dense(7, activation=glu)@(3,)", "7 is odd"),
        (
            "Bidirectional(LSTM(4, return_state=true), backward_layer=GRU(4, return_state=true, go_backwards=true))@(5, 3)",
            "4 outputs",
        ),
        ("TimeDistributed(Conv1D(4, 2, activation=glu))@(4, 5, 3) -> Flatten -> Dense(1)", "(64, 1).* but (32, 1)"),
        ("CategoryEncoding(6, output_mode=count)@(4, 2) -> Flatten -> Dense(1)", "(24, 1).* but (12, 1)"),
    ],
)
def test_weights_that_were_made_for_the_reported_shape_are_an_error_to_run(text, needed):
    with pytest.raises((DenseError, SpecErrors)) as caught:
        run(stack(text))
    error = caught.value.errors[0] if isinstance(caught.value, SpecErrors) else caught.value
    assert error.code in ("E402", "E405")
    for part in needed.split(".*"):
        assert part in error.message


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (UNEQUAL.format("") + "@(5, 3)", (1, 5, 10)),
        (UNEQUAL.format("") + "@(5, 3) -> Activation(relu) -> Flatten", (1, 50)),
        (UNEQUAL.format("") + "@(5, 3) -> (Activation(relu) -> Flatten)", (1, 50)),
        ("Conv1D(8, 2, activation=glu)@(5, 3) -> GlobalAveragePooling1D", (1, 4)),
        ("EinsumDense('...x,xy->...y', 4)@(5, 6, 3)", (1, 5, 6, 4)),
    ],
)
def test_what_fits_is_run_as_keras_runs_it(text, shape):
    (output,) = run(stack(text)).outputs
    assert output.shape == shape


@pytest.mark.parametrize(
    ("version", "width", "warned"), [("3.15.1", 8, True), ("2.15.0", 10, False)]
)  # as Keras 3.15.1 and tf_keras 2.21 report the same model
def test_tf_keras_reported_what_it_computed(version, width, warned):
    lstm = {"units": 4, "return_sequences": True}
    config = {
        "name": "b",
        "batch_input_shape": [None, 5, 3],
        "layer": {"class_name": "LSTM", "config": {"name": "ahead", **lstm}},
        "backward_layer": {"class_name": "LSTM", "config": {"name": "back", **lstm, "units": 6, "go_backwards": True}},
    }
    layers = [{"class_name": "Bidirectional", "config": config}]
    document = {"class_name": "Sequential", "config": {"name": "m", "layers": layers}, "keras_version": version}
    report = infer(read_config(document, Source("<test>", "")))
    assert report.outputs[0].shape == (None, 5, width)
    assert bool(report.warnings) is warned
