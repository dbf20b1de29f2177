from cases import case, inner

X = (None, 5, 3)
LSTM = inner("LSTM", units=4)
ALL = {"return_sequences": True, "return_state": True}


def timed(*inputs, layer, **config):
    return case("TimeDistributed", *inputs, layer=layer, **config)


def both(*inputs, layer=LSTM, **config):
    return case("Bidirectional", *inputs, layer=layer, **config)


def masked(kind, /, *inputs, mask=(None, 5), **config):
    return case(kind, *inputs, call={"tensors": {"mask": mask}}, dtypes=("float32", "bool"), **config)


def recurrent(layer, **config):
    return inner(layer, **{"units": 4} | config)


CASES = [
    case("TimeDistributed", (None, 5, 3), layer=inner("Dense", units=4)),
    case("TimeDistributed", (None, None, 3), layer=inner("Dense", units=4)),
    case("TimeDistributed", (None, 3, 8, 8, 1), layer=inner("Conv2D", filters=2, kernel_size=3)),
    case("TimeDistributed", (None, 3), layer=inner("Dense", units=4)),
    timed((None, 2, 5, 3), layer=LSTM),
    timed((None, None, 5, 3), layer=inner("GRU", units=2, return_sequences=True)),
    timed((None, 2, 5, 3), layer=inner("Bidirectional", layer=LSTM)),
    timed((None, 2, 4, 3), layer=inner("TimeDistributed", layer=inner("Dense", units=4))),
    timed(
        (None, 2, 4, 3, 2),
        layer=inner("TimeDistributed", layer=inner("TimeDistributed", layer=inner("Dense", units=4))),
    ),
    timed((None, 2, 5, 3), layer=inner("EinsumDense", equation="abc,cd->abd", output_shape=[5, 4], bias_axes="d")),
    timed((None, 2, 3, 6, 2), layer=inner("ConvLSTM1D", filters=2, kernel_size=3)),
    timed((2, 5, 3), layer=inner("Dense", units=4), trainable=False),
    timed((None, 5, 3), layer=inner("Dense", units=4, trainable=False)),
    timed((None, 5, 3), layer=inner("Dense", units=4), dtype="mixed_float16", _values=False),
    timed((None, 5, 3), layer=inner("Activation", activation="relu")),
    timed((None, 5, 3), layer=inner("Dense", units=4, activation="glu")),
    timed((None, 5, 4), layer=inner("Embedding", input_dim=10, output_dim=3), dtypes=("int32",)),
    timed((None, 5, 3), layer=inner("Dense", units=4, lora_rank=2)),
    masked("TimeDistributed", (None, 5, 3), layer=inner("Dense", units=4)),
    masked("TimeDistributed", (None, 2, 5, 3), mask=(None, 2, 5), layer=LSTM),
    timed((None, 2, 5, 3), layer=inner("LSTM", units=4, return_state=True)),
    timed((None, 5, 3), layer=3),
    timed((None, 5, 3), layer=LSTM),
    timed((None, 5, None), layer=inner("Dense", units=4)),
    case("TimeDistributed", (None, 5, 3)),
    both(X),
    both(X, merge_mode="sum"),
    both(X, merge_mode="mul"),
    both(X, merge_mode="ave"),
    both(X, merge_mode=None),
    both(X, layer=recurrent("LSTM", return_sequences=True)),
    both(X, layer=recurrent("LSTM", **ALL)),
    both(X, layer=recurrent("LSTM", **ALL), merge_mode=None),
    both(X, layer=recurrent("GRU", return_sequences=True), merge_mode=None),
    both(X, layer=recurrent("GRU", return_state=True, reset_after=False)),
    both((None, None, 3), layer=recurrent("SimpleRNN", return_sequences=True), merge_mode="ave"),
    both(X, layer=recurrent("SimpleRNN", use_bias=False)),
    both(X, layer=inner("RNN", cell=[inner("LSTMCell", units=4), inner("GRUCell", units=2)], return_state=True)),
    both(X, layer=inner("RNN", cell=inner("LSTMCell", units=4), return_sequences=True), merge_mode="mul"),
    both((None, 4, 6, 2), layer=inner("ConvLSTM1D", filters=2, kernel_size=3, **ALL)),
    both((None, 3, 2, 4, 5), layer=inner("ConvLSTM2D", filters=2, kernel_size=2, data_format="channels_first")),
    both(X, layer=recurrent("LSTM", name="words")),
    both(X, layer=recurrent("LSTM", name="forward_words")),
    both(X, backward_layer=recurrent("LSTM", activation="relu", go_backwards=True, name="back")),
    both(X, backward_layer=recurrent("GRU", go_backwards=True)),
    both(X, layer=recurrent("LSTM", go_backwards=True), backward_layer=recurrent("LSTM")),
    *(
        both(
            X,
            layer=recurrent("LSTM", **_ways),
            backward_layer=recurrent("LSTM", units=_units, go_backwards=True, **_ways),
            merge_mode=_mode,
        )
        for _mode in ("concat", "sum", "mul", "ave", None)
        for _units in (3, 1)
        for _ways in ({}, {"return_sequences": True})
    ),
    both(
        X,
        layer=recurrent("LSTM", units=1),
        backward_layer=recurrent("LSTM", units=3, go_backwards=True),
        merge_mode="sum",
    ),
    both(X, layer=recurrent("LSTM", **ALL), backward_layer=recurrent("LSTM", units=3, go_backwards=True, **ALL)),
    both(X, layer=recurrent("LSTM", **ALL), backward_layer=recurrent("GRU", go_backwards=True, **ALL)),
    both(
        (None, 4, 6, 2),
        layer=inner("ConvLSTM1D", filters=2, kernel_size=3),
        backward_layer=inner("ConvLSTM1D", filters=3, kernel_size=3, go_backwards=True),
    ),
    both(
        (None, 4, 6, 2),
        layer=inner("ConvLSTM1D", filters=2, kernel_size=3),
        backward_layer=inner("ConvLSTM1D", filters=2, kernel_size=2, go_backwards=True),
    ),
    both((2, 5, 3), layer=recurrent("LSTM", stateful=True)),
    both(X, layer=recurrent("LSTM", stateful=True)),
    both(X, trainable=False),
    both(X, layer=recurrent("LSTM", trainable=False)),
    both(X, layer=recurrent("LSTM", dtype="mixed_float16"), dtype="mixed_float16", _values=False),
    both(X, dtype="mixed_float16", _values=False),
    both(X, call={"tensors": {"initial_state": [(None, 4)] * 4}}),
    both(X, layer=recurrent("GRU", return_state=True), call={"tensors": {"initial_state": [(None, 4)] * 2}}),
    masked("Bidirectional", X, layer=LSTM),
    masked("Bidirectional", X, layer=recurrent("LSTM", return_sequences=True)),
    masked("Bidirectional", X, layer=recurrent("GRU", **ALL), merge_mode="sum"),
    masked("Bidirectional", X, layer=recurrent("SimpleRNN", return_sequences=True), merge_mode=None),
    masked("Bidirectional", X, layer=inner("RNN", cell=[inner("GRUCell", units=2)] * 2, return_sequences=True)),
    both(X, layer=inner("Dense", units=4)),
    both(X, layer=inner("Bidirectional", layer=LSTM)),
    both(X, layer=inner("TimeDistributed", layer=LSTM)),
    both(X, layer=recurrent("LSTM", go_backwards=True)),
    both(X, layer="LSTM"),
    both(X, merge_mode="max"),
    both(X, backward_layer=recurrent("LSTM")),
    both(X, backward_layer=recurrent("LSTM", go_backwards=True, return_sequences=True)),
    both(X, backward_layer=inner("Dense", units=4)),
    both((None, 3)),
    both((None, 5, None)),
    case("Bidirectional", X),
]
