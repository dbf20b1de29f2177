"""Choosing the models of a source: those that it summarizes, the only one, or the one the user asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, GraphError, NoModelError, did_you_mean
from densecli.read.python.runtime.models import Functional, ModelObject
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.values import Class, Function, Unknown
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from densecli.graph.graph import Graph
    from densecli.read.python.follow import Followed


OPTIONS = ("expand_nested", "show_trainable")


class Found(Record):
    """A model of a source: its graph, or why it has none, and where it comes from."""

    graph: Graph | None
    error: DenseError | None
    name: str
    line: int
    variable: str | None
    function: str | None
    event: str  # summary, built, call or tensor
    options: tuple[str, ...] = ()  # of summary()


def choose(source: Followed, choice: str | None) -> list[Found]:
    """The models that a choice names: `*`, a variable, function, line or call; without one, those that the source shows."""
    if choice == "*":
        return [*(found(source, model) for model in source.session.models), *uncalled(source)] or nothing(source)
    if choice is not None:
        return named(source, choice)
    return summarized(source) or outermost(source) or uncalled(source) or loose(source) or nothing(source)


def summarized(source: Followed) -> list[Found]:
    """Every `summary()`, with the model as it was then."""
    return [
        _found(source, event.model, event.graph, event.error, "summary", event.line)._replace(
            options=chosen(event.options)
        )
        for event in source.session.events
    ]


def chosen(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The options of a `summary()` that change what it prints."""
    return tuple(name for name in OPTIONS if options.get(name) is True)


def outermost(source: Followed) -> list[Found]:
    """Models that are not nested in another one."""
    inside = {id(each) for model in source.session.models for each in _models_in(model)}
    return [found(source, model) for model in source.session.models if id(model) not in inside]


def _models_in(model: ModelObject) -> Iterator[Any]:
    if model.error is None:
        yield from (each for each in model.members() if isinstance(each, ModelObject))


def found(source: Followed, model: ModelObject, event: str = "built") -> Found:
    """A model in its final state."""
    if not model.is_built and model.error is None:
        source.session.build_as_told(model)
    error = model.error or (None if model.is_built or model.lists_unbuilt else source.session.unbuilt(model))
    graph = None
    if error is None:
        try:
            graph = source.session.graph(model)
        except DenseError as reason:
            error = reason
    return _found(source, model, graph, error, event, line_of(model))


def _found(
    source: Followed, model: ModelObject, graph: Graph | None, error: DenseError | None, event: str, line: int
) -> Found:
    return Found(graph, error, model.name, line, variable(source, model), model.made_in, event)


def line_of(model: ModelObject) -> int:
    place = model.node.place
    return 0 if place is None or place.start < 0 else place.source.position(place.start)[0]


def variable(source: Followed, value: Any) -> str | None:
    """The module-level name that refers to a value at the end."""
    return next((name for name, held in source.scope.names.items() if held is value), None)


# -- functions that nothing calls ------------------------------------------------------
def uncalled(source: Followed) -> list[Found]:
    """Models built by functions that nothing calls and whose arguments all have defaults; each starts from a fresh state."""
    results: list[Found] = []
    for value in list(source.scope.names.values()):
        if isinstance(value, Function) and id(value.node) not in source.run.called and not lacking(value):
            results += built_by(source, value, [], {})
    return results


def built_by(source: Followed, function: Any, args: list[Any], kwargs: dict[str, Any]) -> list[Found]:
    """The models that a call makes, with names counted from scratch."""
    source.session.clear()
    before, error, stopped = len(source.session.models), source.error, source.stopped
    source.error = None
    source.guarded(source.run.call, function, args, kwargs)
    results = [found(source, model, "call") for model in source.session.models[before:]]
    if not results and source.error is not None and error is None:
        error = source.error
    source.error, source.stopped = error, stopped
    return results


def lacking(function: Function) -> list[str]:
    """The parameters of a function without a default."""
    spec = function.node.args
    positional = [each.arg for each in (*spec.posonlyargs, *spec.args)]
    without = positional[: len(positional) - len(function.defaults)]
    return without + [each.arg for each in spec.kwonlyargs if each.arg not in function.keyword_defaults]


# -- a choice --------------------------------------------------------------------------
def named(source: Followed, choice: str) -> list[Found]:
    """FILE:NAME, FILE:LINE or FILE:call(…)."""
    if choice.isdecimal():
        return _required(source, choice, [each for each in source.session.models if line_of(each) == int(choice)])
    if "(" in choice:
        return called(source, choice)
    value = source.scope.names.get(choice)
    if isinstance(value, ModelObject):
        return [found(source, value)]
    if isinstance(value, Tensor):
        return [up_to(source, [value])]
    if isinstance(value, Function):
        return _result(source, choice, value, [], {})
    if isinstance(value, Unknown):
        raise source.session.unknown_choice(choice, value)
    return _required(source, choice, [each for each in source.session.models if each.name == choice])


def _required(source: Followed, choice: str, models: list[ModelObject]) -> list[Found]:
    if models:
        return [found(source, each) for each in models]
    names = [name for name, value in source.scope.names.items() if isinstance(value, ModelObject | Function)]
    hint = did_you_mean(choice, names) or (f"models and functions: {', '.join(names[:8])}" if names else None)
    raise source.error or GraphError(f"the source has no model named {quote(choice)}", code="E403", hint=hint)


def called(source: Followed, choice: str) -> list[Found]:
    """Evaluate a call as if it were appended to the source."""
    import ast  # noqa: PLC0415

    try:
        node = ast.parse(choice, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        node = None
    if not isinstance(node, ast.Call):
        raise GraphError(
            f"{quote(choice)} is not a call", code="E112", hint="'train.py:build((128, 128, 3), classes=2)'"
        )
    source.session.clear()
    before, source.error = source.error, None
    value = source.guarded(source.run.evaluate, node, source.scope)
    if source.error is not None:
        raise source.error
    source.error = before
    return _of_value(source, choice, value)


def _result(source: Followed, choice: str, function: Function, args: list[Any], kwargs: dict[str, Any]) -> list[Found]:
    missing = lacking(function)
    if missing:
        given = ", ".join(f"{name}=…" for name in missing)
        message = f"`{function.name}` needs {', '.join(f'`{name}`' for name in missing)}"
        place = function.code.place(function.node)
        raise GraphError(message, code="E350", hint=f"give them: 'FILE:{function.name}({given})'", place=place)
    results = built_by(source, function, args, kwargs)
    if not results:
        raise source.error or GraphError(f"`{function.name}` builds no model", code="E403")
    return results[-1:]


def _of_value(source: Followed, choice: str, value: Any) -> list[Found]:
    items = value if isinstance(value, list | tuple) else [value]
    models = [each for each in items if isinstance(each, ModelObject)]
    if models:
        return [found(source, each, "call") for each in models]
    tensors = [each for each in items if isinstance(each, Tensor)]
    if tensors:
        return [up_to(source, tensors)]
    if isinstance(value, Unknown):
        raise source.session.unknown_choice(choice, value)
    raise GraphError(f"{quote(choice)} does not return a model", code="E403")


# -- no model at all -------------------------------------------------------------------
def loose(source: Followed) -> list[Found]:
    """The graph up to the last tensor, if no model is made from it."""
    if source.error is not None:
        return []
    ends = source.session.loose_ends()
    if not ends:
        return single_layers(source)
    source.run.note("the source makes no model; this is the graph up to its last tensor")
    return [up_to(source, ends)]


def single_layers(source: Followed) -> list[Found]:
    """Layers that are never called but have an input shape: a stack of each."""
    results = []
    for layer in [each for each in source.session.layers if each.input_argument is not None and not each.outputs]:
        model = source.session.sequential([layer], None)
        model.node.place = layer.node.place
        source.session.models.remove(model)
        results.append(found(source, model, "tensor"))
    return results


def up_to(source: Followed, ends: list[Tensor]) -> Found:
    """The graph that leads to tensors, as a Functional model."""
    inputs = source.session.inputs_of(ends)
    model = Functional(
        source.session, "functional", (inputs, ends), source.session.layers[ends[-1].ref.node].node.place
    )
    source.session.models.remove(model)
    return found(source, model, "tensor")


def nothing(source: Followed) -> list[Found]:
    """Why there is no model: the error that ended the source, or functions whose arguments are missing."""
    error = source.error
    waiting = [
        value
        for value in source.scope.names.values()
        if isinstance(value, Function | Class) and id(value.node) not in source.run.called
    ]
    if error is None:
        functions = [each for each in waiting if isinstance(each, Function) and lacking(each)]
        calls = [f"{each.name}({', '.join(f'{name}=…' for name in lacking(each))})" for each in functions[:4]]
        hint = f"functions that are never called: {'; '.join(calls)} (choose one: 'FILE:{calls[0]}')" if calls else None
        error = NoModelError("the source builds no Keras model", code="E403", hint=hint)
    raise error
