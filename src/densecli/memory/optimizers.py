"""The state of optimizers, as Keras 3.15.1 builds them with default arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.errors import OutputError, did_you_mean
from densecli.names import DTYPE_BYTES
from densecli.shape import product
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.summary.report import WeightInfo

# Variables of the size of each trainable weight.
SLOTS = {
    "sgd": 0, "momentum": 1, "rmsprop": 1, "adagrad": 1, "lion": 1, "adam": 2, "adamw": 2, "adamax": 2, "nadam": 2,
    "adadelta": 2, "ftrl": 2, "lamb": 2, "schedulefreeadamw": 2, "amsgrad": 3, "adafactor": 1, "muon": 1,
}  # fmt: skip
# Temporary memory of an update, in sizes of all gradients: torch's _foreach functions work on whole lists.
UPDATE = {"lion": 2, "nadam": 5} | dict.fromkeys(
    ("rmsprop", "adagrad", "adam", "adamw", "adamax", "adadelta", "amsgrad"), 3
)
# The others go weight by weight: in sizes of the largest.
UPDATE_LARGEST = {"ftrl": 6, "lamb": 6, "schedulefreeadamw": 7, "adafactor": 5, "muon": 7}
COUNTERS = 8  # bytes: the number of steps and the learning rate


def optimizer_name(name: str) -> str:
    """The name as spelled in SLOTS; accepts Keras' class names and snake_case. Raises OutputError E605."""
    key = "".join(char for char in name.casefold() if char.isalnum())
    if key not in SLOTS:
        hint = did_you_mean(key, SLOTS) or f"optimizers: {', '.join(SLOTS)}"
        raise OutputError(f"no optimizer named {quote(name)}", code="E605", hint=hint)
    return key


def state_bytes(optimizer: str, weights: Sequence[WeightInfo]) -> int:
    """Bytes of the optimizer's variables for these trainable weights."""
    slots = SLOTS[optimizer]
    state = sum(slots * _bytes(weight) + _extra(optimizer, weight) for weight in weights)
    return state + COUNTERS + (4 if optimizer == "nadam" else 0)


def update_bytes(optimizer: str, weights: Sequence[WeightInfo]) -> int:
    """Bytes that one update of these weights allocates and frees again."""
    sizes = [_bytes(weight) for weight in weights]
    return UPDATE.get(optimizer, 0) * sum(sizes) + UPDATE_LARGEST.get(optimizer, 0) * max(sizes, default=0)


def _extra(optimizer: str, weight: WeightInfo) -> int:
    """Adafactor's sums over rows and columns; muon is AdamW for all but matrices, and for embeddings."""
    shape, width = weight.shape, DTYPE_BYTES.get(weight.dtype, 4)
    if optimizer == "adafactor":
        if len(shape) < 2:
            return 8  # two placeholders
        rows, columns = product(shape[:-1]) or 0, product((*shape[:-2], shape[-1])) or 0
        return (rows + columns) * width
    if optimizer == "muon" and (len(shape) != 2 or "embedding" in weight.name):
        return _bytes(weight)
    return 0


def _bytes(weight: WeightInfo) -> int:
    return (product(weight.shape) or 0) * DTYPE_BYTES.get(weight.dtype, 4)
