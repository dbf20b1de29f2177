"""`--optimizer-row`: the sums that Keras prints for a trained model, from its file."""

from __future__ import annotations

import json
import zipfile

import pytest

from support.folders import ROOT
from support.program import outcome

pytest.importorskip("h5py")
FOLDER = ROOT / "tests" / "fixtures" / "trained"
SUMS = json.loads((FOLDER / "sums.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("name", SUMS)
def test_the_sums_are_those_of_keras(name, suffix):
    code, out, err = outcome(str(FOLDER / f"{name}.{suffix}"), "--optimizer-row")
    wanted = [f" {label} params: {count} ({size})" for label, (count, size) in SUMS[name].items()]
    assert (code, [line for line in out.splitlines() if "params:" in line], err) == (0, wanted, "")
    code, out, _ = outcome(str(FOLDER / f"{name}.{suffix}"), "--optimizer-row", "-f", "json")
    totals = json.loads(out)["totals"]
    assert (str(totals["optimizer_params"]), totals["params"]) == (SUMS[name]["Optimizer"][0], 32)


def test_without_the_option_nothing_is_added():
    code, out, _ = outcome(str(FOLDER / "adam.keras"))
    assert (code, "Optimizer" in out, " Total params: 32 (128.00 B)" in out) == (0, False, True)


@pytest.mark.parametrize(
    "spec", ["Dense(4)@(3,)", str(ROOT / "examples/specs/lenet5.yaml"), str(ROOT / "tests/fixtures/siamese.json")]
)
def test_a_model_without_an_optimizer_says_so(spec):
    code, out, err = outcome(spec, "--optimizer-row")
    assert (code, "Optimizer" in out, "no variables of an optimizer" in err) == (0, False, True)


def test_a_saved_model_is_not_said_to_have_no_optimizer(tmp_path):
    with zipfile.ZipFile(ROOT / "tests/fixtures/saved_models.zip") as archive:
        main = next(name for name in archive.namelist() if name.endswith("saved_model.pb"))
        archive.extractall(tmp_path)
    code, out, err = outcome(str((tmp_path / main).parent), "--optimizer-row")
    assert (code, out) == (2, "")
    assert "is a SavedModel, whose optimizer densecli does not count" in err
