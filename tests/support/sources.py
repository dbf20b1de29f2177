"""densecli's own source, parsed once for every test that looks into it."""

from __future__ import annotations

import ast
from functools import cache

from support.folders import ROOT

PACKAGE = ROOT / "src" / "densecli"
TEXTS = {
    path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))
}


@cache
def tree(file: str) -> ast.Module:
    """The tree of a file, by its path in the package."""
    return ast.parse(TEXTS[file])


@cache
def nodes(file: str) -> tuple[ast.AST, ...]:
    """Every node of a file."""
    return tuple(ast.walk(tree(file)))
