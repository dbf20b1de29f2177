from cases import case

ROWS, IMAGES, VOLUMES = (None, 4, 7, 2), (None, 3, 6, 5, 2), (None, 2, 4, 4, 4, 1)


def masked(layer, x, *states, **config):
    tensors = {"initial_state": list(states)} if states else {}
    dtypes = (*["float32"] * (1 + len(states)), "bool")
    return case(
        layer, x, call={"tensors": tensors | {"mask": x[:2]}}, dtypes=dtypes, filters=3, kernel_size=2, **config
    )


CASES = [
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, padding="same", return_sequences=True),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=2, strides=2, return_state=True),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=2, dilation_rate=3, return_sequences=True, return_state=True),
    case("ConvLSTM1D", (None, 4, 2, 7), filters=3, kernel_size=3, data_format="channels_first", return_state=True),
    case("ConvLSTM1D", ROWS, filters=2, kernel_size=[2], use_bias=False, go_backwards=True, return_sequences=True),
    case("ConvLSTM1D", (None, None, 7, 2), filters=3, kernel_size=3, return_sequences=True),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, activation="relu", recurrent_activation="hard_sigmoid"),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, unit_forget_bias=False, dropout=0.2, seed=4),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, trainable=False),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, dtype="mixed_bfloat16", _values=False),
    case("ConvLSTM1D", (2, 4, 7, 2), filters=3, kernel_size=3, stateful=True),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, stateful=True),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, unroll=True),
    masked("ConvLSTM1D", ROWS),
    masked("ConvLSTM1D", ROWS, return_sequences=True, return_state=True),
    masked("ConvLSTM1D", ROWS, (None, 6, 3), (None, 6, 3), return_sequences=True),
    case("ConvLSTM1D", (None, 4, None, 2), filters=3, kernel_size=3),
    case("ConvLSTM1D", (None, 4, 7, None), filters=3, kernel_size=3),
    case("ConvLSTM1D", (None, 7, 2), filters=3, kernel_size=3),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=9),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=[2, 2]),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=0),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, padding="causal"),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, strides=2, dilation_rate=2),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, data_format="first"),
    case("ConvLSTM1D", ROWS, filters=3, kernel_size=3, implementation=1),
    case("ConvLSTM1D", ROWS, filters="3", kernel_size=3),
    case("ConvLSTM2D", IMAGES, filters=2, kernel_size=3),
    case("ConvLSTM2D", IMAGES, filters=2, kernel_size=[3, 2], strides=[1, 2], return_sequences=True, return_state=True),
    case("ConvLSTM2D", (None, 3, 2, 6, 5), filters=2, kernel_size=2, data_format="channels_first", padding="same"),
    case(
        "ConvLSTM2D", (None, 3, 2, 6, 5), filters=2, kernel_size=2, data_format="channels_first", return_sequences=True
    ),
    case("ConvLSTM2D", IMAGES, filters=2, kernel_size=2, dilation_rate=[2, 1], go_backwards=True),
    case("ConvLSTM2D", IMAGES, filters=2, kernel_size=2, padding="same", strides=3, return_state=True),
    masked("ConvLSTM2D", IMAGES, return_sequences=True),
    case("ConvLSTM2D", (None, 3, 6, 5), filters=2, kernel_size=3),
    case("ConvLSTM2D", (None, 3, None, 5, 2), filters=2, kernel_size=3),
    case("ConvLSTM2D", IMAGES, kernel_size=3),
    case("ConvLSTM3D", VOLUMES, filters=2, kernel_size=2),
    case("ConvLSTM3D", VOLUMES, filters=2, kernel_size=[1, 2, 3], padding="same", return_sequences=True),
    case("ConvLSTM3D", VOLUMES, filters=1, kernel_size=3, strides=[1, 2, 1], return_state=True, use_bias=False),
    case(
        "ConvLSTM3D", (None, 2, 1, 4, 4, 4), filters=2, kernel_size=2, data_format="channels_first", return_state=True
    ),
    case("ConvLSTM3D", (None, None, 4, 4, 4, 1), filters=2, kernel_size=2, dilation_rate=2, return_sequences=True),
    case("ConvLSTM3D", (None, 4, 4, 4, 1), filters=2, kernel_size=2),
    case("ConvLSTM3D", VOLUMES, filters=2, kernel_size=5),
]
