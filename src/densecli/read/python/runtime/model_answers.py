"""The attributes and methods of models, one entry each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.layers.operations.functions import Operation
from densecli.read.python.arrays import Array, Size
from densecli.read.python.runtime import layer_answers as layers
from densecli.read.python.runtime.layers import broken, call_layer, shape_of, single
from densecli.read.python.runtime.models import Functional, ModelObject, Sequential, attribute, method
from densecli.read.python.runtime.tensors import tensors_in
from densecli.read.python.values import Unknown, unknown_in

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.runtime.layers import LayerObject

SAMPLES = 32  # the default batch size of `predict`


@attribute("layers")
def layers_(run: Interpreter, model: ModelObject) -> Any:
    if model.error is not None:
        return run.unknown(model.error.message)
    return real_layers(model)


def real_layers(model: ModelObject) -> list[LayerObject]:
    """Functions on tensors have rows in a summary, but they are not layers."""
    return [each for each in model.members() if not isinstance(each.node.layer, Operation)]


@attribute("input")
def input_(run: Interpreter, model: ModelObject) -> Any:
    tell_uncalled(run, model, "input")
    return layers.input_(run, model) if is_called_stack(model) else ends(run, model, "input")


@attribute("output")
def output(run: Interpreter, model: ModelObject) -> Any:
    tell_uncalled(run, model, "output")
    return layers.output(run, model) if is_called_stack(model) else ends(run, model, "output")


def is_called_stack(model: ModelObject) -> bool:
    """Whether `.input` and `.output` are those of a call: a Sequential has them as a layer has."""
    plain = model.plain or model
    return isinstance(plain, Sequential) and bool(plain.outputs)


def tell_uncalled(run: Interpreter, model: ModelObject, which: str) -> None:
    """Keras 3 gives a Sequential these attributes only once it was called; old code uses them all the same."""
    if isinstance(model, Sequential) and model.is_built and not model.outputs:
        run.note(
            f"line {run.line()}: Keras 3 refuses `.{which}` of a Sequential that was not called; read as in Keras 2"
        )


@attribute("inputs")
def inputs(run: Interpreter, model: ModelObject) -> Any:
    found = ends(run, model, "input")
    return found if isinstance(found, list) else [found]


@attribute("outputs")
def outputs(run: Interpreter, model: ModelObject) -> Any:
    found = ends(run, model, "output")
    return found if isinstance(found, list) else [found]


def ends(run: Interpreter, model: ModelObject, which: str) -> Any:
    """The tensors that the model was made from, not those of its calls."""
    if model.error is not None:
        return broken(model, model.error)
    if isinstance(model.plain, ModelObject):
        return ends(run, model.plain, which)
    if model.cls is not None:
        return layers.input_(run, model) if which == "input" else layers.output(run, model)
    if isinstance(model, Functional):
        return single(model.entries if which == "input" else model.ends)
    if not isinstance(model, Sequential) or not model.is_built or model.entry is None:
        return run.unfit(f"Sequential model '{model.name}' has no defined {which} yet.", "AttributeError")
    return model.entry.outputs[0][0] if which == "input" else model.last


@attribute("input_shape")
def input_shape(run: Interpreter, model: ModelObject) -> Any:
    return shape_of(run, ends(run, model, "input"))


@attribute("output_shape")
def output_shape(run: Interpreter, model: ModelObject) -> Any:
    return shape_of(run, ends(run, model, "output"))


@attribute("trainable")
def trainable(run: Interpreter, model: ModelObject) -> Any:
    return model.trains


@attribute("built")
def built(run: Interpreter, model: ModelObject) -> Any:
    return model.is_built


@attribute("output_names")
def output_names(run: Interpreter, model: ModelObject) -> Any:
    return [run.session.layers[each.ref.node].name for each in tensors_in([ends(run, model, "output")])]


@attribute("input_names")
def input_names(run: Interpreter, model: ModelObject) -> Any:
    return [run.session.layers[each.ref.node].name for each in tensors_in([ends(run, model, "input")])]


@method("add")
def add(run: Interpreter, model: ModelObject, layer: Any, *_: Any) -> None:
    if isinstance(model, Sequential):
        model.append(run, layer, rebuild=True)
    else:
        run.unfit(f"{model.type_name!r} object has no attribute 'add'", "AttributeError")


@method("pop")
def pop(run: Interpreter, model: ModelObject, *_: Any) -> Any:
    return model.pop(run) if isinstance(model, Sequential) else None


@method("get_layer")
def get_layer(run: Interpreter, model: ModelObject, name: Any = None, index: Any = None) -> Any:
    if model.error is not None:
        return run.unknown(model.error.message)
    unknown = next((each for each in (name, index) if isinstance(each, Unknown)), None)
    if unknown is not None:
        return unknown.derived("…")
    members = real_layers(model)
    if isinstance(name, int):
        name, index = None, name
    if index is not None:
        return (
            members[index]
            if -len(members) <= index < len(members)
            else run.unfit("no layer of that index", "ValueError")
        )
    found = next((each for each in members if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in members[:8])
        return run.unfit(f"No such layer: {name}. Existing layers are: {names}", "ValueError")
    return found


@method("summary")
def summary(run: Interpreter, model: ModelObject, *_: Any, **options: Any) -> None:
    event(run, model, "summary")
    run.session.summarize(model, options)


def event(run: Interpreter, model: ModelObject, name: str) -> None:
    model.events.append((name, run.line()))


@method("compile", "save", "save_weights", "load_weights", "export", "reset_metrics", "set_weights")
def quiet(run: Interpreter, model: ModelObject, *_: Any, **__: Any) -> None:
    """Does not affect shapes."""


def fed(data: Any) -> tuple[Any, Any]:
    """The inputs and targets in training data: a data set's elements are both, or the inputs alone."""
    first = getattr(data, "first", data)
    return (first[0], first[1]) if first is not data and isinstance(first, tuple) and len(first) > 1 else (first, None)


@method("fit", "fit_generator", "train_on_batch", "test_on_batch", "evaluate", "evaluate_generator", "predict_classes")
def on_data(run: Interpreter, model: ModelObject, x: Any = None, *_: Any, **__: Any) -> Any:
    """Training builds a model that has no input shape yet; the batch stays open."""
    run.session.ran = True
    data, target = fed(__.get("generator", x))
    model.learn(run, data, None, __.get("y", _[0] if _ else target))
    return run.unknown("densecli does not train models")


@method("predict", "predict_on_batch", "predict_generator", "predict_proba")
def predict(run: Interpreter, model: ModelObject, x: Any = None, *_: Any, **__: Any) -> Any:
    run.session.ran = True
    size = __.get("batch_size", _[0] if _ else None)
    count = x.shape[0] if isinstance(x, Array) and x.shape else None
    model.learn(run, fed(__.get("generator", x))[0], min(size or SAMPLES, count) if isinstance(count, int) else None)
    data = run.session.batch_of(__.get("generator", x))
    if isinstance(data, Array) and isinstance(data.numbers, list):
        model.examples = [data.numbers]
    return predicted(run, model, data)


def predicted(run: Interpreter, model: ModelObject, data: Any) -> Any:
    if model.cls is not None and isinstance(data, Array):
        return model.call(run, [data], {})
    if not isinstance(data, Array) or data.shape is None or model.error is not None or not model.is_built:
        return run.unknown("densecli does not compute the results of training and prediction")
    shapes = [each.shape for each in tensors_in([ends(run, model, "output")])]
    batch: Size = data.shape[0] if data.shape else run.unknown("the batch of this array is unknown")
    found = [Array(None if shape is None else (batch, *(_size(run, each) for each in shape[1:]))) for shape in shapes]
    return single(found)


def _size(run: Interpreter, size: int | None) -> Size:
    return run.unknown("the model leaves this size open") if size is None else size


@method("build")
def build(run: Interpreter, model: ModelObject, input_shape: Any = None, **_: Any) -> None:
    if isinstance(input_shape, tuple | list) and not unknown_in(input_shape) and model.cls is None:
        model.build_from(run, [tuple(input_shape)])


@method("to_json", "get_config")
def config(run: Interpreter, model: ModelObject, *_: Any, **__: Any) -> Any:
    from densecli.read.python.runtime.copying import Config  # noqa: PLC0415  # few sources need it

    return Config(model, run.session.version)


@method("from_config")
def from_config(run: Interpreter, model: ModelObject, config: Any, *_: Any, **__: Any) -> Any:
    from densecli.read.python.runtime.copying import read_back  # noqa: PLC0415  # few sources need it

    return read_back(run, config)


@method("_flatten_layers")
def flatten_layers(
    run: Interpreter, model: ModelObject, recursive: Any = True, include_self: Any = True, *_: Any
) -> Any:
    """Every layer inside, which much code takes for public."""
    found: dict[int, LayerObject] = {}
    waiting: list[LayerObject] = [model]
    while waiting:
        each = waiting.pop(0)
        if id(each) not in found:
            found[id(each)] = each
            waiting += each.inner() if recursive or each is model else []
    return [each for each in found.values() if include_self or each is not model]


@method("to_yaml", "evaluate_generator")
def not_known(run: Interpreter, model: ModelObject, *_: Any, **__: Any) -> Any:
    return run.unknown("densecli does not write configs while it reads")


@method("call", "__call__")
def call(run: Interpreter, model: ModelObject, *args: Any, **kwargs: Any) -> Any:
    return call_layer(run, model, list(args), kwargs)
