"""Whether a model fits into memory: which tensors are alive when, and what training adds."""
