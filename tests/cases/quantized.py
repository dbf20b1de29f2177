"""Layers under each quantized policy of Keras 3.15.1; odd sizes, so that halves and groups do not divide evenly."""

from cases import case

POLICIES = (
    "float8", "int8", "int4", "int4/-1", "int4/1", "int4/3", "int4/128", "gptq/2/3", "gptq/3/-1", "gptq/4/3", "gptq/4/128",
    "gptq/8/4", "awq/4/-1", "awq/4/3",
)  # fmt: skip
UNKNOWN = (
    "int4/0",
    "int4/x",
    "int4/8/8",
    "int8/4",
    "gptq",
    "gptq/4",
    "gptq/5/4",
    "gptq/4/0",
    "awq/8/4",
    "awq/4",
    "int2",
)
EMBEDDINGS = {"input_dim": 9, "output_dim": 5, "dtypes": ("int32",)}
HEADS, BACK = (
    {"equation": "abc,cde->abde", "output_shape": [None, 2, 5]},
    {"equation": "abde,dec->abc", "output_shape": [None, 7]},
)
WIDE = {"equation": "abde,defg->abfg", "output_shape": [None, 7, 2]}


def dense(policy, **config):
    return case("Dense", (None, 7), units=5, dtype=f"{policy}_from_float32", _values=False, **config)


def quantized(policy):
    dtype = f"{policy}_from_float32"
    yield dense(policy)
    yield dense(policy, lora_rank=2)
    yield case("Embedding", (None, 4), **EMBEDDINGS, dtype=dtype, _values=False)
    yield case("ReversibleEmbedding", (None, 4), **EMBEDDINGS, dtype=dtype, _values=False)
    yield case("ReversibleEmbedding", (None, 4), **EMBEDDINGS, dtype=dtype, tie_weights=False, _values=False)
    yield case("EinsumDense", (None, 3, 7), **HEADS, bias_axes="de", dtype=dtype, _values=False)
    yield case("EinsumDense", (None, 3, 2, 5), **BACK, dtype=dtype, _values=False)
    yield case("EinsumDense", (None, 3, 2, 5), **WIDE, dtype=dtype, _values=False)
    yield case("Activation", (None, 4), activation="relu", dtype=dtype, _values=False)


CASES = [
    *(each for policy in POLICIES for each in quantized(policy)),
    *(dense(policy, use_bias=False, trainable=False) for policy in POLICIES),
    *(dense(policy) for policy in UNKNOWN),
    case("Dense", (None, 7), units=5, dtype="int4/4_from_mixed_bfloat16", _values=False),
    case("Dense", (None, 7), units=5, dtype="gptq/4/4_from_mixed_float16", _values=False),
    case(
        "ReversibleEmbedding",
        (None, 4),
        **EMBEDDINGS,
        dtype="int4/4_from_mixed_bfloat16",
        tie_weights=False,
        _values=False,
    ),
]
