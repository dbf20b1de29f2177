"""Hash words and numbers into buckets, as TensorFlow's string operations do for Keras."""

from __future__ import annotations

from functools import reduce
from struct import unpack_from
from typing import TYPE_CHECKING, Any

import numpy as np

from densecli.kernels.words import as_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.kernels.layout import Array

MASK = (1 << 64) - 1
K0, K1, K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
CROSS_KEY, CROSS_FACTOR = 0xDECAFCAFFE, 0xC6A4A7935BD1E995


def hash_buckets(x: Array, buckets: int, salt: Sequence[int] | None = None, mask_value: Any = None) -> Array:
    """The bucket of each word or number; `mask_value` gets bucket 0 to itself. int64, shaped like `x`.

    FarmHash's Fingerprint64, or SipHash-2-4 keyed with the two numbers of `salt`.
    """
    kept = int(mask_value is not None and buckets > 1)
    masked = None if mask_value is None else as_bytes(np.asarray(mask_value))[0]
    places = [
        0 if kept and word == masked else kept + bucket_of(word, buckets - kept, salt) for word in as_bytes(whole(x))
    ]
    return np.array(places, np.int64).reshape(x.shape)


def whole(x: Array) -> Array:
    return x.astype(np.int64) if x.dtype.kind == "f" else x


def bucket_of(word: bytes, buckets: int, salt: Sequence[int] | None = None) -> int:
    return (fingerprint64(word) if salt is None else sip_hash(word, salt)) % buckets


def cross_buckets(columns: Sequence[Array], buckets: int) -> Array:
    """The bucket of each combination of values, one from each column; int64, shaped like the first."""
    features = [column_features(column) for column in columns]
    crossed = [reduce(mix, values, CROSS_KEY) % buckets for values in zip(*features, strict=True)]
    return np.array(crossed, np.int64).reshape(columns[0].shape)


def column_features(column: Array) -> Iterator[int]:
    """Integers as they are, words as their fingerprints."""
    if column.dtype.kind in "iu":
        return (int(number) & MASK for number in column.reshape(-1))
    return map(fingerprint64, as_bytes(column))


def mix(first: int, second: int) -> int:
    """Combine two fingerprints."""
    y = (first ^ CROSS_FACTOR) ^ (shift_mix(second * CROSS_FACTOR & MASK) * CROSS_FACTOR & MASK)
    y = shift_mix(y * CROSS_FACTOR & MASK) * CROSS_FACTOR & MASK
    return shift_mix(y)


def shift_mix(value: int) -> int:
    return value ^ (value >> 47)


def rotate(value: int, shift: int) -> int:
    """Rotate right in 64 bits."""
    value &= MASK
    return (value >> shift | value << (64 - shift)) & MASK


def fetch(word: bytes, at: int) -> int:
    found: int = unpack_from("<Q", word, at)[0]
    return found


def fold(u: int, v: int, factor: int) -> int:
    """Fold 128 bits into 64."""
    a = shift_mix((u ^ v) * factor & MASK)
    b = shift_mix((v ^ a) * factor & MASK)
    return b * factor & MASK


def fingerprint64(word: bytes) -> int:
    """FarmHash's Fingerprint64. Source: Pike and Alakuijala, FarmHash 1.1 (farmhashna)."""
    size = len(word)
    if size <= 16:
        return short_fingerprint(word)
    if size <= 64:
        return middle_fingerprint(word)
    return long_fingerprint(word)


def short_fingerprint(word: bytes) -> int:
    """Up to 16 bytes."""
    size = len(word)
    factor = K2 + 2 * size
    if size >= 8:
        a, b = fetch(word, 0) + K2 & MASK, fetch(word, size - 8)
        return fold(rotate(b, 37) * factor + a & MASK, (rotate(a, 25) + b) * factor & MASK, factor)
    if size >= 4:
        a, b = unpack_from("<I", word, 0)[0], unpack_from("<I", word, size - 4)[0]
        return fold(size + (a << 3) & MASK, b, factor)
    if size:
        y, z = word[0] + (word[size >> 1] << 8), size + (word[-1] << 2)
        return shift_mix(y * K2 & MASK ^ z * K0 & MASK) * K2 & MASK
    return K2


def middle_fingerprint(word: bytes) -> int:
    """17 to 64 bytes."""
    size = len(word)
    factor = K2 + 2 * size
    first = K1 if size <= 32 else K2
    a, b = fetch(word, 0) * first & MASK, fetch(word, 8)
    c, d = fetch(word, size - 8) * factor & MASK, fetch(word, size - 16) * K2 & MASK
    y = rotate(a + b, 43) + rotate(c, 30) + d & MASK
    z = fold(y, a + rotate(b + K2, 18) + c & MASK, factor)
    if size <= 32:
        return z
    e, f = fetch(word, 16) * factor & MASK, fetch(word, 24)
    g, h = (y + fetch(word, size - 32)) * factor & MASK, (z + fetch(word, size - 24)) * factor & MASK
    return fold(rotate(e + f, 43) + rotate(g, 30) + h & MASK, e + rotate(f + a, 18) + g & MASK, factor)


def long_fingerprint(word: bytes) -> int:
    """More than 64 bytes: blocks of 64, then the last 64 again."""
    x, y = 81, 81 * K1 + 113 & MASK
    z = shift_mix(y * K2 + 113 & MASK) * K2 & MASK
    v, w = (0, 0), (0, 0)
    x = x * K2 + fetch(word, 0) & MASK
    for at in range(0, (len(word) - 1) // 64 * 64, 64):
        x, y, z, v, w = stir(word, at, (x, y, z, v, w), (K1, 1))
    factor = K1 + ((z & 0xFF) << 1)
    low = w[0] + ((len(word) - 1) & 63) & MASK
    v = (v[0] + low & MASK, v[1])
    w = (low + v[0] & MASK, w[1])
    x, y, z, v, w = stir(word, len(word) - 64, (x, y, z, v, w), (factor, 9))
    high = fold(v[0], w[0], factor) + shift_mix(y) * K0 + z & MASK
    return fold(high, fold(v[1], w[1], factor) + x & MASK, factor)


def stir(word: bytes, at: int, state: tuple[Any, ...], factors: tuple[int, int]) -> tuple[Any, ...]:
    """The state after 64 more bytes."""
    x, y, z, v, w = state
    factor, nine = factors
    x = rotate(x + y + v[0] + fetch(word, at + 8), 37) * factor & MASK
    y = rotate(y + v[1] + fetch(word, at + 48), 42) * factor & MASK
    x ^= w[1] * nine & MASK
    y = y + v[0] * nine + fetch(word, at + 40) & MASK
    z = rotate(z + w[0], 33) * factor & MASK
    v = weak_hash(word, at, v[1] * factor, x + w[0])
    w = weak_hash(word, at + 32, z + w[1], y + fetch(word, at + 16))
    return z, y, x, v, w


def weak_hash(word: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """Mix 32 bytes into two numbers."""
    first, second, third, last = (fetch(word, at + offset) for offset in (0, 8, 16, 24))
    a = a + first & MASK
    b = rotate(b + a + last, 21)
    c = a
    a = a + second + third & MASK
    return a + last & MASK, b + rotate(a, 44) + c & MASK


def sip_hash(word: bytes, key: Sequence[int]) -> int:
    """SipHash-2-4. Source: Aumasson and Bernstein 2012."""
    k0, k1 = key[0] & MASK, key[1] & MASK
    state = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    padded = word + bytes(-(len(word) + 1) % 8) + bytes([len(word) & 0xFF])
    for at in range(0, len(padded), 8):
        block = fetch(padded, at)
        state[3] ^= block
        sip_rounds(state, 2)
        state[0] ^= block
    state[2] ^= 0xFF
    sip_rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def sip_rounds(state: list[int], count: int) -> None:
    a, b, c, d = state
    for _ in range(count):
        a = a + b & MASK
        c = c + d & MASK
        b, d = rotate(b, 51) ^ a, rotate(d, 48) ^ c
        a = rotate(a, 32)
        c = c + b & MASK
        a = a + d & MASK
        b, d = rotate(b, 47) ^ c, rotate(d, 43) ^ a
        c = rotate(c, 32)
    state[:] = a, b, c, d
