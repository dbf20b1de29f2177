from cases import case, inner

CASES = [
    case("TimeDistributed", (None, 5, 3), layer=inner("Dense", units=4)),
    case("TimeDistributed", (None, None, 3), layer=inner("Dense", units=4)),
    case("TimeDistributed", (None, 3, 8, 8, 1), layer=inner("Conv2D", filters=2, kernel_size=3)),
    case("TimeDistributed", (None, 3), layer=inner("Dense", units=4)),
]
