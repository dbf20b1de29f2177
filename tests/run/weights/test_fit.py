"""Whether the weights in a file fit its layers: the findings of `check --weights-fit` and the warnings of a summary."""

from __future__ import annotations

import io
import json
import sys
import zipfile

import pytest

from densecli.errors import DenseError
from densecli.read.open import open_spec
from densecli.run.run import Options, run
from densecli.run.weights import misfits
from densecli.summary.infer import infer
from support.folders import FIXTURES
from support.program import densecli, here

h5py = pytest.importorskip("h5py")

METADATA = json.dumps({"keras_version": "3.15.1"})
ARRAYS = {
    "layers/dense/vars/0": (4, 3), "layers/dense/vars/1": (3,),
    "layers/dense_1/vars/0": (3, 2), "layers/dense_1/vars/1": (2,),
}  # fmt: skip
MINE = {"module": "my", "class_name": "Mine", "config": {"name": "mine"}, "registered_name": "my>Mine"}


def dense(name, units, **more):
    return {"module": "keras.layers", "class_name": "Dense", "config": {"name": name, "units": units, **more}}


def sequential(*layers):
    first = {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "x"}}
    config = {"name": "m", "layers": [first, *layers]}
    return {"module": "keras", "class_name": "Sequential", "registered_name": None, "config": config}


PLAIN = sequential(dense("a", 3), dense("b", 2))
CUSTOM = sequential(dense("a", 3), dense("b", 2), MINE)


def archive(path, config, arrays, compression=zipfile.ZIP_STORED):
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        for name, shape in arrays.items():
            file.create_dataset(name, shape, "f4")
    with zipfile.ZipFile(path, "w", compression) as file:
        members = (
            ("config.json", json.dumps(config)),
            ("metadata.json", METADATA),
            ("model.weights.h5", weights.getvalue()),
        )
        for name, content in members:
            file.writestr(name, content)
    return str(path)


def legacy(path, config, layers, listed=None):
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = "2.12.0"
        root = file.create_group("model_weights")
        root.attrs["keras_version"] = "2.12.0"
        root.attrs["layer_names"] = [name.encode() for name in listed or layers]
        for name, arrays in layers.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = [each.encode() for each in arrays]
            for each, shape in arrays.items():
                group.create_dataset(each, shape, "f4")
    return str(path)


def told(path):
    return [(error.layer, error.message) for error in misfits(open_spec(path), path)]


OLD = {"class_name": "Sequential", "config": {"name": "m", "layers": [
    {"class_name": "Dense", "config": {"name": "a", "units": 3, "batch_input_shape": [None, 4]}},
    {"class_name": "Dense", "config": {"name": "b", "units": 2}},
]}}  # fmt: skip
OLD_ARRAYS = {"a": {"a/kernel:0": (4, 3), "a/bias:0": (3,)}, "b": {"b/kernel:0": (3, 2), "b/bias:0": (2,)}}


# -- what fits ------------------------------------------------------------------------------
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_weights_of_the_right_shapes_fit(tmp_path, compression):
    assert told(archive(tmp_path / "m.keras", PLAIN, ARRAYS, compression)) == []
    assert told(legacy(tmp_path / "m.h5", OLD, OLD_ARRAYS)) == []


@pytest.mark.parametrize(
    "arrays", [{"layers": (3,)}, {"layers/dense/vars": (3,)}, {"layers/dense/vars/0/deep": (4, 3)}]
)
def test_an_array_where_a_group_belongs_is_nothing_that_fits(tmp_path, arrays):
    path = archive(tmp_path / "m.keras", PLAIN, arrays)
    done = here("check", path, "--weights-fit")
    assert done.returncode == 1
    assert "object has no attribute" not in done.stdout + done.stderr


@pytest.mark.parametrize("layers", [(MINE, dense("a", 3), dense("b", 2)), (dense("a", 3), MINE, dense("b", 2))])
def test_layers_behind_a_custom_one_are_not_judged(tmp_path, layers):
    assert told(archive(tmp_path / "m.keras", sequential(*layers), {**ARRAYS, "layers/mine/vars/0": (9, 9)})) == []


def test_a_custom_layer_inside_a_model_is_not_judged(tmp_path):
    inner = sequential(dense("a", 3), MINE)
    inner["config"]["name"] = "inner"
    arrays = {f"layers/sequential/{path}": shape for path, shape in ARRAYS.items() if "dense_1" not in path}
    arrays["layers/sequential/layers/mine/vars/0"] = (9, 9)
    assert told(archive(tmp_path / "m.keras", sequential(inner), arrays)) == []


def test_where_nobody_knows_which_group_is_whose_nothing_is_told(tmp_path):
    """Numbers in names that are not the usual ones, as some versions of Keras wrote, and a layer whose weights are unknown."""
    x = sequential()["config"]["layers"][0] | {"name": "x", "inbound_nodes": []}
    wired = [(MINE, "x"), (dense("unknown", 5), "mine"), (dense("a", 3), "x")]
    layers = [x] + [
        {**layer, "name": layer["config"]["name"], "inbound_nodes": [[[inbound, 0, 0, {}]]]} for layer, inbound in wired
    ]
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [["unknown", 0, 0], ["a", 0, 0]]}
    config = {"module": "keras", "class_name": "Functional", "config": {"name": "m", "layers": layers, **ends}}
    arrays = {"layers/dense_5/vars/0": (7, 5), "layers/dense_5/vars/1": (5,)}
    arrays |= {"layers/dense_7/vars/0": (4, 3), "layers/dense_7/vars/1": (3,)}
    assert told(archive(tmp_path / "m.keras", config, arrays)) == []


# -- what does not --------------------------------------------------------------------------
def test_every_layer_that_does_not_fit_is_told(tmp_path):
    wrong = {**ARRAYS, "layers/dense/vars/0": (5, 3), "layers/dense_1/vars/1": (7,)}
    assert told(archive(tmp_path / "m.keras", PLAIN, wrong)) == [
        ("a", "'a': kernel is (4, 3), but 'layers/dense/vars/0' in the file is (5, 3)"),
        ("b", "'b': bias is (2,), but 'layers/dense_1/vars/1' in the file is (7,)"),
    ]


def test_every_layer_of_an_older_file_that_does_not_fit_is_told(tmp_path):
    wrong = {"a": {**OLD_ARRAYS["a"], "a/kernel:0": (5, 3)}, "b": {"b/kernel:0": (3, 2)}}
    assert told(legacy(tmp_path / "m.h5", OLD, wrong)) == [
        ("a", "'a': kernel is (4, 3), but 'a/a/kernel:0' in the file is (5, 3)"),
        ("b", "'b' has 2 weights, but the file has 1"),
    ]


def test_what_the_file_has_nothing_for_is_told(tmp_path):
    less = {path: shape for path, shape in ARRAYS.items() if path.startswith("layers/dense/")}
    message = "'b': the file lacks 2 weights: b/kernel, b/bias"
    assert told(archive(tmp_path / "m.keras", PLAIN, less)) == [("b", message)]


def test_a_layer_deep_inside_is_told_under_the_layer_that_holds_it(tmp_path):
    inner = sequential(dense("a", 3))
    inner["config"]["name"] = "inner"
    arrays = {"layers/sequential/layers/dense/vars/0": (4, 9), "layers/sequential/layers/dense/vars/1": (3,)}
    ((layer, message),) = told(archive(tmp_path / "m.keras", sequential(inner), arrays))
    assert (layer, "'inner/a': kernel is (4, 3)" in message) == ("inner", True)


def test_a_misfit_is_what_a_forward_pass_refuses(tmp_path):
    path = archive(tmp_path / "m.keras", PLAIN, {**ARRAYS, "layers/dense/vars/0": (5, 3)})
    with pytest.raises(DenseError, match="kernel is") as caught:
        run(open_spec(path), Options(weights=path))
    assert (caught.value.code, caught.value.message) == ("E323", told(path)[0][1])


# -- hostile files --------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["link", "external", "virtual"])
def test_what_lies_elsewhere_is_not_opened(tmp_path, kind):
    (tmp_path / "secret.bin").write_bytes(bytes(48))
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["x"] = [[1.0] * 3] * 4
    path = tmp_path / "m.h5"
    legacy(path, OLD, {**OLD_ARRAYS, "a": {"a/bias:0": (3,)}})
    with h5py.File(path, "a", libver="latest") as file:
        group = file["model_weights/a"]
        if kind == "link":
            group["a/kernel:0"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/x")
        elif kind == "external":
            group.create_dataset("a/kernel:0", (4, 3), "f4", external=[(str(tmp_path / "secret.bin"), 0, 48)])
        else:
            layout = h5py.VirtualLayout((4, 3), "f4")
            layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "x", (4, 3))
            group.create_virtual_dataset("a/kernel:0", layout)
    with pytest.raises(DenseError) as caught:
        misfits(open_spec(str(path)), str(path))
    assert caught.value.code == "E322"
    done = here("check", str(path), "--weights-fit")
    assert (done.returncode, "C125" in done.stdout) == (1, True)


@pytest.mark.parametrize("listed", ["/elsewhere", "../elsewhere", ".", "/", "", "a/..", "\udcff"])
def test_a_list_of_layers_leads_nowhere_but_to_its_own_groups(tmp_path, listed):
    path = legacy(tmp_path / "m.h5", OLD, OLD_ARRAYS, ["a"])
    with h5py.File(path, "a") as file:
        file["model_weights"].attrs["layer_names"] = [b"a", listed.encode("utf-8", "surrogateescape")]
        file["elsewhere/kernel:0"] = [1.0]
        for group in (file, file["elsewhere"]):
            group.attrs["weight_names"] = [b"kernel:0"]
    assert told(path) == [("b", "'b' has 2 weights, but the file has 0")]


def test_no_number_is_read(tmp_path, monkeypatch):
    path = tmp_path / "m.h5"
    legacy(path, OLD, OLD_ARRAYS)
    with h5py.File(path, "a") as file:
        del file["model_weights/a/a/kernel:0"]
        file["model_weights/a"].create_dataset("a/kernel:0", (1 << 50, 8), "f8", chunks=(1024, 8))

    def refuse(*_):
        raise AssertionError("read")

    monkeypatch.setattr(h5py.Dataset, "__getitem__", refuse)
    monkeypatch.setattr(h5py.Dataset, "read_direct", refuse)
    assert "is (1125899906842624, 8)" in told(str(path))[0][1]


# -- the command ----------------------------------------------------------------------------
def test_check_judges_what_it_is_asked_to(tmp_path):
    good, bad = archive(tmp_path / "good.keras", PLAIN, ARRAYS), archive(tmp_path / "bad.keras", PLAIN, {})
    assert here("check", good, "--weights-fit").returncode == 0
    assert here("check", bad).returncode == 0
    done = here("check", good, bad, "--weights-fit", "-f", "json")
    found = json.loads(done.stdout)["specs"][1]["findings"]
    assert (done.returncode, done.stderr) == (1, "")
    assert [(each["code"], each["layer"], each["check"]) for each in found] == [
        ("C124", "a", "weights_fit"), ("C124", "b", "weights_fit"),
    ]  # fmt: skip
    assert all(each["column"] > 1 for each in found)


def test_what_holds_no_weights_does_not_pass(tmp_path):
    (tmp_path / "m.json").write_text(json.dumps(PLAIN), encoding="utf-8")
    (tmp_path / "m.yaml").write_text("input: [2]\nlayers: [Dense(3)]\nexpect: {weights_fit: true}\n", encoding="utf-8")
    for words in (
        ["Dense(3)@(2,)", "--weights-fit"],
        [str(tmp_path / "m.json"), "--weights-fit"],
        [str(tmp_path / "m.yaml")],
        ["-", "--weights-fit"],
    ):
        done = densecli("check", *words, input="Dense(3)@(2,)")
        assert (done.returncode, done.stdout.count("C125")) == (1, 1)


def test_without_h5py_nothing_is_judged(tmp_path, monkeypatch, capsys):
    import densecli.cli

    path = archive(tmp_path / "m.keras", PLAIN, ARRAYS)
    monkeypatch.setitem(sys.modules, "h5py", None)
    assert densecli.cli.run(["check", path, "--weights-fit"]) == 2
    assert "E106" in capsys.readouterr().err


# -- a summary ------------------------------------------------------------------------------
def test_a_summary_that_had_to_look_warns(tmp_path):
    wrong = {**ARRAYS, "layers/dense/vars/0": (5, 3), "layers/mine/vars/0": (2, 2)}
    done = here(archive(tmp_path / "m.keras", CUSTOM, wrong), "--print", "totals.params")
    assert (done.returncode, done.stdout) == (0, f"{15 + 8 + 4}\n")
    assert done.stderr.count("warning:") == 1
    assert "'a': kernel is (4, 3), but 'layers/dense/vars/0' in the file is (5, 3)" in done.stderr
    assert here(archive(tmp_path / "m.keras", CUSTOM, {**ARRAYS, "layers/mine/vars/0": (2, 2)})).stderr == ""


def test_many_misfits_are_a_few_warnings(tmp_path):
    layers = [dense(f"d{index}", 4) for index in range(20)]
    arrays = {f"layers/dense{f'_{index}' if index else ''}/vars/{var}": (9,) for index in range(20) for var in (0, 1)}
    path = archive(tmp_path / "m.keras", sequential(*layers, MINE), {**arrays, "layers/mine/vars/0": (2,)})
    done = here(path)
    assert (done.returncode, done.stderr.count("warning:")) == (0, 6)
    assert "do not fit 15 more layers" in done.stderr


def test_a_plain_summary_does_not_open_the_weights(tmp_path, monkeypatch):
    path = archive(tmp_path / "m.keras", PLAIN, {**ARRAYS, "layers/dense/vars/0": (5, 3)})
    monkeypatch.setitem(sys.modules, "h5py", None)
    assert infer(open_spec(path)).totals.params == 23
    done = here(path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_manifest_that_tells_of_weights_elsewhere_is_no_misfit(tmp_path):
    weights = [{"name": "mine/w", "shape": [2, 2], "dtype": "float32"}]
    topology = {"modelTopology": CUSTOM, "weightsManifest": [{"paths": ["w.bin"], "weights": weights}]}
    (tmp_path / "model.json").write_text(json.dumps(topology), encoding="utf-8")
    done = here(str(tmp_path / "model.json"), "--print", "totals.params")
    assert (done.returncode, done.stdout, done.stderr) == (0, "27\n", "")


QUANTIZED = json.loads((FIXTURES / "quantized.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mode", QUANTIZED)
def test_quantized_layers_fit_as_keras_stores_them(tmp_path, mode):
    arrays = {name: tuple(shape) for name, (shape, _) in QUANTIZED[mode]["arrays"].items()}
    path = archive(tmp_path / "m.keras", QUANTIZED[mode]["config"], arrays)
    assert misfits(open_spec(path), path) == []
    for name, shape in arrays.items():
        wrong = archive(tmp_path / "wrong.keras", QUANTIZED[mode]["config"], arrays | {name: (*shape, 7)})
        assert [name in error.message for error in misfits(open_spec(wrong), wrong)] == [True]
