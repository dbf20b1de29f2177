"""Golden files of outputs and conversions; DENSECLI_UPDATE_GOLDENS=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden" / "outputs"


def golden(name, text):
    path = FOLDER / name
    if os.environ.get("DENSECLI_UPDATE_GOLDENS"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"{name} is printed differently: see tests/outputs_golden.py"
