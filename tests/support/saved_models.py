"""SavedModel folders as tf_keras wrote them, and what it said about each (tools/record_saved_models.py)."""

from __future__ import annotations

import json
import zipfile
from functools import lru_cache
from pathlib import Path

from support.folders import FIXTURES

ARCHIVE = FIXTURES / "saved_models.zip"


@lru_cache(maxsize=1)
def records():
    with zipfile.ZipFile(ARCHIVE) as archive:
        return json.loads(archive.read("records.json"))


def unpacked(name, place):
    """The folder of that name, in a temporary place."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        for member in archive.namelist():
            if member.startswith(f"{name}/"):
                path = Path(place) / member
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(member))
    return Path(place) / name
