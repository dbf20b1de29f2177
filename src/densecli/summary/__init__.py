"""A graph becomes a report."""
