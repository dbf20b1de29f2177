"""Files are opened safely: archives and HDF5 with bounds, links refused, nothing run, opened or written because a file says so."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import struct
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from densecli.errors import DenseError, SpecErrors
from densecli.read.files import hdf5
from densecli.read.limits import LIMITS
from densecli.read.open import open_spec, read_stream
from densecli.read.reading import Reading
from densecli.run.run import Options, run
from densecli.summary.infer import infer

h5py = pytest.importorskip("h5py")

CONFIG = {
    "module": "keras", "class_name": "Sequential", "registered_name": None, "config": {"name": "m", "layers": [
        {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "x"}},
        {"module": "keras.layers", "class_name": "Dense", "config": {"name": "dense", "units": 3}},
    ]},
}  # fmt: skip
TEXT = json.dumps(CONFIG)
METADATA = json.dumps({"keras_version": "3.15.1"})


def archive(path, *members, mode="w", compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, mode, compression) as file:
        for name, content in members or (("metadata.json", METADATA), ("config.json", TEXT)):
            file.writestr(name, content)
    return path


def report(path, **reading):
    return infer(open_spec(str(path), Reading(**reading) if reading else Reading()))


def fails(path, code, **reading):
    with pytest.raises((DenseError, SpecErrors)) as caught:
        report(path, **reading)
    error = caught.value.errors[0] if isinstance(caught.value, SpecErrors) else caught.value
    assert error.code == code
    return error


# -- the type of a file, whatever its name --------------------------------------------------
@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.json", "model"])
def test_an_archive_is_known_by_its_contents(tmp_path, name):
    assert report(archive(tmp_path / name)).totals.params == 15


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.yaml", "model.bin"])
def test_an_hdf5_file_is_known_by_its_contents(tmp_path, name):
    with h5py.File(tmp_path / name, "w") as file:
        file.attrs["model_config"] = TEXT
    assert report(tmp_path / name).totals.params == 15


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.yaml", "model.json", "model"])
def test_a_json_config_is_known_by_its_contents(tmp_path, name):
    (tmp_path / name).write_text("\ufeff \n" + TEXT, encoding="utf-8")
    assert report(tmp_path / name).totals.params == 15


@pytest.mark.parametrize("data", [b"\x1f\x8b" + bytes(20), pickle.dumps([1], 4), b"BZh91AY", b"\x08\x01\x12\x03abc"])
def test_other_formats_are_named(tmp_path, data):
    (tmp_path / "model.keras").write_bytes(data)
    assert "which densecli does not read" in fails(tmp_path / "model.keras", "E105").message


@pytest.mark.parametrize("form", ["tar", "v7 tar", "gzip", "pickle"])
@pytest.mark.parametrize("name", ["model.keras", "model.json"])
def test_a_model_that_is_packed_in_something_else_is_not_looked_for(tmp_path, form, name):
    data = archive(tmp_path / "inner.keras").read_bytes()
    (tmp_path / name).write_bytes(packed(data, form))
    kind = form.removeprefix("v7 ")
    assert f"is a {kind}" in fails(tmp_path / name, "E105").message


def packed(data, form):
    if form == "gzip":
        return gzip.compress(data, 0)
    if form == "pickle":
        return pickle.dumps(data, 4)
    entry, packed = tarfile.TarInfo("model.keras"), io.BytesIO()
    entry.size = len(data)
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as file:
        file.addfile(entry, io.BytesIO(data))
    return without_magic(packed.getvalue()) if form == "v7 tar" else packed.getvalue()


def without_magic(data):
    """The oldest form of tar: only the checksum identifies it."""
    head = bytearray(data[:512])
    head[257:265] = bytes(8)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + data[512:]


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.hdf5"])
@pytest.mark.parametrize("data", [b"\xe3" + bytes(40), bytes(600), b"\x7fELF\x02\x01", b"caf\xe9"])
def test_what_nobody_knows_is_no_model_file(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert "densecli reads .keras" in fails(tmp_path / name, "E105").hint


def test_a_small_limit_bounds_what_is_read(tmp_path):
    (tmp_path / "m.json").write_text(TEXT, encoding="utf-8")
    fails(tmp_path / "m.json", "E501", limits=LIMITS._replace(config_bytes=1))

    class Watched(io.BytesIO):
        def read(self, size=-1):
            assert size >= 0
            return super().read(size)

    with pytest.raises(DenseError) as caught:
        read_stream(Watched(b"{" * 5000), "m.json", Reading(limits=LIMITS._replace(config_bytes=1)))
    assert caught.value.code == "E501"


# -- archives -------------------------------------------------------------------------------
def test_a_bomb_is_not_read_to_its_end(tmp_path):
    path = archive(tmp_path / "m.keras", ("config.json", b" " * (20 << 20)))
    assert path.stat().st_size < 30_000
    fails(path, "E506", limits=LIMITS._replace(config_bytes=1 << 20))


def test_too_many_members_are_refused_before_the_directory_is_read(tmp_path):
    path = archive(tmp_path / "m.keras", *((f"{index}", b"") for index in range(50)), ("config.json", TEXT))
    fails(path, "E506", limits=LIMITS._replace(members=50))
    assert report(path).totals.params == 15


def test_members_are_counted_and_the_count_that_is_written_is_not_believed(tmp_path):
    path = archive(tmp_path / "m.keras", *((f"{index}", b"") for index in range(50)), ("config.json", TEXT))
    data = bytearray(path.read_bytes())
    data[-14:-10] = struct.pack("<HH", 2, 2)
    path.write_bytes(data)
    fails(path, "E506", limits=LIMITS._replace(members=50))
    data[-6:-2] = b"PK\5\6"  # what looks like another end inside the end
    path.write_bytes(data)
    fails(path, "E506", limits=LIMITS._replace(members=50))


def test_an_archive_with_a_large_directory_form_is_counted_too(tmp_path, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 20)  # then the end is written as for archives beyond 4 GiB
    path = archive(tmp_path / "m.keras", *((f"{index}", b"") for index in range(50)), ("config.json", TEXT))
    assert b"PK\x06\x06" in path.read_bytes()
    assert report(path).totals.params == 15
    fails(path, "E506", limits=LIMITS._replace(members=50))


def test_a_compressed_weights_file_is_unpacked_no_further_than_the_model_can_need(tmp_path):
    path = archive(tmp_path / "m.keras", ("config.json", TEXT), ("model.weights.h5", bytes(20 << 20)))
    with pytest.raises(DenseError) as caught:
        run(open_spec(str(path)), Options(weights=str(path), limits=LIMITS._replace(weights_bytes=1 << 20)))
    assert (caught.value.code, "--limit weights_bytes=" in caught.value.hint) == ("E506", True)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("members", "code"),
    [
        ([("config.json", TEXT), ("config.json", TEXT)], "E312"),
        ([("Config.json", TEXT)], "E313"),
        ([("./config.json", TEXT)], "E313"),
        ([("model/config.json", TEXT)], "E313"),
        ([("metadata.json", METADATA)], "E313"),
        ([("config.json", "")], "E101"),
        ([("config.json", "{")], "E206"),
        ([("config.json", "[]")], "E302"),
        ([("config.json", '[{"class_name": "Dense", "config": {}}]')], "E307"),
        ([("config.json", b"\xff\xfe{")], "E102"),
        ([("config.json", TEXT.replace('"units": 3', '"units": 3, "units": 4'))], "E201"),
    ],
)
def test_what_an_archive_must_hold(tmp_path, members, code):
    fails(archive(tmp_path / "m.keras", *members), code)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_that_keras_never_uses_are_refused(tmp_path, compression):
    fails(archive(tmp_path / "m.keras", compression=compression), "E314")


def patched(path, change):
    path.write_bytes(change(bytearray(path.read_bytes())))
    return path


def test_an_encrypted_member_is_refused(tmp_path):
    def encrypt(data):
        for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = data.find(mark)
            data[at + flags] |= 1
        return data

    path = archive(tmp_path / "m.keras", ("config.json", TEXT))
    fails(patched(path, encrypt), "E314")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"config.json", b"konfig.json", 1),  # another name in the local header
        lambda data: data.replace(struct.pack("<L", zlib.crc32(TEXT.encode())), b"\0\0\0\0"),
        lambda data: data[:60] + bytes(20) + data[80:],
    ],
)
def test_damage_is_said_to_be_damage(tmp_path, change):
    path = archive(tmp_path / "m.keras", ("config.json", TEXT))
    error = fails(patched(path, change), "E311") if zipfile.is_zipfile(io.BytesIO(change(path.read_bytes()))) else None
    assert error is None or "damaged" in error.message


def test_a_size_that_lies_is_damage(tmp_path):
    path = archive(tmp_path / "m.keras", ("config.json", TEXT))
    size = struct.pack("<L", len(TEXT))
    fails(patched(path, lambda data: data.replace(size, struct.pack("<L", 10))), "E311")


def test_something_before_the_archive_is_a_warning(tmp_path):
    path = archive(tmp_path / "m.keras")
    path.write_bytes(b"#!/bin/sh\nexit 1\n" + path.read_bytes())
    assert "before the archive" in report(path).warnings[0]


def test_names_that_climb_out_are_just_names(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    members = [("../../evil.txt", "x"), ("/tmp/densecli-evil", "x"), ("config.json", TEXT), ("a/../../b", "x")]
    assert report(archive(inside / "m.keras", *members)).totals.params == 15
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["inside", "m.keras"]


def test_of_a_directory_only_config_json_is_read(tmp_path):
    folder = tmp_path / "m.keras"
    folder.mkdir()
    fails(folder, "E105")
    (folder / "config.json").write_text(TEXT, encoding="utf-8")
    assert report(folder).totals.params == 15
    (folder / "config.json").unlink()
    (tmp_path / "secret.json").write_text(TEXT, encoding="utf-8")
    (folder / "config.json").symlink_to(tmp_path / "secret.json")
    fails(folder, "E105")


@pytest.mark.parametrize("seed", range(150))
def test_damaged_archives_give_a_report_or_an_error(tmp_path, seed):
    data = damaged(archive(tmp_path / "m.keras").read_bytes(), seed)
    (tmp_path / "m.keras").write_bytes(data)
    survives(tmp_path / "m.keras")


def damaged(data, seed):
    import random

    chance, found = random.Random(seed), bytearray(data)
    for _ in range(chance.choice([1, 3, 10])):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found[: chance.randrange(len(found))] if chance.random() < 0.2 else found)


def survives(path):
    try:
        report(path)
    except SpecErrors:
        pass
    except DenseError as error:
        assert error.code[0] == "E"


# -- HDF5 -----------------------------------------------------------------------------------
def list_weights(path):
    """The contents of a weights file, as the reader walks it."""
    with Path(path).open("rb") as file, hdf5.open_hdf5(file) as opened:
        return hdf5.guarded(opened, LIMITS)


def weights_file(path, config=TEXT, **groups):
    with h5py.File(path, "w") as file:
        if config is not None:
            file.attrs["model_config"] = config
        for name, shape in groups.items():
            file.create_dataset(f"model_weights/{name}/{name}/kernel:0", shape, dtype="float32")
    return path


@pytest.mark.parametrize("value", [TEXT, TEXT.encode(), h5py.Empty("f"), [1, 2], 7])
def test_the_config_attribute_is_a_text(tmp_path, value):
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = value
    if isinstance(value, str | bytes):
        assert report(path).totals.params == 15
    else:
        fails(path, "E321")


@pytest.mark.parametrize("layout", ["earliest", "latest"])
@pytest.mark.parametrize("value", ["", "  \n", "hello", TEXT[:100], b"{\xe9}", "{\x01}", "'a'"])
def test_an_attribute_that_holds_no_json_is_no_config(tmp_path, layout, value):
    path = tmp_path / "m.h5"
    with h5py.File(path, "w", libver=layout) as file:
        file.attrs["model_config"] = value
    assert "model_config is not JSON" in fails(path, "E321").message


@pytest.mark.parametrize("value", [np.array([TEXT], dtype=object), np.array([TEXT.encode()]), np.zeros((2, 2))])
def test_an_attribute_that_is_an_array_is_no_config(tmp_path, value):
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = value
    fails(path, "E321")


@pytest.mark.parametrize("kind", [str, bytes])
def test_a_config_of_210_kb_is_read_from_a_dense_attribute(tmp_path, kind):
    config = {"class_name": "Sequential", "config": {"name": "m", "layers": [
        {"class_name": "Dense", "config": {"name": "d", "units": 3, "batch_input_shape": [None, 4], "note": "x" * 210_000}},
    ]}}  # fmt: skip
    path = tmp_path / "m.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs["model_config"] = json.dumps(config).encode() if kind is bytes else json.dumps(config)
        for index in range(20):  # more attributes than a header keeps: they move to a heap
            file.attrs[f"a{index}"] = index
    assert report(path).totals.params == 15


def test_a_config_longer_than_an_object_header_is_read(tmp_path):
    layers = [
        {"class_name": "Dense", "config": {"name": f"dense_{index}", "units": 3, "note": "x" * 500}}
        for index in range(400)
    ]
    layers[0]["config"]["batch_input_shape"] = [None, 4]
    path = tmp_path / "m.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": layers}})
    assert report(path).totals.params == 15 + 399 * 12


def test_a_weights_only_file_lists_what_it_holds(tmp_path):
    path = weights_file(tmp_path / "w.h5", None, dense=(4, 3), top=(3, 2))
    found = report(path)
    assert [(row.name, row.params) for row in found.rows] == [("dense/dense/kernel:0", 12), ("top/top/kernel:0", 6)]
    assert (found.weights_only, found.totals.params) == (True, 18)
    assert list_weights(str(path)) == [
        ("model_weights/dense/dense/kernel:0", (4, 3), "float32"), ("model_weights/top/top/kernel:0", (3, 2), "float32"),
    ]  # fmt: skip


SECRET = 987_654


@pytest.mark.parametrize("kind", ["external link", "soft link", "external storage", "virtual dataset"])
def test_what_lies_outside_the_file_is_never_read(tmp_path, kind):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["x"] = [SECRET]
        layout = h5py.VirtualLayout(shape=(1,), dtype="i8")
        layout[:] = h5py.VirtualSource(file["x"])
    (tmp_path / "secret.bin").write_bytes(struct.pack("<q", SECRET))
    with h5py.File(tmp_path / "w.h5", "w", libver="latest") as file:
        if kind == "external link":
            file["a"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/x")
        elif kind == "soft link":
            file["a"] = h5py.SoftLink("/b")
        elif kind == "external storage":
            file.create_dataset("a", (1,), "i8", external=[(str(tmp_path / "secret.bin"), 0, 8)])
        else:
            file.create_virtual_dataset("a", layout)
    with pytest.raises(DenseError) as caught:
        list_weights(str(tmp_path / "w.h5"))
    assert caught.value.code == "E322"
    assert str(SECRET) not in str(caught.value) + str(caught.value.hint)


@pytest.mark.parametrize("target", [h5py.SoftLink("/model_weights"), h5py.ExternalLink("other.h5", "/model_weights")])
def test_the_group_with_the_weights_is_no_link(tmp_path, target):
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = TEXT
        file["model_weights"] = target
    with pytest.raises(DenseError) as caught:
        run(open_spec(str(path)), Options(weights=str(path)))
    assert caught.value.code == "E322"


def test_many_arrays_are_not_open_at_the_same_time(tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        for index in range(100):
            file.create_dataset(f"a/{index}", (1 << 28,), "f4", chunks=(1 << 20,))
    with h5py.File(tmp_path / "w.h5") as file:
        seen = [len(h5py.h5f.get_obj_ids(file.id, h5py.h5f.OBJ_DATASET)) for _ in hdf5.stored(file, LIMITS)]
    assert len(seen) == 100
    assert max(seen) <= 2


def test_a_huge_shape_is_only_a_shape(tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.create_dataset("a", (1 << 50,), "f8", chunks=(1024,))
    assert list_weights(str(tmp_path / "w.h5")) == [("a", (1 << 50,), "float64")]


def test_loops_and_depth_are_refused(tmp_path):
    with h5py.File(tmp_path / "loop.h5", "w") as file:
        file.create_group("a")["back"] = file["/"]
    with h5py.File(tmp_path / "deep.h5", "w") as file:
        file.create_group("/".join(["g"] * 3000))
    for name in ("loop.h5", "deep.h5"):
        fails(tmp_path / name, "E503")


def test_custom_layers_get_their_counts_from_the_weights(tmp_path):
    config = json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": [
        {"class_name": "Dense", "config": {"name": "a", "units": 3, "batch_input_shape": [None, 4]}},
        {"class_name": "MyLayer", "config": {"name": "mine"}}, {"class_name": "Dense", "config": {"name": "b", "units": 2}},
    ]}})  # fmt: skip
    found = report(weights_file(tmp_path / "m.h5", config, a=(4, 3), mine=(3, 7), b=(7, 2)))
    assert [row.params for row in found.rows] == [15, 21, 14]
    assert (found.totals.params, found.totals.lower_bound) == (50, False)


def test_custom_layers_of_an_archive_get_theirs_from_its_weights_file(tmp_path):
    layers = [
        *CONFIG["config"]["layers"],
        {"module": "my", "class_name": "MyLayer", "config": {"name": "z"}, "registered_name": "my>MyLayer"},
    ]
    config = {**CONFIG, "config": {"name": "m", "layers": layers}}
    with h5py.File(tmp_path / "w.h5", "w") as file:
        for path, shape in (("dense/vars/0", (4, 3)), ("my_layer/vars/0", (3, 7)), ("my_layer/inner/vars/0", (7,))):
            file.create_dataset(f"layers/{path}", shape, "float32")
    weights = (tmp_path / "w.h5").read_bytes()
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        members = (("config.json", json.dumps(config)), ("model.weights.h5", weights))
        found = report(archive(tmp_path / "m.keras", *members, compression=compression))
        assert [row.params for row in found.rows] == [15, 28]
        assert not found.totals.lower_bound


def test_without_h5py_configs_are_read_and_the_rest_says_what_to_install(tmp_path, monkeypatch):
    usual, without = weights_file(tmp_path / "m.h5", a=(4, 3)), weights_file(tmp_path / "w.h5", None, a=(4, 3))
    dense = tmp_path / "d.h5"
    with h5py.File(dense, "w", libver="latest") as file:
        for index in range(20):
            file.attrs[f"a{index}"] = index
        file.attrs["model_config"] = TEXT
    assert report(dense).totals.params == 15
    monkeypatch.setitem(sys.modules, "h5py", None)
    assert report(archive(tmp_path / "m.keras")).totals.params == 15
    assert report(usual).totals.params == 15
    for path in (dense, without):
        assert "densecli[h5]" in fails(path, "E106").hint


@pytest.mark.parametrize("seed", range(150))
def test_damaged_hdf5_files_give_a_report_or_an_error(tmp_path, seed):
    path = weights_file(tmp_path / "m.h5", dense=(4, 3))
    path.write_bytes(damaged(path.read_bytes(), seed))
    survives(path)


# -- what may be opened ---------------------------------------------------------------------
def test_only_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "m.json")
    fails(tmp_path / "m.json", "E105")
    fails("/dev/zero", "E105")
    fails(tmp_path, "E105")


def test_what_cannot_be_opened_is_said_with_its_reason(tmp_path):
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    (tmp_path / "dangling.json").symlink_to(tmp_path / "nowhere")
    for name in ("loop.json", "dangling.json", "missing.json", "x" * 300 + ".json", "nul\0.json"):
        fails(f"{tmp_path}/{name}", "E109")
