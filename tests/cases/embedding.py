from cases import case

X, BACK = (None, 5), (None, 5, 3)


def table(*inputs, **config):
    """Looking up by integers."""
    return case("ReversibleEmbedding", *inputs, input_dim=10, output_dim=3, dtypes=("int32",), **config)


def back(*inputs, **config):
    """From vectors to scores."""
    return case("ReversibleEmbedding", *inputs, call={"reverse": True}, input_dim=10, output_dim=3, **config)


CASES = [
    table(X),
    table((None, None)),
    table((None, 4, 2), tie_weights=False),
    table(X, mask_zero=True, embeddings_initializer="zeros"),
    table(X, trainable=False),
    table(X, lora_rank=2),
    table(X, lora_rank=2, lora_alpha=5, tie_weights=False),
    table(X, dtype="mixed_float16", _values=False),
    table(X, dtype="float16", lora_rank=2, _values=False),
    table(X, dtype="int8_from_float32", _values=False),
    table(X, dtype="int8_from_float32", tie_weights=False, _values=False),
    back(BACK),
    back((None, 3)),
    back((None, None, 3)),
    back(BACK, tie_weights=False),
    back(BACK, logit_soft_cap=0.5),
    back(BACK, reverse_dtype="float32", tie_weights=False, logit_soft_cap=2),
    back(BACK, lora_rank=2),
    back(BACK, dtype="mixed_float16", _values=False),
    case("ReversibleEmbedding", X, input_dim=0, output_dim=3),
    case("ReversibleEmbedding", X, input_dim=10, output_dim="3"),
    case("ReversibleEmbedding", X, input_dim=10, output_dim=True),
    case("ReversibleEmbedding", X, input_dim=10),
]
