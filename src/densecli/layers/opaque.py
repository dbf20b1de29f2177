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


class CustomFunction(Custom, abstract=True):
    """A Lambda: code in the file that is never decoded. It has no weights; the shape is what the config states, if it does."""

    weightless = True

    def __init__(self, type_name: str, stated: Any, trainable: bool = True) -> None:
        super().__init__(type_name, trainable)
        sizes = isinstance(stated, list | tuple) and all(size is None or isinstance(size, int) for size in stated)
        self.stated = tuple(stated) if sizes else None

    def output(self, *inputs: Any, **_: Any) -> Any:
        if self.stated is None:
            return None
        first = inputs[0] if inputs else None
        first = first[0] if isinstance(first, list) and first else first
        return (first[0] if isinstance(first, tuple) and first else None, *self.stated)
