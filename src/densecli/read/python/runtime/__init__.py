"""Keras as the source meets it: tensors, layers and models that know their shapes, names as Keras numbers them."""
