from cases import case

CASES = [
    case("Conv1D", (None, 10, 4), filters=8, kernel_size=3),
    case("Conv1D", (None, 10, 4), filters=8, kernel_size=3, padding="causal", dilation_rate=2),
    case("Conv2D", (None, 28, 28, 1), filters=4, kernel_size=3, activation="relu"),
    case("Conv2D", (None, 9, 8, 3), filters=4, kernel_size=[3, 2], strides=2, padding="same"),
    case("Conv2D", (None, 3, 9, 8), filters=4, kernel_size=3, data_format="channels_first"),
    case("Conv2D", (None, None, 8, 4), filters=6, kernel_size=3, groups=2, use_bias=False),
    case("Conv2D", (None, 5, 5, 3), filters=4, kernel_size=7),
    case("Conv2D", (None, 9, 9, 3), filters=4, kernel_size=3, strides=2, dilation_rate=2),
    case("Conv2D", (None, 9, 9, 3), filters=4, kernel_size=3, groups=2),
    case("Conv2D", (None, 9, 9, 3), filters=4, kernel_size=3, padding="causal"),
    case("Conv2D", (None, 9, 9), filters=4, kernel_size=3),
    case("Conv3D", (None, 6, 6, 6, 2), filters=3, kernel_size=2),
]
