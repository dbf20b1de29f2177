"""Recurrent and attention layers beyond the table of cases: rows inside, costs, refusals, Keras 1's call."""

from __future__ import annotations

import numpy as np
import pytest

from cases import case, inner
from densecli import kernels
from densecli.errors import ShapeError, Source, SpecErrors, draw
from densecli.read.stack.reader import read_stack
from densecli.run.run import flat_arrays, nested_weights
from densecli.summary.infer import infer
from support.answers import call_case, make

STEPS = (None, 5, 3)
UNROLLED = {"units": 4, "unroll": True}  # so that Keras does not run the first step twice
# What torch.utils.flop_counter counted on Keras 3.15.1's torch backend for one sample, halved. Attention has dropout,
# because the counter does not see into torch's fused kernel, which Keras takes otherwise.
COUNTED = [
    (140, case("SimpleRNN", STEPS, **UNROLLED)),
    (560, case("LSTM", STEPS, return_sequences=True, **UNROLLED)),
    (420, case("GRU", STEPS, **UNROLLED)),
    (420, case("GRU", STEPS, reset_after=False, **UNROLLED)),
    (112, case("LSTMCell", (None, 3), [(None, 4), (None, 4)], units=4)),
    (132, case("StackedRNNCells", (None, 3), [(None, 4), [(None, 2)] * 2], cells=[inner("GRUCell", units=4), inner("LSTMCell", units=2)])),
    (1120, case("Bidirectional", STEPS, layer=inner("LSTM", **UNROLLED))),
    (1120, case("TimeDistributed", (None, 2, 5, 3), layer=inner("LSTM", **UNROLLED))),
    (1944, case("TimeDistributed", (None, 2, 5, 5, 3), layer=inner("Conv2D", filters=4, kernel_size=3))),
    (3600, case("ConvLSTM1D", (None, 4, 7, 2), filters=3, kernel_size=3)),
    (25920, case("ConvLSTM2D", (None, 4, 7, 6, 2), filters=3, kernel_size=3, padding="same", strides=2)),
    (34560, case("ConvLSTM3D", (None, 2, 4, 5, 4, 2), filters=3, kernel_size=2)),
    (180, case("Attention", [(None, 4, 6), (None, 5, 3), (None, 5, 6)])),
    (120, case("Attention", [(None, 4, 6), (None, 5, 6)], score_mode="concat")),
    (120, case("AdditiveAttention", [(None, 4, 6), (None, 5, 6)])),
    (948, case("MultiHeadAttention", (None, 4, 6), (None, 5, 7), num_heads=2, key_dim=3, dropout=0.1)),
    (2664, case("MultiHeadAttention", (None, 3, 4, 6), (None, 3, 5, 6), num_heads=2, key_dim=3, dropout=0.1, attention_axes=2)),
    (1704, case("GroupedQueryAttention", (None, 4, 6), (None, 5, 6), head_dim=3, num_query_heads=4, num_key_value_heads=2, use_gate=True, dropout=0.1)),
    (60, case("EinsumDense", (None, 5, 3), equation="abc,cd->abd", output_shape=[None, 4])),
    (120, case("EinsumDense", (2, 5, 3), equation="abc,abd->acd", output_shape=[3, 4])),
    (150, case("ReversibleEmbedding", (None, 5, 3), call={"reverse": True}, input_dim=10, output_dim=3)),
]  # fmt: skip


@pytest.mark.parametrize(("macs", "question"), COUNTED, ids=lambda each: getattr(each, "id", each))
def test_macs_are_what_a_counter_counted(macs, question):
    layer = make(question.layer, question.config)
    result = call_case(question, layer)
    assert layer.macs(result.output, *result.args, **result.kwargs) == macs


@pytest.mark.parametrize(
    "text",
    ["LSTM(4)@(none, 3)", "Bidirectional(GRU(4))@(none, 3)", "TimeDistributed(Dense(4))@(none, 3)",
     "[_ | _]@(none, 3) -> Attention", "[Dense(8)@(none, 8) | Dense(8)@(6, 8)] -> MultiHeadAttention(2, 4)"],
)  # fmt: skip
def test_unknown_steps_leave_the_costs_unknown(text):
    text = text.replace("[_ | _]@(none, 3)", "Dense(3)@(none, 3) -> [_ | _]")
    row = infer(read_stack(Source("", text))).rows[-1]
    assert (row.macs, row.flops) == (None, None)


def rows(text):
    return infer(read_stack(Source("", text))).rows[-1].layers


def test_rows_inside_show_both_directions_and_their_cells():
    ahead, back = rows("Bidirectional(LSTM(8))@(10, 4)")
    assert [(row.name, row.type, row.output_shapes, row.params) for row in (ahead, back)] == [
        ("forward_lstm", "LSTM", ((None, 8),), 416),
        ("backward_lstm", "LSTM", ((None, 8),), 416),
    ]
    assert [(row.name, row.type, row.params) for row in ahead.layers] == [("lstm_cell", "LSTMCell", 416)]


def test_rows_inside_attention_are_its_projections():
    inside = rows("Dense(32)@(10, 32) -> [_ | _] -> MultiHeadAttention(2, 16)")
    assert [(row.name, row.output_shapes[0], row.params) for row in inside] == [
        ("query", (None, 10, 2, 16), 1056),
        ("key", (None, 10, 2, 16), 1056),
        ("value", (None, 10, 2, 16), 1056),
        ("attention_output", (None, 10, 32), 1056),
    ]


def test_states_may_follow_the_sequence_in_a_list():
    """Keras 3 takes initial_state= only; files of Keras 1 and 2, and branches of a stack, hold such lists."""
    layer = make("LSTM", {"units": 4, "return_state": True})
    random = np.random.RandomState(0)
    x, h, c = (random.standard_normal(shape).astype("float32") for shape in ((2, 5, 3), (2, 4), (2, 4)))
    weights = nested_weights(
        layer, (x.shape,), {}, lambda weight, *_: random.standard_normal(weight.shape).astype("float32")
    )
    listed, named = layer.forward(kernels, weights, [x, h, c]), layer.forward(kernels, weights, x, initial_state=[h, c])
    for one, other in zip(listed, named, strict=True):
        np.testing.assert_array_equal(one, other)
    assert layer.output([(None, 5, 3), (None, 4), (None, 4)]) == [(None, 4)] * 3
    assert not np.allclose(named[0], layer.forward(kernels, weights, x)[0])


@pytest.mark.parametrize(
    ("question", "part"),
    [
        (case("LSTM", STEPS, call={"tensors": {"initial_state": [(None, 4)]}}, units=4), "expected 2"),
        (case("LSTM", STEPS, call={"tensors": {"initial_state": [(None, 4), (None, 5)]}}, units=4), "(None, 4), (None, 4)"),
        (case("GRU", STEPS, call={"tensors": {"initial_state": (3, 4, 1)}}, units=4), "(None, 4)"),
        (case("Bidirectional", STEPS, call={"tensors": {"initial_state": [(None, 4)] * 3}}, layer=inner("GRU", units=4)), "expected 1"),
        (case("RNN", (None, 5, 2, 3), cell=inner("LSTMCell", units=4)), "expected 3 axes"),
        (case("Attention", [(None, 4, 6), (None, 5, 7)]), "do not fit"),
        (case("Attention", [(None, 4, 6), (None, 5, 6), (None, 7, 6)]), "do not fit"),
        (case("MultiHeadAttention", (None, 4, 6), (None, 6), num_heads=2, key_dim=3), "number of axes"),
        (case("EinsumDense", (None, 3, 2), equation="ab,bc->ac", output_shape=4), "does not match the axes"),
        (case("EinsumDense", (None, 5, 3), equation="abc,cd->abd", output_shape=[5, 4, 2]), "does not fit"),
        (case("ReversibleEmbedding", (None, 4), call={"reverse": True}, input_dim=10, output_dim=3), "output_dim 3"),
    ],
    ids=lambda each: getattr(each, "id", each),
)  # fmt: skip
def test_what_keras_would_only_refuse_with_the_first_batch_is_refused_at_once(question, part):
    with pytest.raises(ShapeError) as caught:
        call_case(question, make(question.layer, question.config))
    assert part in f"{caught.value.message} {caught.value.hint}"


def test_one_tensor_is_not_enough_for_attention_and_the_hint_says_how_to_write_it():
    for text in ("MultiHeadAttention(2, 16)@(10, 32)", "Attention@(10, 32)"):
        with pytest.raises(SpecErrors) as caught:
            infer(read_stack(Source("", text)))
        (error,) = caught.value.errors
        assert error.code == "E407"
        assert "[_ | _]@(" in draw(error)


def test_the_forget_gate_starts_open():
    layer = make("LSTM", {"units": 3})
    (_, _, bias) = layer.cell.weights((None, 2))
    config = {"class_name": bias.initializer.class_name, "config": bias.initializer.config}
    values = kernels.initialize(config, bias.shape, np.random.default_rng(0))
    assert values.tolist() == [0.0] * 3 + [1.0] * 3 + [0.0] * 6
    assert make("LSTM", {"units": 3, "unit_forget_bias": False}).cell.bias(12, "gates").initializer == "zeros"


WHOLE_NUMBERS = [
    case("LSTM", (2, 5, 3), units=2),
    case("GRUCell", (2, 3), (2, 2), units=2),
    case("Attention", [(2, 4, 2), (2, 4, 2)]),
    case("MultiHeadAttention", (2, 4, 2), (2, 4, 2), num_heads=2, key_dim=2),
    case("EinsumDense", (2, 3), equation="ab,bc->ac", output_shape=4),
]


@pytest.mark.parametrize("question", WHOLE_NUMBERS, ids=lambda each: each.layer)
def test_whole_numbers_are_computed_in_single_precision(question):
    layer = make(question.layer, question.config)
    weights = nested_weights(layer, question.inputs, {}, lambda weight, dtype, _: np.ones(weight.shape, dtype))
    inputs = [
        [np.ones(shape, "int32") for shape in item] if isinstance(item, list) else np.ones(item, "int32")
        for item in question.inputs
    ]
    assert {array.dtype.name for array in flat_arrays(layer.forward(kernels, weights, *inputs))} == {"float32"}
