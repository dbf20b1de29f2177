from cases import case

TEXTS = [["The cat, the DOG!"], ["a fish"], [""], ["Dog\tdog   bird's  fish and a cat"]]
VOCABULARY = ["the", "cat", "dog", "fish", "the cat"]
SHAPE, LINE = (None, 1), (None,)


def text(*inputs, data=TEXTS, **config):
    """A case on strings."""
    return case("TextVectorization", *inputs, dtypes=("string",), _data=[data], **config)


def widths(*numbers):
    """A tuple, as Keras serializes it: its constructor refuses lists here."""
    return {"class_name": "__tuple__", "items": list(numbers)}


def flat(*inputs, **config):
    return text(*inputs, data=[row[0] for row in TEXTS], **config)


CASES = [
    text(SHAPE, vocabulary=VOCABULARY),
    text(SHAPE, vocabulary=VOCABULARY, output_sequence_length=3),
    text(SHAPE, vocabulary=VOCABULARY, output_sequence_length=9),
    flat(LINE, vocabulary=VOCABULARY, output_sequence_length=4),
    text(SHAPE, vocabulary=VOCABULARY, standardize="lower"),
    text(SHAPE, vocabulary=VOCABULARY, standardize="strip_punctuation"),
    text(SHAPE, vocabulary=VOCABULARY, standardize=None),
    text(SHAPE, vocabulary=["t", "a", "é", " "], split="character", output_sequence_length=6),
    text(SHAPE, vocabulary=["t", "a", "é"], split="character", data=[["été, a"], ["ÉTÉ"]]),
    text(SHAPE, vocabulary=VOCABULARY, ngrams=2),
    text(SHAPE, vocabulary=VOCABULARY, ngrams=widths(2)),
    text(SHAPE, vocabulary=VOCABULARY, ngrams=widths(1, 3), output_sequence_length=12),
    text((None, 2), vocabulary=VOCABULARY, split=None, data=[["cat", "Dog"], ["the cat", "eel"]], output_sequence_length=2),
    text((None, 2), vocabulary=VOCABULARY, split=None, data=[["cat", "Dog"], ["the cat", "eel"]], output_mode="multi_hot"),
    flat(LINE, vocabulary=VOCABULARY, output_mode="multi_hot"),
    flat(LINE, vocabulary=VOCABULARY, output_mode="binary"),
    flat(LINE, vocabulary=VOCABULARY, output_mode="count"),
    flat(LINE, vocabulary=VOCABULARY, output_mode="count", ngrams=2),
    flat(LINE, vocabulary=VOCABULARY, output_mode="tf_idf", idf_weights=[0.1, 0.2, 0.3, 0.4, 0.5]),
    flat(LINE, vocabulary=VOCABULARY, output_mode="multi_hot", max_tokens=9, pad_to_max_tokens=True),
    text(SHAPE, vocabulary=VOCABULARY, output_mode="count"),
    text(SHAPE, vocabulary=VOCABULARY, output_mode="one_hot"),
    flat(LINE, vocabulary=VOCABULARY, output_mode="one_hot"),
    text(LINE, vocabulary=VOCABULARY, output_mode="multi_hot", split=None, _values=False),
    text(SHAPE, _values=False),
    text(SHAPE, max_tokens=100, output_mode="multi_hot", _values=False),
    text(LINE, max_tokens=100, output_mode="multi_hot", pad_to_max_tokens=True, _values=False),
    text(LINE, output_mode="tf-idf", vocabulary_size=50, _values=False),
    text((4, 1), output_sequence_length=7, _values=False),
    text(SHAPE, vocabulary=VOCABULARY, output_sequence_length=5, ragged=True, _values=False),
    text(SHAPE, vocabulary=VOCABULARY, max_tokens=4),
    text(SHAPE, max_tokens=1),
    text(SHAPE, standardize="upper"),
    text(SHAPE, split="comma"),
    text(SHAPE, ngrams="2"),
    text(SHAPE, ngrams=[1, "2"]),
    text(SHAPE, output_mode="hot"),
    text(SHAPE, output_mode="count", output_sequence_length=4),
    text(SHAPE, output_mode="count", ragged=True),
    text(SHAPE, output_sequence_length=4.5),
    text(SHAPE, pad_to_max_tokens=True, output_mode="count"),
    text(SHAPE, vocabulary=VOCABULARY, output_mode="tf_idf"),
    text(SHAPE, vocabulary=["a", "a"]),
]  # fmt: skip
