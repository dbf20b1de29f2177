"""The calls between layers: inbound nodes of Keras configs, in every form that Keras has written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, GraphError, Place, did_you_mean
from densecli.graph.graph import Call, Node, Ref
from densecli.graph.model import Model
from densecli.layer import Constant, Layer
from densecli.read.fitted import ALWAYS_EXTRA, fitted
from densecli.read.keras.layers import FUNCTIONS
from densecli.read.keras.values import plain
from densecli.text import plural, quote

if TYPE_CHECKING:
    from densecli.errors import Source
    from densecli.graph.graph import Told

_HISTORY = (str, int, int)  # of a tensor: the layer, which of its calls, which output


class CallReader:
    """Reads the calls of one functional config into its nodes.

    References are read with the call index of the file; `settle` then subtracts what Keras counted before the first call.
    """

    def __init__(self, source: Source, nodes: list[Node], era: int) -> None:
        self.source, self.nodes, self.era = source, nodes, era
        self.names: dict[str, int] = {}
        for index, node in enumerate(nodes):
            self.names.setdefault(node.name, index)
        self.errors: list[DenseError] = []
        self.unread: set[str] = set()  # layers with an invalid call: how often they are called is unknown
        self.listed: set[int] = set()  # nodes that a list names (not a tensor object): 1 before the first call
        self.told: Told = {}

    # -- the nodes --------------------------------------------------------------------
    def read(self, entries: list[dict[str, Any]], pointer: str) -> None:
        for index, (node, entry) in enumerate(zip(self.nodes, entries, strict=True)):
            if node.layer.type_name == "InputLayer":  # or the stand-in for an invalid one
                node.calls.append(Call(()))
                continue
            ref = self.usual(node.layer, entry)
            if ref is not None:
                node.calls.append(Call((ref,)))
                continue
            inbound = entry.get("inbound_nodes")
            for number, item in enumerate(inbound if isinstance(inbound, list) else ()):
                try:
                    node.calls.append(self.fitted(node.layer, *self.arguments(item)))
                except GraphError as error:
                    place = Place(self.source, pointer=f"{pointer}/{index}/inbound_nodes/{number}")
                    self.errors.append(error.at(place, node.name))
                    self.unread.add(node.name)

    def usual(self, layer: Layer, entry: dict[str, Any]) -> Ref | None:
        """The tensor of an entry with one call on one tensor, as nearly all in Keras 3 are; None for any other."""
        try:
            (call,) = entry["inbound_nodes"]
            (item,) = call["args"]
            kwargs, config = call["kwargs"], item["config"]
            name, number, tensor = config["keras_history"]
            ref = Ref(self.names[name], number, tensor)
        except (KeyError, TypeError, ValueError):
            return None
        if item.get("class_name") != "__keras_tensor__" or type(number) is not int or type(tensor) is not int:
            return None
        if number < 0 or tensor < 0 or (kwargs and not _says_nothing(layer, kwargs)):
            return None
        self.told.setdefault(ref[:2], {})[tensor] = config
        return ref

    def arguments(self, item: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        kwargs: Any
        if isinstance(item, dict) and "args" in item:
            args, kwargs = item["args"], item.get("kwargs") or {}
            if not isinstance(args, list) or not isinstance(kwargs, dict):
                raise GraphError("expected the arguments of a call", code="E402")
            return tuple(map(self.value, args)), self.named(kwargs) if kwargs else {}
        kwargs = {}
        tensors = self.structure(item, kwargs)
        if isinstance(tensors, list) and len(tensors) == 1:
            tensors = tensors[0]
        return (tensors,), {key: self.value(kwargs[key]) for key in kwargs}  # in the order in which tf.keras has them

    def named(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {key: self.value(kwargs[key]) for key in sorted(kwargs)}

    def structure(self, item: Any, kwargs: dict[str, Any], *, inside: bool = False) -> Any:
        """Tensors of the list form: [name, node, tensor, kwargs], in lists and dicts."""
        if isinstance(item, dict):
            return {key: self.structure(item[key], kwargs, inside=True) for key in sorted(item)}
        if not isinstance(item, list) or not (item or inside):
            raise GraphError("expected the name, node and tensor of an inbound layer", code="E402")
        if not item or not isinstance(item[0], str):
            return [self.structure(each, kwargs, inside=True) for each in item]
        if len(item) > 3 and isinstance(item[3], dict):
            kwargs.update(item[3])
        if item[0] == "_CONSTANT_VALUE" and len(item) > 2:
            return plain(item[2])
        return self.listed_ref(item)

    def value(self, item: Any) -> Any:
        """An argument: tensors become references, Python's own objects their values."""
        if isinstance(item, dict):
            kind, config = item.get("class_name"), item.get("config")
            if kind == "__keras_tensor__" and isinstance(config, dict):
                return self.tensor(config)
            if isinstance(kind, str) and isinstance(config, dict):
                return self.object(kind, config)
            return {key: self.value(item[key]) for key in sorted(item)}
        if isinstance(item, list):
            if _is_ref(item) and item[0] in self.names:
                return self.listed_ref(item)
            return list(map(self.value, item))
        return item

    def tensor(self, config: dict[str, Any]) -> Ref:
        ref = self.ref(config.get("keras_history"))
        self.told.setdefault(ref[:2], {})[ref[2]] = config
        return ref

    def object(self, kind: str, config: dict[str, Any]) -> Any:
        if kind in ("__tensor__", "__numpy__"):
            return Constant(config.get("value"), config.get("dtype"))
        if kind == "__slice__":
            return slice(*(self.value(config.get(key)) for key in ("start", "stop", "step")))
        if kind == "__ellipsis__":
            return Ellipsis
        return config.get("value")

    def listed_ref(self, item: Any) -> Ref:
        """A tensor given as a list: up to Keras 2, a nested model counts a node of its own before its first call."""
        ref = self.ref(item[:3])
        self.listed.add(ref.node)
        return ref

    def ref(self, item: Any) -> Ref:
        if not _is_ref(item):
            raise GraphError("expected the name, node and tensor of an inbound layer", code="E402")
        name, call, tensor = item[:3]
        node = self.names.get(name)
        if node is None:
            raise GraphError(f"no layer named {quote(name)}", code="E402", hint=did_you_mean(name, self.names))
        if call < 0 or tensor < 0:
            raise GraphError(f"{quote(name)}: node {call}, tensor {tensor} cannot be", code="E402")
        return Ref(node, call, tensor)

    def ends(self, item: Any, pointer: str) -> list[Ref]:
        """The input or output tensors of the model, in Keras' order (a dict by its keys)."""
        try:
            found = [] if item is None else self._ends(item)
        except GraphError as error:
            error.code = "E403"
            self.errors.append(error.at(Place(self.source, pointer=pointer)))
            return []
        if not found:
            what = pointer.rpartition("/")[2].replace("_layers", "s")
            self.errors.append(
                GraphError(f"the model has no {what}", code="E403", place=Place(self.source, pointer=pointer))
            )
        return found

    def _ends(self, item: Any) -> list[Ref]:
        if isinstance(item, list) and item and isinstance(item[0], str):
            return [self.listed_ref(item)._replace(call=item[1] - self.before_first_of_end(item[0]))]
        if isinstance(item, dict):
            item = [item[key] for key in sorted(item)]
        if not isinstance(item, list):  # nested lists and dicts are fine, as in Keras 3.15.1
            raise GraphError("expected the name, node and tensor of a layer", code="E403")
        return [ref for each in item for ref in self._ends(each)]

    def before_first_of_end(self, name: str) -> int:
        """Keras 3 counts a node before the first call of a Functional, but only where it lists a model's ends."""
        layer = self.nodes[self.names[name]].layer if name in self.names else None
        functional = isinstance(layer, Model) and layer.graph.kind != "Sequential"
        return int(self.era == 3 and functional and len(self.nodes[self.names[name]].calls) > 0)

    # -- which call a reference means -------------------------------------------------
    def settle(self, inputs: list[Ref], outputs: list[Ref]) -> None:
        """Turn the file's node numbers into calls. A nested model of Keras 1 and 2 has one node of its own before them."""
        uncertain = {index for index, node in enumerate(self.nodes) if isinstance(node.layer, Model) or not node.calls}
        highest: dict[int, int] = {}
        lowest: dict[int, int] = {}
        for refs in [*(call.refs for node in self.nodes for call in node.calls), outputs]:
            for node, call, _ in refs:
                if call or node in uncertain:
                    highest[node] = max(highest.get(node, 0), call)
                    lowest[node] = min(lowest.get(node, call), call)
        before = {index: self.before_first(index, lowest, highest) for index in highest}
        self.check_calls(highest, before)
        if any(before.values()):
            self.shift(before, outputs)
        inputs[:] = [ref._replace(call=0) for ref in inputs]

    def shift(self, before: dict[int, int], outputs: list[Ref]) -> None:
        """Count calls from the first one."""

        def shifted(ref: Ref) -> Ref:
            return ref._replace(call=ref.call - before.get(ref.node, 0))

        for node in self.nodes:
            node.calls[:] = [call.mapped(shifted) for call in node.calls]
        outputs[:] = map(shifted, outputs)
        self.told = {(node, call - before.get(node, 0)): told for (node, call), told in self.told.items()}

    def before_first(self, index: int, lowest: dict[int, int], highest: dict[int, int]) -> int:
        node = self.nodes[index]
        if not isinstance(node.layer, Model) or lowest[index] == 0:
            return 0
        if highest[index] >= len(node.calls):
            return 1
        return int(self.era < 3 and index in self.listed)

    def check_calls(self, highest: dict[int, int], before: dict[int, int]) -> None:
        for index, call in highest.items():
            node = self.nodes[index]
            if call - before[index] >= len(node.calls) and node.name not in self.unread:
                calls = plural(len(node.calls), "time")
                message = f"node {call} of {quote(node.name)} is asked for, but it is called {calls}"
                self.errors.append(GraphError(message, code="E402", place=node.place, layer=node.name))

    # -- arguments as the layer takes them --------------------------------------------
    @staticmethod
    def fitted(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        """A call with the arguments that affect shapes separated from the others."""
        if layer.type_name in FUNCTIONS and kwargs:  # `boolean_mask` takes a mask like any other argument
            return Call(args, kwargs)
        return fitted(layer, args, kwargs)


def _says_nothing(layer: Layer, kwargs: Any) -> bool:
    """Whether all named arguments are switches that don't affect shapes: `training`, no mask."""
    extra = isinstance(kwargs, dict) and kwargs.keys() <= ALWAYS_EXTRA and not (layer.opaque or layer.takes == "any")
    return extra and all(value is None or isinstance(value, bool) for value in kwargs.values())


def _is_ref(item: Any) -> bool:
    return type(item) is list and len(item) in (3, 4) and tuple(map(type, item[:3])) == _HISTORY
