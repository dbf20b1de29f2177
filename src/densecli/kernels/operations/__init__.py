"""The arithmetic of functions on tensors, by the names that keras.ops has for them."""
