"""Models of keras.applications in the source: densecli's builders make them, and the session adopts each layer.

From then on they are ordinary Functional models: the source may freeze layers, cut the model at one, or build on it.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from densecli.applications.application import Start
from densecli.applications.build import build
from densecli.catalogue import APPLICATIONS
from densecli.errors import ArgumentError, ConfigError, ShapeError
from densecli.graph.graph import Call, Node, Ref, map_refs
from densecli.graph.model import Model
from densecli.layers.core import InputLayer
from densecli.read.python.runtime.layers import LayerObject, connected
from densecli.read.python.runtime.making import plain
from densecli.read.python.runtime.models import Functional, Sequential
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.signals import Raised
from densecli.read.python.values import Unknown, unknown_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from densecli.errors import DenseError
    from densecli.read.python.interpreter import Interpreter

A_FILE = "weights.h5"  # stands for a file whose name is unknown


def make(run: Interpreter, name: str, args: list[Any], kwargs: dict[str, Any]) -> Functional:
    """The model as a call in the source makes it. Raises what Keras raises on arguments that it refuses."""
    arguments = {**dict(zip(APPLICATIONS[name].positional, args, strict=False)), **kwargs}
    start = arguments.pop("input_tensor", None)
    if isinstance(arguments.get("weights"), Unknown):
        arguments["weights"] = A_FILE
    for argument, value in {**arguments, "input_tensor": start}.items():
        unknown = unknown_in(value)
        if unknown is not None:
            return broken(run, name, run.session.unknown_argument(name, argument, unknown))
    if isinstance(start, Tensor) and start.error is not None:
        return broken(run, name, start.error)
    with run.session.inside(None):
        return taken_over(run, name, plain(arguments), start if isinstance(start, Tensor) else None)


def broken(run: Interpreter, name: str, error: DenseError) -> Functional:
    """A model that could not be made; only the reason is known."""
    model = Functional(run.session, name.lower(), ([], []), run.place())
    model.error = error
    return model


def taken_over(run: Interpreter, name: str, arguments: dict[str, Any], start: Tensor | None) -> Functional:
    nodes = [] if start is None else [Node("start", InputLayer(batch_shape=start.shape), [Call(())], run.place())]
    given = None if start is None else Start(Ref(0), start.shape or ())
    try:
        graph = build(name, arguments, run.session.use_name, run.place(), nodes, given).graph
    except (ConfigError, ShapeError) as error:
        raise refusal(run, name, error) from None
    for warning in graph.warnings:
        run.note(f"line {run.line()}: {warning}")
    tensors = {} if start is None else {Ref(0): start}
    for index in range(len(tensors), len(nodes) if start is not None else len(graph.nodes)):
        adopted(run, graph.nodes[index], index, tensors)
    entry = [tensors[ref] for ref in graph.inputs] if start is None else sources(run, start)
    return Functional(run.session, graph.name, (entry, [tensors[ref] for ref in graph.outputs]), run.place())


def refusal(run: Interpreter, name: str, several: ConfigError | ShapeError) -> Raised:
    """The ValueError that Keras raises."""
    error: DenseError
    if isinstance(several, ConfigError):
        argument, problem = next(iter(several.problems.items()))
        text = f"{name}: `{argument}`: {problem.message}" if argument else f"{name}: {problem.message}"
        error = ArgumentError(text, code=problem.code, hint=problem.hint, place=run.place())
    else:
        error = several.at(run.place())
    raised = Raised("ValueError", error.message, error.place)
    raised.error = error
    return raised


def adopted(run: Interpreter, node: Node, index: int, tensors: dict[Ref, Tensor]) -> LayerObject:
    """A layer of the model as if the source had made it, called the way the builder called it."""
    made = sequential(run, node) if isinstance(node.layer, Model) else plain_layer(run, node)
    if isinstance(node.layer, InputLayer):
        run.session.entered(made)
        tensors[Ref(index)] = made.outputs[0][0]
        return made
    args, kwargs = map_refs((node.calls[0].args, node.calls[0].kwargs), tensors.__getitem__)
    tensors[Ref(index)] = connected(run, made, list(args), kwargs)
    return made


def plain_layer(run: Interpreter, node: Node) -> LayerObject:
    """Equal layers of the builder are one object; in the source each can be frozen by itself."""
    return LayerObject(run.session, node.name, copy(node.layer), node.place)


def sequential(run: Interpreter, node: Node) -> Sequential:
    """A nested Sequential, such as ConvNeXt's stem."""
    model = Sequential(run.session, node.name, node.place)
    tensors: dict[Ref, Tensor] = {}
    graph = node.layer.graph  # type: ignore[attr-defined]
    model.entry, *model.items = [adopted(run, each, index, tensors) for index, each in enumerate(graph.nodes)]
    model.last = tensors[graph.outputs[0]]
    return model


def sources(run: Interpreter, tensor: Tensor) -> list[Tensor]:
    """The inputs that a tensor comes from."""
    found: dict[Ref, Tensor] = {}
    waiting, seen = [tensor], {tensor.ref}
    while waiting:
        each = waiting.pop()
        before = called_on(run, each)
        if not before:
            found[each.ref] = each
        waiting += [other for other in before if other.ref not in seen]
        seen.update(other.ref for other in before)
    return list(found.values())


def called_on(run: Interpreter, tensor: Tensor) -> Iterable[Tensor]:
    return run.session.layers[tensor.ref.node].inputs[tensor.ref.call]
