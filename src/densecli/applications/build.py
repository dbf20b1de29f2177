"""A model of keras.applications as a Python program calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.catalogue import APPLICATIONS
from densecli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from densecli.applications.application import Application, Start
    from densecli.errors import Place
    from densecli.graph.graph import Node


def build(
    name: str,
    arguments: Mapping[str, Any],
    automatic_name: Callable[[str], str],
    place: Place | None = None,
    nodes: list[Node] | None = None,
    start: Start | None = None,
) -> Application:
    """The model, as a layer with its `graph`. Raises ConfigError with a reason for each argument, or ShapeError.

    `arguments` are those of Keras' function, by name (`APPLICATIONS[name].positional` has their order). If they do not
    mention weights, Keras loads its own, so arguments that conflict with these are refused. `automatic_name` gives the next name
    for a class, and is asked in Keras' order. New layers are added to `nodes`, if there are some, and `start` is
    the `input_tensor` among them.

    In the graph, `outputs` are `model.output`, the names of nodes are what `get_layer` takes, and `row_order` gives
    `model.layers`. Equal layers are one object: copy one before you change it.
    """
    kind = APPLICATIONS[name]
    unknown = {key: kind.no_argument(key) for key in arguments if key not in kind.positional}
    if unknown:
        raise ConfigError(unknown)
    model: Application = kind(**{"weights": "imagenet", **arguments})  # type: ignore[assignment]
    model.assemble(automatic_name, place, nodes, start)
    return model
