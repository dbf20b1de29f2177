"""A Python source with the figures of its layers in the margin: as text, JSON and HTML."""
