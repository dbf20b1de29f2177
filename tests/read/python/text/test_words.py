"""Words that name a Python file, and what is wanted of it."""

from __future__ import annotations

import pytest

from densecli.read.python.text.words import is_python_file, split_choice

WORDS = {
    "train.py": ("train.py", None),
    "TRAIN.PY": ("TRAIN.PY", None),
    "a/b.pyw": ("a/b.pyw", None),
    "nb.ipynb": ("nb.ipynb", None),
    "train.py:model": ("train.py", "model"),
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
OTHERS = ["-", "x.yaml", "model.keras", ".py", "py", "x.pyc", "x.py.bak", "Dense(4)@(3,2) -> Flatten", "x.yaml:model", "Dense(4, name=a.py)"]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_choice_is_split_from_its_file(word):
    assert split_choice(word) == WORDS[word]
    assert is_python_file(word)


@pytest.mark.parametrize("word", OTHERS)
def test_other_words_are_left_alone(word):
    assert split_choice(word) == (word, None)
    assert not is_python_file(word)
