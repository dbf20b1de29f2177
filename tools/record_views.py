"""Write tests/fixtures/views.json: which outputs of Keras' layers are views of an input.

    KERAS_BACKEND=torch python tools/record_views.py        needs Keras 3.15.1 and torch

For each case of tests/cases whose numbers are recorded: the number of the input, or null, for each output; cases without
any are left out.
"""

from __future__ import annotations

import json
from pathlib import Path

import keras

from record_keras import TENSORFLOW, call, families, make, masked_tensors

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "views.json"


def views(case):
    keras.utils.clear_session(free_memory=False)
    layer = make(case.layer, case.config)
    tensors = masked_tensors(case)
    call(case, layer, iter(tensors))  # builds it
    memories = {tensor.untyped_storage().data_ptr(): index for index, tensor in enumerate(tensors)}
    output = call(case, layer, iter(tensors))
    return [memories.get(each.untyped_storage().data_ptr()) for each in keras.tree.flatten(output)]


def recorded():
    for family, cases in families().items():
        if family in TENSORFLOW:
            continue
        answers = json.loads((FIXTURE.parents[1] / "conformance" / f"{family}.json").read_text(encoding="utf-8"))[
            "cases"
        ]
        for case in sorted(cases, key=lambda each: each.id):
            if "values" in answers[case.id]:
                found = views(case)
                if any(each is not None for each in found):
                    yield case.id, found


if __name__ == "__main__":
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(found)}" for key, found in recorded())
    FIXTURE.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
