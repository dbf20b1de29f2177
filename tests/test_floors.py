"""Modules import only from lower floors: the architecture, enforced."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from support.folders import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = ROOT / "src" / "densecli"
# The floors of docs/architecture.md; a package's modules share its floor and may import each other.
FLOORS = {
    "__init__": 9, "__main__": 10, "errors": 0, "text": 0, "names": 0, "records": 0, "shape": 1, "kernels": 1, "fields": 2, "layer": 3,
    "layers": 4, "graph": 5, "read": 6, "summary": 7, "run": 8, "memory": 8, "sweep": 8, "check": 9, "render": 9, "cli": 9,
}  # fmt: skip
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """The rooms that a module imports, at any depth; for types only does not count."""
    tree = ast.parse(path.read_text())
    typing_only = {id(inner) for node in ast.walk(tree) if is_type_checking(node) for inner in ast.walk(node)}
    names = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if (
            isinstance(node, ast.ImportFrom)
            and node.level == 0
            and node.module
            and node.module.split(".")[0] == "densecli"
        ):
            rest = node.module.split(".")[1:]
            names |= {rest[0]} if rest else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("densecli.")}
    return names - {"__version__"}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path):
    own = room(path)
    upwards = {name for name in imported(path) if FLOORS[name] > FLOORS[own]}
    sideways = {
        name for name in imported(path) if FLOORS[name] == FLOORS[own] and name != own and FLOORS[own] not in (0, 8, 9)
    }
    assert not upwards, f"{own} stands on floor {FLOORS[own]} and imports from above: {upwards}"
    assert not sideways


def test_every_room_has_a_floor():
    assert {room(path) for path in MODULES} <= FLOORS.keys()


def test_only_the_kernels_import_numpy():
    guilty = [path for path in MODULES if room(path) != "kernels" and "import numpy" in path.read_text()]
    assert not guilty


def test_layers_never_import_kernels():
    guilty = [path for path in MODULES if room(path) in ("layer", "layers") and "kernels" in imported(path)]
    assert not guilty
