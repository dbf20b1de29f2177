"""The weights of a forward pass: drawn as the initializers say, or read from a file at the shapes that the graph wants."""

from densecli.run.weights.initial import initial, nested_weights
from densecli.run.weights.stored import Weights, allocate, has_weights, misfits

__all__ = ["Weights", "allocate", "has_weights", "initial", "misfits", "nested_weights"]
