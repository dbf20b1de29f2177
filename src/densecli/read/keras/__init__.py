"""Turns Keras configs of every age into a graph."""
