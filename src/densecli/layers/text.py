"""Text: strings cut into tokens and turned into numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.errors import ShapeError
from densecli.fields import Field, Object, wrong_value
from densecli.layer import Layer
from densecli.layers.lookup import StringLookup, terms
from densecli.shape import Shape, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    from densecli.arithmetic import Step

    Array = Any

LOOKUP = (
    "max_tokens", "vocabulary", "idf_weights", "pad_to_max_tokens", "output_mode", "sparse", "encoding", "vocabulary_size",
    "has_input_vocabulary",
)  # fmt: skip


def named_or_code(*names: str, doc: str) -> Field[Any]:
    """One of the names, null, or a function of the user's, which stays closed."""
    plain = fields.choice(*names, doc=doc, any_case=False)

    def read(layer: Any, value: Any) -> Any:
        return value if isinstance(value, dict | Object) else plain.read(layer, value)

    return fields.optional(Field(read, names[0], doc, {"anyOf": [plain.schema, {"type": "object"}]}), names[0])


def ngrams() -> Field[Sequence[int] | None]:
    """Widths of runs of words: all up to a number, or those listed."""

    def read(_: Any, value: Any) -> Sequence[int]:
        if isinstance(value, int) and not isinstance(value, bool):
            return range(1, value + 1)
        if not isinstance(value, list | tuple) or any(not isinstance(width, int) or width < 1 for width in value):
            raise wrong_value("a positive integer or a tuple of them", value)
        return tuple(value)

    schema = {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}
    return fields.optional(Field(read, None, "n-grams to use as tokens: up to a length, or of these lengths", schema))


class TextVectorization(Layer):
    """Cut texts into tokens and turn these into indices by a vocabulary, or each text into one vector.

    TextVectorization(output_sequence_length=20): (None, 1) -> (None, 20), 0 params
    """

    formula = "output = index of each token in ['', '[UNK]', *vocabulary]; or a vector for each text"
    shape_rule = "int: (batch, output_sequence_length); others: (batch, …, size)"
    elementwise_rule = "0: values are only looked up; count and tf_idf: unknown, as the number of tokens is"

    max_tokens = fields.optional(
        fields.integer(doc="maximum size of the vocabulary, including special tokens", least=2)
    )
    standardize = named_or_code(
        "lower_and_strip_punctuation", "lower", "strip_punctuation", doc="how to normalize a text first"
    )
    split = named_or_code("whitespace", "character", doc="how to split a text")
    ngrams = ngrams()
    output_mode = fields.choice(
        "int",
        "one_hot",
        "multi_hot",
        "count",
        "tf_idf",
        "binary",
        "tf-idf",
        doc="how to encode tokens",
        any_case=False,
    )
    output_sequence_length = fields.optional(fields.count(doc="number of tokens per text, for output_mode=int"))
    pad_to_max_tokens = fields.flag(doc="whether to pad vectors to max_tokens if the vocabulary is smaller")
    vocabulary_ = terms(str)
    idf_weights = fields.optional(fields.array(doc="inverse document frequency of each term, for tf_idf"))
    sparse = fields.flag(doc="whether the output is a sparse tensor (does not affect shapes)")
    ragged = fields.flag(doc="whether the output is a ragged tensor (does not affect shapes)")
    encoding = fields.text("utf-8", "encoding of strings")
    vocabulary_size = fields.anything(doc="size of the vocabulary, as written by Keras")
    has_input_vocabulary = fields.anything(doc="whether the vocabulary was given, as written by Keras")

    lookup: StringLookup

    def check(self) -> None:
        self.lookup = StringLookup(mask_token="", **{name: vars(self)[name] for name in LOOKUP})
        self.output_mode = self.lookup.output_mode
        if self.output_mode != "int" and self.output_sequence_length is not None:
            self.reject("output_sequence_length", f"needs output_mode=int, got {self.output_mode}")
        if self.output_mode != "int" and self.ragged:
            self.reject("ragged", f"needs output_mode=int, got {self.output_mode}")

    @property
    def runnable(self) -> bool:
        code = any(isinstance(part, dict | Object) for part in (self.standardize, self.split))
        return self.lookup.runnable and not code

    def output(self, x: Shape) -> Shape:
        if self.split is not None and len(x) > 1 and x[-1] not in (1, None):
            raise ShapeError(f"texts to split must be (batch,) or (batch, 1), got {show(x)}")
        if self.output_mode == "int":
            return (x[0], self.output_sequence_length)
        if self.split is not None:
            texts = x[:1] if self.as_tf_keras else x  # Keras 3.15.1 keeps the axis of (batch, 1)
            return self.lookup.output((*texts, None))
        return self.lookup.output(x if len(x) > 1 else (*x, 1))

    def computed(self, x: Shape) -> Shape:
        if self.output_mode == "int":
            return (x[0], self.output_sequence_length)
        return self.lookup.computed((x[0], None) if self.split is not None else x if len(x) > 1 else (*x, 1))

    def output_dtype(self, *_: str) -> str:
        return self.lookup.output_dtype()

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return 0 if self.output_mode in ("int", "one_hot", "multi_hot") else None

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        yield from self.lookup.explain(y, x)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        tokens = ops.tokenize(x, self.standardize, self.split, self.ngrams, self.output_sequence_length)
        return self.lookup.worked(ops, {}, y, at, tokens, "token")

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        tokens = ops.tokenize(x, self.standardize, self.split, self.ngrams, self.output_sequence_length)
        return self.lookup.forward(ops, {}, tokens)
