"""The values that names refer to while a source is followed.

Numbers, strings, tuples, lists, dicts and sets are Python's own. Everything else is a `Value`: it defines its own
attributes, calls, subscripts and loops; the rest is unknown. Unknown is contagious and remembers where it
comes from, so that an error can name that line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.fields import Object

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterator

    from densecli.errors import Place
    from densecli.read.python.interpreter import Interpreter
    from densecli.read.python.scopes import Scope


class Value:
    """The protocol. `run` is the interpreter; any operation that a value does not define is unknown."""

    __slots__ = ()
    kind = "value"

    def get(self, run: Interpreter, name: str) -> Any:
        return run.unknown(f"densecli does not know the attribute `{name}` of {self.shown()}")

    def set(self, run: Interpreter, name: str, value: Any) -> None:
        """Assign to an attribute. Ignored if nothing depends on it."""

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return run.unknown(f"densecli does not know what calling {self.shown()} gives")

    def item(self, run: Interpreter, key: Any) -> Any:
        return run.unknown(f"densecli does not know the items of {self.shown()}")

    def set_item(self, run: Interpreter, key: Any, value: Any) -> None:
        """Assign to a subscript. Ignored if nothing depends on it."""

    def iterate(self, run: Interpreter) -> Iterator[Any] | Unknown:
        return run.unknown(f"densecli does not know the items of {self.shown()}")

    def length(self, run: Interpreter) -> Any:
        return run.unknown(f"densecli does not know the length of {self.shown()}")

    def truth(self, run: Interpreter) -> bool | Unknown:
        return True

    def binary(self, run: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        """The result of an operator, by the name of its ast node; NotImplemented leaves it to the other operand."""
        return NotImplemented

    def unary(self, run: Interpreter, operator: str) -> Any:
        return run.unknown(f"densecli does not know the operator on {self.shown()}")

    def compare(self, run: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        return NotImplemented

    def config(self) -> Any:
        """The value in the form of a layer's config."""
        return Object("__object__", {})

    def shown(self) -> str:
        return f"a {self.kind}"


class Unknown(Value):
    """A value unknown from the source: the reason, its origin, and the option that would supply it."""

    __slots__ = ("fresh", "name", "path", "place", "reason", "root")
    kind = "unknown value"

    def __init__(self, reason: str, place: Place | None, root: Unknown | None = None, path: str = "") -> None:
        self.reason, self.place = reason, place
        self.root = root or self
        self.name: str | None = None  # the first variable that it was assigned to
        self.path = path  # from the root: `.shape[1]`
        self.fresh: bool | None = None  # its value in a folder that contains only the source

    def derived(self, step: str) -> Unknown:
        return Unknown(self.root.reason, self.root.place, self.root, (self.path + step)[:80])

    def get(self, run: Interpreter, name: str) -> Any:
        return self.derived(f".{name}")

    def set(self, run: Interpreter, name: str, value: Any) -> None:
        if name == "trainable":
            run.note(
                f"line {run.line()}: a layer is frozen or released that is unknown, so counts of trainable parameters may differ:"
                f" {self.root.reason}"
            )

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if self.path.endswith(".summary"):
            run.note(f"line {run.line()}: the summary of an unknown model is left out: {self.root.reason}")
        return self.derived("(…)")

    def item(self, run: Interpreter, key: Any) -> Any:
        return self.derived(f"[{key}]" if isinstance(key, int | str) and len(str(key)) < 20 else "[…]")

    def iterate(self, run: Interpreter) -> Iterator[Any] | Unknown:
        return self

    def length(self, run: Interpreter) -> Any:
        return self.derived(".length")

    def truth(self, run: Interpreter) -> bool | Unknown:
        return self

    def binary(self, run: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        return self.derived("…")

    def unary(self, run: Interpreter, operator: str) -> Any:
        return self.derived("…")

    def compare(self, run: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        return self.derived("…")

    def shown(self) -> str:
        return "an unknown value"


class Function(Value):
    """A function, method or lambda of the source, with the scope that it closes over."""

    __slots__ = ("code", "defaults", "keyword_defaults", "name", "node", "owner", "scope")
    kind = "function"

    def __init__(
        self, node: Any, name: str, scope: Scope, code: Any, defaults: tuple[list[Any], dict[str, Any]]
    ) -> None:
        self.node, self.name, self.scope, self.code = node, name, scope, code
        self.defaults, self.keyword_defaults = defaults
        self.owner: Class | None = None  # the class whose body defines it, for super()

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return run.call_function(self, args, kwargs)

    def get(self, run: Interpreter, name: str) -> Any:
        return self.name if name in ("__name__", "__qualname__") else super().get(run, name)

    def config(self) -> Any:
        return Object("__lambda__", {})

    def shown(self) -> str:
        return f"the function `{self.name}`"


class Method(Value):
    """A function bound to its first argument."""

    __slots__ = ("function", "receiver")
    kind = "method"

    def __init__(self, function: Value, receiver: Any) -> None:
        self.function, self.receiver = function, receiver

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return self.function.call(run, [self.receiver, *args], kwargs)

    def get(self, run: Interpreter, name: str) -> Any:
        return self.receiver if name == "__self__" else self.function.get(run, name)


class Known(Value):
    """A function that densecli knows: `rule(run, *args, **kwargs)` computes it."""

    __slots__ = ("name", "partial", "rule")
    kind = "function"

    def __init__(self, name: str, rule: Callable[..., Any], *, partial: bool = True) -> None:
        self.name, self.rule = name, rule
        self.partial = partial  # whether the rule handles unknown arguments

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return run.call_known(self, args, kwargs)

    def get(self, run: Interpreter, name: str) -> Any:
        return self.name.rpartition(".")[2] if name == "__name__" else super().get(run, name)

    def config(self) -> Any:
        return self.name.rpartition(".")[2]  # a function that Keras has a name for: tf.nn.relu

    def shown(self) -> str:
        return f"`{self.name}`"


class Foreign(Value):
    """A module, class or function that densecli knows by name only. Its result is unknown."""

    __slots__ = ("path",)
    kind = "name"

    def __init__(self, path: str) -> None:
        self.path = path

    def get(self, run: Interpreter, name: str) -> Any:
        return run.member(self.path, name)

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return run.unknown(f"densecli does not know what `{self.path}` returns")

    def config(self) -> Any:
        return self.path.rpartition(".")[2]

    def shown(self) -> str:
        return f"`{self.path}`"


class Class(Value):
    """A class of the source. `mro` lists it and its bases in the source; `base` is the Keras class it derives from."""

    __slots__ = ("base", "bases", "members", "mro", "name", "node")
    kind = "class"

    def __init__(self, name: str, node: ast.ClassDef, bases: list[Any], members: dict[str, Any]) -> None:
        self.name, self.node, self.bases, self.members = name, node, bases, members
        self.mro: list[Class] = [self]
        for each in bases:
            if isinstance(each, Class):
                self.mro += [above for above in each.mro if above not in self.mro]
        foreign = [each for known in self.mro for each in known.bases if not isinstance(each, Class)]
        self.base: Any = next((each for each in foreign if not is_object(each)), None)

    def find(self, name: str, after: Class | None = None) -> Any:
        """The member of that name here or above; `after` starts after a class, as super() does. None if there is none."""
        start = 0 if after is None else self.mro.index(after) + 1
        return next((each.members[name] for each in self.mro[start:] if name in each.members), None)

    def get(self, run: Interpreter, name: str) -> Any:
        return run.class_attribute(self, name)

    def set(self, run: Interpreter, name: str, value: Any) -> None:
        run.write(self.members, name, value)

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return run.construct(self, args, kwargs)

    def shown(self) -> str:
        return f"the class `{self.name}`"


class Instance(Value):
    """An object of a class of the source."""

    __slots__ = ("attributes", "cls")
    kind = "object"

    def __init__(self, cls: Class) -> None:
        self.cls = cls
        self.attributes: dict[str, Any] = {}

    def get(self, run: Interpreter, name: str) -> Any:
        return run.instance_attribute(self, name)

    def set(self, run: Interpreter, name: str, value: Any) -> None:
        run.write(self.attributes, name, value)

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return self.special(run, "__call__", args, kwargs)

    def special(self, run: Interpreter, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        function = self.cls.find(name)
        if not isinstance(function, Function):
            return run.unknown(f"{self.shown()} has no {name}")
        return function.call(run, [self, *args], kwargs)

    def item(self, run: Interpreter, key: Any) -> Any:
        return self.special(run, "__getitem__", [key], {})

    def length(self, run: Interpreter) -> Any:
        return self.special(run, "__len__", [], {})

    def shown(self) -> str:
        return f"an object of the class `{self.cls.name}`"


class Namespace(Value):
    """An object with only named attributes: parsed arguments, settings, a namespace."""

    __slots__ = ("attributes", "name")
    kind = "namespace"

    def __init__(self, attributes: dict[str, Any], name: str = "namespace") -> None:
        self.attributes, self.name = attributes, name

    def get(self, run: Interpreter, name: str) -> Any:
        if name in self.attributes:
            return self.attributes[name]
        return run.unknown(f"{self.name} has no attribute `{name}`")

    def set(self, run: Interpreter, name: str, value: Any) -> None:
        run.write(self.attributes, name, value)


def is_object(base: Any) -> bool:
    return isinstance(base, Foreign) and base.path in ("object", "builtins.object", "abc.ABC", "typing.Generic")


def mapped(tree: Any, change: Callable[[Any], Any]) -> Any:
    """The same lists, tuples and dicts with `change(item)` in the place of each item."""
    if type(tree) in (list, tuple):  # no subclass, such as the sizes of a tensor
        return type(tree)([mapped(each, change) for each in tree])
    if isinstance(tree, dict):
        return {key: mapped(each, change) for key, each in tree.items()}
    return change(tree)


def unknown_in(value: Any, depth: int = 6, seen: dict[int, int] | None = None) -> Unknown | None:
    """The first unknown in a value or its contents. `seen` tells how deep it looked into each list; one may occur often."""
    if isinstance(value, Unknown):
        return value
    seen = {} if seen is None else seen
    if isinstance(value, slice):
        inside: Any = (value.start, value.stop, value.step)
    elif isinstance(value, list | tuple | set | frozenset | dict) and seen.get(id(value), 0) < depth:
        seen[id(value)] = depth
        inside, depth = value.values() if isinstance(value, dict) else value, depth - 1
    else:
        return None
    return next(filter(None, (unknown_in(each, depth, seen) for each in inside)), None)


NESTED = (list, tuple, dict)
MOST_NESTED = 1_000_000
DEEPEST = 200


def is_endless(value: Any) -> tuple[bool, int]:
    """Whether lists in lists are too many or too deep to go through, each as often as it is shown; and how many those are.

    A list may hold itself, or another one twice which holds a third one twice, and so on.
    """
    waiting, met = [(value, 0)], 0
    while waiting:
        each, depth = waiting.pop()
        met += 1
        if met > MOST_NESTED or depth > DEEPEST:
            return True, met
        inside = each.values() if isinstance(each, dict) else each
        waiting += [(part, depth + 1) for part in inside if isinstance(part, NESTED)]
    return False, met
