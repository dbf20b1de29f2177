"""The JSON that programs rely on: checked against its published schema and for consistency."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest

from densecli.errors import Source
from densecli.read.stack.reader import read_stack
from densecli.render import json as render_json
from densecli.run.run import run
from densecli.summary.infer import infer

SCHEMA = json.loads(files("densecli").joinpath("schemas/summary-1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
STACKS = [
    "Dense(16)@(3,2) -> Flatten -> Dense(4)",
    "Conv2D(8, 3, padding=same)@(28,28,8) -> [_ | Conv2D(8, 3, padding=same)] -> Add",
    "TimeDistributed(Dense(4))@(10,3) -> Dense(4)",
    "[Dense(4)@(3,) | Dense(5)@(7,)] -> Concatenate -> Dense(1)",
    "Dense(4)@(none,3) -> BatchNormalization",
    "[Dense(1)@(3,) | Dense(2)@(3,)]",
]


def record(stack, *, batch=None, ran=False):
    graph = read_stack(Source("<argument>", stack))
    return json.loads(render_json.render(infer(graph, batch=batch), run(graph) if ran else None))


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("ran", [False, True], ids=["summary", "run"])
def test_every_document_follows_the_schema(stack, ran):
    VALIDATOR.validate(record(stack, ran=ran))


def test_the_schema_is_strict_enough_to_fail():
    broken = record(STACKS[0])
    broken["layers"][0]["params"] = "48"
    assert not VALIDATOR.is_valid(broken)


def test_the_schema_itself_is_valid():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("stack", STACKS)
def test_no_key_is_missing_from_the_schema(stack):
    found = record(stack, ran=True, batch=4)
    assert found.keys() <= SCHEMA["properties"].keys()
    assert all(layer.keys() <= SCHEMA["$defs"]["layer"]["properties"].keys() for layer in found["layers"])
    assert found["totals"].keys() <= SCHEMA["$defs"]["totals"]["properties"].keys()


@pytest.mark.parametrize("stack", STACKS)
def test_rows_add_up_to_the_totals(stack):
    found = record(stack)
    for figure in ("params", "trainable_params", "non_trainable_params", "weight_bytes"):
        assert sum(layer[figure] for layer in found["layers"]) == found["totals"][figure]


def test_the_contracts_example_holds():
    """The figures that contract and README promise for the first stack of all."""
    found = record("Dense(16)@(3,2) -> Flatten -> Dense(4)")
    dense = found["layers"][0]
    assert dense | {"weights": None} == {
        "name": "dense", "type": "Dense", "trainable": True, "dtype": "float32", "inbound": ["input_layer"],
        "input_shapes": [[None, 3, 2]], "output_shapes": [[None, 3, 16]], "params": 48, "trainable_params": 48,
        "non_trainable_params": 0, "weight_bytes": 192, "macs": 96, "flops": 240, "activation_bytes": 192, "weights": None,
    }  # fmt: skip
    assert found["totals"] | {"flops": None, "activation_bytes": None} == {
        "params": 244, "trainable_params": 244, "non_trainable_params": 0, "weight_bytes": 976, "macs": 288, "flops": None,
        "activation_bytes": None,
    }  # fmt: skip


def test_a_batch_scales_work_and_activations_but_not_weights():
    one, eight = record(STACKS[0])["totals"], record(STACKS[0], batch=8)["totals"]
    assert eight["macs"] == 8 * one["macs"]
    assert eight["flops"] == 8 * one["flops"]
    assert eight["activation_bytes"] == 8 * one["activation_bytes"]
    assert eight["params"] == one["params"]


def test_what_is_unknown_is_null_and_named():
    found = record("Dense(4)@(none,3) -> BatchNormalization")
    assert found["totals"]["macs"] is None
    assert found["totals"]["not_counted"]["macs"] == ["dense"]
    assert found["totals"]["params"] == 32
