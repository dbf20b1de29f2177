"""A model as layers called on each other's outputs; shapes and arrays passed through them."""
