"""The memory of int8 models on microcontrollers, with TensorFlow Lite Micro."""
