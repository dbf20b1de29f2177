"""Running a forward pass with the user's options."""
