"""Initializers with arguments that no Keras wrote: an error about the weight, never a bug."""

from __future__ import annotations

import json

import pytest

from densecli.kernels.initializers import INITIALIZERS
from support.program import outcome

ARGUMENTS = {
    "value",
    "gain",
    "stddev",
    "minval",
    "side",
    "window",
    "scale",
    "mode",
    "distribution",
    "input_axes",
    "rest",
    "odd",
}
VALUES = (
    None, -1, 1e400, 10**30, "\x1b[31m", "a" * 5000, [], [5, 9], [[1]], {"class_name": "Zeros", "config": {}},
)  # fmt: skip


@pytest.mark.parametrize("name", sorted({*INITIALIZERS, "unit_forget"}))
def test_odd_arguments_fill_the_weight_or_are_an_error(tmp_path, name):
    path = tmp_path / "m.json"
    for argument in sorted(ARGUMENTS):
        for value in VALUES:
            config = {"units": 3, "name": "d", "kernel_initializer": {"class_name": name, "config": {argument: value}}}
            first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "x"}}
            layers = [first, {"class_name": "Dense", "config": config}]
            model = {"class_name": "Sequential", "config": {"name": "m", "layers": layers}}
            path.write_text(json.dumps(model), encoding="utf-8")
            code, _, err = outcome(str(path), "--run")
            assert code in (0, 2), err
            assert "\x1b" not in err
            assert len(err) < 1000
