"""The names that Keras gives to layers without one: dense, dense_1, max_pooling2d. Who counts them is each reader's matter."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def snake_case(name: str) -> str:
    """The start of an automatic layer name: MaxPooling2D -> max_pooling2d, PReLU -> p_re_lu (Keras' rule)."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def numbered(stem: str, number: int) -> str:
    """dense, dense_1, dense_2, … for 0, 1, 2, …"""
    return f"{stem}_{number}" if number else stem
