"""Weights in the layout of Keras 1, written here by its conventions; the outputs are computed here, gate by gate and pixel by pixel."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest

from densecli.errors import ReadError
from densecli.read.open import open_spec
from densecli.run.run import Options, run

h5py = pytest.importorskip("h5py")

RANDOM = np.random.RandomState(3)
BEGINNING = RANDOM.get_state()
UNITS, STEPS, CHANNELS = 4, 5, 3


@pytest.fixture(autouse=True)
def beginning():
    """The same numbers in every test, in any test order."""
    RANDOM.set_state(BEGINNING)


def draw(*shape):
    return RANDOM.standard_normal(shape).astype("float32") * np.float32(0.5)


def layer(kind, name, **config):
    return {"class_name": kind, "config": {"name": name, "trainable": True, **config}}


def write(path, layers, weights, backend=None):
    """A model file of Keras 1: a bare list as config, names such as dense_1_W."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = b"1.2.2"
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layers}).encode()
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = [name.encode() for name in weights]
        if backend:
            root.attrs["backend"] = backend.encode()
        for name, arrays in weights.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = np.array([key.encode() for key in arrays], "S")
            for key, array in arrays.items():
                group.create_dataset(key, data=array)
    return str(path)


def outputs(path, tmp_path, *arrays):
    np.savez(tmp_path / "x.npz", *arrays)
    return run(open_spec(path), Options(weights=path, data=(str(tmp_path / "x.npz"),))).arrays[0]


def close(found, expected):
    assert found.shape == expected.shape
    assert np.ptp(expected) > 0.05, "too flat to tell anything"
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


# -- recurrent layers: an array for each gate ----------------------------------------------
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, by_gate):
    h = c = np.zeros((len(x), UNITS))
    seen = []
    for step in x.swapaxes(0, 1):
        i, f, o, new = (step @ by_gate[g][0] + h @ by_gate[g][1] + by_gate[g][2] for g in "ifoc")
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(new)
        h = sigmoid(o) * np.tanh(c)
        seen.append(h)
    return np.stack(seen, 1)


def gru(x, by_gate):
    h = np.zeros((len(x), UNITS))
    seen = []
    for step in x.swapaxes(0, 1):
        z, r = (sigmoid(step @ by_gate[g][0] + h @ by_gate[g][1] + by_gate[g][2]) for g in "zr")
        new = np.tanh(step @ by_gate["h"][0] + (r * h) @ by_gate["h"][1] + by_gate["h"][2])
        h = z * h + (1 - z) * new
        seen.append(h)
    return np.stack(seen, 1)


def gates(letters):
    return {gate: (draw(CHANNELS, UNITS), draw(UNITS, UNITS), draw(UNITS)) for gate in letters}


def named(stem, by_gate):
    return {f"{stem}_{kind}_{gate}": by_gate[gate][index] for gate in by_gate for index, kind in enumerate("WUb")}


RECURRENT = {"output_dim": UNITS, "inner_activation": "sigmoid", "activation": "tanh", "return_sequences": True}
SEQUENCE = {"batch_input_shape": [None, STEPS, CHANNELS]}


@pytest.mark.parametrize(("kind", "order", "reference"), [("LSTM", "icfo", lstm), ("GRU", "zrh", gru)])
def test_gates_that_are_kept_apart(tmp_path, kind, order, reference):
    by_gate, x = gates(order), draw(2, STEPS, CHANNELS)
    path = write(tmp_path / "m.h5", [layer(kind, "rnn_1", **RECURRENT, **SEQUENCE)], {"rnn_1": named("rnn_1", by_gate)})
    close(outputs(path, tmp_path, x), reference(x, by_gate))


def test_both_directions(tmp_path):
    ways, x = (gates("icfo"), gates("icfo")), draw(2, STEPS, CHANNELS)
    layers = [layer("Bidirectional", "both", merge_mode="concat", layer=layer("LSTM", "l", **RECURRENT), **SEQUENCE)]
    path = write(tmp_path / "m.h5", layers, {"both": named("forward_l", ways[0]) | named("backward_l", ways[1])})
    close(outputs(path, tmp_path, x), np.concatenate([lstm(x, ways[0]), lstm(x[:, ::-1], ways[1])[:, ::-1]], -1))


# -- convolutions: the order of a kernel's axes, and Theano's turn ----------------------------
IMAGE = draw(2, 3, 6, 7)


def convolve(x, kernel):
    """Correlation of x (batch, channels, height, width) with a kernel (filters, channels, height, width)."""
    height, width = (n - k + 1 for n, k in zip(x.shape[2:], kernel.shape[2:], strict=True))
    y = np.zeros((len(x), len(kernel), height, width))
    for row, column in product(range(height), range(width)):
        patch = x[:, :, row : row + kernel.shape[2], column : column + kernel.shape[3]]
        y[:, :, row, column] = np.einsum("ncij,ocij->no", patch.astype("float64"), kernel)
    return y


@pytest.mark.parametrize("channels", [3, 2])
@pytest.mark.parametrize("backend", [None, "tensorflow", "theano"])
def test_channels_first_kernels_stand_filters_first(tmp_path, backend, channels):
    kernel, bias, x = draw(3, channels, 3, 3), draw(3), IMAGE[:, :channels]  # with 3 channels its shape is ambiguous
    statistics = {"gamma": draw(3), "beta": draw(3), "running_mean": draw(3), "running_std": abs(draw(3)) + 0.5}
    dense = {"d_W": draw(3 * 4 * 5, 2), "d_b": draw(2)}
    shape = {"batch_input_shape": [None, channels, 6, 7], "dim_ordering": "th"}
    layers = [
        layer("Convolution2D", "c", nb_filter=3, nb_row=3, nb_col=3, activation="relu", **shape),
        layer("BatchNormalization", "n", mode=0, axis=1, epsilon=1e-3),
        layer("Flatten", "f"),
        layer("Dense", "d", output_dim=2, activation="linear"),
    ]
    held = {"c": {"c_W": kernel, "c_b": bias}, "n": {f"n_{k}": v for k, v in statistics.items()}, "f": {}, "d": dense}
    path = write(tmp_path / "m.h5", layers, held, backend)
    turned = kernel[:, :, ::-1, ::-1] if backend == "theano" else kernel
    y = np.maximum(convolve(x, turned) + bias[:, None, None], 0)
    gamma, beta, mean, variance = (each[:, None, None] for each in statistics.values())
    y = (y - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    close(outputs(path, tmp_path, x), y.reshape(2, -1) @ dense["d_W"] + dense["d_b"])


def test_channels_last_kernels_stay(tmp_path):
    kernel = draw(3, 2, 3, 5)
    shape = {"batch_input_shape": [None, 6, 7, 3], "dim_ordering": "tf"}
    path = write(
        tmp_path / "m.h5",
        [layer("Convolution2D", "c", nb_filter=5, nb_row=3, nb_col=2, bias=False, **shape)],
        {"c": {"c_W:0": kernel}},
    )
    expected = convolve(IMAGE, kernel.transpose(3, 2, 0, 1)).transpose(0, 2, 3, 1)
    close(outputs(path, tmp_path, np.ascontiguousarray(IMAGE.transpose(0, 2, 3, 1))), expected)


@pytest.mark.parametrize("old", [False, True])
def test_kernels_of_sequences_had_an_axis_more(tmp_path, old):
    kernel, x = draw(2, 1, CHANNELS, 4), draw(2, STEPS, CHANNELS)
    held = kernel.transpose(3, 2, 0, 1) if old else kernel
    layers = [layer("Convolution1D", "c", nb_filter=4, filter_length=2, bias=False, **SEQUENCE)]
    path = write(tmp_path / "m.h5", layers, {"c": {"c_W": held}})
    expected = np.stack([np.einsum("nic,ico->no", x[:, t : t + 2], kernel[:, 0]) for t in range(STEPS - 1)], 1)
    close(outputs(path, tmp_path, x), expected)


# -- other things ------------------------------------------------------------------------
def test_branches_of_a_merge_stand_beside_all_others(tmp_path):
    a, b, c = (draw(3, 4), draw(4)), (draw(2, 4), draw(4)), (draw(8, 1), draw(1))

    def branch(name, size):
        return {
            "class_name": "Sequential",
            "config": [layer("Dense", name, output_dim=4, batch_input_shape=[None, size])],
        }

    merge = layer("Merge", "m", layers=[branch("a", 3), branch("b", 2)], mode="concat", mode_type="raw", concat_axis=-1)
    held = {name: {f"{name}_W": each[0], f"{name}_b": each[1]} for name, each in (("a", a), ("b", b), ("c", c))}
    path = write(tmp_path / "m.h5", [merge, layer("Dense", "c", output_dim=1)], held)
    x, y = draw(2, 3), draw(2, 2)
    close(outputs(path, tmp_path, x, y), np.concatenate([x @ a[0] + a[1], y @ b[0] + b[1]], -1) @ c[0] + c[1])


def test_words_steps_and_a_plain_recurrence(tmp_path):
    table, (w, u, bias), dense = draw(9, CHANNELS), gates("x")["x"], (draw(UNITS, 2), draw(2))
    layers = [
        layer("Embedding", "e", input_dim=9, output_dim=CHANNELS, batch_input_shape=[None, STEPS], input_dtype="int32"),
        layer("SimpleRNN", "r", output_dim=UNITS, activation="tanh", return_sequences=True),
        layer("TimeDistributed", "t", layer=layer("Dense", "d", output_dim=2, activation="linear")),
    ]
    held = {"e": {"e_W": table}, "r": {"r_W": w, "r_U": u, "r_b": bias}, "t": {"d_W": dense[0], "d_b": dense[1]}}
    words = np.array([[1, 8, 0, 3, 3], [5, 2, 2, 7, 4]], "int32")
    h, seen = np.zeros((2, UNITS)), []
    for step in table[words].swapaxes(0, 1):
        h = np.tanh(step @ w + h @ u + bias)
        seen.append(h)
    path = write(tmp_path / "m.h5", layers, held)
    close(outputs(path, tmp_path, words), np.stack(seen, 1) @ dense[0] + dense[1])


def test_gates_of_other_sizes_are_refused(tmp_path):
    by_gate = gates("icfo")
    by_gate["f"] = (draw(CHANNELS, UNITS + 1), *by_gate["f"][1:])
    held = {"rnn_1": named("rnn_1", by_gate)}
    path = write(tmp_path / "m.h5", [layer("LSTM", "rnn_1", **RECURRENT, **SEQUENCE)], held)
    with pytest.raises(ReadError, match=r"kernel is \(3, 16\)") as caught:
        run(open_spec(path), Options(weights=path))
    assert caught.value.code == "E323"
