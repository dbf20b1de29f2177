"""Write tests/fixtures/built.json: which Keras layers are built on creation, for each case of tests/cases.

    KERAS_BACKEND=torch python tools/record_built.py        needs Keras 3.15.1 and torch

In a subclassed model, Keras prints no output shape for these, and "unbuilt" for the others before a call.
"""

from __future__ import annotations

import json
from pathlib import Path

import keras

from record_keras import families, make

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "built.json"


def recorded():
    for cases in families().values():
        for case in sorted(cases, key=lambda each: each.id):
            keras.utils.clear_session(free_memory=False)
            try:
                layer = make(case.layer, case.config)
            except Exception:  # noqa: BLE001  # a case of what Keras refuses
                continue
            yield case.layer, layer.built and getattr(layer, "_build_shapes_dict", None) is None


if __name__ == "__main__":
    found: dict[str, set[bool]] = {}
    for name, built in recorded():
        found.setdefault(name, set()).add(built)
    answers = {name: sorted(kinds) for name, kinds in sorted(found.items())}
    FIXTURE.write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")
