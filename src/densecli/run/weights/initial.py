"""Initial weights, by name, in the structure of nested layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import kernels
from densecli.errors import DenseError
from densecli.text import quote, shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.graph.graph import Graph
    from densecli.graph.trace import Trace
    from densecli.layer import Layer, Weight

    Draw = Callable[[Weight, str, str], Any]
    Shared = dict[Any, dict[str, Any]]

MOST_REASON = 200  # letters of what an initializer says about its arguments, which are the file's


def nested_weights(
    layer: Layer, args: Any, kwargs: Any, draw: Draw, path: str = "", shared: Shared | None = None
) -> dict[str, Any]:
    """A layer's weights by name, a child's in a mapping under its name, each from `draw(weight, dtype, path)`.

    Layers that a file says are the same get the same arrays: `shared` holds those already made.
    """
    known = {} if shared is None else shared
    if layer.shared_id is not None:
        if layer.shared_id in known:
            return known[layer.shared_id]
        path = shared_path(layer.shared_id)
    found: dict[str, Any] = {
        weight.name: draw(weight, weight.dtype or layer.variable_dtype, path + weight.name)
        for weight in layer.weights(*args, **kwargs)
    }
    for child in layer.children(*args, **kwargs):
        found[child.name] = nested_weights(child.layer, child.inputs, child.kwargs, draw, f"{path}{child.name}/", known)
    if layer.shared_id is not None:
        known[layer.shared_id] = found
    return found


def shared_path(identity: object) -> str:
    """The path of a shared layer's weights, wherever the layer is used."""
    return f"{identity}/"


def initial(random: Any) -> Draw:
    """Draws a weight as its initializer says; half precision that NumPy lacks is computed in float32.

    Raises DenseError (E303) for an initializer that cannot fill the weight's shape.
    """

    def draw(weight: Weight, dtype: str, path: str) -> Any:
        name = weight.initializer
        config = (
            name if isinstance(name, str) or name is None else {"class_name": name.class_name, "config": name.config}
        )
        try:
            return kernels.initialize(config, weight.shape, random, "float32" if dtype == "bfloat16" else dtype)
        except KeyError as error:  # of an initializer that is the source's own
            message = f"{quote(path)} starts from {shortened(str(name), MOST_REASON)}, which densecli does not know"
            raise DenseError(message, code="E303", hint="give a file of weights: --weights FILE") from error
        except ValueError as error:  # an identity that is not a matrix
            raise DenseError(
                f"{quote(path)} cannot be initialized: {shortened(str(error), MOST_REASON)}", code="E303"
            ) from error

    return draw


def fill(graph: Graph, found: Trace, draw: Draw, wanted: set[int]) -> list[dict[str, Any]]:
    """Every wanted node's weights from `draw`."""
    shared: dict[Any, dict[str, Any]] = {}
    made: list[dict[str, Any]] = [{} for _ in graph.nodes]
    for index in sorted(wanted):
        result = found.results.get((index, 0))
        if result is not None:
            node = graph.nodes[index]
            made[index] = nested_weights(node.layer, result.args, result.kwargs, draw, f"{node.name}/", shared)
    return made
