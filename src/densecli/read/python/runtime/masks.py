"""Masks as Keras 3 carries them: `Masking` and `Embedding(mask_zero=True)` make operations that show in functional models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from densecli.read.python.runtime.layers import LayerObject
    from densecli.read.python.runtime.session import Session
    from densecli.read.python.runtime.tensors import Tensor

TAKES_MASK = (
    "LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional", "TimeDistributed",
    "GlobalAveragePooling1D", "Softmax", "BatchNormalization", "StackedRNNCells",
)  # fmt: skip


def taken(layer: LayerObject, args: list[Any], kwargs: dict[str, Any], tensors: list[Tensor]) -> dict[str, Any]:
    """The mask that a layer is handed with its only tensor."""
    if len(tensors) != 1 or tensors[0].mask is None or "mask" in kwargs or layer.type_name not in TAKES_MASK:
        return {}
    return {"mask": tensors[0].mask}


def given(session: Session, layer: LayerObject, inputs: list[Tensor], outputs: list[Tensor]) -> None:
    """The masks of what comes out."""
    kind: Any = layer.layer
    mask: Any = None
    if layer.type_name == "Embedding" and getattr(kind, "mask_zero", False):
        mask = session.operation("NotEqual", [inputs[0], 0], {})
    elif layer.type_name == "Masking":
        mask = session.operation("Any", [session.operation("NotEqual", [inputs[0], kind.mask_value], {})], {"axis": -1})
    elif kind.supports_masking and inputs and inputs[0].mask is not None:
        mask = inputs[0].mask if _carries(kind) else None
    for each in outputs[:1]:
        each.mask = mask


def _carries(kind: Any) -> bool:
    """A recurrent layer hands its mask on with a sequence only."""
    inner = getattr(kind, "layer", kind)
    return bool(getattr(inner, "return_sequences", True))


def repeat(session: Session, items: list[LayerObject]) -> None:
    """A Sequential that is built anew makes the operations of its masks anew, and uses up their names."""
    for each in items:
        if each.type_name == "Embedding" and getattr(each.layer, "mask_zero", False):
            session.use_name("NotEqual")
        elif each.type_name == "Masking":
            session.use_name("NotEqual")
            session.use_name("Any")
