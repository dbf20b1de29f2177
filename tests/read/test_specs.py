"""The arguments of a command line: which are files, and what happens to those that cannot be read."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import tempfile

import pytest

from densecli.errors import DenseError
from densecli.read.open import open_spec
from densecli.read.specs import file_spec, is_file
from support.program import densecli
from support.work import grows_no_faster

SPEC = "input: [2]\nlayers: [Dense(3)]\n"


def code_of(word):
    with pytest.raises(DenseError) as caught:
        open_spec(str(word))
    return caught.value.code


@pytest.mark.parametrize(
    "word",
    ["-", "a.yaml", "a.YML", "x/y", "./Dense", "/dev/zero", "C:\\m", "a.weights.h5", "run-*", "*", "*.bin", "model?.bin", "Flatten*",
     "nosuch*.json", "nosuch[12].keras", "dir/"],
)  # fmt: skip
def test_a_word_is_a_file_by_its_looks(word):
    assert is_file(word)


@pytest.mark.parametrize(
    "word",
    ["Dense", "missing_file", "Makefile", "Dense(4//2)", "Dense(4)*3", "Flatten*2", "Dense(4) * $n", "Dense(3*2)@(2,) * 2", "",
     "[Dense(1)@(3,) | _] -> Add", "Dense(4, name='a/b')", "Dense(4, name='what?')", "Activation(relu)", "model.bin", "Dense(3)@(?,2)"],
)  # fmt: skip
def test_any_other_word_is_a_stack(word):
    assert not is_file(word)


# Words for Python files: the file, and which of its models.
CHOSEN = {
    "train.py": ("train.py", None),
    "TRAIN.PY": ("TRAIN.PY", None),
    "a/b.pyw": ("a/b.pyw", None),
    "nb.ipynb": ("nb.ipynb", None),
    "train.py:model": ("train.py", "model"),
    "my train (1).ipynb:*": ("my train (1).ipynb", "*"),
    "a/train(2).py:build(64)": ("a/train(2).py", "build(64)"),
    "train.py:*": ("train.py", "*"),
    "train.py:": ("train.py", ""),
    "nb.ipynb:build_unet((128, 128, 3), classes=2)": ("nb.ipynb", "build_unet((128, 128, 3), classes=2)"),
    "train.py:load('x.py:y')": ("train.py", "load('x.py:y')"),
    r"C:\x.py": (r"C:\x.py", None),
    r"C:\x.py:model": (r"C:\x.py", "model"),
    "my.python/x.py:f()": ("my.python/x.py", "f()"),
    "x.py.bak.py:f": ("x.py.bak.py", "f"),
    "train.py:f(\n)": ("train.py", "f(\n)"),
}
NOT_CHOSEN = ["-", "x.yaml", "model.keras", ".py", "py", "x.pyc", "x.py.bak", "Dense(4)@(3,2) -> Flatten", "x.yaml:model", "Dense(4, name=a.py)"]  # fmt: skip


@pytest.mark.parametrize("word", CHOSEN)
def test_a_choice_is_split_from_its_file(word):
    spec = file_spec(word)
    assert is_file(word)
    assert (spec.name, spec.choice) == CHOSEN[word]


@pytest.mark.parametrize("word", NOT_CHOSEN)
def test_other_words_hold_no_choice(word):
    assert file_spec(word).choice is None


@pytest.mark.parametrize(
    "word", ["(" * 9_000, "([" * 3_000 + "])" * 3_000, "'\"" * 9_000, "*" * 9_000 + "!", "(/" * 5_000]
)
def test_a_word_is_looked_at_in_one_pass(word):
    def work(count):
        return lambda: is_file(word[:count] + word[-count:])

    assert grows_no_faster(work, 50)


def test_what_lies_in_the_folder_decides_nothing(tmp_path):
    for name in ("Flatten", "missing_file", "model.bin"):
        (tmp_path / name).write_text(SPEC, encoding="utf-8")
    assert densecli("missing_file", cwd=tmp_path).stderr.startswith("error[E304]: unknown layer 'missing_file'")
    assert densecli("Flaten", cwd=tmp_path).stderr.rstrip().endswith("did you mean `Flatten`?")
    assert densecli("./missing_file", "--print", "totals.params", cwd=tmp_path).stdout == "9\n"
    refused = densecli("model.bin", cwd=tmp_path)
    assert (refused.returncode, "help: for a file of that name, write ./model.bin" in refused.stderr) == (2, True)


@pytest.mark.parametrize("word", ["nosuch*.json", "nosuch*", "a/nosuch?", "nosuch[12].keras"])
def test_a_pattern_that_matches_nothing_is_said_to_be_one(tmp_path, word):
    done = densecli(word, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error[E110]: no file matches '{word}'")


def test_a_file_may_be_called_like_a_pattern(tmp_path):
    (tmp_path / "a[1].yaml").write_text(SPEC, encoding="utf-8")
    assert densecli("a[1].yaml", "--print", "totals.params", cwd=tmp_path).stdout == "9\n"


# -- arguments that are not files --------------------------------------------------------------
def test_a_socket_is_no_file():
    folder = tempfile.mkdtemp(dir="/tmp")  # pytest's own folders are too deep for the name of a socket
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(f"{folder}/s.json")
            assert code_of(f"{folder}/s.json") == "E105"
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("word", ["/dev/zero", "/dev/null", "/dev/urandom"])
def test_a_device_is_no_file(word):
    assert code_of(word) == "E105"


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="Linux only")  # noqa: PTH110
def test_memory_is_not_read():
    assert code_of("/proc/self/mem") in ("E105", "E109")


def test_a_fifo_without_a_writer_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "m.json")
    for command in ("summary", "check", "explain", "memory"):
        done = densecli(command, str(tmp_path / "m.json"), timeout=20)
        assert (done.returncode, done.stderr[:11]) == (2, "error[E105]")


def test_no_permission_is_said(tmp_path, monkeypatch):
    path = tmp_path / "m.json"
    path.write_text("{}", encoding="utf-8")

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(DenseError, match="Permission denied") as caught:
        open_spec(str(path))
    assert caught.value.code == "E109"


def test_a_name_that_is_no_text_is_shown_escaped(tmp_path):
    done = densecli(b"\xe9\x1b[31m.json", cwd=tmp_path)
    assert done.returncode == 2
    assert "\\udce9\\x1b[31m.json" in done.stderr


# -- several files --------------------------------------------------------------------------
@pytest.fixture
def three(tmp_path):
    for name, text in (("a.yaml", SPEC), ("bad.yaml", "input: [2]\nlayers: [Desne(3)]\n"), ("c.yaml", SPEC)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("command", "code"), [("summary", 2), ("explain", 2), ("memory", 2), ("check", 1)])
def test_a_bad_file_keeps_no_other_from_being_reported(three, command, code):
    done = densecli(command, "a.yaml", "bad.yaml", "c.yaml", cwd=three)
    assert done.returncode == code
    assert "bad.yaml:2:10" in done.stdout + done.stderr
    if command == "summary":
        assert done.stdout.count("Total params: 9 ") == 2


def test_what_is_not_there_outweighs_what_is_found_wanting(three):
    done = densecli("check", "bad.yaml", "gone.yaml", "a.yaml", cwd=three)
    assert (done.returncode, "bad.yaml:2:10: E304" in done.stdout, "E109" in done.stderr) == (2, True, True)


@pytest.mark.parametrize("command", ["summary", "check"])
def test_a_file_that_is_given_twice_is_read_once_with_a_note(three, command):
    once, twice = densecli(command, "a.yaml", cwd=three), densecli(command, "a.yaml", "a.yaml", cwd=three)
    assert (twice.returncode, twice.stdout) == (0, once.stdout)
    assert twice.stderr == "note: 'a.yaml' is given 2 times but read once\n"
    assert densecli(command, "a.yaml", "a.yaml", "-q", cwd=three).stderr == ""
    assert densecli("Dense(3)@(2,)", "Dense(3)", "Dense(3)").stderr == ""


def test_standard_input_is_given_once():
    assert densecli("-", "-", input="Dense(3)@(2,)").stderr.startswith("error[E108]")


# -- one opening ----------------------------------------------------------------------------
def test_a_spec_is_opened_once_and_never_by_its_name_again(tmp_path, monkeypatch):
    """Whatever replaces the file meanwhile, looking and reading see the same one."""
    path = tmp_path / "m.yaml"
    path.write_text(SPEC, encoding="utf-8")
    opened, plain = [], os.open

    def replacing(name, *rest, **more):
        found = plain(name, *rest, **more)
        if str(name) == str(path):
            opened.append(name)
            (tmp_path / "other").write_text("{", encoding="utf-8")
            (tmp_path / "other").replace(path)
        return found

    monkeypatch.setattr(os, "open", replacing)
    assert open_spec(str(path)).name
    assert len(opened) == 1


def test_a_file_that_shrinks_while_it_is_read_is_an_error(tmp_path, monkeypatch):
    import zipfile

    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("config.json", "{" + " " * 100_000 + "}")
    plain = zipfile.ZipFile.open

    def truncating(*arguments, **more):
        os.truncate(path, 5000)
        return plain(*arguments, **more)

    monkeypatch.setattr(zipfile.ZipFile, "open", truncating)
    assert code_of(path) == "E311"
