"""Models made from the config of another one: `clone_model`, `from_config(get_config())`, `model_from_json(to_json())`."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from densecli.graph.graph import map_refs
from densecli.layers.core import InputLayer
from densecli.read.python.runtime.layers import LayerObject, connected
from densecli.read.python.runtime.models import Functional, ModelObject, Sequential
from densecli.read.python.runtime.tensors import Tensor, tensors_in
from densecli.read.python.values import Unknown, Value, mapped

if TYPE_CHECKING:
    from densecli.graph.graph import Ref, Step
    from densecli.read.python.interpreter import Interpreter


class Config(Value):
    """What `get_config()` and `to_json()` of a model tell: the model itself, as it was then."""

    kind = "config"

    def __init__(self, model: ModelObject, version: int) -> None:
        self.model, self.version = model, version

    def read(self, run: Interpreter) -> Any:
        """The model that Keras makes of it."""
        if self.version != run.session.version:
            return run.unknown("the model may have changed since its config was taken")
        return copied(run, self.model)


def copied(run: Interpreter, model: LayerObject) -> Any:
    """Another model of the same config, whose layers have the same names and weights of their own."""
    try:
        return _layer(run, model)
    except Uncopied as reason:
        return run.unknown(str(reason))


def cloned(run: Interpreter, model: LayerObject, entry: Any = None) -> Any:
    """`clone_model`: as `copied`, but inputs have the names of their tensors, and what was frozen stays so."""
    if model.error is not None or model.cls is not None:
        return run.unknown("densecli copies neither classes of the source nor what it does not know")
    try:
        if isinstance(model, Functional):
            named = [_input(run, each, each.name) for each in model.entries]
            given = list(tensors_in([entry])) or [each.outputs[0][0] for each in named]
            return _functional(run, model, given)
        if isinstance(model, Sequential):
            made = run.session.sequential(_stack(run, model, entry), model.name)
            made.trains = model.trains
            return made
    except Uncopied as reason:
        return run.unknown(str(reason))
    return run.unknown("it is no model that densecli knows")


class Uncopied(Exception):  # noqa: N818  # no mistake of anyone
    """Why a layer is not copied."""


def _layer(run: Interpreter, each: LayerObject) -> LayerObject:
    if each.error is not None or each.cls is not None or (each.layer is None and not isinstance(each, ModelObject)):
        raise Uncopied("densecli does not copy layers of your own")
    if isinstance(each, Functional):
        entries = [_input(run, tensor, run.session.layers[tensor.ref.node].name) for tensor in each.entries]
        made = _functional(run, each, [entry.outputs[0][0] for entry in entries])
        if not each.trains:
            made.freeze(run, False)
        return made
    if isinstance(each, Sequential):
        stack = run.session.sequential(None, each.name)
        for item in _stack(run, each):
            stack.append(run, item, rebuild=True)
        return stack
    if any(isinstance(held, ModelObject) or held.cls is not None for held in each.wraps) or hasattr(each, "written"):
        raise Uncopied("densecli does not copy layers that hold models or functions of the source")
    return LayerObject(run.session, each.name, _anew(each.layer), run.place())


def _anew(layer: Any) -> Any:
    """A layer of the same config. Keras shares nothing between the two."""
    made = deepcopy(layer)
    for each in made.within():
        each.shared_id = each.inner_trainable = None
    return made


def _stack(run: Interpreter, model: Sequential, entry: Any = None) -> list[Any]:
    start = [] if model.entry is None else [_entered(run, model.entry) if entry is None else entry]
    return [*start, *(_layer(run, each) for each in model.items)]


def _entered(run: Interpreter, entry: LayerObject) -> LayerObject:
    return run.session.entered(LayerObject(run.session, entry.name, entry.layer, run.place()), entry.name)


def _input(run: Interpreter, tensor: Tensor, name: str | None) -> LayerObject:
    old = run.session.layers[tensor.ref.node]
    if not isinstance(old.layer, InputLayer):
        raise Uncopied("densecli does not copy models that start inside of another one")
    return run.session.entered(LayerObject(run.session, name or old.name, old.layer, run.place()), name or old.name)


def _functional(run: Interpreter, model: Functional, entries: list[Tensor]) -> Functional:
    tensors = {old.ref: new for old, new in zip(model.entries, entries, strict=True)}
    starts = {each.ref.node for each in model.entries}
    layers = {each.index: _layer(run, each) for each in model.members() if each.index not in starts}
    for step in _order(run, model):
        if step[0] in starts:
            continue
        before = run.session.layers[step[0]]
        call = before.node.calls[step[1]]
        if "mask" in call.kwargs or call.extra:
            raise Uncopied("densecli does not copy models with masks")
        args, kwargs = map_refs((call.args, call.kwargs), tensors.__getitem__)
        found = connected(run, layers[step[0]], list(args), kwargs)
        for old, new in zip(before.outputs[step[1]], tensors_in([found]), strict=True):
            tensors[old.ref] = new
    return run.session.functional(_moved(model.sources, tensors), _moved(model.results, tensors), model.name)


def _order(run: Interpreter, model: Functional) -> list[Step]:
    """The calls of a model, each after those that it takes its inputs from."""
    done: dict[Step, None] = {}
    waiting = [(each.ref[:2], False) for each in reversed(model.ends)]
    while waiting:
        step, ready = waiting.pop()
        if step in done:
            continue
        refs = run.session.layers[step[0]].node.calls[step[1]].refs
        if ready or not refs:
            done[step] = None
            continue
        waiting.append((step, True))
        waiting += [(ref[:2], False) for ref in reversed(list(refs))]
    return list(done)


def _moved(tree: Any, tensors: dict[Ref, Tensor]) -> Any:
    return mapped(tree, lambda each: tensors[each.ref] if isinstance(each, Tensor) else each)


def read_back(run: Interpreter, config: Any) -> Any:
    """The model that a config in the source tells."""
    if isinstance(config, Config):
        return config.read(run)
    return config if isinstance(config, Unknown) else run.unknown("densecli does not know this config")
