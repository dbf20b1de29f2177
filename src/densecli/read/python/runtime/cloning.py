"""Models that start from intermediate tensors: Keras puts new inputs in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.layers.core import InputLayer
from densecli.read.python.runtime.tensors import Tensor

if TYPE_CHECKING:
    from densecli.graph.graph import Ref
    from densecli.read.python.runtime.models import Functional
    from densecli.read.python.runtime.session import Session


def clone(session: Session, model: Functional) -> None:
    """Give each start tensor that is not an Input a new Input, and repeat the calls that depend on it."""
    strange = [each for each in model.entries if not isinstance(session.layers[each.ref.node].layer, InputLayer)]
    if not strange:
        return
    moved: dict[Ref, Ref] = {}
    for each in strange:
        entry = session.input_layer(
            each.shape[1:] if each.shape else (), each.shape[0] if each.shape else None, f"{_name(session, each)}CLONE"
        )
        moved[each.ref] = entry.outputs[0][0].ref
    model.entries = [_moved(each, moved) for each in model.entries]
    _follow(session, model, moved)
    model.ends = [_moved(each, moved) for each in model.ends]


def _name(session: Session, tensor: Tensor) -> str:
    return tensor.name or session.use_name("keras_tensor")


def _moved(tensor: Tensor, moved: dict[Ref, Ref]) -> Tensor:
    return Tensor(moved.get(tensor.ref, tensor.ref), tensor.shape, tensor.dtype)


def _follow(session: Session, model: Functional, moved: dict[Ref, Ref]) -> None:
    """Repeat each call between the inputs and the outputs on the new tensors."""
    starts = {ref[:2] for ref in moved} | {each.ref[:2] for each in model.entries}
    order: list[tuple[int, int]] = []
    seen = set(starts)

    waiting = [(each.ref[:2], False) for each in model.ends]
    while waiting:
        step, done = waiting.pop()
        if done:
            order.append(step)
        elif step not in seen:
            seen.add(step)
            waiting.append((step, True))
            waiting += [(ref[:2], False) for ref in session.layers[step[0]].node.calls[step[1]].refs]
    for node, call in order:
        layer = session.layers[node]
        before = layer.node.calls[call]
        if not any(ref in moved for ref in before.refs):
            continue
        layer.node.calls.append(before.mapped(lambda ref: moved.get(ref, ref)))
        number = len(layer.node.calls) - 1
        layer.inputs.append(layer.inputs[call])
        copies = [Tensor(each.ref._replace(call=number), each.shape, each.dtype) for each in layer.outputs[call]]
        layer.outputs.append(copies)
        moved.update({old.ref: new.ref for old, new in zip(layer.outputs[call], copies, strict=True)})
