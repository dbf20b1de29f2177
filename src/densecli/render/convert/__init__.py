"""A model in another language: stack, spec, Keras config, Python."""
