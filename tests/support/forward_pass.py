"""densecli's forward pass on the inputs, masks and weights that are drawn for a case."""

from __future__ import annotations

from densecli import kernels
from densecli.graph.forward import Value, call_layer
from densecli.graph.graph import Call, Ref, map_refs
from densecli.run.run import nested_weights
from densecli.summary.parameters import layer_weights
from support.answers import as_shapes, call_case
from support.case_values import draw_inputs, draw_masks, draw_weight


def call_forward(case, layer):
    """The output arrays and masks, for the case's inputs, masks and weights."""
    weights, call, values = prepared(case, layer)
    return call_layer(layer, kernels, weights, call, values)


def prepared(case, layer):
    """The weights of the case, its call, and the values of the tensors that the call refers to."""
    count = iter(range(10**6))
    structure = [indexed(as_shapes(item), count) for item in case.inputs]
    named = {key: indexed(as_shapes(item), count) for key, item in case.call.get("tensors", {}).items()}
    constants = {key: value for key, value in case.call.items() if key != "tensors"}
    arrays = [in_numpy(array) for array in draw_inputs(case)]
    masks = dict(enumerate(draw_masks(case)))
    shapes, kwargs_shapes = map_refs((tuple(structure), named), lambda ref: tuple(arrays[ref.node].shape))
    places = {owned.weight.name: place for place, owned in enumerate(layer_weights(layer, call_case(case, layer)))}
    weights = nested_weights(
        layer, shapes, kwargs_shapes | constants,
        lambda weight, dtype, path: draw_weight(case.id, places[path], path, weight.shape, dtype),
    )  # fmt: skip
    values = {Ref(index): Value(array, masks.get(index)) for index, array in enumerate(arrays)}
    return weights, Call(tuple(structure), named | constants), values


def in_numpy(array):
    """The array that the runner would have: NumPy has no bfloat16."""
    return array.astype("float32") if array.dtype.name == "bfloat16" else array


def indexed(shapes, count):
    return [indexed(item, count) for item in shapes] if isinstance(shapes, list) else Ref(next(count))
