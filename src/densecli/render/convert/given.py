"""The contents of a graph in the form that all writers of specs and code start from: arguments, automatic names, inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from densecli.automatic_names import numbered, snake_case
from densecli.catalogue import APPLICATIONS, CATALOGUE, EXTRA
from densecli.fields import REQUIRED
from densecli.names import CONSTRAINTS, LAYERS_AS_ACTIVATION, OBJECT_ARGUMENTS, OBJECTS, REGULARIZERS, object_class
from densecli.render.languages.written import refuse
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.applications.application import Application
    from densecli.fields import Object
    from densecli.graph.graph import Call, Graph, Node
    from densecli.layer import Layer


def arguments(layer: Layer) -> dict[str, Any]:
    """The arguments that differ from their defaults, in the layer's own order; equal numbers per axis as one number."""
    if is_application(layer):
        return layer.stated()
    found: dict[str, Any] = {}
    for name in dict.fromkeys((*layer.positional, *layer.config_fields)):
        if name not in layer.given or name not in vars(layer):
            continue
        value = vars(layer)[name]  # not getattr: a method or property may have the same name
        if name not in layer.defaults or not _same(value, layer.defaults[name]):
            found[name] = _shortest(layer, name, value)
    return found


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


def _shortest(layer: Layer, name: str, value: Any) -> Any:
    """The shortest form that the layer reads as this value: 3 for (3, 3), a pair for a tuple of one pair."""
    forms = [value]
    if isinstance(value, tuple) and value and all(each == value[0] for each in value):
        options = layer.config_fields[name].schema.get("anyOf", [])
        numbers = any(option.get("type") == "integer" for option in options)
        forms = [value[0], value] if numbers else [value, value[0]]  # a shape of one axis stays a tuple
    return next((form for form in forms if _reads_as(layer, name, form, value)), layer.given[name])


def _reads_as(layer: Layer, name: str, form: Any, value: Any) -> bool:
    try:
        return _same(layer.config_fields[name].read(layer, form), value)
    except Exception:  # noqa: BLE001  # whatever a field objects to
        return False


def input_arguments(layer: Layer) -> dict[str, Any]:
    """The arguments of an input: first the shape without the batch, or batch_shape if it is empty or the batch is 0."""
    given = arguments(layer)
    batch_shape, shape = given.pop("batch_shape", None), given.pop("shape", ())
    if batch_shape is None:
        return {"shape": shape} | given
    if not batch_shape or batch_shape[0] == 0:
        return {"batch_shape": batch_shape} | given
    batch = {} if batch_shape[0] is None else {"batch_size": batch_shape[0]}
    return {"shape": batch_shape[1:]} | batch | given


class Names:
    """The names that must be written: those that differ from the automatic ones.

    Look layers up in the order in which they will be created.
    """

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.unsure: frozenset[str] = frozenset()  # stems whose names something other than a layer may take

    def explicit(self, type_name: str, name: str) -> str | None:
        """The name, or None if it is the automatic one."""
        stem = snake_case(type_name)
        count = self.counts.get(stem, 0)
        if stem in self.unsure or name != numbered(stem, count):
            return name
        self.counts[stem] = count + 1
        return None

    def application(self, layer: Application, name: str) -> str | None:
        """The name of a model of keras.applications, or None if it has no other; names inside it count as taken."""
        self.inside(layer.graph)
        return None if name == layer.graph.name else name

    def inside(self, graph: Graph) -> None:
        for node in graph.nodes:
            self.explicit(node.layer.type_name, node.name)
            if is_model(node.layer):
                self.inside(node.layer.graph)  # type: ignore[attr-defined]

    def automatic(self, type_name: str) -> str | None:
        """The name that Keras gives to a layer without one, as far as it is known; it counts as taken from then on."""
        stem = snake_case(type_name)
        count = self.counts.get(stem, 0)
        self.counts[stem] = count + 1
        if stem in self.unsure:
            return None
        return numbered(stem, count)


# Classes that Keras exports under another name.
_PUBLIC = {"GroupedQueryAttention": "GroupQueryAttention"}


def public_name(layer: Layer) -> str:
    """The layer's name in keras.layers."""
    name = type(layer).__name__
    return _PUBLIC.get(name, name)


def is_model(layer: Layer) -> bool:
    return hasattr(layer, "graph")


def is_application(layer: Layer) -> TypeGuard[Application]:
    """Whether a model is written by its name: one of keras.applications."""
    return layer.catalogue is APPLICATIONS


NEEDS_CODE = (
    "a Keras config",
    "Python",
)  # targets that Keras runs; a spec may name a Lambda, whose code densecli never has


def check_writable(layer: Layer, name: str, target: str, instead: str) -> None:
    """Layers made by code that is not in the file can be shown, but not written; operations have no type."""
    foreign = layer.opaque and layer.type_name != type(layer).__name__
    closed = [key for key, value in layer.given.items() if value is None and layer.defaults.get(key) is REQUIRED]
    if layer.opaque and closed:
        raise refuse(f"{quote(name)}, whose code is not run,", target, "use a diagram or a table instead")
    if foreign or (layer.opaque and target in NEEDS_CODE):
        what = f"{quote(name)}, a layer known only by name,"
        raise refuse(what, target, "use a diagram or a table instead")
    check_own(layer, name, target)
    named = type(layer).__name__ in CATALOGUE or (type(layer).__name__ in EXTRA and target not in NEEDS_CODE)
    if not named and not is_application(layer):  # of keras.applications, or a function of keras.ops
        kind = "operation" if layer.family == "operations" else layer.type_name
        raise refuse(f"the {kind} {quote(name)}", target, instead)


def check_connected(graph: Graph, target: str) -> None:
    """A model whose class connects its layers in `call` is only a list of them, until it is called."""
    if not graph.inputs:
        raise refuse(f"{quote(graph.name)}, whose layers only its code connects,", target, "a table shows it")


def check_names(graph: Graph, target: str) -> None:
    """Old files have names such as `block/conv`, which neither Keras 3 nor a spec accepts."""
    name = next((name for name in _names(graph, model=target != "the DSL") if "/" in name), None)
    if name is not None:
        raise refuse(
            f"the name {quote(name)}", target, "Keras 3 takes no `/` in a name; tables and diagrams can show it"
        )


def _names(graph: Graph, *, model: bool) -> Iterator[str]:
    if model:
        yield graph.name
    for node in graph.nodes:
        yield node.name
        yield from _names_inside(node.layer)


def _names_inside(layer: Layer) -> Iterator[str]:
    if is_model(layer):
        yield from _names(layer.graph, model=True)  # type: ignore[attr-defined]
    for value in vars(layer).values():
        for each in value if isinstance(value, list | tuple) else (value,):
            if hasattr(each, "config_fields"):
                yield each.name
                yield from _names_inside(each)


def check_own(layer: Layer, name: str, target: str) -> None:
    """Only a .keras file and code can share a layer's weights between several models."""
    if layer.shared_id is not None and target != "Python":
        raise refuse(f"{quote(name)}, which several models share with its weights,", target, "use --to python")


def check_object(value: Object, target: str, instead: str) -> None:
    """Initializers, regularizers and constraints must be Keras' own: the arguments of custom ones are unknown."""
    if value.class_name not in OBJECTS and value.class_name not in LAYERS_AS_ACTIVATION:
        raise refuse(f"{quote(value.class_name)}, which is not one of Keras' own objects,", target, instead)


def module_of(value: Object) -> str:
    """The module of one of Keras' own objects."""
    modules = {"regularizers": REGULARIZERS, "constraints": CONSTRAINTS, "layers": LAYERS_AS_ACTIVATION}
    return next((module for module, names in modules.items() if value.class_name in names), "initializers")


def object_arguments(value: Object, target: str, instead: str) -> dict[str, Any]:
    """The arguments of one of Keras' own objects, as its class takes them; the dtype in old files is not one of them."""
    check_object(value, target, instead)
    name = object_class(value.class_name)
    known = OBJECT_ARGUMENTS[name] if name in OBJECT_ARGUMENTS else ("name", *CATALOGUE[name].config_fields)
    found = {key: item for key, item in value.config.items() if key in known or key != "dtype"}
    for key in found.keys() - known:
        raise refuse(f"{quote(key)}, which is not an argument of {value.class_name},", target, instead)
    return found


def natural_inputs(call: Call) -> list[Any] | None:
    """The tensors of a call, if it is the usual one: one tensor, a list, or several, and no keyword or other arguments."""
    if call.kwargs or getattr(call, "extra", None):
        return None
    args = call.args[0] if len(call.args) == 1 and isinstance(call.args[0], list) else call.args
    return list(args) if tuple(args) == call.refs else None


def stacked(graph: Graph) -> bool:
    """Whether each layer takes the output of the one before it, so that inputs need not be written."""
    return graph.kind == "Sequential" and len(graph.inputs) == 1


def takes_as_usual(node: Node, call: Call) -> bool:
    """Whether passing these tensors to the layer one after the other makes the same call."""
    tensors = natural_inputs(call)
    if tensors is None:
        return False
    if node.layer.takes == "list":
        return call.args == ((tensors,) if len(tensors) > 1 else tuple(tensors))
    if node.layer.takes == "one":
        return len(tensors) == 1 and call.args == tuple(tensors)
    return call.args == tuple(tensors)
