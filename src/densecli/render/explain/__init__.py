"""How each shape and parameter count is computed. The sentences are in the layers; this room lays them out."""

from densecli.render.explain.text import render

__all__ = ["render"]
