"""Functions of keras.ops in Python code: the same names, shapes and order, and no text from a file becomes code."""

from __future__ import annotations

import ast
import gzip
import json
import math

import pytest

from densecli.errors import OutputError, Source
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.layer import Constant
from densecli.layers.core import Dense, InputLayer, Masking
from densecli.layers.merge import Add
from densecli.layers.operations.functions import Operation
from densecli.read.keras.model import read_config
from densecli.read.tensorflow.functions import operation
from densecli.render.convert import keras_config, python
from densecli.summary.infer import infer
from support.folders import FIXTURES, GOLDENS
from support.goldens import golden

RECORDS = json.loads(gzip.decompress((FIXTURES / "operations.json.gz").read_bytes()))


def function(name, rule, *args, **config):
    return Node(name, Operation(rule, config), [Call(args)])


def model_of(*nodes, outputs=None):
    """A model of an input of (None, 6, 8) and these nodes."""
    first = Node("input_layer", InputLayer(shape=(6, 8)), [Call(())])
    return Graph("functional", "Functional", [first, *nodes], [Ref(0)], outputs or [Ref(len(nodes))])


def operations():
    """Functions and layers that share names, a second output, constants, and names that Keras would give others."""
    return model_of(
        function("add_1", "Add", Ref(2), Ref(3, 0, 1)),
        function("add", "Add", Ref(0), 1.5),
        function("split", "Split", Ref(0), indices_or_sections=[7], axis=-1),
        Node("add_2", Add(), [Call(([Ref(1), Ref(0)],))]),
        function("get_item", "GetItem", Ref(4), [slice(None), slice(1, None, 2), ..., None]),
        function("einsum", "Einsum", Ref(5), Constant([[1.0, 2.0]] * 8, "float32"), subscripts="abcd,ce->abe"),
        function("mean_17", "Mean", Ref(6), axis=[1], keepdims=True),
        Node("dense_4", Dense(units=3), [Call((Ref(7),))]),
        function("softmax", "Softmax", Ref(8), axis=-1),
        function("batch_norm", "BatchNorm", Ref(9), *[Constant([1.0] * 3)] * 4, axis=-1, epsilon=0.001),
        function("layer_norm", "LayerNorm", Ref(10), *[Constant([1.0] * 3)] * 2, axis=-1, epsilon=None, rms_scaling=False),
        function("average", "Average", Ref(11), Constant([1.0] * 3), axis=-1),
        outputs=[Ref(12), Ref(3, 0, 0)],
    )  # fmt: skip


def code_of(*nodes):
    return python.render(model_of(*nodes))


def refusal(*nodes):
    with pytest.raises(OutputError) as raised:
        code_of(*nodes)
    assert raised.value.code == "E604"
    return raised.value.message


# -- as Keras has it -----------------------------------------------------------------------
@pytest.mark.parametrize(("suffix", "write"), [("py", python.render), ("keras.json", keras_config.render)])
def test_functions_are_written_as_kept(suffix, write):
    golden(f"outputs/operations.{suffix}", write(operations()))


@pytest.mark.parametrize("way", ["config", "code"])
def test_keras_answers_are_densecli_s(way):
    """Compare with Keras 3.15.1's results for the stored config and code (tools/record_conversions.py)."""
    answers = json.loads((GOLDENS / "outputs" / "keras_answers.json").read_text(encoding="utf-8"))["operations"]
    report = infer(operations())
    rows = [[row.name, row.type, row.params, [list(shape) for shape in row.output_shapes]] for row in report.rows]
    assert answers[way]["operations"] == [[name, kind, shapes] for name, kind, _, shapes in rows]
    assert answers[way]["params"] == report.totals.params


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
def test_each_recorded_function_is_a_call_of_keras_ops(record):
    model = read_config(record["config"], Source("recorded", ""))
    if "ops.inv(" in record["id"]:
        with pytest.raises(OutputError, match="inv"):
            python.render(model)
        return
    tree = ast.parse(python.render(model))
    roots = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert roots - assigned <= {"keras", "ops", "layers"}


# -- names ---------------------------------------------------------------------------------
def test_statements_stand_in_the_order_of_their_numbers():
    """Of branches that could run in either order; depth-first from the outputs meets add_2 first."""
    code = code_of(
        function("add_2", "Add", Ref(0), 3), function("add", "Add", Ref(0), 1), function("add_1", "Add", Ref(0), 2),
        function("concatenate", "Concatenate", [Ref(1), Ref(2), Ref(3)], axis=-1),
    )  # fmt: skip
    assert [line.split(" = ")[0] for line in code.splitlines() if " = ops.add" in line] == ["add", "add_1", "add_2"]
    assert "_keras_history" not in code


def test_a_number_that_cannot_come_in_turn_is_set_afterwards():
    """add_1 does not depend on add, but add depends on add_1."""
    code = code_of(function("add_1", "Add", Ref(0), 1), function("add", "Add", Ref(1), 2))
    assert code.count("_keras_history.operation.name") == 2
    assert 'add_1._keras_history.operation.name = "add_1"' in code


def test_names_that_masks_may_take_are_set_as_well():
    """Keras 3.15.1 computes the mask of a Masking with functions that use up names, too: its name would be not_equal_1."""
    code = code_of(Node("masking", Masking(), [Call((Ref(0),))]), function("not_equal", "NotEqual", Ref(1), 0))
    assert 'not_equal._keras_history.operation.name = "not_equal"' in code


def test_many_functions_out_of_turn_take_no_more_than_their_share_of_time():
    count = 5_000
    nodes = [function(f"add_{2 * count - index}", "Add", Ref(index), 1) for index in range(count)]
    assert code_of(*nodes).count(".operation.name = ") == count


# -- nothing becomes code ------------------------------------------------------------------
INJECTED = 'x")\nimport os  # '


def test_text_of_a_file_stays_in_string_literals():
    code = code_of(function(INJECTED, "Pad", Ref(0), pad_width=[[0, 0]] * 3, mode=INJECTED))
    assert not any(isinstance(node, ast.Import) and node.names[0].name == "os" for node in ast.walk(ast.parse(code)))
    assert sum(isinstance(node, ast.Constant) and node.value == INJECTED for node in ast.walk(ast.parse(code))) == 2


@pytest.mark.parametrize("key", [INJECTED, "", "a b", "class", "é", "x\n"])
def test_error_an_argument_needs_a_name_that_can_be_one(key):
    assert "a name that is not an identifier" in refusal(Node("m", Operation("Mean", {key: 1}), [Call((Ref(0),))]))
    assert "a name that is not an identifier" in refusal(Node("m", Operation("Mean", {}), [Call((Ref(0),), {key: 1})]))
    assert "a name that is not an identifier" in refusal(
        Node("d", Dense(units=2), [Call((Ref(0),), {}, {key: Ref(0)})])
    )


def test_numbers_without_a_literal_are_made_from_their_names():
    code = code_of(function("nan_to_num", "NanToNum", Ref(0), nan=math.nan, posinf=math.inf, neginf=-math.inf))
    assert 'nan=float("nan"), posinf=float("inf"), neginf=float("-inf")' in code


def test_error_a_value_that_is_no_literal_is_refused():
    assert "an argument of type object" in refusal(function("mean", "Mean", Ref(0), axis=object()))


@pytest.mark.parametrize(
    "layer",
    [
        Operation("SquaredDifference", {}), Operation("Shape", {}), Operation("__import__", {}), Operation("Add", {}, "TFOpLambda"),
        operation("TFOpLambda", {"function": "math.add"}), operation("SlicingOpLambda", {}),
    ],
)  # fmt: skip
def test_error_a_function_that_keras_ops_does_not_have_is_refused(layer):
    assert "'f'" in refusal(Node("f", layer, [Call((Ref(0), Ref(0)))]))


def test_error_a_function_called_twice_under_one_name_is_refused():
    node = Node("relu", Operation("Relu", {}), [Call((Ref(0),)), Call((Ref(1),))])
    with pytest.raises(OutputError, match="relu"):
        python.render(model_of(node, outputs=[Ref(1, 1)]))
