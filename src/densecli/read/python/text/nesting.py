"""How deep a source may nest: later stages recurse for each level."""

from __future__ import annotations

import ast

from densecli.read.python.text.scan import logical_lines, tokens


def too_deep(tree: ast.Module, most: int) -> ast.AST | None:
    """A node with more than `most` others around it."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > most and hasattr(node, "lineno"):
            return node
        if depth + _width(node) > most:
            waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return None


def _width(node: ast.AST) -> float:
    """The number of characters of a node: nothing in it nests deeper than that."""
    start, end = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    return node.end_col_offset - node.col_offset if start == end and start is not None else float("inf")  # type: ignore[attr-defined]


def deepest(text: str) -> tuple[int, int]:
    """The deepest place of a text that Python cannot parse: its innermost bracket, or its line with the most words."""
    depth, offset = max(((token.depth, -token.start) for token in tokens(text)), default=(0, 0))
    if depth > 1:
        return -offset, -offset + 1
    first = max(logical_lines(tokens(text)), key=len)[0]
    return first.start, first.end
