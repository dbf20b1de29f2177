"""The forward pass: a graph, weights and arrays in, arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.layer import Layer, Weight

Array = Any
Draw = "Callable[[Weight, str, str], Array]"


def nested_weights(
    layer: Layer, args: Any, kwargs: Any, draw: Callable[[Weight, str, str], Array], path: str = ""
) -> dict[str, Any]:
    """A layer's weights by name, a child's in a mapping under its name, each from `draw(weight, dtype, path)`."""
    found: dict[str, Any] = {
        weight.name: draw(weight, weight.dtype or layer.variable_dtype, path + weight.name)
        for weight in layer.weights(*args, **kwargs)
    }
    for child in layer.children(*args, **kwargs):
        found[child.name] = nested_weights(child.layer, child.inputs, {}, draw, f"{path}{child.name}/")
    return found


def flat_arrays(output: Any) -> list[Array]:
    """The arrays of a structure, in order."""
    if isinstance(output, list | tuple):
        return [array for item in output for array in flat_arrays(item)]
    return [output]
