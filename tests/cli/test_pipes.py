"""The shell's `<(…)` and `|`: a pipe can be read only once, and densecli works even if it needs the contents twice."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from support.arrays import ARCHIVES, GOOD, WEIGHTS, npz
from support.program import needs_bash, outcome, shell

STACK = "Dense(2)@(3,)"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "x.npy").write_bytes(GOOD)
    (tmp_path / "x.npz").write_bytes(ARCHIVES[0])
    (tmp_path / "x.csv").write_text("1,1,1\n", encoding="utf-8")
    (tmp_path / "w.npz").write_bytes(WEIGHTS[0])
    (tmp_path / "m.yaml").write_text("vars: {w: 2}\ninput: [3]\nlayers: [{Dense: {units: $w}}]\n", encoding="utf-8")
    return tmp_path


@needs_bash
@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x.csv"])
def test_data_come_through_pipes(files, name):
    whole = [shell(f"densecli '{STACK}' --run --weights w.npz {data} --print run.outputs.0.max", files) for data in (
        f"--data {name}", f"--data <(cat {name})", f"--data input_layer=<(cat {name})", f"--data - < {name}", f"--data /dev/stdin < {name}",
    )]  # fmt: skip
    piped = shell(f"cat {name} | densecli '{STACK}' --run --weights w.npz --data - --print run.outputs.0.max", files)
    assert {(done.returncode, done.stdout, done.stderr) for done in [*whole, piped]} == {(0, "4.0\n", "")}


@needs_bash
def test_weights_come_through_pipes(files):
    keras = model_with_weights(files / "m.keras")
    for words in (
        f"'{STACK}' --weights <(cat w.npz)",
        f"'{STACK}' --weights - < w.npz",
        f"'{STACK}' --weights <(cat {keras})",
        "<(cat m.keras)",
        "- < m.keras",
        "m.keras",
    ):
        done = shell(f"densecli {words} --run --data x.npy --print run.outputs.0.max", files)
        assert (done.returncode, done.stdout, done.stderr) == (0, "4.0\n", ""), words
    done = shell("cat m.keras | densecli - --run --data x.npy --print run.outputs.0.max", files)
    assert (done.returncode, done.stdout) == (0, "4.0\n")


def model_with_weights(path):
    h5py = pytest.importorskip("h5py")
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file["layers/dense/vars/0"], file["layers/dense/vars/1"] = np.ones((3, 2), "f4"), np.ones(2, "f4")
    dense = {"class_name": "Dense", "config": {"name": "dense", "units": 2, "batch_input_shape": [None, 3]}}
    config = {"class_name": "Sequential", "config": {"name": "m", "layers": [dense]}}
    path.write_bytes(npz(("config.json", json.dumps(config)), ("model.weights.h5", weights.getvalue())))
    return path


@needs_bash
def test_a_model_that_comes_through_a_pipe_is_read_as_often_as_needed(files):
    model_with_weights(files / "m.keras")
    for words in ("<(cat m.keras)", "- < m.keras", "m.keras"):
        done = shell(f"densecli check {words} --weights-fit", files)
        assert (done.returncode, done.stderr) == (0, ""), words
    whole = shell("densecli sweep m.yaml --set w=2,3 -f csv", files).stdout
    assert whole.count("\n") == 3
    for words in ("<(cat m.yaml)", "- < m.yaml"):
        assert shell(f"densecli sweep {words} --set w=2,3 -f csv", files).stdout == whole
    assert shell("cat m.yaml | densecli sweep - --set w=2,3 -f csv", files).stdout == whole


@needs_bash
def test_a_pipe_is_bounded_by_the_memory_allowed(files):
    done = shell(f"densecli '{STACK}' --run --max-memory 1MiB --data <(head -c 3000000 /dev/zero)", files)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error[E507]: the input from '/dev/fd/")


@needs_bash
@pytest.mark.parametrize("option", ["--data", "--weights"])
def test_a_file_that_cannot_be_read_to_the_end_is_said_to_be_that_file(files, option):
    if not Path("/proc/self/mem").exists():
        pytest.skip("Linux only")
    done = shell(f"densecli '{STACK}' --run {option} /proc/self/mem", files)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error[E109]: cannot read '/proc/self/mem'")


def test_standard_input_serves_one_purpose(files):
    for words in (["-", "--data", "-"], ["-", "--weights", "-"], [STACK, "--data", "-", "--weights", "-"]):
        code, out, err = outcome(*words, "--run")
        assert (code, out) == (2, "")
        assert err.startswith("error[E108]")
