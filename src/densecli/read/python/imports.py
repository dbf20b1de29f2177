"""Import statements: known libraries, and modules next to the file, which are read the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.scopes import Scope
from densecli.read.python.values import Namespace

if TYPE_CHECKING:
    import ast

    from densecli.read.python.interpreter import Interpreter


class Module(Namespace):
    """A module of the source's own folder that was read."""

    __slots__ = ()
    kind = "module"


def import_(run: Interpreter, node: ast.Import, scope: Scope) -> None:
    for alias in node.names:
        top = alias.name.partition(".")[0]
        local = module(run, alias.name)
        if local is not None and alias.asname is None and "." in alias.name:
            local = nested(alias.name.split(".")[1:], local, top)
        value = local or run.catalog.module(run, alias.name if alias.asname else top)
        run.write(scope.holder(alias.asname or top), alias.asname or top, value)


def nested(parts: list[str], innermost: Any, top: str) -> Module:
    """`import a.b.c` binds a, whose attribute b has the attribute c."""
    for part in reversed(parts):
        innermost = Module({part: innermost}, top)
    return innermost  # type: ignore[no-any-return]


def import_from(run: Interpreter, node: ast.ImportFrom, scope: Scope) -> None:
    path = node.module or ""
    local = module(run, path, node.level)
    for alias in node.names:
        if alias.name == "*":
            import_star(run, local, path, scope)
            continue
        value = member(run, local, path, alias.name, node.level)
        run.assign(scope, alias.asname or alias.name, value)


def member(run: Interpreter, local: Any, path: str, name: str, level: int) -> Any:
    if local is not None and name in local.attributes:
        return local.attributes[name]
    inner = module(run, f"{path}.{name}" if path else name, level)
    if inner is not None:
        return inner
    if local is not None or level:
        return run.unknown(
            f"`{name}` is imported from {'.' * level}{path}, which does not define it or could not be read"
        )
    return run.catalog.member(run, run.catalog.canonical(path), name)


def import_star(run: Interpreter, local: Any, path: str, scope: Scope) -> None:
    names = local.attributes if local is not None else run.catalog.public(run, path)
    if not names:
        run.session.stars.append(path)
    for name, value in names.items():
        if not name.startswith("_"):
            run.write(scope.names, name, value)


def module(run: Interpreter, path: str, level: int = 0) -> Module | None:
    """A module of the source's own folder, read once; None if there is no module of that name."""
    code = run.session.local_module(path, level)
    if code is None:
        return None
    if code.source.name not in run.modules:
        run.modules[code.source.name] = scope = Scope()
        scope.names["__name__"] = path.rpartition(".")[2]
        before, run.code = run.code, code
        node, run.node = run.node, None
        try:
            run.execute(code.tree.body, scope)
        finally:
            run.code, run.node = before, node
    return Module(run.modules[code.source.name].names, path)
