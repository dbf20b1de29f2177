from cases import case

ABS = {"class_name": "function", "config": "abs", "registered_name": "abs"}


def sizes(*numbers):
    """A tuple, as Keras serializes it."""
    return {"class_name": "__tuple__", "items": list(numbers)}


CASES = [
    case("Lambda", (None, 3), function=ABS, output_shape=sizes(3), _values=False),
    case("Lambda", (None, 5, 3), function=ABS, output_shape=sizes(7, None), _values=False),
    case("Lambda", (2, 3), function=ABS, output_shape=sizes(4, 4, 4), _values=False),
    case("Lambda", (None, 3), function=ABS, output_shape=[sizes(3), sizes(2, 2)], _values=False),
    case("Lambda", (None, 3), function=ABS, output_shape=sizes(3), dtype="float16", _values=False),
    case(
        "Lambda",
        (None, 3),
        function=ABS,
        output_shape=sizes(3),
        arguments={"a": 3},
        mask=None,
        dtypes=("int32",),
        _values=False,
    ),
    case("Lambda", [(None, 3), (None, 4)], function=ABS, output_shape=sizes(3), _values=False),
    case("Lambda", (None, 3)),
    case("Lambda", (None, 3), function=ABS, shape=3),
    case("TFSMLayer", (None, 3)),
    case("TorchModuleWrapper", (None, 3)),
    case("JaxLayer", (None, 3)),
    case("FlaxLayer", (None, 3)),
]
