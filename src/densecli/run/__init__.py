"""The forward pass as users ask for it."""
