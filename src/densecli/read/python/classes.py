"""Classes of the source: defining them, making objects, finding attributes, and `super`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.scopes import Scope
from densecli.read.python.values import Class, Function, Instance, Known, Method, Value

if TYPE_CHECKING:
    import ast

    from densecli.read.python.interpreter import Interpreter


def define(run: Interpreter, node: ast.ClassDef, scope: Scope) -> Class:
    """The class of a `class` statement; its body is followed like any block."""
    bases = [run.evaluate(each, scope) for each in node.bases]
    own = Scope(scope.module, scope)
    own.is_class = True
    run.execute(node.body, own)
    made = Class(node.name, node, bases, own.names)
    for member in own.names.values():
        function = member.function if isinstance(member, Bound) else member
        if isinstance(function, Function) and function.owner is None:
            function.owner = made
    return made


class Bound(Value):
    """A member of a class body that a decorator changed: a property, a static or a class method."""

    __slots__ = ("function", "way")
    kind = "method"

    def __init__(self, way: str, function: Any) -> None:
        self.way, self.function = way, function

    def of(self, run: Interpreter, receiver: Any, cls: Any) -> Any:
        if self.way == "property":
            return self.function.call(run, [receiver], {})
        return self.function if self.way == "staticmethod" else Method(self.function, cls)

    def get(self, run: Interpreter, name: str) -> Any:
        return self if name in ("setter", "getter", "deleter") else super().get(run, name)

    def call(self, run: Interpreter, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return self  # @x.setter: assignments to the attribute are kept as they are


def bound(run: Interpreter, member: Any, receiver: Any, cls: Class) -> Any:
    """A member of a class as an object sees it."""
    if isinstance(member, Bound):
        return member.of(run, receiver, cls)
    return Method(member, receiver) if isinstance(member, Function | Known) else member


def instance_attribute(run: Interpreter, instance: Instance, name: str) -> Any:
    if name in instance.attributes:
        return instance.attributes[name]
    member = instance.cls.find(name)
    if member is not None:
        return bound(run, member, instance, instance.cls)
    if name == "__class__":
        return instance.cls
    if name == "__dict__":
        return instance.attributes
    if is_foreign(instance.cls):
        return run.unknown(f"`{name}` comes from {instance.cls.base.shown()}, which densecli does not know")
    return run.unfit(f"{instance.cls.name!r} object has no attribute {name!r}", "AttributeError")


def is_foreign(cls: Class) -> bool:
    """Whether a class derives from one that is not in the source."""
    return cls.base is not None


def class_attribute(run: Interpreter, cls: Class, name: str) -> Any:
    member = cls.find(name)
    if isinstance(member, Bound):
        return member.function if member.way == "staticmethod" else member.of(run, None, cls)
    if member is not None:
        return member
    if name in ("__name__", "__qualname__"):
        return cls.name
    if name == "from_config" and hasattr(cls.base, "derive"):
        return Known(name, lambda run, config, *_: run.call(cls, [], config) if isinstance(config, dict) else config)
    if isinstance(cls.base, Value):
        return cls.base.get(run, name)
    if name == "__init__":
        return Known("object.__init__", lambda run, *args, **kwargs: None)
    return run.unfit(f"type object {cls.name!r} has no attribute {name!r}", "AttributeError")


def construct(run: Interpreter, cls: Class, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Create an instance: the session makes those of Keras' classes, dataclasses are made from their fields."""
    if hasattr(cls.base, "derive"):
        return cls.base.derive(run, cls, args, kwargs)
    made = Instance(cls)
    init = cls.find("__init__")
    if isinstance(init, Function):
        run.call_function(init, [made, *args], kwargs)
    else:
        fill_fields(run, made, args, kwargs)
    return made


def fill_fields(run: Interpreter, made: Instance, args: list[Any], kwargs: dict[str, Any]) -> None:
    """The attributes of a dataclass or NamedTuple, in the order of its annotations."""
    names = [name for each in reversed(made.cls.mro) for name in run.session.annotated(each)]
    made.attributes.update(zip(names, args, strict=False))
    made.attributes.update(kwargs)
    post = made.cls.find("__post_init__")
    for name in names:
        default = made.cls.find(name)
        if name not in made.attributes and default is not None:
            made.attributes[name] = run.catalog.field_default(run, default)
    if isinstance(post, Function):
        run.call_function(post, [made], {})


class Super(Value):
    """`super()`: an object's members that come after a class in the MRO."""

    __slots__ = ("owner", "receiver")

    def __init__(self, owner: Class | None, receiver: Any) -> None:
        self.owner, self.receiver = owner, receiver

    def get(self, run: Interpreter, name: str) -> Any:
        cls = getattr(self.receiver, "cls", None)
        if not isinstance(cls, Class):
            return run.unknown("densecli does not know what `super()` is here")
        after = self.owner if self.owner in cls.mro else cls
        member = cls.find(name, after)
        if member is not None:
            return bound(run, member, self.receiver, cls)
        if hasattr(self.receiver, "inherited"):
            return self.receiver.inherited(run, name)
        if name in ("__init__", "__setattr__", "__init_subclass__"):
            return Known("object.__init__", lambda run, *args, **kwargs: None)
        return run.unknown(f"densecli does not know `super().{name}`")


def super_(run: Interpreter, scope: Scope, node: Any, args: Any, kwargs: Any) -> Any:
    """Both spellings: super() and super(Class, self)."""
    if isinstance(args, list) and len(args) == 2:
        return Super(args[0] if isinstance(args[0], Class) else None, args[1])
    while scope.function is None and scope.outer is not None:
        scope = scope.outer
    return Super(getattr(scope.function, "owner", None), scope.receiver)
