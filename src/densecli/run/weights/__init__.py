"""The weights of a forward pass: from the initializers, or read from a file in the shapes that the graph needs."""

from densecli.run.weights.containers import elsewhere, has_weights
from densecli.run.weights.initial import initial, nested_weights
from densecli.run.weights.stored import Weights, allocate, misfits

__all__ = ["Weights", "allocate", "elsewhere", "has_weights", "initial", "misfits", "nested_weights"]
