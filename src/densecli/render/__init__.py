"""Renderers: a report becomes text. One file per kind of output; none of them computes a figure."""
