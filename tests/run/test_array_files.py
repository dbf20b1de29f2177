"""Arrays from users (`--data`, `--weights`): any file is read or refused with a clear error."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support.arrays import ARCHIVES, BIAS, GOOD, WEIGHTS, header, npy, npz
from support.mutation import mutated, mutations
from support.program import outcome

ATTACK = Path(__file__).parents[1] / "fixtures" / "attack"
STACK = "Dense(2)@(3,)"
ANY = settings(
    max_examples=150, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def read_as(option, path, content):
    """Exit code and message for a file with this content passed to the option."""
    path.write_bytes(content)
    return outcome(STACK, "--run", option, str(path))


def refused(option, path, content):
    code, out, err = read_as(option, path, content)
    assert (code, out) == (2, ""), err
    assert err.startswith("error[E"), err
    assert "Warning" not in err
    return err


def read_or_refused(option, path, content):
    code, _, err = read_as(option, path, content)
    assert code == 0 or (code == 2 and err.startswith("error[E")), err


# -- files that NumPy would not write ---------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        header(shape="(True, 3)"),
        header(shape="(1, True, 3)"),
        header(shape="(-1, -3)"),
        header(shape="(1.0, 3)"),
        header(shape="3"),
        header(shape=f"(0, {10**30})"),
        header(descr="'<U0'", shape="(1000000000, 3)"),
        header(descr="'|V0'"),
        header(descr="'O'"),
        header(descr="[('a', '<f4')]"),
        header(descr="('<f4', (2,))"),
        header(descr="'<f4,<f4'"),
        header(descr="'\\d'"),
        header(descr="'a5'"),
        header(descr="None"),
        header(order="None"),
        "{",
        "(" * 3000,
        "-" * 3000 + "1",
        "'''",
        "{'descr': \\\n",
        "1is 2",
        "",
    ],
)
def test_a_header_that_numpy_does_not_write_is_refused(tmp_path, text):
    for version in ((1, 0), (2, 0), (3, 0)):
        refused("--data", tmp_path / "x.npy", npy(text, b"\0" * 64, version))
    refused("--weights", tmp_path / "w.npz", npz(("dense/kernel.npy", npy(text, b"\0" * 64)), ("dense/bias.npy", BIAS)))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("code", "exit_code"), [(0xE9, 0), (0x10FFFF, 0), (0xD800, 2), (0x110000, 2), (0xFFFFFFFF, 2)])
def test_words_are_of_letters_that_there_are(tmp_path, order, code, exit_code):
    words = npy(header(f"'{order}U1'", shape="(1, 1)"), np.array(code, f"{order}u4").tobytes())
    (tmp_path / "x.npy").write_bytes(words)
    stack = "Input((1,), dtype=string) -> StringLookup(vocabulary=['é'])"
    code, _, err = outcome(stack, "--run", "--data", str(tmp_path / "x.npy"))
    assert (code, err[:11]) == (exit_code, "error[E508]" if exit_code else "")


@pytest.mark.parametrize("name", ["npy_tokenerror.npy", "npz_lzma.npz"])
@pytest.mark.parametrize("option", ["--data", "--weights"])
def test_files_that_were_internal_errors(name, option):
    code, out, err = outcome(STACK, "--run", option, str(ATTACK / name))
    assert (code, out) == (2, "")
    assert err.startswith("error[E")


@pytest.mark.parametrize("option", ["--data", "--weights"])
@pytest.mark.parametrize(
    "content",
    [
        npz(("x.npy", GOOD), compression=zipfile.ZIP_LZMA),
        npz(("x.npy", GOOD), compression=zipfile.ZIP_BZIP2),
        npz(("x.npy", GOOD), ("x", GOOD)),
        npz(("x.txt", b"words")),
        npz(),
    ],
    ids=["lzma", "bzip2", "twice", "no array", "empty"],
)
def test_an_archive_that_numpy_does_not_write_is_refused(tmp_path, option, content):
    refused(option, tmp_path / "x.npz", content)


VALUES = st.sampled_from([
    "'<f4'", "'>f8'", "'|b1'", "'<U3'", "'|S0'", "'<c8'", "'<M8[s]'", "'O'", "'f'", "'float32'", "[('a', '<f4')]", "{}", "None",
    "True", "()", "(1, 3)", "(3, 1)", "(1, 3, 1)", "(0, 3)", "(True, 3)", "(1L, 3L)", "(-1, 3)", "(1e0, 3)", f"({1 << 70},)", "(1, 3",
    "(2147483648, 2147483648)", "'", "b'x'", "x", "1_0", "0x1F", "((((", "\\", "\0", "\t", "#",
])  # fmt: skip
KEYS = st.sampled_from(["'descr'", "'fortran_order'", "'shape'", "'other'", "1", "[]", "b'shape'"])
HEADERS = st.one_of(
    st.text(max_size=40),
    st.lists(st.tuples(KEYS, VALUES), max_size=5).map(
        lambda items: "{" + ", ".join(f"{k}: {v}" for k, v in items) + "}"
    ),
    st.tuples(VALUES, VALUES, VALUES).map(lambda each: header(*each)),
)


@ANY
@given(HEADERS, st.binary(max_size=40), st.sampled_from([(1, 0), (2, 0), (3, 0), (9, 9)]))
def test_any_header_is_read_or_refused(tmp_path, text, data, version):
    array = npy(text, data, version)
    read_or_refused("--data", tmp_path / "x.npy", array)
    archive = npz(("dense/kernel.npy", array), ("dense/bias.npy", BIAS))
    read_or_refused("--data", tmp_path / "x.npz", archive)
    read_or_refused("--weights", tmp_path / "x.npz", archive)


@ANY
@given(st.data())
def test_any_mutation_is_read_or_refused(tmp_path, data):
    option, content = data.draw(
        st.sampled_from(
            [("--data", GOOD), *(("--data", each) for each in ARCHIVES), *(("--weights", each) for each in WEIGHTS)]
        )
    )
    read_or_refused(option, tmp_path / "x.npz", mutated(content, data.draw(mutations(len(content)))))


CELLS = st.sampled_from(
    [
        "1",
        "-2.5e3",
        "nan",
        "inf",
        "1e999",
        "0x1",
        "1_0",
        "",
        " ",
        '"1"',
        '"',
        "a",
        "é",
        "\ufeff1",
        "\uff11",
        "9" * 400,
        "1e",
        "True",
    ]
)
ROWS = st.lists(st.lists(CELLS, max_size=5).map(",".join), max_size=4).map("\n".join)


@ANY
@given(
    st.one_of(
        ROWS.map(str.encode), st.text().map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=60)
    )
)
@example(b"1,2,3\r4,5,6\x0b7,8,9")
def test_any_table_is_read_or_refused(tmp_path, content):
    read_or_refused("--data", tmp_path / "x.csv", content)
