"""Run the programs of tests/read/python/programs with Keras and write their summaries: tests/fixtures/programs.json.

    KERAS_BACKEND=torch python tools/record_programs.py

Needs the environment of tools/record_keras.py.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "tools")]

from differing.sources import oracle, quiet
from support.programs import programs

RECORDS = ROOT / "tests/fixtures/programs.json"


def main() -> None:
    records = {}
    for name, text in programs().items():
        with quiet():
            found = oracle(text)
        records[name] = [{key: each[key] for key in ("name", "rows", "totals")} for each in found]
    text = json.dumps(records, indent=0).replace("\n", "").replace('], "', '],\n"').replace(']}], "', ']}],\n"')
    RECORDS.write_text(text + "\n", encoding="utf-8")
    print(f"{len(records)} programs, {sum(map(len, records.values()))} summaries")


if __name__ == "__main__":
    main()
