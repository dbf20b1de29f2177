"""TensorFlow's functions in Keras configs: their names and their output shapes."""
