"""The reader of HDF5 text attributes compared with h5py, and on files that make the HDF5 library hang."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import numpy as np
import pytest

from densecli.errors import ReadError
from densecli.read.files.hdf5 import attributes_of
from densecli.read.limits import LIMITS
from densecli.read.open import open_spec
from densecli.run.run import Options, run

h5py = pytest.importorskip("h5py")

WORDS = ["kernel:0", "", "été/日本:0"]
LISTS = {
    "fixed": np.array([word.encode() for word in WORDS], "S"),
    "UTF-8 of fixed length": np.array([word.encode() for word in WORDS], h5py.string_dtype("utf-8", 16)),
    "variable": np.array(WORDS, dtype=h5py.string_dtype()),
    "ASCII of variable length": np.array([b"a", b"bc"], dtype=h5py.string_dtype("ascii")),
    "none": [],
    "many": np.array([f"layer_{index}/kernel:0" for index in range(2000)], dtype=h5py.string_dtype()),
}


def attributes(path, name, limits=LIMITS):
    file = io.BytesIO(path.read_bytes())
    with h5py.File(file, "r") as opened:
        return attributes_of(file, opened[name], limits)


@pytest.mark.parametrize("libver", ["earliest", "latest"])
@pytest.mark.parametrize("values", LISTS.values(), ids=LISTS.keys())
def test_lists_of_names_are_what_h5py_reads(tmp_path, values, libver):
    with h5py.File(tmp_path / "w.h5", "w", libver=libver) as file:
        group = file.create_group("model/dense")
        group.attrs["other"], group.attrs["names"], group.attrs["one"] = 7, values, "text"
    with h5py.File(tmp_path / "w.h5") as file:
        theirs = [each if isinstance(each, bytes) else each.encode() for each in file["model/dense"].attrs["names"]]
    found = attributes(tmp_path / "w.h5", "model/dense")
    assert found.texts("names") == theirs
    assert len(theirs) == len(values)
    assert (found.text("one"), found.text("names"), found.texts("one"), found.texts("gone")) == (
        b"text",
        None,
        None,
        None,
    )


def test_it_is_the_sum_of_a_list_that_is_bounded(tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["names"] = np.array([f"{index:01000}" for index in range(100)], dtype=h5py.string_dtype())
    found = attributes(tmp_path / "w.h5", "/", LIMITS._replace(config_bytes=50_000))
    with pytest.raises(ReadError) as caught:
        found.texts("names")
    assert caught.value.code == "E321"


@pytest.mark.parametrize("sizes", [(4, 8), (8, 4), (4, 4)])
def test_addresses_that_keras_never_writes_are_refused(tmp_path, sizes):
    plan = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    plan.set_sizes(*sizes)
    path = str(tmp_path / "w.h5").encode()
    with h5py.File(h5py.h5f.create(path, h5py.h5f.ACC_TRUNC, plan)) as file:
        file.attrs["names"] = LISTS["fixed"]
    with pytest.raises(ReadError) as caught:
        attributes(tmp_path / "w.h5", "/")
    assert caught.value.code == "E321"


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_a_group_without_a_header_is_damaged(tmp_path, libver):
    path = tmp_path / "w.h5"
    with h5py.File(path, "w", libver=libver) as file:
        file.create_group("g").attrs["one"] = "text"
    with h5py.File(path) as opened:
        at = h5py.h5o.get_info(opened["g"].id).addr
        data = bytearray(path.read_bytes())
        assert attributes_of(io.BytesIO(data), opened["g"]).text("one") == b"text"
        data[at : at + 4] = b"\x09\x09\x09\x09"
        with pytest.raises(ReadError) as caught:
            attributes_of(io.BytesIO(data), opened["g"])
    assert caught.value.code == "E321"


# -- lists of weights ------------------------------------------------------------------------
def dense_file(path, **lists):
    """Dense(2) on 3 features; `lists` are the attributes that list its arrays."""
    layer = {"class_name": "Dense", "config": {"name": "d", "units": 2, "batch_input_shape": [None, 3]}}
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.9.0"
        file.attrs["model_config"] = json.dumps(
            {"class_name": "Sequential", "config": {"name": "m", "layers": [layer]}}
        )
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = ["d"]
        group = root.create_group("d")
        for name, values in lists.items():
            group.attrs[name] = values
        group["k"], group["b"] = np.arange(6.0).reshape(3, 2), np.array([100.0, 200.0])
    return str(path)


VARIABLE = np.array(["k", "b"], dtype=h5py.string_dtype())


@pytest.mark.parametrize(
    "lists",
    [
        {"weight_names": np.array([b"k", b"b"])},
        {"weight_names": VARIABLE},
        {"weight_names0": np.array([b"k"]), "weight_names1": np.array([b"b"])},
        {"weight_names0": VARIABLE[:1], "weight_names1": VARIABLE[1:]},
    ],
)
def test_however_a_list_is_kept_its_weights_are_found(tmp_path, lists):
    path = dense_file(tmp_path / "m.h5", **lists)
    np.savez(tmp_path / "x.npz", np.ones((1, 3), "float32"))
    found = run(open_spec(path), Options(weights=path, data=(str(tmp_path / "x.npz"),)))
    assert found.arrays[0].tolist() == [[0 + 2 + 4 + 100, 1 + 3 + 5 + 200]]


@pytest.mark.parametrize("value", [7, "k", [1, 2]])
def test_a_list_that_is_none_is_refused(tmp_path, value):
    path = dense_file(tmp_path / "m.h5", weight_names=value)
    with pytest.raises(ReadError) as caught:
        run(open_spec(path), Options(weights=path))
    assert caught.value.code == "E321"


@pytest.mark.parametrize("size", [0, 4000, 2**64 - 1, 2**64 - 16])
def test_a_heap_that_the_hdf5_library_never_leaves(tmp_path, size):
    path = tmp_path / "m.h5"
    dense_file(path, weight_names=VARIABLE)
    data = bytearray(path.read_bytes())
    string = data.index(b"\1\0\0\0\0\0\0\0k\0")  # length and text of the string in the heap
    data[string : string + 8] = size.to_bytes(8, "little")
    path.write_bytes(data)
    command = [sys.executable, "-m", "densecli", "summary", path, "--run", "--weights", path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, encoding="utf-8")
    assert done.returncode == 2
    assert "error[E321]: the HDF5 file is damaged: a string is not in its heap" in done.stderr
