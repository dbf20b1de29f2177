"""Turns YAML and JSON specs into a graph."""
