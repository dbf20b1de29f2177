"""Golden files: renderers' output, kept for review; `pytest --update-goldens` updates them."""

from __future__ import annotations

import os

from support.folders import GOLDENS


def golden(name: str, text: str) -> None:
    """Compare a text with the golden file of that name, such as `outputs/chain.csv`."""
    path = GOLDENS / name
    if os.environ.get("DENSECLI_UPDATE_GOLDENS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), (
        f"{name} is printed differently: read the difference, then pytest --update-goldens"
    )
