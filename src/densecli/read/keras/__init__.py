"""Keras configs of every age become a graph."""
