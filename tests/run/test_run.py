"""Forward passes with user options: weights, data, parts of a model, memory, and all refusals."""

from __future__ import annotations

import json
import tracemalloc
import zipfile

import numpy as np
import pytest

from densecli import kernels
from densecli.cli import run as command_line
from densecli.errors import DenseError, LimitError, ReadError, Source, SpecErrors
from densecli.graph.graph import call_order
from densecli.read.open import open_spec
from densecli.read.stack.reader import read_stack
from densecli.run.fuse import fuse
from densecli.run.run import Options, check_runnable, prepare, run

STACK = "Dense(16)@(3,2) -> Flatten -> Dense(4, name=out)"


def read(text):
    return read_stack(Source("<argument>", text))


def cli(capfd, *arguments):
    code = command_line(list(arguments))
    return (code, *capfd.readouterr())


def save(path, **arrays):
    np.savez(path, **arrays)
    return str(path)


# -- weights ------------------------------------------------------------------------------
def test_the_seed_decides_about_weights_and_data():
    first, again, other = (run(read(STACK), Options(seed=seed)).arrays[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_weights_by_name_and_in_order(tmp_path):
    kernel, bias = np.arange(6, dtype="float32").reshape(2, 3), np.ones(3, "float32")
    x = np.array([[1, 2]], "float32")
    np.save(tmp_path / "x.npy", x)
    data = (str(tmp_path / "x.npy"),)
    for names in (("dense/kernel", "dense/bias"), ("arr_0", "arr_1")):
        path = save(tmp_path / "w.npz", **dict(zip(names, (kernel, bias), strict=True)))
        outcome = run(read("Dense(3)@(2,)"), Options(weights=path, data=data))
        assert outcome.arrays[0].tolist() == (x @ kernel + bias).tolist()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"dense/kernel": np.ones((2, 4)), "dense/bias": np.ones(3)}, r"kernel is \(2, 3\)"),
        ({"dense/kernel": np.ones((2, 3))}, "lacks 1 weight: dense/bias"),
        ({}, "lacks 2 weights"),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path, arrays, message):
    with pytest.raises(ReadError, match=message) as caught:
        run(read("Dense(3)@(2,)"), Options(weights=save(tmp_path / "w.npz", **arrays)))
    assert caught.value.code == "E323"


def test_shapes_in_an_npz_file_are_compared_before_a_number_is_read(tmp_path):
    np.savez_compressed(
        tmp_path / "bomb.npz", **{"dense/kernel": np.zeros(1 << 24, "float32"), "dense/bias": np.zeros(3)}
    )
    tracemalloc.start()
    with pytest.raises(ReadError, match=r"kernel is \(2, 3\), but .* is \(16777216,\)"):
        run(read("Dense(3)@(2,)"), Options(weights=str(tmp_path / "bomb.npz")))
    assert tracemalloc.get_traced_memory()[1] < 1 << 22
    tracemalloc.stop()


def test_words_are_no_weights(tmp_path):
    words = np.full((2, 3), "1.5")
    with pytest.raises(ReadError, match="not numbers"):
        run(read("Dense(3)@(2,)"), Options(weights=save(tmp_path / "w.npz", **{"dense/kernel": words})))


def test_a_file_without_weights_is_refused(tmp_path):
    (tmp_path / "w.txt").write_text("no weights", encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        run(read(STACK), Options(weights=str(tmp_path / "w.txt")))
    assert caught.value.code == "E324"


def hdf5(tmp_path, write):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "w.weights.h5"
    with h5py.File(path, "w") as file:
        write(h5py, file)
    return str(path)


def test_links_and_outside_data_are_not_followed(tmp_path):
    secret = tmp_path / "secret.bin"
    secret.write_bytes(np.ones(6, "float32").tobytes())

    def soft(h5py, file):
        file["layers/dense/vars/1"] = np.zeros(3, "float32")
        file["layers/dense/vars/0"] = h5py.SoftLink("/layers/dense/vars/1")

    def outside(h5py, file):
        file["layers/dense/vars/1"] = np.zeros(3, "float32")
        file.create_dataset("layers/dense/vars/0", (2, 3), "float32", external=[(str(secret), 0, 24)])

    for write in (soft, outside):
        with pytest.raises(ReadError) as caught:
            run(read("Dense(3)@(2,)"), Options(weights=hdf5(tmp_path, write)))
        assert caught.value.code == "E322"


def test_a_dataset_that_declares_petabytes_is_refused_by_its_shape(tmp_path):
    def huge(h5py, file):
        file["layers/dense/vars/1"] = np.zeros(3, "float32")
        file.create_dataset("layers/dense/vars/0", (1 << 25, 1 << 25), "float64", chunks=(1, 1024))

    with pytest.raises(ReadError, match="kernel is") as caught:
        run(read("Dense(3)@(2,)"), Options(weights=hdf5(tmp_path, huge)))
    assert caught.value.code == "E323"


def test_a_compressed_weights_file_is_bounded(tmp_path):
    def held(h5py, file):
        file["layers/dense/vars/0"] = np.ones((2, 3), "float32")
        file["layers/dense/vars/1"] = np.ones(3, "float32")
        file["more"] = np.zeros(1 << 20)

    inner = hdf5(tmp_path, held)
    path = tmp_path / "w.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "model.weights.h5")
    graph = read("Dense(3)@(2,)")
    assert run(graph, Options(weights=str(path))).arrays[0].shape == (1, 3)
    with pytest.raises(LimitError) as caught:
        run(graph, Options(weights=str(path), max_memory=1 << 20))
    assert caught.value.code == "E506"


# -- data ---------------------------------------------------------------------------------
def test_data_by_input_name_in_order_and_one_by_one(tmp_path):
    stack = "[Dense(1)@(3,) | Dense(1)@(2,)] -> Concatenate"
    graph = read(stack)
    names = [graph.nodes[ref.node].name for ref in graph.inputs]
    a, b = np.ones((4, 3), "float32"), np.full((4, 2), 2, "float32")
    by_name = save(tmp_path / "named.npz", **{names[1]: b, names[0]: a})
    in_order = save(tmp_path / "order.npz", arr_0=a, arr_1=b)
    np.save(tmp_path / "a.npy", a)
    np.save(tmp_path / "b.npy", b)
    alone = (f"{names[0]}={tmp_path / 'a.npy'}", f"{names[1]}={tmp_path / 'b.npy'}")
    found = [run(graph, Options(data=data)).arrays[0] for data in ((by_name,), (in_order,), alone)]
    assert found[0].shape == (4, 2)
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def test_rows_of_csv(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("height;width\n1;2\n\n3;4.5\n", encoding="utf-8")
    plan = prepare(read("Dense(3)@(2,)"), Options(data=(str(path),)))
    assert plan.inputs[0].array.tolist() == [[1, 2], [3, 4.5]]
    assert plan.inputs[0].array.dtype == "float32"


def refused(tmp_path, stack, array, **options):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(ReadError) as caught:
        run(read(stack), Options(data=(str(tmp_path / "x.npy"),), **options))
    return caught.value


@pytest.mark.parametrize(
    ("stack", "array", "message"),
    [
        ("Dense(3)@(2,)", np.ones((4, 5)), "takes (None, 2), got data of shape (4, 5)"),
        ("Dense(3)@(2,)", np.ones(2), "takes (None, 2), got data of shape (2,)"),
        ("Dense(3)@(2,)", np.array([["a", "b"]]), "takes float32"),
        ("Input((2,), dtype=int32) -> Embedding(9, 3)", np.full((1, 2), 1.5), "takes int32"),
    ],
)
def test_data_that_does_not_fit_is_refused(tmp_path, stack, array, message):
    error = refused(tmp_path, stack, array)
    assert error.code == "E508"
    assert message in error.message


def test_words_behind_the_vocabulary_are_refused_by_name(capfd, tmp_path):
    np.save(tmp_path / "x.npy", np.array([[1, 2, 99]]))
    code, out, err = cli(capfd, "Embedding(9, 2, name=words)@(3,)", "--run", "--data", str(tmp_path / "x.npy"))
    assert (code, out) == (2, "")
    assert "error[E508]: Embedding 'words' cannot process this data: index 99 is out of bounds" in err


def test_an_input_that_is_not_there(capfd, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((1, 3)))
    code, _, err = cli(capfd, STACK, "--run", "--data", f"inputlayer={tmp_path / 'x.npy'}")
    assert (code, "error[E508]: no input named 'inputlayer'" in err, "input_layer" in err) == (2, True, True)
    code, _, err = cli(capfd, STACK, "--run", "--data", "gone.npy")
    assert (code, "cannot read 'gone.npy'" in err, "stack" in err) == (2, True, False)


def test_an_input_without_data_is_told(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((1, 2), "float32"))
    graph = read("[Input(2, name=a) | Input(2, name=b)] -> Concatenate")
    assert run(graph, Options(data=(f"a={tmp_path / 'x.npy'}",))).notes == (
        "random data was used for 'b', which had no data",
    )
    assert run(graph).notes == ()


def test_an_initializer_that_cannot_fill_a_kernel_is_named():
    with pytest.raises(DenseError, match=r"'conv2d/kernel' cannot be initialized: identity needs a matrix") as caught:
        run(read("Conv2D(3, 3, kernel_initializer=identity)@(8,8,3)"))
    assert caught.value.code == "E303"


def test_two_batches_do_not_go_together(tmp_path):
    assert "batches of 3 and 4" in refused(tmp_path, "Dense(3)@(2,)", np.ones((4, 2)), batch=3).message


def test_pickles_and_lying_headers_are_refused(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.array([{}], object), allow_pickle=True)
    good = tmp_path / "good.npy"
    np.save(good, np.ones((4, 2), "float32"))
    data = good.read_bytes()
    lying = data.replace(b"(4, 2), }        ", b"(4000000000, 2),}")
    assert lying != data
    for content in (path.read_bytes(), lying, data[:20], b"\x93NUMPY", b"PK\x03\x04nothing", b"\xff\xfe"):
        path.write_bytes(content)
        with pytest.raises(ReadError) as caught:
            run(read("Dense(3)@(2,)"), Options(data=(str(path),)))
        assert caught.value.code == "E508"


def test_random_integers_stay_below_the_vocabulary():
    plan = prepare(read("Input((50,), dtype=int32) -> Reshape((50,)) -> Embedding(7, 2)"), Options(batch=20))
    assert set(np.unique(plan.inputs[0].array)) == set(range(7))


# -- parts, calls, numbers ----------------------------------------------------------------
def test_until_gives_the_tensor_of_a_layer():
    whole = run(read(STACK), Options(profile=True))
    part = run(read(STACK), Options(until="flatten"))
    assert part.arrays[0].shape == (1, 48)
    assert part.outputs[0].mean == pytest.approx(whole.profile[1].outputs[0].mean)


def test_until_a_layer_that_is_not_there():
    with pytest.raises(DenseError) as caught:
        run(read(STACK), Options(until="flaten"))
    assert (caught.value.code, caught.value.hint) == ("E402", "did you mean `flatten`?")


def test_a_profile_has_every_call_and_finds_the_first_nan(tmp_path):
    np.save(tmp_path / "x.npy", np.full((1, 3), np.inf, "float32"))
    outcome = run(
        read("Rescaling(1, name=first)@(3,) -> Dense(2)"), Options(profile=True, data=(str(tmp_path / "x.npy"),))
    )
    assert [call.name for call in outcome.profile] == ["first", "dense"]
    assert outcome.first_not_finite == "first"
    assert outcome.profile[1].macs == 6
    assert outcome.profile[1].bytes == 8
    assert not outcome.outputs[0].finite


def test_the_statistics_are_those_of_numpy():
    values = np.random.default_rng(3).normal(5, 2, 600_001).astype("float32")
    wide = values.astype("float64")
    assert kernels.statistics(values) == pytest.approx((wide.min(), wide.max(), wide.mean(), wide.std()))


def test_not_runnable_is_said_before_any_work():
    graph = read("Dense(4)@(3,) -> Lambda(double, output_shape=(4,)) -> Dense(2)")
    with pytest.raises(DenseError, match="not runnable: Lambda 'lambda'") as caught:
        check_runnable(graph, {1, 2})
    assert caught.value.code == "E509"
    check_runnable(graph, {1})


def test_unknown_sizes_become_the_first_that_fit():
    outcome = run(read("Conv2D(2, 20)@(none,none,3) -> GlobalAveragePooling2D"))
    assert outcome.arrays[0].shape == (1, 2)
    with pytest.raises(SpecErrors):
        run(read("Conv2D(2, 900)@(none,none,3)"))


# -- joined layers ------------------------------------------------------------------------
CHAIN = "Conv2D(4, 3, use_bias=false)@(8,8,3) -> BatchNormalization -> ReLU(max_value=6) -> DepthwiseConv2D(3) -> BatchNormalization -> Activation(swish) -> Flatten -> Dense(4) -> BatchNormalization -> LeakyReLU"


def test_joining_leaves_one_call_for_three():
    plan = prepare(read(CHAIN))
    called = [plan.graph.nodes[node].layer.type_name for node, _ in call_order(plan.graph)[0]]
    assert called == ["InputLayer", "Conv2D", "DepthwiseConv2D", "Flatten", "Dense"]


@pytest.mark.parametrize(
    "stack",
    [
        CHAIN,
        "Conv2D(4, 3, data_format=channels_first)@(3,8,8) -> BatchNormalization(axis=1) -> Activation(tanh)",
        "Conv2D(4, 3)@(8,8,3) -> BatchNormalization(axis=1) -> ReLU",
        "Conv2D(4, 3, activation=relu)@(8,8,3) -> BatchNormalization -> Activation(softmax)",
        "Conv2D(4, 3, name=stem)@(8,8,3) -> [BatchNormalization -> ReLU | stem] -> Add -> ReLU",
        "Dense(4)@(3,) -> [_ | Activation(relu)] -> Multiply -> Activation(gelu)",
        "BatchNormalization@(4,) -> ReLU -> LayerNormalization -> ReLU",
    ],
)
def test_joined_and_plain_give_the_same(stack):
    graph = read(stack)
    plain = prepare(graph, Options(profile=True, batch=3))
    for weights in plain.weights:
        for name, array in weights.items():
            array += np.random.default_rng(len(name)).uniform(0.1, 0.9, array.shape).astype("float32")
    expected = plain()
    copies = [{name: array.copy() for name, array in weights.items()} for weights in plain.weights]
    joined = plain._replace(graph=fuse(graph, kernels, copies), weights=copies)()
    for ours, theirs in zip(joined, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


# -- memory -------------------------------------------------------------------------------
def test_what_does_not_fit_is_refused_before_anything_is_allocated():
    tracemalloc.start()
    with pytest.raises(LimitError) as caught:
        run(read("Dense(1000000)@(1000000,)"), Options(max_memory=1 << 31))
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()
    assert caught.value.code == "E507"
    assert "3.64 TiB" in caught.value.message


@pytest.mark.parametrize(
    "stack",
    [
        "Conv2D(32, 3, padding=same)@(400,400,32) -> BatchNormalization -> ReLU -> [_ | Conv2D(32, 3, padding=same)] -> Add -> Conv2D(64, 1) -> MaxPooling2D",
        "Dense(2048)@(2048,) -> Dense(2048) -> Dense(2048)",
        "Dense(512)@(4096,256) -> LayerNormalization -> Dense(256, activation=gelu)",
    ],
)
def test_the_real_peak_is_the_one_foretold(stack):
    graph = read(stack)
    run(graph)
    tracemalloc.start()
    outcome = run(graph)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 1.25 * outcome.peak_bytes


# -- the command --------------------------------------------------------------------------
def test_save_writes_npy_for_one_output_and_npz_for_several(capfd, tmp_path):
    one, several = tmp_path / "y.npy", tmp_path / "y.npz"
    assert cli(capfd, STACK, "--run", "--save", str(one))[0] == 0
    assert np.load(one).shape == (1, 4)
    assert cli(capfd, "[Dense(1, name=a)@(3,) | Dense(2, name=b)@(3,)]", "--run", "--save", str(several))[0] == 0
    with np.load(several) as held:
        assert list(held) == ["a", "b"]
    code, _, complaint = cli(capfd, "[Dense(1)@(3,) | Dense(2)@(3,)]", "--run", "--save", str(one))
    assert (code, "E603" in complaint) == (2, True)


def test_json_has_what_the_text_has(capfd):
    code, text, _ = cli(capfd, STACK, "--run", "--profile", "--format", "json", "--batch", "2")
    found = json.loads(text)["run"]
    assert code == 0
    assert found["batch"] == 2
    assert found["weights"] is None
    assert found["first_not_finite"] is None
    assert [call["name"] for call in found["profile"]] == ["dense", "flatten", "out"]
    assert found["profile"][0]["macs"] == 2 * 96


def test_an_output_that_is_not_finite_is_said_to_be_and_json_stays_json(tmp_path, capfd):
    data = save_npy(tmp_path / "x.npy", np.array([[np.nan, 1, 1], [np.inf, 2, 2]], dtype="float32"))
    code, text, complaint = cli(capfd, "Dense(2)@(3,)", "--run", "--data", data)
    assert (code, complaint, "has NaN or infinity" in text) == (0, "", True)
    code, text, _ = cli(capfd, "Dense(2)@(3,)", "--run", "--data", data, "-f", "json")
    (output,) = json.loads(text, parse_constant=pytest.fail)["run"]["outputs"]
    assert (code, output["finite"]) == (0, False)
    assert {output[name] for name in ("min", "max", "mean", "std")} == {None}
    assert cli(capfd, "Dense(2)@(3,)", "--run", "--data", data, "--print", "run.outputs.0.finite")[1] == "false\n"


def test_numbers_whose_squares_are_infinite_have_statistics(tmp_path, capfd):
    kernel = np.array([[1.7e308, -1.7e308], [0, 0]])
    weights = save(tmp_path / "w.npz", **{"dense/kernel": kernel, "dense/bias": np.zeros(2)})
    data = save_npy(tmp_path / "x.npy", np.ones((2, 2)))
    words = ["Dense(2, dtype=float64)@(2,)", "--run", "--data", data, "--weights", weights]
    code, text, complaint = cli(capfd, *words, "-f", "json")
    (output,) = json.loads(text)["run"]["outputs"]
    assert (code, complaint) == (0, "")
    assert output["finite"] and (output["min"], output["max"], output["mean"]) == (-1.7e308, 1.7e308, 0)
    assert output["std"] == pytest.approx(1.7e308)


def save_npy(path, array):
    np.save(path, array)
    return str(path)


def test_options_of_a_pass_need_run(capfd):
    code, _, complaint = cli(capfd, STACK, "--save", "y.npy")
    assert code == 2
    assert "add --run" in complaint


def test_limits_are_told_with_their_code(capfd):
    code, out, complaint = cli(capfd, "Dense(9000)@(9000,)", "--run", "--max-memory", "1MiB")
    assert (code, out) == (2, "")
    assert "error[E507]: the forward pass needs 309.09 MiB, the limit is 1.00 MiB" in complaint


def test_an_open_size_may_be_that_of_the_first_call(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text(
        """
input: {a: [null, 5], b: [5, null]}
layers: [{type: Dense, name: d, units: 7, inputs: a}, {call: d, name: e, inputs: b}]
outputs: [d, e]
""",
        encoding="utf-8",
    )
    assert [output.shape for output in run(open_spec(str(path))).outputs] == [(1, 5, 7), (1, 5, 7)]
