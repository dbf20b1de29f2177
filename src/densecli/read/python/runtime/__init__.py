"""Keras as seen by the source: tensors, layers and models with shapes, and names numbered as in Keras."""
