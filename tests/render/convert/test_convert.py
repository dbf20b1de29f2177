"""Conversions: the output reads back as the same model, and what cannot be expressed is refused by name."""

from __future__ import annotations

import ast
import json
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli.catalogue import CATALOGUE
from densecli.errors import OutputError
from densecli.fields import REQUIRED, Object
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.layers.core import Activation, Dense, InputLayer
from densecli.layers.merge import Add, Multiply
from densecli.layers.opaque import Custom
from densecli.layers.wrappers import TimeDistributed
from densecli.read.stack.reader import read_stack
from densecli.render.convert import dsl, keras_config, python, spec
from densecli.render.diagram import dot, mermaid
from densecli.render.diagram.diagram import diagram
from densecli.render.diagram.layout import Size, lay_out
from densecli.render.pages import svg
from densecli.summary.infer import infer
from support.conversions import READERS, nested_model, record, source
from support.folders import GOLDENS
from support.goldens import golden
from support.hostile import HOSTILE
from support.models import MODELS, graph

GRAPHS = {name: graph(text) for name, text in MODELS.items()}


# -- random models -------------------------------------------------------------------------
WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True).filter(lambda word: word != "_")
ANY_NAME = st.one_of(
    st.sampled_from([name for name in HOSTILE if "/" not in name]),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="/"), min_size=1, max_size=8),
)
LAYERS = st.sampled_from(
    [
        lambda: Dense(units=8),
        lambda: Dense(units=8, activation="relu", use_bias=False),
        lambda: Dense(units=8, kernel_regularizer=Object("L2", {"l2": 0.01}), trainable=False),
        lambda: Activation(activation="tanh"),
        lambda: _named(TimeDistributed(layer=_named(Dense(units=8), "inside"))),
        Add,
        Multiply,
    ]
)


def _named(layer, name=""):
    layer.name = name
    return layer


@st.composite
def models(draw, names=WORDS, shared=False):
    """Layers on (batch, steps, 8), wired at random; every layer leads to an output."""
    nodes = [
        Node("", InputLayer(shape=(4, 8), dtype=draw(st.sampled_from(["float32", "float16"]))), [Call(())])
        for _ in range(draw(st.integers(1, 3)))
    ]
    inputs = [Ref(index) for index in range(len(nodes))]
    tensors = list(inputs)
    for _ in range(draw(st.integers(1, 12))):
        layer = draw(LAYERS)()
        several = layer.takes == "list"
        sources = [draw(st.sampled_from(tensors[-4:])) for _ in range(draw(st.integers(2, 3)) if several else 1)]
        calls = [Call((sources,) if several else tuple(sources))]
        if shared and not several and draw(st.booleans()):
            calls.append(Call((draw(st.sampled_from(tensors)),)))
        nodes.append(Node("", layer, calls))
        tensors += [Ref(len(nodes) - 1, call) for call in range(len(calls))]
    used = {ref for node in nodes for call in node.calls for ref in call.refs}
    outputs = [ref for ref in tensors if ref not in used] or tensors[-1:]
    given_names = draw(st.lists(names, min_size=len(nodes), max_size=len(nodes), unique=True))
    for node, name in zip(nodes, given_names, strict=True):
        node.name = name
    return Graph("functional", "Functional", nodes, inputs, outputs)


def is_chain(model):
    """Whether text formats read the model as a Sequential by default."""
    chained = all(node.calls == [Call((Ref(index),))] for index, node in enumerate(model.nodes[1:]))
    return chained and len(model.inputs) == 1 and model.outputs == [Ref(len(model.nodes) - 1)]


@pytest.mark.parametrize("target", ["dsl", "yaml", "json", "keras"])
def test_random_models_read_back_as_the_same_report(target):
    write, read = READERS[target]

    @settings(max_examples=60, deadline=None)
    @given(models())
    def holds(model):
        if target == "dsl" and is_chain(model):
            model.kind, model.name = "Sequential", "sequential"
        assert record(read(write(model))) == record(model)

    holds()


@pytest.mark.parametrize("target", ["yaml", "json", "keras"])
def test_shared_layers_and_any_name_read_back(target):
    write, read = READERS[target]

    @settings(max_examples=60, deadline=None)
    @given(models(names=ANY_NAME, shared=True))
    def holds(model):
        try:
            text = write(model)
        except OutputError as error:
            assert error.code == "E604"
            return
        assert record(read(text)) == record(model)

    holds()


@settings(max_examples=60, deadline=None)
@given(models(names=ANY_NAME))
def test_names_in_the_dsl_read_back_or_are_refused(model):
    try:
        text = dsl.render(model)
    except OutputError as error:
        assert error.code == "E604"
        return
    if is_chain(model):
        model.kind, model.name = "Sequential", "sequential"
    assert record(read_stack(source(text))) == record(model)


@pytest.mark.parametrize("target", ["yaml", "json", "keras"])
def test_nested_models_read_back(target):
    write, read = READERS[target]
    assert record(read(write(nested_model()))) == record(nested_model())


# -- the formats ---------------------------------------------------------------------------
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("suffix", "write"),
    [
        ("dsl", dsl.render), ("yaml", spec.render_yaml), ("json", spec.render_json), ("keras.json", keras_config.render),
        ("py", python.render), ("dot", lambda model: dot.render(diagram(infer(model), depth=None))),
        ("mmd", lambda model: mermaid.render(diagram(infer(model), collapse=True))),
    ],
)  # fmt: skip
def test_conversions_are_as_kept(name, suffix, write):
    golden(f"outputs/{name}.{suffix}", write(GRAPHS[name]))


@pytest.mark.parametrize("name", MODELS)
def test_keras_answers_are_densecli_s(name):
    """Compare with Keras 3.15.1's results for the stored config and code (tools/record_conversions.py)."""

    answers = json.loads((GOLDENS / "outputs" / "keras_answers.json").read_text(encoding="utf-8"))[name]
    report = infer(GRAPHS[name])
    rows = [[row.name, row.type, row.params, [list(shape) for shape in row.output_shapes]] for row in report.rows]
    for way in ("config", "code"):
        assert answers[way]["layers"] == rows
        assert answers[way]["params"] == report.totals.params
        assert answers[way]["trainable_params"] == report.totals.trainable_params


@pytest.mark.parametrize("name", MODELS)
def test_code_is_python_that_only_calls_keras(name):
    tree = ast.parse(python.render(GRAPHS[name]))
    roots = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert roots - assigned <= {"keras", "layers", "regularizers", "initializers", "constraints"}


def test_hostile_names_are_string_literals_in_code():
    nodes = [Node("in", InputLayer(shape=(3,)), [Call(())])]
    nodes += [Node(name, Dense(units=3), [Call((Ref(index),))]) for index, name in enumerate(HOSTILE)]
    code = python.render(Graph("m'\"\\", "Functional", nodes, [Ref(0)], [Ref(len(nodes) - 1)]))
    literals = [
        node.value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert set(HOSTILE) <= set(literals)
    assert code.isascii()


@pytest.mark.parametrize("target", ["dsl", "yaml", "json", "keras"])
def test_words_in_arguments_read_back(target):
    words = ["$a", "$$b", "c d", "e's", 'f"g', "null", "1", "h\\i", "j, k", "日本"]
    write, read = READERS[target]
    layer = CATALOGUE["StringLookup"](vocabulary=words)
    nodes = [
        Node("input_layer", InputLayer(shape=(4,), dtype="string"), [Call(())]),
        Node("string_lookup", layer, [Call((Ref(0),))]),
    ]
    model = Graph("sequential", "Sequential", nodes, [Ref(0)], [Ref(1)])
    assert vars(read(write(model)).nodes[1].layer)["vocabulary"] == words


def test_arguments_that_are_defaults_are_left_out():
    assert (
        dsl.render(graph("Dense(units=4, activation=linear, use_bias=true, kernel_initializer=glorot_uniform)@(3,)"))
        == "Dense(4)@(3,)\n"
    )


def test_branches_and_repeats_are_folded():
    text = "Dense(8)@(8,) -> ([_ | Dense(8)*2] -> Add)*3 -> Dense(2)"
    assert dsl.render(graph(text)) == text + "\n"


@pytest.mark.parametrize(
    ("target", "what"),
    [("dsl", "used 2 times"), ("dsl", "nested model")],
)
def test_error_what_the_dsl_has_no_words_for_is_named(target, what):
    model = nested_model()
    if "nested" not in what:
        model = Graph("m", "Functional", [
            Node("in", InputLayer(shape=(8,)), [Call(())]), Node("d", Dense(units=8), [Call((Ref(0),)), Call((Ref(1),))]),
        ], [Ref(0)], [Ref(1, 1)])  # fmt: skip
    with pytest.raises(OutputError) as raised:
        READERS[target][0](model)
    assert raised.value.code == "E604"
    assert what in raised.value.message
    assert "--to" in raised.value.hint


@pytest.mark.parametrize("write", [dsl.render, spec.render_yaml, keras_config.render, python.render])
def test_error_layers_of_unknown_code_are_refused(write):
    nodes = [Node("in", InputLayer(shape=(8,)), [Call(())]), Node("x", Custom("Mine"), [Call((Ref(0),))])]
    with pytest.raises(OutputError) as raised:
        write(Graph("m", "Functional", nodes, [Ref(0)], [Ref(1)]))
    assert raised.value.code == "E604"


def test_every_layer_with_defaults_is_written_as_its_name():
    for kind in CATALOGUE.values():
        if kind is InputLayer or kind.opaque or any(default is REQUIRED for default in kind.defaults.values()):
            continue
        try:
            layer = kind()
        except Exception:  # noqa: BLE001  # layers that need one of several arguments
            continue
        nodes = [Node("input_layer", InputLayer(shape=(4, 8)), [Call(())]), Node("x", layer, [Call((Ref(0),))])]
        model = Graph("sequential", "Sequential", nodes, [Ref(0)], [Ref(1)])
        assert dsl.render(model) == f"{kind.__name__}(name=x)@(4,8)\n"


# -- diagrams ------------------------------------------------------------------------------
@settings(max_examples=60, deadline=None)
@given(models(names=ANY_NAME, shared=True))
def test_diagrams_have_a_box_for_each_layer_and_stay_one_statement_a_line(model):
    box = diagram(infer(model))
    layers = len(infer(model).rows)
    flow = mermaid.render(box).splitlines()
    assert sum(bool(re.match(r'  n\d+\["[^"\n]*"\]:::[a-z]+$', line)) for line in flow) == layers
    assert all(
        re.match(rf'flowchart TB$|  n\d+\["[^"\n]*"\]:::[a-z]+$|  n\d+ --> n\d+$|  {CLASS}$', line) for line in flow
    )
    lines = dot.render(box).splitlines()
    assert sum(bool(re.match(r"  n\d+ \[label=", line)) for line in lines) == layers
    assert svg.render(box).count('class="box k-') == layers


CLASS = "classDef [a-z]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}"
LABEL = r'"(?:[^"\\]|\\.)*"'
COLOR = '"#[0-9a-f]{6}"'
DOT_LINE = re.compile(
    rf"\s*(?:n\d+ \[label={LABEL}, tooltip={LABEL}, fillcolor={COLOR}, color={COLOR}\];"
    r"|n\d+ -> n\d+(?: \[(?:l(?:tail|head)=cluster_\d+(?:, )?)+\])?;"
    rf"|subgraph cluster_\d+ \{{|\}}|digraph model \{{|label={LABEL}; labelloc=t; compound=true;"
    rf'|label={LABEL}; style="rounded,filled(?:,dashed)?"; fillcolor={COLOR}; color={COLOR};'
    rf'|graph \[fontname="monospace", fontsize=11\]; edge \[color={COLOR}\];'
    r'|node \[shape=box, style="rounded,filled", fontname="monospace", fontsize=11\];)'
)


@settings(max_examples=60, deadline=None)
@given(models(names=ANY_NAME))
def test_dot_is_nothing_but_statements_with_quoted_labels(model):
    for line in dot.render(diagram(infer(model), depth=None)).splitlines():
        assert DOT_LINE.fullmatch(line), line


def test_hostile_names_of_nested_models_stay_text_in_pictures():
    for name in HOSTILE:
        model = nested_model()
        model.nodes[2].name = name
        box = diagram(infer(model), depth=None)
        ET.fromstring(svg.render(box).split("\n", 1)[1])
        assert all(DOT_LINE.fullmatch(line) for line in dot.render(box).splitlines())
        assert all(
            re.search(r'\["[^"]*"\](:::[a-z]+)?$', line) for line in mermaid.render(box).splitlines() if "[" in line
        )


@st.composite
def drawings(draw):
    sizes = draw(st.lists(st.tuples(st.integers(10, 200), st.integers(10, 60)), min_size=1, max_size=14))
    edges = draw(st.sets(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=25))
    return [Size(*size) for size in sizes], sorted((a, b) for a, b in edges if a < b < len(sizes))


@settings(max_examples=150, deadline=None)
@given(drawings())
def test_boxes_never_overlap_and_edges_run_down(drawing):
    sizes, edges = drawing
    layout = lay_out(sizes, edges)
    boxes = [
        (x - s.width / 2, y - s.height / 2, x + s.width / 2, y + s.height / 2)
        for (x, y), s in zip(layout.centres, sizes, strict=True)
    ]
    for index, (left, top, right, bottom) in enumerate(boxes):
        assert -1e-6 <= left < right <= layout.size.width + 1e-6
        for other in boxes[index + 1 :]:
            assert (
                right <= other[0] + 1e-6
                or other[2] <= left + 1e-6
                or bottom <= other[1] + 1e-6
                or other[3] <= top + 1e-6
            )
    for (source_, target), path in zip(edges, layout.paths, strict=True):
        assert [y for _, y in path] == sorted(y for _, y in path)
        assert path[0][1] == pytest.approx(boxes[source_][3])
        assert path[-1][1] == pytest.approx(boxes[target][1])
