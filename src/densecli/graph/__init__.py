"""A model as layers that call each other's tensors; shapes and arrays through them."""
