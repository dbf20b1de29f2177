"""A model as layers called on each other's outputs; shapes and arrays through them."""
