"""Text: split it into tokens, look up tokens and numbers in a vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from densecli.kernels.layout import Array

PUNCTUATION = b"!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"


def as_bytes(x: Array) -> list[bytes]:
    """Words in UTF-8, numbers as their digits, in memory order."""
    return [word if isinstance(word, bytes) else str(word).encode() for word in x.reshape(-1).tolist()]


def look_up(x: Array, table: Mapping[Any, int], unknown: Callable[[Any], int]) -> Array:
    """The index of each word (in UTF-8) or number; `unknown` gives it for those not in the table. int64."""
    keys = x.reshape(-1).astype(np.int64).tolist() if x.dtype.kind in "iufb" else as_bytes(x)
    found = [table[key] if key in table else unknown(key) for key in keys]
    return np.array(found, np.int64).reshape(x.shape)


def terms_at(x: Array, terms: Sequence[Any], unknown: Any) -> Array:
    """The term at each index, `unknown` beyond the list."""
    indices = x.reshape(-1).astype(np.int64).tolist()
    found = [terms[index] if 0 <= index < len(terms) else unknown for index in indices]
    return np.array(found).reshape(x.shape)


def tokenize(
    x: Array, standardize: str | None, split: str | None, ngrams: Sequence[int] | None, length: int | None = None
) -> Array:
    """Tokens (batch, length) of texts (batch,) or (batch, 1), padded with empty ones; without `split` rows of words.

    `length` defaults to that of the longest text. Tokens are UTF-8 bytes, stored as objects.
    """
    texts = [standardized(text, standardize) for text in as_bytes(x)]
    if split is None:
        width = x.size // len(x) if len(x) else 1
        rows = [texts[start : start + width] for start in range(0, len(texts), width)]
    else:
        rows = [text.split() if split == "whitespace" else characters(text) for text in texts]
    rows = rows if ngrams is None else [list(joined(row, ngrams)) for row in rows]
    length = max(map(len, rows), default=0) if length is None else length
    tokens = np.full((len(rows), length), b"", object)
    for index, row in enumerate(rows):
        kept = row[:length]
        tokens[index, : len(kept)] = kept
    return tokens


def standardized(text: bytes, how: str | None) -> bytes:
    """Lower case (of ASCII letters, as in TensorFlow) and without punctuation, as `how` says."""
    text = text.lower() if how in ("lower", "lower_and_strip_punctuation") else text
    return text.translate(None, PUNCTUATION) if how is not None and "strip" in how else text


def characters(text: bytes) -> list[bytes]:
    return [char.encode() for char in text.decode(errors="replace")]


def joined(words: Sequence[bytes], widths: Sequence[int]) -> Iterator[bytes]:
    """Runs of neighboring words, of each width in turn."""
    fitting = widths[: len(words)] if isinstance(widths, range) else widths  # all up to a number, which may be any
    for width in fitting:
        for start in range(len(words) - width + 1):
            yield b" ".join(words[start : start + width])
