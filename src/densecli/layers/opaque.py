"""Layers whose code is not in the file: shown by name, with what the file itself tells about them."""

from __future__ import annotations

from typing import Any

from densecli.layer import Layer


class Custom(Layer, abstract=True):
    """A class that is not Keras' own. Nothing is known of it but its name and what a weights file holds for it."""

    opaque = True
    takes = "several"
    family = "opaque"
    defaults = {"trainable": True, "dtype": "float32", "activity_regularizer": None}  # noqa: RUF012  # as every layer's

    def __init__(self, type_name: str, trainable: bool = True) -> None:
        super().__init__(trainable=trainable)
        self.type_name = type_name

    def output(self, *_: Any, **__: Any) -> Any:
        return None
