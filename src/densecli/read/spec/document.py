"""From a YAML or JSON spec to a graph: its keys, and nested models. The other files in this folder read their contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ArgumentError, DenseError, GraphError, Place, Source, SpecErrors
from densecli.read.build import Builder, Made
from densecli.read.inputs import check_inputs
from densecli.read.limits import LIMITS, Limits
from densecli.read.spec.context import Spec
from densecli.read.spec.inputs import InputReader
from densecli.read.spec.items import ItemReader
from densecli.read.spec.values import MODELS, ValueReader
from densecli.read.spec.variables import read_variables
from densecli.read.spec.wiring import Wiring, unreached
from densecli.read.text.json import load_json, not_an_object
from densecli.read.text.spans import join
from densecli.text import plural, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from densecli.graph.graph import Graph, Ref

MODEL_KEYS = ("type", "name", "input", "layers", "outputs", "trainable")
KEYS = (*MODEL_KEYS, "vars", "expect", "$schema")


def load(source: Source, limits: Limits = LIMITS) -> Any:
    """The value of a YAML or JSON text, whatever the file is called: `{"` starts JSON, and so does `{` in a .json."""
    start = source.text.lstrip()[:80]
    if start.startswith("{") and (start[1:].lstrip().startswith(('"', "}")) or source.name.lower().endswith(".json")):
        return load_json(source, limits)
    from densecli.read.text.yaml import load_yaml  # noqa: PLC0415  # 50 ms that only YAML pays

    return load_yaml(source, limits)


def read_spec(
    source: Source,
    input_shapes: Mapping[str | None, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    limits: Limits = LIMITS,
) -> Graph:
    """The graph of a spec. `input_shapes` are shapes from outside by input name, `settings` override variables.

    Raises SpecErrors with every mistake that was found, or the one DenseError that kept it from being read.
    """
    return read_value(load(source, limits), source, input_shapes, settings, limits)


def read_value(
    value: Any,
    source: Source,
    input_shapes: Mapping[str | None, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    limits: Limits = LIMITS,
) -> Graph:
    """The graph of an already parsed spec; `source.locate` finds the places of mistakes in it."""
    if not isinstance(value, dict):
        raise not_an_object(source, value, "a model")
    spec = Spec(source, Builder(limits), {})
    spec.check_keys(value, KEYS, "", "a model")
    values = ValueReader(spec)
    read_variables(spec, values, value.get("vars", {}), settings or {})
    graph = ModelReader(spec, value, "", input_shapes or {}).read()
    expect = _expect(spec, values, value.get("expect", {}))
    if graph is None or spec.builder.errors:
        raise SpecErrors(spec.builder.errors)
    check_inputs(graph, input_shapes or {})
    spec.builder.show_masks(graph)
    graph.expect, graph.place = expect, Place(source, pointer="")
    return graph


def _expect(spec: Spec, values: ValueReader, expect: Any) -> dict[str, Any]:
    """The expectations that `densecli check` tests, with variables filled in."""
    if not isinstance(expect, dict):
        spec.wrong_type("expectations by name, such as {params: 244}", expect, "/expect")
        return {}
    return {key: values.collect(value, join("/expect", key)) for key, value in expect.items()}


class ModelReader:
    """Reads one model: the document itself, or a mapping inside it."""

    def __init__(
        self,
        spec: Spec,
        entry: dict[str, Any],
        pointer: str,
        input_shapes: Mapping[str | None, Any],
        *,
        nested: bool = False,
    ) -> None:
        self.spec, self.entry, self.pointer, self.input_shapes, self.is_nested = (
            spec,
            entry,
            pointer,
            input_shapes,
            nested,
        )
        self.values = ValueReader(spec)
        self.wiring = Wiring(spec)

    def at(self, key: str) -> str:
        return join(self.pointer, key)

    def read(self) -> Graph | None:
        """The graph, or None with its mistakes collected."""
        name = self.optional("name", str, "a name")
        trainable = self.optional("trainable", bool, "true or false")
        if self.entry.get("layers") is None:
            if self.entry.keys() <= set(KEYS):  # else a misspelled key was reported already
                error = ArgumentError("a model needs `layers`", code="E307", hint="layers: [Dense(4)]")
                self.spec.fail(error, self.pointer)
            return None
        tensors = self.inputs()
        last = self.items().read(self.entry["layers"], self.at("layers"), tensors)
        try:
            self.wiring.resolve()
        except GraphError as error:
            self.spec.fail(error, self.at("layers"))
        outputs = self.wiring.outputs(self.entry.get("outputs"), self.at("outputs"), last or [])
        if self.spec.builder.errors or not outputs:
            return None
        return self.graph(outputs, name, trainable is not False)

    def optional(self, key: str, kind: type, what: str) -> Any:
        value = self.entry.get(key)
        if value is not None and not isinstance(value, kind):
            self.spec.wrong_type(what, value, self.at(key))
            return None
        return value or None if kind is str else value

    def inputs(self) -> list[Ref] | None:
        """The tensors of `input`; None if there is no such key; the first item then states or gets its shape."""
        if "input" not in self.entry:
            return None
        return InputReader(self.spec, self.values, self.input_shapes).read(self.entry["input"], self.at("input"))

    def items(self) -> ItemReader:
        shape = () if self.is_nested else self.input_shapes.get(None)
        return ItemReader(self.spec, self.wiring, nested, shape)

    def graph(self, outputs: list[Ref], name: str | None, trainable: bool) -> Graph | None:
        graph = self.spec.builder.graph(outputs, name)
        if not self.set_kind(graph):
            return None
        graph.trainable = trainable
        graph.deferred = self.is_nested and graph.nodes[0].place is None
        try:
            self.warn(graph)
        except GraphError as error:  # a loop
            self.spec.fail(error, self.at("layers"))
            return None
        return graph

    def set_kind(self, graph: Graph) -> bool:
        """`type` may turn a Sequential into a Functional; the other way around is an error."""
        wanted = self.entry.get("type", graph.kind)
        if wanted not in MODELS:
            error: DenseError = ArgumentError(f"expected one of {', '.join(MODELS)}", code="E303")
        elif wanted == "Sequential" != graph.kind:
            error = GraphError("a Sequential is a single chain from one input to one output", code="E408")
        else:
            kind = "Sequential" if wanted == "Sequential" else "Functional"
            graph.name = graph.name if graph.name != graph.kind.lower() else kind.lower()
            graph.kind = kind
            return True
        self.spec.fail(error, self.at("type"))
        return False

    def warn(self, graph: Graph) -> None:
        loose = unreached(graph)
        if not loose:
            return
        names = ", ".join(quote(graph.nodes[index].name) for index in loose[:5]) + (", …" if len(loose) > 5 else "")
        place = graph.nodes[loose[0]].place
        place = None if place is None else place.resolved()
        where = "" if place is None or place.start < 0 else f" (line {place.source.position(place.start)[0]})"
        graph.warnings.append(
            f"{plural(len(loose), 'layer')} lead{'s' if len(loose) == 1 else ''} to no output: {names}{where}"
        )


def nested(spec: Spec, entry: dict[str, Any], pointer: str) -> Made | None:
    """A model as a layer. Without an `input` it takes the shape that it is called with."""
    builder = Builder(spec.builder.limits)
    builder.share(spec.builder)
    inner = Spec(spec.source, builder, spec.variables)
    inner.check_keys(entry, MODEL_KEYS, pointer, "a nested model")
    graph = ModelReader(inner, entry, pointer, {}, nested=True).read()
    spec.builder.steps = builder.steps
    return None if graph is None else spec.builder.nested(graph, entry.get("name"))
