"""TensorFlow's functions in Keras configs: what they are called and what shapes they give."""
