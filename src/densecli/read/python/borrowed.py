"""Layers that a model file only names, taken from the Python source that defines them (`--source`).

The file has a class and its config; the source has the code. Each such layer is made from its config, as Keras would make it, and
its `call` is followed for its input shapes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, GraphError
from densecli.graph.graph import Ref
from densecli.graph.trace import is_shape
from densecli.layer import Layer
from densecli.read.python.follow import Followed
from densecli.read.python.host import Host
from densecli.read.python.runtime.custom import CustomLayer, LambdaLayer
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.text.parse import parse
from densecli.read.python.values import Class, Function

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.errors import Source
    from densecli.graph.graph import Graph
    from densecli.graph.trace import Result
    from densecli.layer import Child
    from densecli.layers.opaque import Opaque
    from densecli.read.limits import Limits
    from densecli.read.python.runtime.inside import Written

ADDED = ("dtype",)  # to each config by Keras, in a form that is its own


class Borrowed:
    """The classes and functions of some sources."""

    def __init__(self, sources: list[Source], limits: Limits) -> None:
        self.followed = [_followed(source, limits) for source in sources]

    def layer(self, opaque: Opaque, name: str) -> Layer | None:
        """The source's version of the layer that the file has as `opaque`, or None if no source defines its class or function."""
        for each in self.followed:
            made = _lambda(each, opaque, name) if opaque.type_name == "Lambda" else _of_class(each, opaque, name)
            if made is not None:
                return Sourced(each, made, opaque)
        return None


def _followed(source: Source, limits: Limits) -> Followed:
    folder = os.path.dirname(os.path.abspath(source.name))  # noqa: PTH100, PTH120  # no link is followed
    return Followed(
        parse(source, limits), limits, {}, Host(folder, lambda text: parse(text, limits), limits.spec_bytes)
    )


def _of_class(followed: Followed, opaque: Opaque, name: str) -> CustomLayer | None:
    cls = followed.scope.names.get(opaque.type_name)
    if not isinstance(cls, Class) or not hasattr(cls.base, "derive"):
        return None
    config = {key: value for key, value in (opaque.written or {}).items() if key not in ADDED} | {"name": name}
    followed.error = None
    maker = cls.find("from_config")
    made = followed.guarded(followed.run.call, cls, [], config) if maker is None else followed.guarded(
        followed.run.call, followed.run.attribute(cls, "from_config"), [config], {}
    )  # fmt: skip
    if followed.error is not None:
        raise followed.error
    return made if isinstance(made, CustomLayer) else None


def _lambda(followed: Followed, opaque: Opaque, name: str) -> CustomLayer | None:
    """Find a Lambda by its function's name, or an unnamed one by the name of the layer that the source makes with it."""
    function = followed.scope.names.get(_function_name((opaque.written or {}).get("function")))
    if not isinstance(function, Function):
        same = (each for each in followed.session.layers if isinstance(each, LambdaLayer) and each.name == name)
        function = next((each.function for each in same), None)
    if function is None:
        return None
    arguments = (opaque.written or {}).get("arguments")
    made = LambdaLayer(followed.session, function, arguments if isinstance(arguments, dict) else {}, None, None)
    made.begin({"name": name})
    return made


def _function_name(written: Any) -> str:
    """Keras 3 writes {"class_name": "function", "config": NAME}, Keras 2 the name alone."""
    if isinstance(written, dict):
        written = written.get("config")
    return written if isinstance(written, str) else ""


class Sourced(Layer, abstract=True):
    """A layer of a file whose code is in a source: followed for each input shape."""

    takes = "several"

    def __init__(self, followed: Followed, made: CustomLayer, opaque: Opaque) -> None:
        self.followed, self.made, self.given = followed, made, opaque.written or {}
        self.trainable, self.dtype, self.name, self.type_name = (
            opaque.trainable,
            "float32",
            opaque.name,
            opaque.type_name,
        )
        self.activity_regularizer = None
        self.shared_id = opaque.shared_id
        self.last: Written | None = None

    @property
    def graph(self) -> Graph | None:
        """What its `call` does, once a shape is known."""
        return None if self.last is None else self.last.graph

    @property
    def held_as(self) -> Mapping[str, str] | None:
        return None if self.last is None else self.last.held_as

    def way(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Written:
        """The layer for these shapes. Raises GraphError with the reason if the source doesn't determine it."""
        try:
            error = self.made.prepared(self.followed.run, list(_tensors(args)), _tensors(kwargs))
        except DenseError as problem:
            error = problem
        if error is not None:
            hint = "without --source, the layer is a row of unknown shape"
            raise GraphError(error.message, code="E354", hint=error.hint or hint, place=error.place)
        self.last = self.made.last  # type: ignore[assignment]
        self.last.trainable = self.trainable  # type: ignore[union-attr]
        return self.last  # type: ignore[return-value]

    def output(self, *args: Any, **kwargs: Any) -> Any:
        return self.way(args, kwargs).output(*args, **kwargs)

    def children(self, *args: Any, **kwargs: Any) -> Iterator[Child]:
        return self.way(args, kwargs).children(*args, **kwargs)

    def results(self, *args: Any, **kwargs: Any) -> Iterator[tuple[Layer, Result]]:
        return self.way(args, kwargs).results(*args, **kwargs)

    def macs(self, output: Any, *args: Any, **kwargs: Any) -> int | None:
        return self.way(args, kwargs).macs(output, *args, **kwargs)

    def elementwise(self, output: Any, *args: Any, **kwargs: Any) -> int | None:
        return self.way(args, kwargs).elementwise(output, *args, **kwargs)

    @property
    def runnable(self) -> bool:
        return self.last is not None and self.last.runnable

    def forward(self, ops: ModuleType, weights: Mapping[str, Any], *args: Any, **kwargs: Any) -> Any:
        return self.last.forward(ops, weights, *args, **kwargs) if self.last is not None else None


def _tensors(tree: Any) -> Any:
    """Tensors of these shapes, in the structure of a call."""
    if is_shape(tree):
        return Tensor(Ref(-1, -1), tree, "float32")
    if isinstance(tree, list | tuple):
        return type(tree)(map(_tensors, tree))
    return {key: _tensors(each) for key, each in tree.items()} if isinstance(tree, dict) else tree
