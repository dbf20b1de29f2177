"""A Python source with what its layers come to in the margin: as text, JSON and a page."""
