"""Diagrams of a model: DOT, Mermaid and the layout behind the SVG."""
