"""YAML and JSON specs become a graph."""
