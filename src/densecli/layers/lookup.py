"""Lookup: categories to indices by a vocabulary or a hash. A vocabulary is config, not weights; a path to one is never opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.errors import ArgumentError, DenseError, ShapeError
from densecli.fields import Field, array_shape, wrong_type
from densecli.layer import Layer
from densecli.layers.features import encoded
from densecli.shape import Dim, Shape, plus, show, size
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from densecli.arithmetic import Step

    Array = Any


def salt() -> Field[list[int] | None]:
    """Two numbers, or one that stands for both."""

    def read(_: Any, value: Any) -> list[int]:
        pair = [value, value] if isinstance(value, int) else value
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise wrong_type("an integer or two", value)
        return [fields.read_integer(each, "an integer", None) for each in pair]

    schema = {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}
    return fields.optional(Field(read, None, "key of a stronger hash: an integer or two", schema))


def terms(kind: type) -> Field[list[Any] | str | None]:
    """Every term once, in order; or a path or URL, which is never opened."""

    def read(_: Any, value: Any) -> list[Any] | str:
        value = fields.array_value(value)
        if isinstance(value, str):
            return value
        if not isinstance(value, list | tuple):
            raise wrong_type("a list of terms, or the path of a file with one per line", value)
        if not value or any(not isinstance(term, kind) or isinstance(term, bool) for term in value):
            raise ArgumentError(f"expected a list of {'strings' if kind is str else 'integers'}", code="E303")
        return list(value)

    schema = {"anyOf": [{"type": "array"}, {"type": "string"}]}
    return fields.optional(
        Field(read, None, "the terms, or a path, which is not read (so its size is unknown)", schema)
    )


def hot_flops(mode: str, y: Shape, x: Shape) -> int | None:
    """Counting is an addition for each number, tf_idf weighs the counts; a mark in a vector is no arithmetic."""
    if mode not in ("count", "tf_idf"):
        return 0
    return plus(size(x), size(y)) if mode == "tf_idf" else size(x)


class IndexLookup(Layer, abstract=True):
    """Turn terms into indices by a vocabulary, or (with `invert`) indices into terms."""

    formula = "output = index of the input in [mask token, unknown terms, *vocabulary]; or vectors of that length"
    shape_rule = "int: unchanged; others: (batch, …, n) -> (batch, …, size); one_hot with n ≠ 1: (batch, …, n, size)"
    elementwise_rule = "0: values are only looked up; count: 1 per input; tf_idf: 1 per input and 1 per output"

    max_tokens = fields.optional(
        fields.integer(doc="maximum size of the vocabulary, including special tokens", least=2)
    )
    num_oov_indices = fields.integer(1, "number of indices for unknown terms", least=0)
    mask_token = fields.anything(doc="term that is masked (index 0)")
    oov_token = fields.anything("[UNK]", "term for unknown indices, with invert=true")
    vocabulary_ = terms(str)
    vocabulary_dtype = fields.text("string", "dtype of the terms")
    idf_weights = fields.optional(fields.array(doc="inverse document frequency of each term, for tf_idf"))
    invert = fields.flag(doc="whether to map indices to terms")
    output_mode = fields.choice(
        "int",
        "one_hot",
        "multi_hot",
        "count",
        "tf_idf",
        "binary",
        "tf-idf",
        doc="how to encode indices",
        any_case=False,
    )
    sparse = fields.flag(doc="whether the output is a sparse tensor (does not affect shapes)")
    pad_to_max_tokens = fields.flag(doc="whether to pad vectors to max_tokens if the vocabulary is smaller")
    oov_method = fields.choice("floormod", "farmhash", doc="how unknown integers are assigned indices", any_case=False)
    salt = salt()
    encoding = fields.text("utf-8", "encoding of strings")
    vocabulary_size = fields.anything(doc="size of the vocabulary, as written by Keras")
    has_input_vocabulary = fields.anything(doc="whether the vocabulary was given, as written by Keras")

    def check(self) -> None:
        self.output_mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(self.output_mode, self.output_mode)
        if self.pad_to_max_tokens and self.max_tokens is None:
            self.reject("pad_to_max_tokens", "needs max_tokens")
        if self.invert and self.output_mode != "int":
            self.reject("output_mode", f"invert=true needs output_mode=int, got {self.output_mode}")
        if self.sparse and self.output_mode == "int":
            self.reject("sparse", "output_mode=int cannot be sparse")
        if self.idf_weights is not None and self.output_mode != "tf_idf":
            self.reject("idf_weights", f"needs output_mode=tf_idf, got {self.output_mode}")
        if self.terms is not None:
            self.check_terms(self.terms)

    def check_terms(self, given: list[Any]) -> None:
        found = self.tokens
        if len(set(found)) < len(found):
            self.reject("vocabulary", "a term occurs twice in the vocabulary")
        if self.mask_token is not None and self.mask_token in found:
            self.reject("vocabulary", "the mask token is in the vocabulary", "remove it: it is added automatically")
        if self.invert and self.oov_token is not None and self.oov_token in found:
            self.reject(
                "vocabulary", "the token for unknown terms is in the vocabulary", "remove it: it is added automatically"
            )
        if self.max_tokens is not None and self.first + len(found) > self.max_tokens:
            self.reject("vocabulary", f"{self.first + len(found):,} terms exceed max_tokens={self.max_tokens:,}")
        if self.output_mode == "tf_idf" and (
            self.idf_weights is None or array_shape(self.idf_weights) != (len(given),)
        ):
            self.reject("idf_weights", f"tf_idf needs one weight for each of the {len(given):,} terms")

    @property
    def terms(self) -> list[Any] | None:
        """The vocabulary as given, if it is not a file."""
        given = vars(self)["vocabulary"]
        return given if isinstance(given, list) else None

    @property
    def special(self) -> list[Any]:
        """What comes before the vocabulary."""
        return [self.mask_token] * self.masks + [self.oov_token] * self.num_oov_indices

    @property
    def masks(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def first(self) -> int:
        """The index of the first term."""
        return self.masks + self.num_oov_indices

    @property
    def tokens(self) -> list[Any]:
        """The vocabulary without special tokens, which may stand at its start."""
        given = self.terms or []
        return given[self.first :] if given[: self.first] == self.special else given

    @property
    def depth(self) -> Dim:
        """Length of the vectors; None while no vocabulary is known."""
        if self.pad_to_max_tokens:
            return self.max_tokens
        if self.terms is not None:
            return self.first + len(self.tokens)
        return self.vocabulary_size if isinstance(self.vocabulary_size, int) else None

    @property
    def runnable(self) -> bool:
        return self.terms is not None

    def output(self, x: Shape) -> Shape:
        if self.output_mode == "int":
            return x
        if self.output_mode == "one_hot" and not (len(x) > 1 and x[-1] == 1):
            return (*x, self.depth)
        return (*x[:-1], self.depth)

    def computed(self, x: Shape) -> Shape:
        return encoded(x, self.output_mode, self.depth)

    def output_dtype(self, *_: str) -> str:
        """Keras 3.15.1 says int64 even where indices become strings."""
        return "int64" if self.output_mode == "int" else "float32"

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return hot_flops(self.output_mode, y, x)

    def explain(self, y: Shape, x: Shape) -> Iterator[str]:
        if self.terms is None:
            yield "The vocabulary is in a file or not set yet, so its size is unknown."
            return
        mask = " and the mask token" if self.masks else ""
        total = self.first + len(self.tokens)
        yield f"{plural(len(self.tokens), 'term')}, {self.num_oov_indices:,} for unknown ones{mask}: {total:,} in total."

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        if self.invert:
            return ops.terms_at(x, [*self.special, *self.tokens], self.oov_token)
        indices = ops.look_up(x, self.table(), self.unknown(ops))
        depth = self.depth or 0
        if self.output_mode != "tf_idf":
            return ops.encode(indices, depth, self.output_mode)
        return ops.affine(ops.encode(indices, depth, "count"), self.padded_weights(depth), 0.0)

    def worked(
        self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array, name: str = "x"
    ) -> Iterator[Step]:
        from densecli.layers.categories import categories, looked_up  # noqa: PLC0415  # only for an example

        if self.output_mode == "int":
            yield from looked_up(self, x, y, at, name)
        elif self.output_mode != "tf_idf" and x.ndim:
            yield from categories(self.output_mode, ops.look_up(x, self.table(), self.unknown(ops)), at, name="index")

    def table(self) -> dict[Any, int]:
        """The index of each term, strings in UTF-8. The mask token leaves no trace in vectors."""
        found = {self.key(term): index for index, term in enumerate(self.tokens, self.first)}
        mask = {} if self.mask_token is None else {self.key(self.mask_token): 0 if self.masks else -1}
        return found | mask

    @staticmethod
    def key(term: Any) -> Any:
        return term.encode() if isinstance(term, str) else term

    def unknown(self, ops: ModuleType) -> Callable[[Any], int]:
        """Which index an unknown term gets."""
        count, start = self.num_oov_indices, self.masks

        def find(term: Any) -> int:
            if count == 0:
                raise DenseError(
                    f"{term!r} is not in the vocabulary", code="E509", hint="num_oov_indices=1 allows for it"
                )
            if count == 1 or (isinstance(term, int) and self.oov_method == "floormod"):
                return start + (term % count if isinstance(term, int) else 0)
            word = str(term).encode() if isinstance(term, int) else term
            bucket: int = ops.bucket_of(word, count, self.salt)
            return start + bucket

        return find

    def padded_weights(self, depth: int) -> list[float]:
        """idf_weights with their mean in front for special tokens (unless these are among them), and 0 at the end."""
        given = list(self.idf_weights or [])
        if self.terms == self.tokens:
            given = [sum(given) / len(given)] * self.first + given
        return given + [0.0] * (depth - len(given))


class StringLookup(IndexLookup):
    """Turn strings into indices by a vocabulary, or indices into strings.

    StringLookup(vocabulary=("cat", "dog")): (None, 3) -> (None, 3), 0 params
    """

    order = (
        "max_tokens", "num_oov_indices", "mask_token", "oov_token", "vocabulary", "idf_weights", "invert", "output_mode",
        "pad_to_max_tokens", "sparse", "encoding", "salt",
    )  # fmt: skip


class IntegerLookup(IndexLookup):
    """Turn any integers into indices from 0 by a vocabulary, or back.

    IntegerLookup(vocabulary=(10, 20, 30)): (None, 3) -> (None, 3), 0 params
    """

    order = (
        "max_tokens", "num_oov_indices", "mask_token", "oov_token", "vocabulary", "vocabulary_dtype", "idf_weights", "invert", "output_mode",
        "sparse", "pad_to_max_tokens", "oov_method", "salt",
    )  # fmt: skip

    mask_token = fields.optional(fields.integer(doc="number that is masked (index 0)"))
    oov_token = fields.optional(fields.integer(doc="token for an unknown number"), -1)
    vocabulary_ = terms(int)
    vocabulary_dtype = fields.choice("int64", doc="dtype of the numbers", any_case=False)

    def check(self) -> None:
        if self.salt is not None and self.oov_method != "farmhash":
            self.reject("salt", "needs oov_method=farmhash")
        super().check()


class Hashing(Layer):
    """Sort strings or integers into a fixed number of buckets by their hash, without a vocabulary.

    Hashing(100): (None, 3) -> (None, 3), 0 params
    """

    formula = "output = hash(input) modulo num_bins; or vectors of that length"
    shape_rule = "int: unchanged; others: (batch, …, n) -> (batch, …, num_bins)"
    elementwise_rule = "0: values are only looked up; count: 1 per input"

    num_bins = fields.count(doc="number of buckets")
    mask_value = fields.anything(doc="value that gets bucket 0 to itself")
    salt = salt()
    output_mode = fields.choice("int", "one_hot", "multi_hot", "count", doc="how to encode buckets", any_case=False)
    sparse = fields.flag(doc="whether the output is a sparse tensor (does not affect shapes)")

    def check(self) -> None:
        if self.sparse and self.output_mode == "int":
            self.reject("sparse", "output_mode=int cannot be sparse")
        if self.output_mode == "int" and self.given.get("dtype") is None:
            self.dtype = "int64"
        if self.output_mode == "int" and self.dtype not in ("int32", "int64"):
            self.reject("dtype", f"output_mode=int needs int32 or int64, got {self.dtype}")

    def output(self, x: Shape) -> Shape:
        return x if self.output_mode == "int" else (*x[:-1], self.num_bins)

    def computed(self, x: Shape) -> Shape:
        return encoded(x, self.output_mode, self.num_bins)

    def output_dtype(self, *_: str) -> str:
        return self.variable_dtype

    def elementwise(self, y: Shape, x: Shape) -> int | None:
        return hot_flops(self.output_mode, y, x)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        buckets = ops.hash_buckets(x, self.num_bins, self.salt, self.mask_value)
        return ops.encode(buckets, self.num_bins, self.output_mode)


class HashedCrossing(Layer):
    """Make one feature out of two: each pair of values goes to a bucket by its hash.

    HashedCrossing(10): [(None, 1), (None, 1)] -> (None, 1), 0 params
    """

    takes = "list"
    formula = "output = hash(a, b) modulo num_bins; or one-hot vectors of that length"
    shape_rule = "int: unchanged; one_hot: (batch, 1) -> (batch, num_bins)"
    elementwise_rule = "0: values are only looked up"

    num_bins = fields.count(doc="number of buckets")
    output_mode = fields.choice("int", "one_hot", doc="how to encode buckets", any_case=False)
    sparse = fields.flag(doc="whether the output is a sparse tensor (does not affect shapes)")

    def check(self) -> None:
        if self.output_mode == "int" and self.given.get("dtype") is None:
            self.dtype = "int64"

    def output(self, xs: list[Shape]) -> Shape:
        if not isinstance(xs, list) or len(xs) != 2:
            raise ShapeError(f"takes two inputs, got {show(xs)}", code="E407")
        x, other = xs
        if x[-1] != other[-1]:
            raise ShapeError(f"both inputs must have the same shape, got {show(xs)}")
        if self.output_mode == "int":
            return x
        return (*x, self.num_bins) if x[-1] != 1 else (*x[:-1], self.num_bins)

    def elementwise(self, y: Shape, xs: list[Shape]) -> int:
        return 0

    def forward(self, ops: ModuleType, w: Mapping[str, Any], xs: list[Array]) -> Array:
        return ops.encode(ops.cross_buckets(xs, self.num_bins), self.num_bins, self.output_mode)
