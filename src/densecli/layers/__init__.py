"""The catalogue: one module per family. Importing this package fills `densecli.layer.CATALOGUE`."""

from densecli.layers import conv, core, merge, wrappers

__all__ = ["conv", "core", "merge", "wrappers"]
