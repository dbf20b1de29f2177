"""A forward pass with the weights of a SavedModel gives what tf_keras gave before it saved the model."""

from __future__ import annotations

import numpy as np
import pytest

from densecli.read.open import open_spec
from densecli.run.run import Options, run
from support.saved_models import records, unpacked

RECORDS = records()
CODE = ("lambda_layer", "custom_with", "custom_in", "custom_nested", "custom_shared")  # what only code computes
NO_ARITHMETIC = ("locally_connected",)  # a layer of Keras 2 alone
RUNS = [name for name, record in RECORDS.items() if record.get("run") and not name.startswith((*CODE, *NO_ARITHMETIC))]


def outputs_of(folder, record, place):
    arrays = {}
    graph = open_spec(str(folder))
    names = [graph.nodes[ref.node].name for ref in graph.inputs]
    for name, (shape, numbers) in zip(names, record["run"]["inputs"], strict=True):
        arrays[name] = np.asarray(numbers, "float32").reshape(shape)
    np.savez(place / "data.npz", **arrays)
    outcome = run(graph, Options(weights=str(folder), data=(str(place / "data.npz"),)))
    assert not any("unused" in note for note in outcome.notes)
    return outcome.arrays


@pytest.mark.parametrize("name", RUNS)
def test_outputs_are_those_of_tf_keras(name, tmp_path):
    record = RECORDS[name]
    made = outputs_of(unpacked(name, tmp_path), record, tmp_path)
    assert len(made) == len(record["run"]["outputs"])
    for mine, theirs in zip(made, record["run"]["outputs"], strict=True):
        np.testing.assert_allclose(mine.ravel(), theirs, rtol=2e-3 if name == "mixed_precision" else 2e-5, atol=1e-5)
