"""Kinds of layers, and the colors of every picture."""
