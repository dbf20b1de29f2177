"""Which layers Keras marks as built on creation (tools/record_built.py)."""

from __future__ import annotations

import json

from densecli.catalogue import ALIASES
from densecli.read.python.runtime.subclassed import AT_ONCE
from support.folders import FIXTURES


def test_the_layers_that_keras_builds_at_once_are_known():
    recorded = json.loads((FIXTURES / "built.json").read_text(encoding="utf-8"))
    assert {ALIASES.get(name, name) for name, kinds in recorded.items() if kinds == [True]} == AT_ONCE
