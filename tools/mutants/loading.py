"""Modules of densecli with a change in them: compiled from a changed tree; the files are not modified."""

from __future__ import annotations

import ast
import builtins
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder, SourceFileLoader
from typing import TYPE_CHECKING

from mutants.points import points

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import CodeType

    from mutants.points import Point

    Change = Callable[[ast.Module], None]

REACHED = "__reached__"


class Changed(MetaPathFinder):
    """Finds the modules to change before any other finder."""

    def __init__(self, changes: Mapping[str, Change]) -> None:
        self.changes = changes

    def find_spec(self, name, path=None, target=None):
        spec = PathFinder.find_spec(name, path, target) if name in self.changes else None
        if spec is not None:
            spec.loader = _Loader(name, spec.origin, self.changes[name])
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, change: Change) -> None:
        super().__init__(name, path)
        self.change = change

    def get_code(self, _name: str) -> CodeType:
        tree = ast.parse(self.get_data(self.path))
        self.change(tree)
        return compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)


def mutant(index: int) -> Change:
    """One point of the module, applied."""
    return lambda tree: points(tree)[index].apply()


def probes(indices: Sequence[int], names: Sequence[str]) -> Change:
    """Calls before points that record that a test reached them. A point outside functions is reached with any function."""

    def change(tree: ast.Module) -> None:
        found = points(tree)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        for index, name in zip(indices, names, strict=True):
            if found[index].inside:
                _before(found[index], name)
            else:
                for function in functions:
                    function.body.insert(bool(ast.get_docstring(function)), ast.Expr(_call(name)))

    return change


def _before(point: Point, name: str) -> None:
    if point.block is not None:
        at = next(at for at, statement in enumerate(point.block) if statement is point.scope)
        point.block.insert(at, ast.Expr(_call(name)))
    else:
        pair = ast.Tuple([_call(name), point.scope.body], ast.Load())
        point.scope.body = ast.Subscript(pair, ast.Constant(1), ast.Load())


def _call(name: str) -> ast.Call:
    return ast.Call(ast.Name(REACHED, ast.Load()), [ast.Constant(name)], [])


def load_with(changes: Mapping[str, Change]) -> set[str]:
    """From now on the modules are imported with their changes; the names of probes that were reached are in the set."""
    early = sorted(name for name in changes if name in sys.modules)
    if early:
        raise RuntimeError(f"{', '.join(early)}: imported before it could be changed")
    reached: set[str] = set()
    setattr(builtins, REACHED, reached.add)
    sys.meta_path.insert(0, Changed(changes))
    return reached
