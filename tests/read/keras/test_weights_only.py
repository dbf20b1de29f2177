"""Models whose layers exist only in code: the weights in their files, with Keras' totals."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from densecli.errors import SpecErrors
from densecli.read.open import open_spec
from densecli.summary.infer import infer
from support.folders import FIXTURES

h5py = pytest.importorskip("h5py")
CONFIG = {"module": None, "class_name": "Net", "config": {}, "registered_name": "Net"}


def rows(path):
    return [(row.name, row.params, row.output_shapes) for row in infer(open_spec(str(path))).rows]


def test_a_file_of_keras_has_a_row_for_each_layer():
    """Keras counts 26 parameters: Dense(4) on 3 features, Dense(2) on 4."""
    report = infer(open_spec(str(FIXTURES / "subclass.keras")))
    assert [(row.name, row.params, row.output_shapes) for row in report.rows] == [
        ("a", 16, (None,)),
        ("b", 10, (None,)),
    ]
    assert (report.type, report.totals.params) == ("Net", 26)
    assert "without shapes" in report.warnings[0]


def write(path, fill):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(CONFIG))
        archive.writestr("metadata.json", "{}")
        with archive.open("model.weights.h5", "w") as target, h5py.File(path.with_suffix(".h5"), "w") as file:
            fill(file)
            file.flush()
            target.write(path.with_suffix(".h5").read_bytes())
    return path


def test_layers_in_lists_and_inside_others_and_variables_of_the_model(tmp_path):
    def fill(file):
        for name, shape in {
            "vars/0": (3,),
            "blocks/dense/vars/0": (2, 2),
            "blocks/dense_1/vars/0": (2, 3),
            "block/vars/0": (5,),
            "block/conv/vars/0": (7,),
            "dropout/seed_generator/vars/0": (2,),
        }.items():
            file[name] = np.zeros(shape, "float32")

    found = {name: params for name, params, _ in rows(write(tmp_path / "m.keras", fill))}
    assert found == {"net": 3, "blocks/dense": 4, "blocks/dense_1": 6, "block": 12}


@pytest.mark.parametrize("link", [h5py.SoftLink("/vars"), h5py.ExternalLink("/etc/passwd", "/")])
def test_links_are_not_followed(link, tmp_path):
    def fill(file):
        file["a/vars/0"] = np.zeros(3)
        file["b"] = link

    with pytest.raises(SpecErrors) as caught:
        open_spec(str(write(tmp_path / "m.keras", fill)))
    assert caught.value.errors[0].code == "E404"


def test_a_file_without_weights_says_what_it_is(tmp_path):
    with pytest.raises(SpecErrors) as caught:
        open_spec(str(write(tmp_path / "m.keras", lambda file: None)))
    assert caught.value.errors[0].code == "E404"
