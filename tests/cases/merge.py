from cases import case

CASES = [
    case("Add", [(None, 3), (None, 3)]),
    case("Add", [(None, None, 3), (None, 5, 3)]),
    case("Add", [(None, 4, 3), (None, 1, 3), (None, 4, 1)]),
    case("Add", [(None, 4, 3), (None, 3)]),
    case("Add", [(None, 3), (None, 4)]),
    case("Add", (None, 3)),
]
