"""Settings of an unreviewed checkout: any value is used or refused, and no path leads elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from densecli.check.expectations import READERS
from densecli.check.settings import OPTIONS
from support.program import outcome

STACK = "Dense(2)@(3,)"
SECRET = "TOKEN=hunter2"
LONG = "9" * 5000
VALUES = st.sampled_from([
    "0", "1", "-1", "true", "1.5", "inf", "-nan", "1e999", LONG, f"-{LONG}", f"0x{'f' * 5000}", f"0o{'7' * 9000}", f"0b{'1' * 20000}",
    f"1{'_0' * 3000}", "9223372036854775808", "1_0", f"{LONG}.5", f"1e{LONG}", '""', '"x"', '"a\\u0000b"', "'''\n'''", '"\\ud7ff"',
    f'"{"a" * 5000}"', f'"{LONG}"', "1979-05-27", "1979-13-01", "07:32:00", "[]", "[[]]", "[1, 'a']", "['params', 'zzz']",
    "[None]", f"[{LONG}]", f"[0x{'f' * 5000}]", f"[[0x{'f' * 5000}], [2]]", "['(None, 2)', []]", "{}", "{a = 1}", "{a = [0xff]}",
    "[" * 300 + "]" * 300, "[" * 30000, "{a = " * 300, '"' + "[" * 900 + "]" * 900 + '"', "'('", "'[[a]'", "'never'", "'json'", "'Dense'",
    "'params < 1'", f"'params < {LONG}'", "'1M'", "'1e99'", "'./x/../../y'", "'..'", "'/'", "'.'", "'-'", "'lock'",
])  # fmt: skip
KEYS = st.sampled_from([*OPTIONS, "expect", "per-file", "zzz", "''", "'a.b'"])
DEMANDS = st.sampled_from([*READERS, "zzz"])
LINES = st.lists(
    st.one_of(
        st.tuples(KEYS, VALUES).map(" = ".join),
        st.tuples(DEMANDS, VALUES).map(lambda pair: f"expect.{pair[0]} = {pair[1]}"),
        st.tuples(st.sampled_from(["'*'", "'[z-a]'", "'**/**/x'", "''"]), DEMANDS, VALUES).map(lambda each: "per-file.{}.{} = {}".format(*each)),
        st.text(max_size=20),
    ),
    max_size=4,
)  # fmt: skip


def checked(folder, text, *words):
    (folder / "pyproject.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    return outcome("check", STACK, "--config", str(folder / "pyproject.toml"), *words)


@settings(
    max_examples=150, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(LINES)
@example([f"batch = {LONG}"])
@example([f"batch = 0x{'f' * 5000}"])
@example([f"width = 0x{'f' * 5000}"])
@example([f"expect.max_params = 0x{'f' * 5000}"])
@example([f"expect.output = [0x{'f' * 5000}]"])
def test_any_settings_are_used_or_refused(tmp_path, lines):
    for words in (["check"], ["summary"]):
        (tmp_path / "pyproject.toml").write_bytes(
            "\n".join(["[tool.densecli]", *lines]).encode("utf-8", "surrogatepass")
        )
        code, _, err = outcome(*words, STACK, "--config", str(tmp_path / "pyproject.toml"))
        assert code in (0, 1, 2), err
        assert code < 2 or "error" in err


@pytest.mark.parametrize("digits", [LONG, f"1{'_0' * 5000}"])
def test_a_long_integer_is_refused_at_its_place(tmp_path, digits):
    code, out, err = checked(tmp_path, f"[tool.densecli]\ndepth = 1\nbatch = {digits}\n")
    assert (code, out) == (2, "")
    assert "error[E120]: an integer with too many digits" in err
    assert "pyproject.toml:3:9" in err


# -- paths -----------------------------------------------------------------------------------
@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder that somebody else has filled, with a secret beside it."""
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    folder = tmp_path / "checkout"
    (folder / "below").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "m.dsl").write_text(STACK, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


OUTSIDE = [
    "../secret",
    "below/../../secret",
    "/proc/self/environ",
    "link",
    "below/link/secret",
    "..",
    ".",
    "/",
    "../checkout-2/x",
    "new-link",
]


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("options", [(), ("--update-lock",)])
def test_a_lock_file_of_the_settings_lies_in_their_folder(checkout, path, options):
    (checkout / "link").symlink_to("../secret")
    (checkout / "new-link").symlink_to("../new")
    (checkout / "below" / "link").symlink_to("../..")
    (checkout / "pyproject.toml").write_text(f"[tool.densecli]\nlock = '{path}'\n", encoding="utf-8")
    before = everything(checkout.parent)
    code, out, err = outcome("check", "m.dsl", *options)
    assert (code, out) == (2, "")
    assert "error[E120]: " in err and "is outside the folder of pyproject.toml" in err
    assert "hunter2" not in err and "PATH" not in err
    assert everything(checkout.parent) == before


def everything(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.mark.parametrize("path", ["densecli.lock", "below/densecli.lock", "below/../x.lock", "alias/x.lock"])
def test_a_lock_file_below_is_fine(checkout, path):
    (checkout / "alias").symlink_to("below")
    (checkout / "pyproject.toml").write_text(f"[tool.densecli]\nlock = '{path}'\n", encoding="utf-8")
    assert outcome("check", "m.dsl", "--update-lock")[0] == 0
    assert (checkout / path).exists()
    assert outcome("check", "m.dsl")[0] == 0
    os.chdir(checkout / "below")
    assert outcome("check", "../m.dsl")[0] == 0


@pytest.mark.parametrize("name", ["densecli.toml", "pyproject.toml"])
def test_settings_that_are_found_are_no_way_out(checkout, name):
    (checkout.parent / "secret").write_text(f"{SECRET} [tool.densecli]\n[tool.densecli]\n", encoding="utf-8")
    (checkout / name).symlink_to("../secret")
    code, out, err = outcome("check", "m.dsl")
    assert (code, out) == (2, "")
    assert err.startswith(f"error[E120]: '{name}' is a link that leads out of its folder")
    assert "hunter2" not in err
    assert outcome("check", "m.dsl", "--isolated")[0] == 0


def test_settings_that_are_found_may_be_a_link_to_their_neighbor(checkout):
    (checkout / "conf.toml").write_text("[expect]\nparams = 8\n", encoding="utf-8")
    (checkout / "densecli.toml").symlink_to("conf.toml")
    assert outcome("check", "m.dsl")[0] == 0


DAMAGED = [
    SECRET,
    f'{{"schema": "densecli/lock/1", {SECRET}',
    f'{{"schema": "{SECRET}"}}',
    f'{{"schema": "densecli/lock/1", "models": {{"{SECRET}": {{"inputs": 3}}}}}}',
    f'{{"schema": "densecli/lock/1", "models": {{"x": {{"inputs": [], "outputs": [], "layers": [], "totals": {{"a": "{SECRET}"}}}}}}}}',
    f'{{"schema": "densecli/lock/1", "models": {{"x": {{"inputs": [], "outputs": [{{"shape": [], "dtype": "", "from": "{SECRET}"}}], "layers": [], "totals": {{}}}}}}}}',
    f"{SECRET}\0",
    f"\x1b{SECRET}",
    f"{SECRET}\ud800",
    "9" * 5000 + SECRET,
    "",
]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_what_a_damaged_lock_file_holds_is_never_shown(tmp_path, content):
    path = tmp_path / "x.lock"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    for form in ("text", "json", "ndjson"):
        code, out, err = outcome("check", STACK, "--lock", str(path), "--format", form)
        assert (code, out) == (2, "")
        assert err.startswith("error[E1")
        assert "hunter2" not in err
    code, _, err = outcome("check", STACK, "--lock", str(path), "--update-lock")
    assert code in (0, 2)
    assert "hunter2" not in err
    assert Path(path).read_bytes() != b"" or code == 2


def test_a_damaged_lock_file_is_told_with_its_line(tmp_path):
    path = tmp_path / "x.lock"
    assert outcome("check", STACK, "--lock", str(path), "--update-lock")[0] == 0
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:4], "<<<<<<< HEAD", *lines[4:]]), encoding="utf-8")
    code, _, err = outcome("check", STACK, "--lock", str(path))
    assert (code, f"{path}:5:1" in err, "HEAD" in err) == (2, True, False)
