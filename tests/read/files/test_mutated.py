"""Real files with bytes changed, cut off or put in: a report or an error, never a bug, a hang or a foreign file."""

from __future__ import annotations

import io
import json
import os
import zipfile
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings

from support.mutation import mutated, mutations
from support.program import outcome

h5py = pytest.importorskip("h5py")

EXAMPLES = int(os.environ.get("DENSECLI_MUTATIONS", "60"))  # of each form; CI takes few
LAYERS = [
    {"class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "x"}, "module": "keras.layers"},
    {"class_name": "Dense", "config": {"name": "a", "units": 3}, "module": "keras.layers"},
    {"class_name": "Mine", "config": {"name": "mine"}, "module": "my", "registered_name": "my>Mine"},
]
OLD = [
    {"class_name": "Dense", "config": {"name": "a", "units": 3, "batch_input_shape": [None, 4]}},
    {"class_name": "Mine", "config": {"name": "mine"}},
]


def model(layers):
    return json.dumps({"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": layers}})


def h5(layout, *, custom=True, weights_only=False):
    data = io.BytesIO()
    with h5py.File(data, "w", libver=layout) as file:
        if not weights_only:
            file.attrs["model_config"] = model(OLD if custom else OLD[:1])
            file.attrs["keras_version"] = "2.12.0"
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = [b"a", b"mine"]
        for layer, arrays in (("a", {"kernel:0": (4, 3), "bias:0": (3,)}), ("mine", {"w:0": (2, 2)})):
            group = root.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/{name}".encode() for name in arrays]
            for name, shape in arrays.items():
                group.create_dataset(f"{layer}/{name}", shape, "f4")
    return data.getvalue()


def keras(compression, *, custom=True):
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        for name, shape in (("dense/vars/0", (4, 3)), ("dense/vars/1", (3,)), ("mine/vars/0", (2, 2))):
            file.create_dataset(f"layers/{name}", shape, "f4")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as file:
        file.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        file.writestr("config.json", model(LAYERS if custom else LAYERS[:2]))
        file.writestr("model.weights.h5", weights.getvalue())
    return data.getvalue()


FORMS = {
    "m.h5": lambda: h5("earliest"),
    "latest.h5": lambda: h5("latest"),
    "plain.h5": lambda: h5("earliest", custom=False),
    "w.weights.h5": lambda: h5("earliest", weights_only=True),
    "m.keras": lambda: keras(zipfile.ZIP_STORED),
    "deflated.keras": lambda: keras(zipfile.ZIP_DEFLATED),
    "plain.keras": lambda: keras(zipfile.ZIP_STORED, custom=False),
}
original = cache(lambda name: FORMS[name]())


@pytest.mark.parametrize("name", FORMS)
def test_a_mutated_file_is_a_report_or_an_error(tmp_path, name):
    path = str(tmp_path / name)

    @given(mutations(len(original(name))))
    @settings(max_examples=EXAMPLES, derandomize=EXAMPLES < 1000, deadline=None, database=None,
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])  # fmt: skip
    def check(changes):
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(mutated(original(name), changes))
        code, out, err = outcome(path, "-f", "json")
        assert code in (0, 2), err
        assert json.loads(out)["layers"] if code == 0 else out == "" and err.startswith("error[E")
        assert outcome("check", path, "--weights-fit")[0] in (0, 1, 2)

    check()


@pytest.mark.parametrize("name", FORMS)
def test_a_file_that_is_cut_off_anywhere_is_a_report_or_an_error(tmp_path, name):
    data, path = original(name), tmp_path / name
    for length in range(0, len(data), max(1, len(data) // 60)):
        path.write_bytes(data[:length])
        assert outcome(str(path))[0] in (0, 2)
