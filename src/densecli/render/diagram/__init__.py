"""A model as a graph to look at: DOT, Mermaid and the layout behind the SVG."""
