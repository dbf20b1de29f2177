"""A report as a page: HTML, SVG, LaTeX, Markdown, CSV."""
