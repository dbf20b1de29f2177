"""Layers that a model file only names, taken from the Python source that defines them (`--source`).

The file has a class and its config; the source has the code. Each such layer is made from its config, as Keras would make it, and
its `call` is followed for its input shapes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from densecli.read.python.follow import Followed
from densecli.read.python.host import Host
from densecli.read.python.runtime.custom import CustomLayer, LambdaLayer
from densecli.read.python.runtime.on_demand import OnDemand
from densecli.read.python.runtime.subclassed import CustomModel
from densecli.read.python.text.parse import parse
from densecli.read.python.values import Class, Function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from densecli.errors import Source
    from densecli.graph.graph import Graph
    from densecli.layer import Layer
    from densecli.layers.opaque import Opaque
    from densecli.read.limits import Limits

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
                return Sourced(made, opaque)
        return None

    def model(self, document: Mapping[str, Any]) -> Graph | None:
        """The model of a file that has only its class and what it was built with; None if no source defines the class."""
        for each in self.followed:
            made = _model(each, document)
            if made is not None:
                return each.session.graph(made)
        return None


def _followed(source: Source, limits: Limits) -> Followed:
    folder = os.path.dirname(os.path.abspath(source.name))  # noqa: PTH100, PTH120  # no link is followed
    return Followed(
        parse(source, limits), limits, {}, Host(folder, lambda text: parse(text, limits), limits.spec_bytes)
    )


def _of_class(followed: Followed, opaque: Opaque, name: str) -> CustomLayer | None:
    cls = _class(followed, opaque.type_name)
    made = None if cls is None else _from_config(followed, cls, (opaque.written or {}) | {"name": name})
    return made if isinstance(made, CustomLayer) else None


def _model(followed: Followed, document: Mapping[str, Any]) -> CustomModel | None:
    """The model as Keras loads it: names are counted from the start, and `build_config` has the shapes of the first call."""
    cls = _class(followed, document.get("class_name"))
    if cls is None:
        return None
    followed.session.clear()
    config = document.get("config")
    made = _from_config(followed, cls, config if isinstance(config, dict) else {})
    if not isinstance(made, CustomModel):
        return None
    built = document.get("build_config")
    shapes = _shapes_in(built.get("input_shape") or built.get("shapes_dict")) if isinstance(built, dict) else []
    followed.guarded(made.build_from, followed.run, shapes)
    if followed.error is not None:
        raise followed.error
    return made


def _class(followed: Followed, name: Any) -> Class | None:
    cls = followed.scope.names.get(name) if isinstance(name, str) else None
    return cls if isinstance(cls, Class) and hasattr(cls.base, "derive") else None


def _from_config(followed: Followed, cls: Class, config: dict[str, Any]) -> Any:
    config = {key: value for key, value in config.items() if key not in ADDED}
    followed.error = None
    maker = cls.find("from_config")
    made = followed.guarded(followed.run.call, cls, [], config) if maker is None else followed.guarded(
        followed.run.call, followed.run.attribute(cls, "from_config"), [config], {}
    )  # fmt: skip
    if followed.error is not None:
        raise followed.error
    return made


def _shapes_in(tree: Any) -> list[tuple[Any, ...]]:
    """The shapes in a config, which has them as lists, alone or in a list or dict."""
    if isinstance(tree, dict):
        return [shape for each in tree.values() for shape in _shapes_in(each)]
    if not isinstance(tree, list):
        return []
    if all(size is None or isinstance(size, int) for size in tree):
        return [tuple(tree)]
    return [shape for each in tree for shape in _shapes_in(each)]


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


class Sourced(OnDemand, abstract=True):
    """A layer of a file whose code is in a source."""

    hint = "without --source, the layer is a row of unknown shape"

    def __init__(self, made: CustomLayer, opaque: Opaque) -> None:
        super().__init__(made)
        self.given, self.trainable, self.name = opaque.written or {}, opaque.trainable, opaque.name
        self.type_name, self.shared_id = opaque.type_name, opaque.shared_id
