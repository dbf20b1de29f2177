"""Published sources are parsed, and every name is at its place.

The files are not part of the project: they lie beside it (../shared/python, or in DENSECLI_PYTHON), or the suite is
skipped.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from densecli.read.python.text.encoding import decode
from densecli.read.python.text.looks import looks_like_python
from densecli.read.python.text.parse import parse
from densecli.read.specs import PYTHON
from support.folders import ROOT

SOURCES = Path(os.environ.get("DENSECLI_PYTHON") or ROOT.parent / "shared" / "python") / "src"
FILES = sorted(path for path in SOURCES.rglob("*") if path.suffix in PYTHON)
pytestmark = pytest.mark.skipif(not FILES, reason="no sources beside the project")


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(SOURCES)) for path in FILES])
def test_a_published_source_is_taken_apart(path):
    source = decode(path.name, path.read_bytes())
    assert looks_like_python(source.text) or not source.text.strip()
    code = parse(source)
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Name) and node.id not in ("print", "repr", "get_ipython"):
            place = code.place(node)
            assert code.source.text[place.start : place.end] == node.id
