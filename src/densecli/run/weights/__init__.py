"""The weights of a forward pass: drawn as the initializers say, or read from a file at the shapes that the graph wants."""

from densecli.run.weights.containers import elsewhere, has_weights
from densecli.run.weights.initial import initial, nested_weights
from densecli.run.weights.stored import Weights, allocate, misfits

__all__ = ["Weights", "allocate", "elsewhere", "has_weights", "initial", "misfits", "nested_weights"]
