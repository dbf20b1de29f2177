from cases import case

Q, V, K = (None, 4, 6), (None, 5, 7), (None, 5, 3)
S = (None, 4, 6)
IMAGE = (None, 3, 4, 6)


def called(layer, *inputs, tensors=None, call=None, **config):
    """A call with named tensors; those whose name ends in mask are boolean."""
    tensors = tensors or {}
    dtypes = (*["float32"] * len(inputs), *("bool" if name.endswith("mask") else "float32" for name in tensors))
    return case(layer, *inputs, call={"tensors": tensors} | (call or {}), dtypes=dtypes, **config)


def multi(*inputs, **config):
    return case("MultiHeadAttention", *inputs, **{"num_heads": 2, "key_dim": 3} | config)


def masked(*inputs, **config):
    return called("MultiHeadAttention", *inputs, num_heads=2, key_dim=3, **config)


def grouped(*inputs, **config):
    return called(
        "GroupedQueryAttention", *inputs, **{"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2} | config
    )


SCORES = {"return_attention_scores": True}
CAUSAL = {"use_causal_mask": True}
CASES = [
    multi(Q, V),
    multi(Q, V, K),
    multi(S, S),
    multi(S, S, value_dim=5),
    multi(Q, V, output_shape=8),
    multi(Q, V, output_shape=[3, 2]),
    multi(Q, V, use_bias=False, use_gate=True, value_dim=2),
    multi(S, S, use_gate=True),
    multi((None, None, 6), (None, None, 6)),
    multi(S, S, trainable=False),
    multi(S, S, dropout=0.5),
    multi(S, S, sliding_window=2),
    multi(S, S, dtype="mixed_float16", _values=False),
    multi(S, S, dtype="float64"),
    multi(S, S, dtypes=("int32", "int32")),
    multi(S, S, call=SCORES),
    multi(S, S, call=SCORES | CAUSAL),
    multi(Q, V, call=SCORES),
    multi(Q, V, call=CAUSAL),
    multi(S, S, call=CAUSAL, sliding_window=2),
    multi(S, S, call=CAUSAL, dropout=0.5),
    multi(IMAGE, IMAGE),
    multi(IMAGE, IMAGE, attention_axes=2),
    multi(IMAGE, IMAGE, attention_axes=[1, 2], value_dim=2),
    multi(IMAGE, IMAGE, attention_axes=-2, use_gate=True),
    multi(IMAGE, (None, 3, 5, 6), attention_axes=[2]),
    multi(S, S, attention_axes=[5]),
    multi(S, S, attention_axes=[4]),
    multi(S, S, attention_axes=[3], _values=False),
    multi(S, S, attention_axes=-8),
    multi(IMAGE, IMAGE, call=SCORES),
    multi(IMAGE, IMAGE, attention_axes=[1], call=SCORES),
    multi(IMAGE, IMAGE, attention_axes=[2], call=SCORES),
    multi((None, None, 4, 6), (None, None, 4, 6), attention_axes=1),
    called("MultiHeadAttention", Q, tensors={"value": V, "key": K}, num_heads=2, key_dim=3),
    masked(Q, V, tensors={"value_mask": (None, 5)}),
    masked(Q, V, K, tensors={"value_mask": (None, 5), "key_mask": (None, 5)}),
    masked(Q, V, tensors={"attention_mask": (None, 4, 5)}),
    masked(S, S, tensors={"attention_mask": (None, 2, 4, 4)}, call=SCORES),
    masked(S, S, tensors={"attention_mask": (None, 4, 4)}, call=SCORES | CAUSAL),
    masked(S, S, tensors={"attention_mask": (None, 4, 4), "value_mask": (None, 4)}, call=CAUSAL, sliding_window=3),
    masked(IMAGE, IMAGE, tensors={"attention_mask": (None, 3, 4, 3, 4)}),
    masked(IMAGE, IMAGE, tensors={"attention_mask": (None, 4, 4)}, attention_axes=2),
    multi(S, S, kernel_initializer="zeros", bias_initializer="ones", seed=1, flash_attention=False),
    multi(S, S, kernel_initializer=None),
    multi(S, S, bias_initializer=None, use_bias=False),
    multi(Q),
    multi(Q, V, S),
    multi((None, 4, None), V),
    multi(Q, (None, 5, None)),
    multi(S, S, num_heads=0),
    multi(S, S, num_heads=2.0),
    multi(S, S, key_dim=-1),
    multi(S, S, value_dim=0),
    multi(S, S, sliding_window=0),
    multi(S, S, flash_attention=True, dropout=0.5),
    multi(S, S, output_shape="8"),
    multi(S, S, attention_axes="1"),
    case("MultiHeadAttention", S, S, num_heads=2),
    case("MultiHeadAttention", S, S, key_dim=2),
    grouped(S, S),
    grouped(S, (None, 5, 6)),
    grouped(S, (None, 5, 6), (None, 5, 3)),
    grouped(S, S, num_key_value_heads=4),
    grouped(S, S, num_key_value_heads=1, use_bias=False),
    grouped(S, S, use_gate=True),
    grouped(S, S, sliding_window=2),
    grouped((None, None, 6), (None, None, 6)),
    grouped(S, S, trainable=False),
    grouped(S, S, dtype="mixed_float16", _values=False),
    grouped(S, S, dropout=0.3, call=CAUSAL),
    grouped(S, (None, 5, 6), call=SCORES),
    grouped(S, S, call=SCORES | CAUSAL),
    grouped(S, S, call=CAUSAL),
    grouped(S, (None, 5, 6), tensors={"value_mask": (None, 5)}),
    grouped(S, S, tensors={"attention_mask": (None, 4, 4)}, call=CAUSAL),
    grouped(S, S, tensors={"query_mask": (None, 4), "attention_mask": (None, 4, 4)}, call=SCORES),
    grouped(S),
    grouped(S, (None, 5, 7)),
    grouped(S, S, K),
    grouped(S, S, num_key_value_heads=3),
    grouped(S, S, sliding_window=-1),
    grouped(S, S, head_dim=0),
    grouped((None, 6), (None, 6)),
    grouped((None, 4, None), (None, 4, None)),
    grouped(S, S, flash_attention=True, dropout=0.1),
    case("GroupedQueryAttention", S, S, head_dim=3),
]
