"""Files with weights alone: tables of what their own libraries wrote into them, with totals."""

from __future__ import annotations

import csv
import io
import json
import math
import struct
import zipfile

import pytest

from densecli.errors import DenseError
from densecli.names import element_bits
from densecli.read.limits import LIMITS
from densecli.read.open import open_spec
from densecli.read.reading import Reading
from densecli.summary.infer import infer
from support.folders import FIXTURES
from support.program import outcome

pytest.importorskip("h5py")
ARCHIVE = FIXTURES / "weights_files.zip"


def member(name):
    with zipfile.ZipFile(ARCHIVE) as archive:
        return archive.read(name)


RECORDS = json.loads(member("records.json"))


@pytest.fixture
def path_of(tmp_path):
    def path(name):
        (tmp_path / name).write_bytes(member(name))
        return tmp_path / name

    return path


def listed(report):
    return [[row.name, *([list(each.shape), each.dtype] for each in row.weights)] for row in report.rows]


@pytest.mark.parametrize("name", RECORDS)
def test_everything_in_the_file_is_listed_and_counted(name, path_of):
    report, record = infer(open_spec(str(path_of(name)))), RECORDS[name]
    assert (report.type, report.weights_only, report.inputs, report.outputs) == ("Weights", True, (), ())
    weights = [(list(each.shape), each.dtype) for row in report.rows for each in row.weights]
    if "arrays" in record:
        assert sorted(listed(report)) == sorted([name, [shape, dtype]] for name, shape, dtype in record["arrays"])
    elif "layers" in record:
        shapes = [[list(each.shape) for each in row.weights] for row in report.rows]
        assert shapes == record["layers"] if "names" in record else sorted(shapes) == sorted(record["layers"])
        assert {dtype for _, dtype in weights} == {record.get("dtype", "float32")}
        assert [row.name for row in report.rows] == record.get("names", [row.name for row in report.rows])
    else:
        assert sorted(shape for shape, _ in weights) == sorted(record["shapes"])
    assert report.totals.params == sum(math.prod(shape) for shape, _ in weights)
    assert report.totals.weight_bytes == sum(math.prod(shape) * element_bits(dtype) // 8 for shape, dtype in weights)


def test_what_is_no_number_is_left_out_with_a_warning(path_of):
    warnings = infer(open_spec(str(path_of("mixed.npz")))).warnings
    assert warnings[1] == "2 arrays without numbers are left out: 'words' (text), 'things' (object)"


def test_an_optimizer_is_left_out_with_a_warning(path_of):
    assert "of the optimizer left out" in infer(open_spec(str(path_of("k2.index")))).warnings[1]


def test_the_state_of_metrics_is_left_out_with_a_warning(tmp_path):
    """tf_keras 2.21 writes it beside the layers of a compiled model: saving_lib follows every attribute, also `metrics`."""
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "tf_keras.weights.h5"
    with h5py.File(path, "w") as file:
        for place, shape in {
            "layers/dense/vars/0": (3, 2),
            "layers/dense/vars/1": (2,),
            "metrics/mean/vars/0": (),
        }.items():
            file.create_dataset(place, shape, "f4")
        file.create_group("layers/metrics/vars").create_dataset("0", (4,), "f4")
    report = infer(open_spec(str(path)))
    assert [row.name for row in report.rows] == ["layers/dense", "layers/metrics"]
    assert report.totals.params == 12
    assert "1 array of the metrics left out" in report.warnings


@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "tsv", "markdown", "latex", "html", "svg", "table"])
@pytest.mark.parametrize("name", ["m.safetensors", "k2.h5"])
def test_every_format_has_name_shape_dtype_and_bytes(path_of, name, form):
    code, out, _ = outcome(str(path_of(name)), "-f", form)
    assert code == 0
    wanted = ("a.weight", "float16") if name == "m.safetensors" else ("stem", "float32")
    assert all(word in out.replace("\\allowbreak", "").replace("{}", "") for word in wanted)
    if form == "csv":
        first = next(csv.DictReader(io.StringIO(out)))
        assert int(first["weight_bytes"]) > 0
        assert first.keys() >= {"name", "weight_dtype", "params"}


@pytest.mark.parametrize(
    "command",
    [["explain"], ["memory"], ["draw"], ["convert", "--to", "yaml"], ["convert", "--to", "svg"], ["summary", "--run"]],
)
def test_commands_that_need_layers_say_so(path_of, command):
    code, out, err = outcome(*command, str(path_of("m.safetensors")))
    assert (code, out) == (2, "")
    assert "error[E325]: 'm.safetensors' holds weights and no layers" in err


def test_two_files_of_weights_are_compared(path_of, tmp_path):
    path = path_of("plain.npz")
    code, out, _ = outcome("diff", str(path), str(path_of("m.safetensors")))
    assert code == 0, out


# -- safetensors -----------------------------------------------------------------------------
def safetensors(tmp_path, header, size=0):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    (tmp_path / "m.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + bytes(size))
    return tmp_path / "m.safetensors"


def entry(shape=(2,), dtype="F32", offsets=(0, 8)):
    return {"shape": list(shape), "dtype": dtype, "data_offsets": list(offsets)}


def fails(path, code, limits=LIMITS):
    with pytest.raises(DenseError) as caught:
        open_spec(str(path), Reading(limits=limits))
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"w": entry(offsets=(0, 16))}, "E333"),
        ({"w": entry(offsets=(8, 0))}, "E333"),
        ({"w": entry(offsets=(0, 4))}, "E333"),
        ({"w": entry(shape=(1 << 40, 1 << 40))}, "E333"),
        ({"w": entry(shape=(-2,))}, "E333"),
        ({"w": entry(shape=(True, 2))}, "E333"),
        ({"w": {}}, "E333"),
        ({"w": 3}, "E333"),
        ({}, "E324"),
        ({"__metadata__": {"a": "b"}}, "E324"),
        (b'{"w": ' + json.dumps(entry()).encode() + b', "w": ' + json.dumps(entry()).encode() + b"}", "E201"),
        (b"{" + b'"a":{' * 300, "E503"),
        (b'{"w"\xff', "E102"),
    ],
)
def test_damaged_headers_are_refused(tmp_path, header, code):
    fails(safetensors(tmp_path, header, 8), code)


def test_small_floats_are_counted_in_bits(tmp_path):
    path = safetensors(tmp_path, {"w": entry((3, 3), "F4", (0, 5))}, 5)
    totals = infer(open_spec(str(path))).totals
    assert (totals.params, totals.weight_bytes) == (9, 5)


def test_a_dtype_that_nobody_knows_is_left_out(tmp_path):
    path = safetensors(tmp_path, {"w": entry(), "new": entry(dtype="F3", offsets=(8, 9))}, 9)
    report = infer(open_spec(str(path)))
    assert [row.name for row in report.rows] == ["w"]
    assert "'new' (F3)" in report.warnings[1]


def test_limits_bound_the_header_and_the_tensors(tmp_path):
    many = {f"w{index}": entry() for index in range(30)}
    fails(safetensors(tmp_path, many, 8), "E505", LIMITS._replace(weights=20))
    fails(safetensors(tmp_path, many, 8), "E506", LIMITS._replace(config_bytes=200))


def test_a_length_beyond_the_file_is_refused(tmp_path):
    (tmp_path / "m.safetensors").write_bytes(struct.pack("<Q", 5000) + b'{"a')
    fails(tmp_path / "m.safetensors", "E333")


# -- NumPy --------------------------------------------------------------------------------------
def npy(header, version=1):
    text = header.encode()
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text


@pytest.mark.parametrize(
    "data",
    [
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os'),), }"),
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9" + "9" * 30 + ",), }"),
        npy("nonsense"),
        npy("", 7),
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff{",
        b"\x93NUMPY",
    ],
)
def test_a_header_that_numpy_never_writes_is_refused(tmp_path, data):
    (tmp_path / "x.npy").write_bytes(data)
    fails(tmp_path / "x.npy", "E508")


def test_an_encrypted_or_otherwise_packed_archive_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"))
    fails(tmp_path / "x.npz", "E314")
