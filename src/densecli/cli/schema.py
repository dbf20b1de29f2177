"""`densecli schema`: the JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from densecli.cli.options import Debug, Output
from densecli.cli.output import deliver


class Schema(StrEnum):
    """Which document."""

    summary = "summary"
    spec = "spec"
    check = "check"
    verdict = "verdict"
    diff = "diff"
    lock = "lock"
    memory = "memory"
    sweep = "sweep"
    layers = "layers"
    applications = "applications"
    annotate = "annotate"
    error = "error"


def command(
    which: Annotated[Schema, typer.Argument(metavar="DOCUMENT", help=f"Which document's: {', '.join(Schema)}.")],
    output: Output = None,
    debug: Debug = False,
) -> int:
    """Print a JSON Schema: of the JSON that a command prints, of the records of ndjson (verdict, error), or of the YAML and JSON specs that densecli reads."""
    deliver(_MADE[which]() if which in _MADE else packaged(which), output)
    return 0


def packaged(name: str) -> str:
    from importlib.resources import files  # noqa: PLC0415  # brings zipfile and tempfile along

    return files("densecli").joinpath(f"schemas/{name}-1.json").read_text(encoding="utf-8")


def spec_schema() -> str:
    from densecli.read.spec import schema  # noqa: PLC0415

    return _text(schema.spec_schema())


def verdict_schema() -> str:
    """A line of `check --format ndjson` is what the document of `check --format json` holds for each spec."""
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
