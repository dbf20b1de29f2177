"""Whether a model fits: what is held, when, and what training adds."""
