from cases import case, inner

X, H = (None, 3), (None, 4)


def family(layer, states):
    """What all cells have in common."""
    return [
        case(layer, X, states, units=4),
        case(layer, (2, 3), [(2, 4)] * len(states), units=4, use_bias=False),
        case(layer, X, states, units=4, activation="relu", trainable=False),
        case(layer, X, states, units=4, dropout=0.5, recurrent_dropout=0.5, seed=1),
        case(layer, X, states, units=4, dtype="float64"),
        case(layer, X, states, units=4, dtype="float64", use_bias=False),
        case(layer, X, states, units=4, dtypes=("int32",)),
        case(layer, X, states, units=0),
        case(layer, X, states, units=4.5),
        case(layer, X, states),
        case(layer, (None, None), states, units=4),
        case(layer, X, [(1, 4)] * len(states), units=4),
        case(layer, (1, 3), states, units=4),
        case(layer, X, units=4),
        case(layer, X, states, units=4, return_sequences=True),
    ]


CASES = [
    *family("SimpleRNNCell", [H]),
    *family("LSTMCell", [H, H]),
    *family("GRUCell", [H]),
    case("SimpleRNNCell", X, H, units=4),
    case("GRUCell", X, H, units=4),
    case("GRUCell", X, H, units=4, reset_after=False, recurrent_activation="hard_sigmoid"),
    case("LSTMCell", X, [H, H], units=4, unit_forget_bias=False, recurrent_activation="linear"),
    case("LSTMCell", X, [H, H], units=4, implementation=1),
    case("StackedRNNCells", X, [H, [(None, 2)] * 2], cells=[inner("GRUCell", units=4), inner("LSTMCell", units=2)]),
    case("StackedRNNCells", X, [[H, H], [H, H]], cells=[inner("LSTMCell", units=4), inner("LSTMCell", units=4)]),
    case("StackedRNNCells", X, [H], cells=[inner("SimpleRNNCell", units=4)]),
    case("StackedRNNCells", X, [H, H], cells=[inner("LSTMCell", units=4)]),
    case("StackedRNNCells", X, [[H, H]], cells=[inner("LSTMCell", units=4)]),
    case("StackedRNNCells", X, [H, H], cells=[inner("GRUCell", units=4), inner("GRUCell", units=4)], trainable=False),
    case("StackedRNNCells", X, [H], cells=[inner("SimpleRNNCell", units=4)], dtype="float16"),
    case("StackedRNNCells", X, [H, H], cells=[inner("GRUCell", units=4, dtype="float64"), inner("GRUCell", units=4)]),
    case("StackedRNNCells", X, [H], cells=[inner("Dense", units=4)]),
    case("StackedRNNCells", X, [H], cells=3),
    case("StackedRNNCells", X, [H]),
]
