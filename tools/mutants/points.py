"""The possible changes to a module: small mistakes that a person might make, each with its place.

It skips texts for people (docstrings, messages, f-strings with prose), annotations, code for type checkers, decorators,
`__all__`, and `strict=` of zip, which only claims something. A string without a space is taken for a name, and is changed.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROSE = re.compile(r"[A-Za-z,:] +[A-Za-z]|\s$|^\s")
WORDING = ("hint", "label", "reason", "doc")  # arguments that are shown to people

SWAPPED: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass
class Point:
    """One change: `apply` makes it in the tree that it was found in."""

    kind: str
    node: ast.AST
    scope: ast.AST  # the statement, or the body of a lambda, that reaches it
    block: list[ast.stmt] | None  # that contains that statement; None for a lambda
    inside: bool  # of a function
    apply: Callable[[], None]


def points(tree: ast.Module) -> list[Point]:
    """Every change of a module, always in the same order."""
    return list(_Walk().block(tree.body, inside=False))


class _Walk:
    def __init__(self) -> None:
        self.scope: Any = None
        self.list: list[ast.stmt] | None = None
        self.inside = False

    def point(self, kind: str, node: ast.AST, apply: Callable[[], None]) -> Point:
        return Point(kind, node, self.scope, self.list, self.inside, apply)

    # -- statements -----------------------------------------------------------------------
    def block(self, body: list[ast.stmt], *, inside: bool) -> Iterator[Point]:
        for index, statement in enumerate(body):
            if _for_people(statement, index) or _for_checkers(statement):
                continue
            self.scope, self.list, self.inside = statement, body, inside
            if inside and _removable(statement):
                yield self.point("remove", statement, _setter(body, index, ast.Pass()))
            if isinstance(statement, ast.Return) and not isinstance(statement.value, ast.Constant | None):
                yield self.point("return", statement, _setter(body, index, ast.Return(ast.Constant(None))))
            yield from self.fields(statement, raised=isinstance(statement, ast.Raise))
            nested = inside or isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
            for name in ("body", "orelse", "finalbody"):
                yield from self.block(getattr(statement, name, []), inside=nested)
            for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                yield from self.block(part.body, inside=nested)

    def fields(self, node: ast.AST, *, raised: bool = False) -> Iterator[Point]:
        """The expressions of a node, and of all below it that are no statements."""
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "body", "orelse") and isinstance(node, ast.stmt):
                continue
            for container, key, child in _places(node, name, value):
                if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case) or name == "annotation":
                    continue
                if not (raised and _words_of_error(node, name, child)):
                    yield from self.expression(container, key, child, raised=raised)

    def expression(self, container: Any, key: Any, node: ast.AST, *, raised: bool) -> Iterator[Point]:
        if _shown(node):
            return
        for kind, new in _changes(node, container):
            yield self.point(kind, node, _setter(container, key, new))
        outer = self.scope, self.list, self.inside
        if isinstance(node, ast.Lambda):
            self.scope, self.list, self.inside = node, None, True
        yield from self.fields(node, raised=raised)
        self.scope, self.list, self.inside = outer


def _places(node: ast.AST, name: str, value: Any) -> Iterator[tuple[Any, Any, ast.AST]]:
    if isinstance(value, ast.AST):
        yield node, name, value
    elif isinstance(value, list):
        for index, child in enumerate(value):
            if isinstance(child, ast.AST):
                yield value, index, child


def _setter(container: Any, key: Any, new: Any) -> Callable[[], None]:
    def apply() -> None:
        if isinstance(container, list):
            container[key : key + 1] = [] if new is None else [new]
        else:
            setattr(container, key, new)

    return apply


# -- code that is not a target -----------------------------------------------------------
def _for_people(statement: ast.stmt, index: int) -> bool:
    return index == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _for_checkers(statement: ast.stmt) -> bool:
    match statement:
        case ast.If(test=ast.Name("TYPE_CHECKING")) | ast.Import() | ast.ImportFrom():
            return True
        case ast.Assign(targets=[ast.Name(name)], value=value):
            alias = isinstance(value, ast.Subscript | ast.BinOp) and not name.isupper() and name.strip("_")[0].isupper()
            return name in ("__all__", "__slots__") or alias
    return False


def _removable(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Constant()):
            return False
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
    return isinstance(statement, ast.Expr | ast.AugAssign | ast.Continue | ast.Break | ast.Raise | ast.Delete)


def _words_of_error(node: ast.AST, name: str, child: ast.AST) -> bool:
    return isinstance(node, ast.Call) and name == "args" and not isinstance(child, ast.Name)


def _shown(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr(parts):
            return any(isinstance(part, ast.Constant) and PROSE.search(part.value) for part in parts)
        case ast.Constant(str(text)):
            return bool(PROSE.search(text))
        case ast.keyword(arg=name):
            return name in (*WORDING, "strict")
        case ast.Call(ast.Name("cast" | "TypeVar")):
            return True
    return False


# -- changes ------------------------------------------------------------------------------
def _changes(node: ast.AST, container: Any) -> Iterator[tuple[str, ast.AST | None]]:
    yield from _OF.get(type(node), lambda _: ())(node)
    if _tested(node, container):
        yield "negate", ast.UnaryOp(ast.Not(), node)


def _tested(node: ast.AST, container: Any) -> bool:
    tests = isinstance(container, ast.If | ast.While | ast.IfExp) and container.test is node
    return tests and not isinstance(node, ast.Compare | ast.UnaryOp)


def _like(node: Any, **fields: Any) -> Any:
    return ast.copy_location(type(node)(**{**dict(ast.iter_fields(node)), **fields}), node)


def _compare(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for index, operator in enumerate(node.ops):
        ops = [*node.ops[:index], SWAPPED[type(operator)](), *node.ops[index + 1 :]]
        yield "compare", _like(node, ops=ops)


def _arithmetic(node: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    joined = (ast.Constant, ast.JoinedStr, ast.List, ast.ListComp, ast.Tuple)
    sides = (node.left, node.right)
    texts = any(isinstance(one, joined) and not isinstance(getattr(one, "value", ""), int) for one in sides)
    if isinstance(node.op, ast.BitOr | ast.BitAnd) or (isinstance(node.op, ast.Add) and texts):
        yield from (("operand", one) for one in sides)
    elif type(node.op) in SWAPPED and not (isinstance(node.op, ast.Mod) and texts):
        yield "arithmetic", _like(node, op=SWAPPED[type(node.op)]())


def _boolean(node: ast.BoolOp) -> Iterator[tuple[str, ast.AST]]:
    yield "boolean", _like(node, op=SWAPPED[type(node.op)]())


def _unary(node: ast.UnaryOp) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.op, ast.Not | ast.USub):
        yield "unary", node.operand


def _constant(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    match node.value:
        case bool(value):
            yield "constant", _like(node, value=not value)
        case int(value) | float(value):
            yield "constant", _like(node, value=value + 1)
        case str(value):
            yield "constant", _like(node, value=value + "X")


def _call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Call(ast.Name(name)) if name in NAMES:
            yield "name", _like(node, func=_like(node.func, id=NAMES[name]))
    match node.args:
        case [first, second, *rest] if not any(isinstance(one, ast.Starred) for one in (first, second)):
            if ast.dump(first) != ast.dump(second) and not _of_types(node):
                yield "arguments", _like(node, args=[second, first, *rest])
    for one in node.keywords:
        if one.arg is not None and not _shown(one):
            yield "keyword", _like(node, keywords=[each for each in node.keywords if each is not one])


def _of_types(call: ast.Call) -> bool:
    """Swapped, their arguments are a TypeError in any test."""
    return isinstance(call.func, ast.Name) and call.func.id in ("isinstance", "issubclass", "hasattr", "getattr")


def _slice(node: ast.Slice) -> Iterator[tuple[str, ast.AST]]:
    for name in ("lower", "upper", "step"):
        if getattr(node, name) is not None:
            yield "slice", _like(node, **{name: None})


def _loop(node: ast.comprehension) -> Iterator[tuple[str, ast.AST]]:
    for one in node.ifs:
        yield "filter", _like(node, ifs=[each for each in node.ifs if each is not one])


_OF: dict[type, Any] = {
    ast.Compare: _compare,
    ast.BinOp: _arithmetic,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Constant: _constant,
    ast.Call: _call,
    ast.Slice: _slice,
    ast.comprehension: _loop,
}
