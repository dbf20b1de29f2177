"""Limits: each refusal names the option that lifts it, the option lifts it, and every command that reads has the option."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from densecli.errors import DenseError, ReadError, SpecErrors
from densecli.read.limits import CEILINGS, LIMITS, MEANINGS, Limits, beyond, raised, table, written
from densecli.read.open import read_stream
from densecli.read.reading import Reading
from densecli.summary.infer import infer
from support.folders import ROOT
from support.program import here

DENSE = {"class_name": "Dense", "config": {"name": "dense", "units": 3, "batch_input_shape": [None, 4]}}
CONFIG = json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": [DENSE]}})
NESTED = {"class_name": "Sequential", "config": {"name": "m", "layers": [DENSE]}}
for _ in range(25):
    NESTED = {"class_name": "Sequential", "config": {"name": "m", "layers": [NESTED]}}


def archive(*members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in members:
            opened.writestr(name, CONFIG)
    return file.getvalue()


def read(data, **limits):
    wanted = raised(f"{name}={value}" for name, value in limits.items())
    return infer(read_stream(io.BytesIO(data), "spec", Reading(limits=wanted)))


def error_of(data, **limits):
    with pytest.raises((DenseError, SpecErrors)) as caught:
        read(data, **limits)
    return caught.value.errors[0] if isinstance(caught.value, SpecErrors) else caught.value


# The limit, one that is too low, what the data really need (counted by hand), the code, the data.
CASES = [
    ("spec_bytes", 20, 25, "E501", b"Dense(3)@(2,) -> Dense(4)"),
    ("spec_bytes", 20, 38, "E501", b'{"input": [2], "layers": ["Dense(3)"]}'),
    ("config_bytes", 60, 163, "E501", CONFIG.encode()),
    ("config_bytes", 60, 163, "E506", archive("config.json")),
    ("members", 1, 2, "E506", archive("config.json", "metadata.json")),
    ("depth", 5, 6, "E503", CONFIG.encode()),
    ("depth", 2, 3, "E503", b"TimeDistributed(Dense((3)))@(2,2)"),
    ("depth", 2, 4, "E503", b"input: [2]\nlayers:\n- Dense: {units: 3}"),
    ("nodes", 9, 13, "E502", CONFIG.encode()),
    ("nodes", 5, 9, "E502", b"input: [2]\nlayers: [Dense(3), Dense(3), Flatten]"),
    ("layers", 2, 3, "E505", b"Dense(3)@(2,) * 3"),
    ("layers", 2, 3, "E505", b"input: [2]\nlayers: [{repeat: 3, layers: [Dense(3)]}]"),
    ("digits", 2, 3, "E504", b"Dense(333)@(2,)"),
    ("digits", 2, 3, "E504", b"input: [2]\nlayers: [Dense: 333]"),
    ("digits", 2, 3, "E504", CONFIG.replace("3", "333").encode()),
    ("bits", 4, 8, "E504", b"Dense(33*3)@(2,)"),
]


@pytest.mark.parametrize(("name", "low", "needs", "code", "data"), CASES)
def test_a_limit_allows_as_much_as_it_says_and_no_more(name, low, needs, code, data):
    assert read(data, **{name: needs}).totals.params > 0
    assert error_of(data, **{name: needs - 1}).code == code


@pytest.mark.parametrize(("name", "low", "needs", "code", "data"), CASES)
def test_a_refusal_names_the_option_that_lifts_it(name, low, needs, code, data):
    error = error_of(data, **{name: low})
    assert error.code == code
    assert error.code in MEANINGS[name][1]
    assert f"--limit {name}=" in error.hint
    allowed = raised([error.hint.partition("--limit ")[2]])
    assert getattr(allowed, name) == 2 * low
    assert read(data).totals.params > 0


def test_limits_of_hdf5_files_name_their_options(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        for name in ("a/b/c", "d"):
            file[name] = [1.0]
    for name, code in (("weights", "E505"), ("depth", "E503")):
        error = error_of(path.read_bytes(), **{name: 1})
        assert error.code == code
        assert f"--limit {name}=2" in error.hint


def test_models_nested_as_deep_as_can_be_are_read_to_their_end():
    deep = NESTED
    for _ in range(CEILINGS["depth"] // 3 - 27):
        deep = {"class_name": "Sequential", "config": {"name": "m", "layers": [deep]}}
    data = json.dumps(deep).encode()
    assert error_of(data).code == "E503"
    assert read(data, depth=CEILINGS["depth"]).totals.params == 15


@pytest.mark.parametrize(
    "text", ["(" * 198 + "Dense(3)@(2,)" + ")" * 198, "Dense(" + "(" * 199 + "3" + ")" * 199 + ")@(2,)"]
)
def test_brackets_as_deep_as_can_be_are_read_to_their_end(text):
    assert error_of(text.encode()).code == "E503"
    assert read(text.encode(), depth=CEILINGS["depth"]).totals.params == 9


DOWN = """
def down(d, x, n):
    if n:
        return down({1: d}, [x], n - 1)
    print(x == [x], f"{d}", f"{x}")
    return 3
from keras import layers, Sequential
m = Sequential([layers.Input((2,)), layers.Dense(down({}, [], %d))])
"""


def test_calls_as_deep_as_can_be_are_followed_to_their_end():
    deep = (DOWN % (CEILINGS["calls"] - 1)).encode()
    assert error_of(deep).code == "E505"
    assert read(deep, calls=CEILINGS["calls"]).totals.params == 9


def test_a_number_as_long_as_can_be_is_read():
    longest = "9" * CEILINGS["digits"]
    stack = f"Dense({longest}//{longest})@(2,)".encode()
    assert error_of(stack).code == "E504"
    assert read(stack, digits=CEILINGS["digits"]).totals.params == 3
    config = CONFIG.replace('"units": 3', f'"seed": {longest}, "units": 3').encode()
    assert error_of(config).code == "E504"
    assert read(config, digits=CEILINGS["digits"]).totals.params == 15


def test_what_cannot_be_raised_further_is_not_said_to_be():
    assert beyond(LIMITS._replace(depth=CEILINGS["depth"]), "depth", "too deep", "E503").hint is None
    assert beyond(LIMITS._replace(depth=150), "depth", "too deep", "E503").hint.endswith("depth=200")


# -- the option ---------------------------------------------------------------------------
def test_sizes_and_counts_are_written_as_people_do():
    found = raised(["config-bytes=128MiB", "NODES=4M", " members = 20_000 ", "depth=150"])
    assert found == LIMITS._replace(config_bytes=128 << 20, nodes=4_000_000, members=20_000, depth=150)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("nodes", "expected NAME=N, got 'nodes'", "--limit nodes=4_000_000"),
        ("=5", "no limit named ''", "limits: spec_bytes, config_bytes"),
        ("nodez=5", "no limit named 'nodez'", "did you mean `nodes`?"),
        ("nodes=many", "the limit nodes (values in a document", "--limit nodes=4_000_000"),
        ("config_bytes=1 heap", "is a size such as 128MiB, got '1 heap'", "--limit config_bytes=128MiB"),
        ("nodes=0", "the limit nodes is at least 1, got '0'", "--limit nodes=4_000_000"),
        ("nodes=-1", "is a whole number such as 4_000_000 or 4M, got '-1'", "--limit nodes="),
        ("depth=201", "the limit depth goes from 1 to 200, got '201'", "--limit depth=200"),
        ("spec_bytes=9223372036854775807", "goes from 1 to 4_611_686_018_427_387_904", "--limit spec_bytes="),
        ("digits=5k", "the limit digits goes from 1 to 4_300, got '5k'", "--limit digits=4_300"),
    ],
)
def test_error_a_limit_that_makes_no_sense_teaches(text, message, hint):
    with pytest.raises(ReadError) as caught:
        raised([text])
    assert caught.value.code == "E112"
    assert message in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "command",
    [
        ("summary",),
        ("explain",),
        ("check",),
        ("diff", "Dense(1)@(1,)"),
        ("convert", "--to", "dsl"),
        ("memory",),
        ("sweep", "--set", "w=1,2"),
    ],
    ids=lambda words: words[0],
)
def test_every_command_that_reads_has_the_option(command):
    stack = "Dense($w)@(2,) * 3" if command[0] == "sweep" else "Dense(3)@(2,) * 3"
    refused = here(*command, stack, "--limit", "layers=2")
    assert "--limit layers=4" in refused.stdout + refused.stderr
    done = here(*command, stack, "--limit", "layers=2", "--limit", "layers=4")
    assert "E505" not in done.stdout + done.stderr
    assert done.returncode == (1 if command[0] == "diff" else 0)


# -- the table ----------------------------------------------------------------------------
def test_the_table_tells_every_limit_as_it_is():
    assert tuple(MEANINGS) == Limits._fields
    rows = table().splitlines()[2:]
    shown = [row.split("|")[2].strip() for row in rows]
    assert [raised([f"{name}={value}"]) for name, value in zip(Limits._fields, shown, strict=True)] == [LIMITS] * len(
        rows
    )
    assert table() in (ROOT / "docs" / "files.md").read_text(encoding="utf-8")


def test_the_limits_are_what_they_were():
    assert (LIMITS.spec_bytes, LIMITS.config_bytes, LIMITS.depth, LIMITS.nodes) == (16 << 20, 64 << 20, 100, 2_000_000)
    assert written("config_bytes", 64 << 20) == "64MiB"
