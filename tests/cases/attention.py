from cases import case

Q, V, K = (None, 4, 6), (None, 5, 3), (None, 5, 6)


def masked(layer, *, keys=False, scores=False, causal=False, **config):
    """With masks for query and value (and key)."""
    shapes = [Q, V, K] if keys else [Q, K]
    masks = [shape[:2] for shape in shapes]
    call = {"tensors": {"mask": masks}} | ({"return_attention_scores": True} if scores else {})
    call |= {"use_causal_mask": True} if causal else {}
    return case(layer, shapes, call=call, dtypes=(*["float32"] * len(shapes), *["bool"] * len(shapes)), **config)


def family(layer):
    """What both attention layers have in common."""
    return [
        case(layer, [Q, K]),
        case(layer, [Q, V, K]),
        case(layer, [Q, K], use_scale=True),
        case(layer, [Q, V, K], use_scale=False, dropout=0.5),
        case(layer, [Q, V, K], call={"return_attention_scores": True}),
        case(layer, [Q, K], call={"use_causal_mask": True}),
        case(layer, [Q, K], call={"use_causal_mask": True, "return_attention_scores": True}, use_scale=True),
        case(layer, [(None, None, 6), (None, None, 6)], call={"return_attention_scores": True}),
        case(layer, [Q, K], use_scale=True, trainable=False),
        case(layer, [Q, K], use_scale=True, dtype="mixed_float16", _values=False),
        masked(layer),
        masked(layer, keys=True, scores=True),
        masked(layer, causal=True, scores=True),
        case(layer, Q),
        case(layer, [Q]),
        case(layer, [Q, Q, Q, Q]),
        case(layer, Q, K),
        case(layer, [Q, K], call={"tensors": {"mask": (None, 4)}}, dtypes=("float32", "float32", "bool")),
        case(layer, [Q, K], dtypes=("int32", "int32")),
        case(layer, [Q, K], dropout="half"),
        case(layer, [Q, K], units=4),
    ]


CASES = [
    *family("Attention"),
    *family("AdditiveAttention"),
    case("Attention", [Q, V, K], score_mode="concat"),
    case("Attention", [Q, V, K], score_mode="concat", use_scale=True),
    case("Attention", [Q, K], score_mode="concat", call={"use_causal_mask": True, "return_attention_scores": True}),
    case("Attention", [(None, 2, 4, 6), (None, 2, 5, 6)], use_scale=True),
    case("Attention", [Q, K], score_mode="sum"),
    case("Attention", [Q, K], score_mode=None),
    case("Attention", [Q, K], seed=3),
    case("AdditiveAttention", [(None, 4, None), (None, 5, None)]),
    case("AdditiveAttention", [(None, 2, 4, 3), (None, 2, 5, 3)]),
    case("AdditiveAttention", [(2, 2, 3, 4, 3), (2, 2, 3, 5, 3)], call={"return_attention_scores": True}),
    case("AdditiveAttention", [(2, 4), (2, 4)]),
    case("Attention", [(None, 2, 4, 3), (None, 2, 5, 3)], score_mode="concat", use_scale=True),
    case("AdditiveAttention", [(None, 4, None), (None, 5, None)], use_scale=False, _values=False),
]
