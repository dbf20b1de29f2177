"""Two models held against each other: outlines, alignment, differences and lock files."""
