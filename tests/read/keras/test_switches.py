"""True and false in Keras configs: 1 and 0 mean the same there, in every layer; stacks and specs stay strict.

Keras 3.15.1 builds the same weights and shapes either way, for every layer and argument of tests/cases that it takes both for.
"""

from __future__ import annotations

import json

import pytest

from densecli.catalogue import lookup
from densecli.errors import Source, SpecErrors
from densecli.read.keras.layers import SWITCH, LayerReader
from densecli.read.keras.model import read_config
from densecli.read.open import open_spec
from densecli.read.stack.reader import read_stack
from densecli.summary.infer import infer
from support.answers import CASES, answers

ANSWERS = answers()
EXAMPLES = list({lookup(case.layer): case for case in CASES if "raises" not in ANSWERS[case.id]}.values())
FIRST = ("Dense", {"units": 3, "use_bias": 1, "trainable": 0, "batch_input_shape": [None, 4]})
SECOND = ("BatchNormalization", {"scale": 1.0, "center": 0})


def layer_of(case, **config):
    reader = LayerReader(Source("<test>", ""), 3, lambda *_: None)
    layer = reader.find({"class_name": case.layer, "module": "keras.layers", "config": case.config | config}, "")
    return reader.errors or layer


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: case.layer)
def test_one_and_zero_are_true_and_false_in_every_layer(case):
    for name in [name for name, field in lookup(case.layer).config_fields.items() if field.schema == SWITCH]:
        for value in (True, False):
            word, number = layer_of(case, **{name: value}), layer_of(case, **{name: int(value)})
            if isinstance(word, list):  # refused, such as return_sequences=false under a wrapper that needs true
                assert isinstance(number, list), name
            else:
                assert getattr(number, name) is getattr(word, name)
                assert number.given.get(name) is word.given.get(name)


def test_two_is_neither_true_nor_false():
    document = {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"units": 3, "use_bias": 2}}]}
    with pytest.raises(SpecErrors, match="use_bias: expected true or false, got 2"):
        read_config(document, Source("<test>", ""))


def test_numbers_count_weights_as_the_words_do():
    layers = [{"class_name": kind, "config": {"name": kind, **config}} for kind, config in (FIRST, SECOND)]
    report = infer(read_config({"class_name": "Sequential", "config": layers}, Source("<test>", "")))
    assert [(row.params, row.trainable_params) for row in report.rows] == [(4 * 3 + 3, 0), (3 * 3, 3)]


def test_a_frozen_model_may_say_so_by_zero():
    entries = [
        {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_input_shape": [None, 4]}},
        {"class_name": "Dense", "name": "d", "config": {"name": "d", "units": 3}, "inbound_nodes": [[["x", 0, 0, {}]]]},
    ]
    config = {
        "name": "m",
        "trainable": 0,
        "layers": entries,
        "input_layers": [["x", 0, 0]],
        "output_layers": [["d", 0, 0]],
    }
    document = {"class_name": "Functional", "config": config, "keras_version": "2.15.0"}
    assert infer(read_config(document, Source("<test>", ""))).totals.trainable_params == 0


def test_stacks_and_specs_want_the_words(tmp_path):
    path = tmp_path / "spec.json"
    path.write_text(json.dumps({"input": [4], "layers": [{"Dense": {"units": 3, "use_bias": 1}}]}), encoding="utf-8")
    for read in (lambda: open_spec(str(path)), lambda: read_stack(Source("<argument>", "Dense(3, use_bias=1)@(4,)"))):
        with pytest.raises(SpecErrors, match="expected true or false, got 1"):
            read()
