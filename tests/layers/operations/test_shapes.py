"""Functions on tensors in a graph have the shapes and dtypes that Keras recorded, and their own rows."""

from __future__ import annotations

import gzip
import json

import pytest

from densecli.errors import Source
from densecli.layers.operations.table import OPERATIONS
from densecli.read.keras.model import read_config
from densecli.summary.infer import infer
from support.folders import FIXTURES
from support.recorded import differences

RECORDS = json.loads(gzip.decompress((FIXTURES / "operations.json.gz").read_bytes()))


def operation_names(record):
    return {name for _, name, *_ in record["rows"]} - {"InputLayer"}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
def test_rows_and_shapes_are_those_of_keras(record):
    if operation_names(record) <= OPERATIONS.keys():
        assert differences(record) == []
        outputs = infer(read_config(record["config"], Source("recorded", ""))).outputs
        assert [output.dtype for output in outputs] == record["dtypes"]


def test_a_function_that_no_rule_is_known_for_is_a_row_without_a_shape():
    record = next(record for record in RECORDS if "ops.inv(" in record["id"])
    report = infer(read_config(record["config"], Source("recorded", "")))
    assert [row.type for row in report.rows] == ["InputLayer", "Inv"]
    assert report.rows[-1].output_shapes == (None,)
    assert not report.totals.lower_bound


def test_most_functions_have_a_rule():
    assert sum(operation_names(record) <= OPERATIONS.keys() for record in RECORDS) >= len(RECORDS) - 1
