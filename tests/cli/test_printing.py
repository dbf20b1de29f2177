"""`--print` and `--assert` share one language of paths."""

from __future__ import annotations

import json

import pytest

from densecli.check.assertion.evaluate import evaluate
from densecli.check.assertion.expression import parse
from densecli.cli.printing import printed
from densecli.errors import DenseError
from densecli.render.json import as_record
from densecli.summary.infer import infer
from support.models import graph
from support.program import here

STACK = "Dense(16, name=first)@(3,2) -> Flatten -> Dense(4, name=weights)"
RECORD = json.loads(json.dumps(as_record(infer(graph(STACK)))))

PATHS = {
    "totals.params": "244",
    'totals["params"]': "244",
    'layers["first"].params': "48",
    "layers['first'].params": "48",
    "layers.first.params": "48",
    "layers[0].params": "48",
    "layers.0.params": "48",
    "layers[-1].params": "196",
    "layers.0.output_shapes.0.2": "16",
    "layers[0].output_shapes[0][2]": "16",
    "layers.first.output_shapes[0]": "[null, 3, 16]",
    "sum(layers.params)": "244",
    "layers.params": "[48, 0, 196]",
    "outputs[0].shape": "[null, 4]",
    "totals.params / 8": "30.5",
    "len(layers)": "3",
}


@pytest.mark.parametrize(("path", "value"), PATHS.items())
def test_a_path_means_the_same_to_both(path, value):
    assert printed(RECORD, path) == value
    assert evaluate(parse(f"{path} == {value}"), RECORD).true


@pytest.mark.parametrize(("path", "value"), [("name", "sequential"), ("layers[0].type", "Dense"), ("batch", "null")])
def test_words_are_bare(path, value):
    assert printed(RECORD, path) == value


def test_conditions_are_printed_too():
    assert printed(RECORD, "totals.params < 2k and layers['first'].params == 48") == "true"


def test_a_layer_that_is_called_like_a_key_is_found_as_it_always_was():
    assert json.loads(printed(RECORD, "layers.weights"))["params"] == 196
    assert printed(RECORD, 'layers["weights"].params') == printed(RECORD, "layers.weights.params") == "196"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("totals.parms", "E607"),
        ("layers.second.params", "E607"),
        ('layers["second"].params', "E607"),
        ("layers[9].params", "E607"),
        ("layers[0", "E231"),
        ("layers['first'].parms", "E232"),
        ("totals.params / (totals.macs - totals.macs)", "E607"),
        ("2 ** 4000 / 3", "E504"),
        ("open('x')", "E231"),
    ],
)
def test_what_the_model_does_not_have_is_said(path, code):
    with pytest.raises(DenseError) as raised:
        printed(RECORD, path)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("params", "`totals.params`"), ("parms", "available: "), ("totals.parms", "`params`"), (".totals.params", "totals.params"),
        ("layers[*].params", "layers.params"), ("layers[].params", "layers.params"),
    ],
)  # fmt: skip
def test_a_slip_gets_the_usual_mend(path, hint):
    with pytest.raises(DenseError) as raised:
        printed(RECORD, path)
    assert hint in (raised.value.hint or "")


def test_a_mistake_names_the_option():
    done = here("--print", "layers[0", STACK)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--print:1:9" in done.stderr
