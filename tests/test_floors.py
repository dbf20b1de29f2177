"""Imports only go down: docs/architecture.md defines which room may import which, and these tests enforce it."""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

import pytest

from support import sources
from support.folders import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMES = {file.removesuffix(".py").removesuffix("/__init__"): file for file in sources.TEXTS}  # of modules: their files
BELOW, WORDS = "everything below", "the vocabulary"  # words in the table's cells


class Room(NamedTuple):
    """A row of the page's table: one or more folders or files, and what they may import."""

    names: tuple[str, ...]
    may: frozenset[str]
    anything: bool
    is_word: bool


def rooms() -> list[Room]:
    section = PAGE.partition("\n## Rooms\n")[2].partition("\n## ")[0]
    found, word = [], False
    for cells in (line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")):
        word = word or cells[0] == f"**{WORDS}**"
        if names := quoted(cells[0]):
            found.append(Room(names, frozenset(quoted(cells[-1])), BELOW in cells[-1], word))
    words = frozenset(name for room in found if room.is_word for name in room.names)
    return [room if room.is_word else room._replace(may=room.may | words) for room in found]


def quoted(cell: str) -> tuple[str, ...]:
    return tuple(name.rstrip("/") for name in re.findall(r"`([^`]+)`", cell))


ROOMS = rooms()
ORDER = {name: index for index, room in enumerate(ROOMS) for name in room.names}


def row_of(module: str) -> str:
    """The most specific name in the table for a module."""
    return max((name for name in ORDER if f"{module}/".startswith(f"{name}/")), key=len, default="")


# -- what a module imports -----------------------------------------------------------------
@cache
def imports() -> dict[str, set[str]]:
    return {name: imported(file) - {name} for name, file in NAMES.items()}


def imported(file: str) -> set[str]:
    """The modules that a module imports, also inside functions and by name; not what only annotations need."""
    found = set()
    for node in running(sources.tree(file)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            found |= {module_of(f"{node.module}.{alias.name}") for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {module_of(alias.name) for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "import_module":
            found |= named_when_run(node.args[0])
    return found - {""}


def running(tree: ast.Module) -> list[ast.AST]:
    """All nodes except those that only a type checker reads."""
    found: list[ast.AST] = [tree]
    for node in found:
        found += [child for child in ast.iter_child_nodes(node) if not is_for_types(child)]
    return found


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def module_of(name: str) -> str:
    """The module that `densecli.graph.graph.Ref` comes from; "" for a module outside densecli."""
    package, _, path = name.replace(".", "/").partition("/")
    while path and path not in NAMES:
        path = path.rpartition("/")[0]
    return "" if package != "densecli" else path or "__init__"


def named_when_run(argument: ast.expr) -> set[str]:
    """Every module that `import_module(f"densecli.cli.{name}")` may mean."""
    start = argument.values[0] if isinstance(argument, ast.JoinedStr) else argument
    prefix = str(start.value) if isinstance(start, ast.Constant) else "?"
    folder = prefix.removeprefix("densecli.").replace(".", "/")
    return {name for name in NAMES if name.startswith(folder)}


# -- the code compared with the page ---------------------------------------------------------
@pytest.mark.parametrize("module", sorted(NAMES))
def test_a_module_imports_what_its_room_may_import(module):
    own = row_of(module)
    room = ROOMS[ORDER[own]]
    for name in imports()[module]:
        other = row_of(name)
        allowed = other in (*room.names, *room.may) or (room.anything and ORDER[other] > ORDER[own])
        assert allowed, f"{module} imports {name}: the page does not let {own} import {other}"


def test_every_room_has_a_line_of_its_own():
    """Each folder, and each file in the root."""
    there = {file.rpartition("/")[0] for file in sources.TEXTS} - {""}
    there |= {name for name in NAMES if "/" not in name}
    listed = set(ORDER)
    assert there - listed == set(), "add a line to the table of rooms in docs/architecture.md"
    assert {name for name in listed if name not in NAMES} == set(), "the page has lines about what is not there"


def test_permissions_go_down_the_page():
    for index, room in enumerate(ROOMS):
        for name in room.may - frozenset(room.names):
            assert name in ORDER, f"{room.names} may import {name}, which has no line"
            around = any(own.startswith(f"{name}/") for own in room.names)
            assert ORDER[name] > index or around, f"{room.names} may import {name}, which stands above"


def test_every_permission_is_used():
    used = {(row_of(module), row_of(name)) for module, names in imports().items() for name in names}
    words = {name for room in ROOMS if room.is_word for name in room.names}
    idle = {
        (room.names, name)
        for room in ROOMS
        for name in room.may - words
        if not any((own, name) in used for own in room.names)
    }
    assert not idle


def test_the_picture_of_the_floors_is_true():
    picture = PAGE.partition("Imports only go down:\n\n```text\n")[2].partition("```")[0]
    floor = {name: number for number, line in enumerate(picture.splitlines()) for name in line.split()}
    assert floor.keys() == {name.partition("/")[0] for name in NAMES} - {"__init__", "__main__"}
    for module, names in imports().items():
        own, others = module.partition("/")[0], {name.partition("/")[0] for name in names}
        assert own not in floor or all(floor[other] > floor[own] for other in others - {own, "__init__"})


# -- inside of rooms ---------------------------------------------------------------------------
FOLDERS = sorted({file.rpartition("/")[0] for file in sources.TEXTS})


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_lies_in_a_folder_has_an_order(folder):
    """Files and folders beside each other can be put one above the other, so that imports only go down. No file can be in a circle."""
    inside = f"{folder}/" if folder else ""
    beside: dict[str, set[str]] = {}
    for name, others in imports().items():
        if (own := child(name, folder)) is not None:
            beside.setdefault(own, set()).update(
                {found for other in others if (found := child(other, folder)) is not None} - {own}
            )
    try:
        TopologicalSorter(beside).prepare()
    except CycleError as error:
        pytest.fail(f"a circle in {inside or 'the root'}: {' -> '.join(reversed(error.args[1]))}")


def child(module: str, folder: str) -> str | None:
    """The file or subfolder of a folder that is or contains a module; None if the module is outside."""
    if module == folder:
        return "__init__"
    inside = f"{folder}/" if folder else ""
    return module.removeprefix(inside).partition("/")[0] if module.startswith(inside) else None


# -- rules about one room ------------------------------------------------------------------------
def test_only_the_kernels_import_numpy():
    outside = (file for name, file in NAMES.items() if not row_of(name).startswith("kernels"))
    guilty = [file for file in outside if "import numpy" in sources.TEXTS[file]]
    assert not guilty
