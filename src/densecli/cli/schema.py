"""`densecli schema`: the JSON Schemas of the input and output formats."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from densecli.cli.options import Debug, Output
from densecli.cli.output import deliver

EXAMPLES = """\
densecli schema summary
densecli schema spec --output densecli.schema.json
"""


class Schema(StrEnum):
    """Which document."""

    summary = "summary"
    spec = "spec"
    check = "check"
    verdict = "verdict"
    statistics = "statistics"
    diff = "diff"
    changes = "changes"
    explain = "explain"
    lock = "lock"
    memory = "memory"
    microcontroller = "microcontroller"
    sweep = "sweep"
    layers = "layers"
    applications = "applications"
    annotate = "annotate"
    error = "error"


def command(
    which: Annotated[Schema, typer.Argument(metavar="DOCUMENT", help=f"One of {', '.join(Schema)}.")],
    output: Output = None,
    debug: Debug = False,
) -> int:
    """Print the JSON Schema of a command's JSON, of an ndjson record (verdict, error), or of the YAML and JSON specs."""
    deliver(_MADE[which]() if which in _MADE else packaged(which), output)
    return 0


def packaged(name: str) -> str:
    from importlib.resources import files  # noqa: PLC0415  # brings zipfile and tempfile along

    return files("densecli").joinpath(f"schemas/{name}-1.json").read_text(encoding="utf-8")


def spec_schema() -> str:
    from densecli.read.spec import schema  # noqa: PLC0415

    return _text(schema.spec_schema())


def verdict_schema() -> str:
    """The schema of a line of `check --format ndjson`: one of the specs in `check --format json`."""
    check = json.loads(packaged("check"))
    verdict = check["$defs"]["verdict"]
    own: dict[str, Any] = {"title": "densecli/verdict/1", "description": "The verdict on one spec: its line in ndjson."}
    own |= {"type": "object", "required": ["schema", *verdict["required"]]}
    properties = {"schema": {"const": "densecli/verdict/1"}, **verdict["properties"]}
    defs = {"finding": check["$defs"]["finding"]}
    return _text({"$schema": check["$schema"], **own, "properties": properties, "$defs": defs})


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=1) + "\n"


_MADE = {Schema.spec: spec_schema, Schema.verdict: verdict_schema}
