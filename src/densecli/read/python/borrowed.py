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
from densecli.read.python.text.parse import parse
from densecli.read.python.values import Class, Function

if TYPE_CHECKING:
    from densecli.errors import Source
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


class Sourced(OnDemand, abstract=True):
    """A layer of a file whose code is in a source."""

    hint = "without --source, the layer is a row of unknown shape"

    def __init__(self, made: CustomLayer, opaque: Opaque) -> None:
        super().__init__(made)
        self.given, self.trainable, self.name = opaque.written or {}, opaque.trainable, opaque.name
        self.type_name, self.shared_id = opaque.type_name, opaque.shared_id
