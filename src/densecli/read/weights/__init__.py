"""Files that hold weights and no layers: what they contain, as a table."""
