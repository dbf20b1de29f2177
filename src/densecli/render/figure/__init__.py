"""Figures of whole models, as in a paper: what is drawn, its size and place, and the writers of SVG, TikZ and PNG."""
