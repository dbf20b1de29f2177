"""TensorFlow's functions for which model files have rules (read/tensorflow), and which keras.ops does not have as they are.

Keras 3 does not let them take its symbolic tensors. tf.keras did, and gave each a layer of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.graph.trace import is_shape
from densecli.read.python.arrays import Array
from densecli.read.python.catalog import RESOLVERS, Resolver
from densecli.read.python.dtypes import dtype_name
from densecli.read.python.modules.operations import tell_refused
from densecli.read.python.plain import Dims
from densecli.read.python.runtime.layers import computed
from densecli.read.python.runtime.tensors import tensors_in
from densecli.read.python.values import Known, Value, mapped
from densecli.read.tensorflow.functions import Function
from densecli.read.tensorflow.rules import MAKERS
from densecli.read.tensorflow.signatures import SIGNATURES

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter


def entry(path: str) -> Known | None:
    """The function at `tensorflow.…`, or None if there is no rule for it."""
    name = path.removeprefix("tensorflow.")
    names = SIGNATURES.get(name)
    if names is None:
        return None

    def apply(run: Interpreter, *args: Any, **kwargs: Any) -> Any:
        own = kwargs.pop("name", None)
        given, named = bound(names, args, kwargs)
        layer = Function(name, "TFOpLambda")
        if any(True for _ in tensors_in([given, named])):
            tell_refused(run, path)
            return run.session.function(layer, own, given, named, f"tf.{name}")
        found = computed(run, layer, tuple(given), named) or created(run, layer, given, named)
        return run.unknown(f"densecli does not know `{path}` of this") if found is None else found

    return Known(path, apply)


def created(run: Interpreter, layer: Function, given: list[Any], named: dict[str, Any]) -> Any:
    """A tensor made from sizes; None if it is made from something else."""
    if layer.own is None or layer.own[0] not in MAKERS:
        return None
    given, named = mapped(
        [given, named], lambda each: None if isinstance(each, Value) else each
    )  # what is unknown is open
    shape = layer.output(*given, **named)
    if not is_shape(shape):
        return None
    dtype = str(layer.call_dtype(tuple(given), named, ()))
    if run.session.tracing is not None:
        return run.session.tracing.constant(shape, None, dtype)
    return Array([run.unknown("this size is left open") if each is None else each for each in shape], dtype)


def bound(names: list[str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """A call as tf.keras wrote it into files: the first argument by position, the others by name."""
    named = dict(zip(names, args, strict=False)) | kwargs
    first = [plain(named.pop(names[0]))] if names[0] in named else []
    return first, {key: plain(value) for key, value in named.items() if value is not None}


def plain(value: Any) -> Any:
    """An argument in the form of a config, where a tuple is the shape of a tensor."""
    if isinstance(value, list | tuple | Dims):
        return [plain(each) for each in value]
    return dtype_name(value) or value


RESOLVERS["tensorflow"] = Resolver(entry, lambda path: {}, lambda run, name: None)
