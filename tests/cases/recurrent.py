from cases import case, inner

X = (None, 5, 3)
F = "float32"
UNROLLED = {"unroll": True}


def masked(layer, *inputs, states=(), **config):
    """Called with a mask over the steps, and with initial states if there are any."""
    tensors = {"initial_state": list(states)} if states else {}
    steps = inputs[0][1]
    dtypes = (*[F] * (1 + len(states)), "bool")
    return case(layer, *inputs, call={"tensors": tensors | {"mask": (None, steps)}}, dtypes=dtypes, **config)


def started(layer, *states, one=False, x=X, **config):
    """Called with initial states."""
    return case(layer, x, call={"tensors": {"initial_state": states[0] if one else list(states)}}, **config)


def family(layer, states):
    """What SimpleRNN, LSTM and GRU have in common."""
    return [
        case(layer, X, units=4),
        case(layer, (None, None, 3), units=4, return_sequences=True),
        case(layer, X, units=4, return_state=True),
        case(layer, X, units=3, return_sequences=True, return_state=True, go_backwards=True),
        case(layer, X, units=4, use_bias=False, activation="relu"),
        case(layer, X, units=1, activation=None),
        case(layer, (2, 5, 3), units=4, stateful=True),
        case(layer, (2, None, 3), units=4, stateful=True, return_sequences=True),
        case(layer, X, units=4, stateful=True),
        case(layer, X, units=4, unroll=True, return_sequences=True),
        case(layer, (None, None, 3), units=4, unroll=True, _values=False),
        case(layer, X, units=4, trainable=False),
        case(layer, X, units=4, dropout=0.3, recurrent_dropout=0.2),
        case(layer, X, units=4, dropout=1.5),
        case(layer, X, units=4, dtype="mixed_float16", _values=False),
        case(layer, X, units=4, dtype="float64"),
        case(layer, X, units=4, dtypes=("int32",)),
        case(layer, (None, 1, 1), units=2, kernel_initializer="zeros", bias_initializer="ones", seed=3),
        masked(layer, X, units=4),
        masked(layer, X, units=4, return_sequences=True, return_state=True),
        masked(layer, X, units=4, return_sequences=True, go_backwards=True),
        masked(layer, X, units=4, return_sequences=True, zero_output_for_mask=True),
        masked(layer, X, units=4, zero_output_for_mask=True, return_state=True),
        masked(layer, X, units=4, states=[(None, 4)] * states, return_sequences=True),
        started(layer, *[(None, 4)] * states, units=4),
        started(layer, *[(None, 4)] * states, units=4, return_state=True, go_backwards=True),
        case(layer, X, units=0),
        case(layer, X, units=-1),
        case(layer, X, units=4.0),
        case(layer, X, units="4"),
        case(layer, X, units=None),
        case(layer, X),
        case(layer, X, units=4, activation="tanhh"),
        case(layer, X, units=4, kernel_initializer="glorot"),
        case(layer, X, units=4, time_major=False),
        case(layer, (None, 3), units=4),
        case(layer, (None, 5, 3, 2), units=4),
        case(layer, (None, 5, None), units=4),
    ]


LSTM_CELL = inner("LSTMCell", units=4)
GRU_CELL = inner("GRUCell", units=3)
STACK = inner("StackedRNNCells", cells=[GRU_CELL, LSTM_CELL])
CASES = [
    *family("SimpleRNN", 1),
    *family("LSTM", 2),
    *family("GRU", 1),
    started("SimpleRNN", (None, 4), one=True, units=4),
    started("GRU", (None, 4), one=True, units=4),
    case("SimpleRNN", X, units=4, implementation=1),
    case("LSTM", X, units=4, implementation=1, recurrent_activation="hard_sigmoid", unit_forget_bias=False),
    case("LSTM", X, units=4, use_cudnn=False),
    case("LSTM", X, units=4, use_cudnn="no"),
    case("LSTM", X, units=4, recurrent_activation=None),
    case("GRU", X, units=4, implementation=1, recurrent_activation="hard_sigmoid"),
    case("GRU", X, units=4, reset_after=False, return_sequences=True),
    case("GRU", X, units=4, reset_after=False, use_bias=False),
    case("GRU", X, units=4, reset_after=True, use_bias=False, use_cudnn="auto"),
    masked("GRU", X, units=4, reset_after=False, return_sequences=True, return_state=True),
    case("RNN", X, cell=LSTM_CELL),
    case("RNN", X, cell=inner("SimpleRNNCell", units=4), return_sequences=True),
    case("RNN", X, cell=[LSTM_CELL, GRU_CELL], return_sequences=True, return_state=True),
    case("RNN", X, cell=[LSTM_CELL, LSTM_CELL], go_backwards=True, return_sequences=True),
    case("RNN", X, cell=inner("StackedRNNCells", cells=[GRU_CELL, LSTM_CELL]), return_state=True),
    case("RNN", X, cell=inner("StackedRNNCells", cells=[STACK, LSTM_CELL])),
    case("RNN", X, cell=inner("StackedRNNCells", cells=[STACK, GRU_CELL]), return_sequences=True),
    case("RNN", X, cell=inner("StackedRNNCells", cells=[STACK]), return_state=True),
    case(
        "RNN",
        X,
        # Keras 3.15.1 unrolls a stack that is the only cell of another wrongly, so MACs could not be counted for it alone.
        cell=inner("StackedRNNCells", cells=[inner("StackedRNNCells", cells=[GRU_CELL, GRU_CELL]), GRU_CELL]),
        return_state=True,
    ),
    case("RNN", X, cell=inner("StackedRNNCells", cells=[STACK, LSTM_CELL]), return_state=True),
    case("RNN", X, cell=inner("GRUCell", units=4, reset_after=False), return_state=True, unroll=True),
    case("RNN", (None, None, 3), cell=[GRU_CELL], return_sequences=True),
    case("RNN", (2, 5, 3), cell=LSTM_CELL, stateful=True),
    case("RNN", X, cell=LSTM_CELL, stateful=True),
    case("RNN", X, cell=inner("LSTMCell", units=4, trainable=False)),
    case("RNN", X, cell=LSTM_CELL, trainable=False),
    case("RNN", X, cell=inner("SimpleRNNCell", units=4, dtype="float16", recurrent_initializer="zeros"), _values=False),
    masked("RNN", X, cell=LSTM_CELL, return_sequences=True, return_state=True),
    masked("RNN", X, cell=[LSTM_CELL, GRU_CELL], return_sequences=True),
    masked("RNN", X, cell=[LSTM_CELL, GRU_CELL], return_sequences=True, return_state=True, go_backwards=True),
    masked("RNN", X, cell=[GRU_CELL, GRU_CELL], zero_output_for_mask=True, return_sequences=True),
    started("RNN", (None, 4), (None, 4), cell=LSTM_CELL, return_state=True),
    started("RNN", [(None, 4), (None, 4)], (None, 3), cell=[LSTM_CELL, GRU_CELL], return_state=True),
    case("RNN", X, cell=inner("Dense", units=4)),
    case("RNN", X, cell=inner("LSTM", units=4)),
    case("RNN", X, cell=3),
    case("RNN", X, cell=[LSTM_CELL, inner("Dense", units=4)]),
    case("RNN", (None, 3), cell=LSTM_CELL),
    case("RNN", (None, 5, None), cell=LSTM_CELL),
]
