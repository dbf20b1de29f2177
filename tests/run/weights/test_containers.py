"""Places for weights: an archive with HDF5 or .npz, a folder, a manifest. They are read, or a note says why not."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest

from densecli.read.open import open_spec
from densecli.run.run import Options, run
from densecli.run.weights import elsewhere, has_weights, misfits
from support.program import outcome

DENSE = {"class_name": "Dense", "config": {"name": "d", "units": 2, "batch_input_shape": [None, 3]}}
CONFIG = {"class_name": "Sequential", "config": {"name": "m", "layers": [DENSE]}}
KERNEL, BIAS = np.arange(6, dtype="float32").reshape(3, 2), np.ones(2, "float32")
NAMES = [("layers/dense/vars/0", "layers/dense/vars/1"), ("d/kernel", "d/bias"), ("arr_0", "arr_1")]


def npz(**arrays):
    data = io.BytesIO()
    np.savez(data, **arrays)
    return data.getvalue()


def h5(**arrays):
    h5py = pytest.importorskip("h5py")
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        for name, array in arrays.items():
            file[name] = array
    return data.getvalue()


def keras(path, compression=zipfile.ZIP_STORED, **members):
    with zipfile.ZipFile(path, "w", compression) as file:
        file.writestr("config.json", json.dumps(CONFIG))
        for name, content in members.items():
            file.writestr(name, content)
    return str(path)


def kernel_of(path):
    """What three samples give that pick a row of the kernel each."""
    np.save(f"{path}.x.npy", np.eye(3, dtype="float32"))
    return run(open_spec(path), Options(weights=path, data=(f"{path}.x.npy",))).arrays[0] - BIAS


def said(path, *words):
    code, out, err = outcome(str(path), "--run", *words)
    assert code == 0, err
    return [line.removeprefix(" Note: ") for line in out.splitlines() if line.startswith(" Note: ")]


# -- .npz in an archive ----------------------------------------------------------------------
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("names", NAMES, ids=lambda names: names[0])
def test_weights_in_an_npz_of_an_archive_are_read(tmp_path, names, compression):
    held = npz(**dict(zip(names, (KERNEL, BIAS), strict=True)))
    path = keras(tmp_path / "m.keras", compression, **{"model.weights.npz": held})
    assert has_weights(path)
    assert np.array_equal(kernel_of(path), KERNEL)
    assert misfits(open_spec(path), path) == []
    code, out, _ = outcome(path, "--run", "--print", "run.weights")
    assert (code, out) == (0, f"{path}\n")


@pytest.mark.parametrize("names", NAMES, ids=lambda names: names[0])
def test_an_npz_that_does_not_fit_is_told(tmp_path, names):
    held = npz(**dict(zip(names, (KERNEL[:2], BIAS), strict=True)))
    path = keras(tmp_path / "m.keras", **{"model.weights.npz": held})
    (error,) = misfits(open_spec(path), path)
    assert (error.code, error.layer) == ("E323", "d")
    assert outcome(path, "--run")[:2] == (2, "")


def test_keras_takes_hdf5_where_there_are_both(tmp_path):
    names = NAMES[0]
    members = {
        "model.weights.npz": npz(**dict(zip(names, (-KERNEL, BIAS), strict=True))),
        "model.weights.h5": h5(**dict(zip(names, (KERNEL, BIAS), strict=True))),
    }
    assert np.array_equal(kernel_of(keras(tmp_path / "m.keras", **members)), KERNEL)


def test_pickles_are_not_read_and_fresh_weights_are_not_taken_in_their_place(tmp_path):
    """What Keras writes as .npz, and refuses to read."""
    held = npz(**{"layers/dense": np.array({"0": KERNEL, "1": BIAS}, dtype=object)})
    path = keras(tmp_path / "m.keras", **{"model.weights.npz": held})
    code, out, err = outcome(path, "--run")
    assert (code, out) == (2, "")
    assert "error[E508]: the .npz file cannot be read: it has pickled objects, which densecli never reads" in err
    assert outcome(path, "--run", "--weights", "initial")[0] == 0


# -- weights that are not used ---------------------------------------------------------------
def test_arrays_that_no_layer_has_a_place_for_are_told(tmp_path):
    names = NAMES[0]
    held = dict(zip(names, (KERNEL, BIAS), strict=True))
    more = {"layers/dense/more/vars/0": BIAS, "layers/dense_1/vars/0": BIAS}
    told = ["not used: 2 arrays in the weights file that no layer takes: " + ", ".join(more)]
    state = {"layers/dropout/seed_generator/vars/0": BIAS, "optimizer/vars/0": BIAS, "metrics/mean/vars/0": BIAS}
    for form, made in (("npz", npz), ("h5", h5)):
        name = f"model.weights.{form}"
        assert said(keras(tmp_path / "m.keras", **{name: made(**held, **more)})) == told
        assert said(keras(tmp_path / "m.keras", **{name: made(**held, **state)})) == []


@pytest.mark.parametrize("names", NAMES[1:], ids=lambda names: names[0])
def test_arrays_of_an_npz_that_are_too_many_are_told(tmp_path, names):
    (tmp_path / "w.npz").write_bytes(npz(**dict(zip((*names, "more"), (KERNEL, BIAS, BIAS), strict=True))))
    path = keras(tmp_path / "m.keras")
    told = ["not used: 1 array in the weights file that no layer takes: more"]
    assert said(path, "--weights", str(tmp_path / "w.npz")) == told


def test_arrays_of_an_old_file_that_are_too_many_are_told(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(CONFIG), "2.12.0"
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = [b"d", b"gone"]
        for layer, arrays in (("d", {"kernel:0": KERNEL, "bias:0": BIAS}), ("gone", {"w:0": BIAS})):
            group = root.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/{name}".encode() for name in arrays]
            for name, array in arrays.items():
                group[f"{layer}/{name}"] = array
    told = ["not used: 1 array in the weights file that no layer takes: gone/gone/w:0"]
    assert said(tmp_path / "m.h5") == told


def test_weights_in_a_folder_are_told_and_can_be_named(tmp_path):
    folder = tmp_path / "m.keras"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIG))
    assert said(folder) == []
    (folder / "model.weights.npz").write_bytes(npz(**dict(zip(NAMES[0], (KERNEL, BIAS), strict=True))))
    assert said(folder) == ["the weights in 'model.weights.npz' were not used: pass that file to --weights"]
    assert said(folder, "--weights", str(folder / "model.weights.npz")) == []


def test_weights_elsewhere_in_an_archive_are_told(tmp_path):
    path = keras(tmp_path / "m.keras", **{"old/weights.h5": b""})
    assert said(path) == ["the weights in 'old/weights.h5' were not used: Keras does not read them there"]


def test_weights_of_a_manifest_are_told(tmp_path):
    manifest = [{"paths": ["shard1of1.bin"], "weights": [{"name": "d/kernel", "shape": [3, 2], "dtype": "float32"}]}]
    document = {"modelTopology": {"model_config": CONFIG, "keras_version": "2.12.0"}, "weightsManifest": manifest}
    (tmp_path / "model.json").write_text(json.dumps(document))
    assert said(tmp_path / "model.json") == ["the weights listed in the file's manifest were not used"]


def test_a_model_without_weights_has_none_elsewhere(tmp_path):
    (tmp_path / "m.yaml").write_text("input: [3]\nlayers: [Dense(2)]\n")
    assert elsewhere(str(tmp_path / "m.yaml")) is None
    assert elsewhere(keras(tmp_path / "m.keras")) is None
    assert elsewhere(str(tmp_path / "gone.keras")) is None
