"""Scripts whose variables were recorded from Keras 3.15.1, pandas and scikit-learn by tools/record_scripts.py."""

from __future__ import annotations

import json

import pytest

from densecli.read.python.arrays import Array
from densecli.read.python.choice import found
from densecli.read.python.runtime.models import ModelObject
from densecli.read.python.runtime.tensors import Tensor
from densecli.summary.infer import infer
from support.folders import FIXTURES
from support.following import follow
from support.scripts import KERAS, SCRIPTS

RECORDS = json.loads((FIXTURES / "scripts.json").read_text(encoding="utf-8"))["scripts"]


def told(source, value):
    """A value as far as densecli knows it, in the form of the record."""
    if isinstance(value, ModelObject):
        rows, trained = rows_of(source, value)
        return {"model": value.name, "rows": rows, "trained": trained}
    if isinstance(value, Array | Tensor):
        return {"shape": list(value.shape)}
    return [told(source, each) for each in value] if isinstance(value, list | tuple) else value


def rows_of(source, model):
    if not model.is_built:
        return None, 0
    made = found(source, model)
    assert made.error is None, made.error
    report = infer(made.graph)
    rows = [[row.name, row.type, [list(shape) for shape in row.output_shapes], row.params] for row in report.rows]
    return rows, report.totals.trainable_params


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_variable_is_what_it_was_when_the_script_ran(name):
    source = follow(KERAS + SCRIPTS[name])
    wanted = RECORDS[name]
    assert {key: told(source, source.scope.names.get(key)) for key in wanted} == wanted
