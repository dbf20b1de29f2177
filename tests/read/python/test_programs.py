"""Every summary of the programs in programs/, compared with Keras 3.15.1 running them (tools/record_programs.py)."""

from __future__ import annotations

import json

import pytest

from support.folders import FIXTURES
from support.programs import programs, summaries

PROGRAMS = programs()
RECORDS = json.loads((FIXTURES / "programs.json").read_text(encoding="utf-8"))


def test_every_program_is_recorded():
    assert sorted(PROGRAMS) == sorted(RECORDS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_summary_is_that_of_keras(name):
    assert summaries(PROGRAMS[name]) == RECORDS[name]
