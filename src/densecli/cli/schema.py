"""`densecli schema`: the JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from densecli.cli.options import Debug, Output
from densecli.cli.output import deliver


class Schema(StrEnum):
    """Which document."""

    summary = "summary"
    spec = "spec"
    memory = "memory"
    sweep = "sweep"


def command(
    which: Annotated[Schema, typer.Argument(metavar="summary|spec|memory|sweep", help="Which document's schema.")],
    output: Output = None,
    debug: Debug = False,
) -> int:
    """Print a JSON Schema: of the JSON that `summary`, `memory` or `sweep` prints, or of the YAML and JSON specs that densecli reads."""
    deliver(spec_schema() if which is Schema.spec else packaged(which.value), output)
    return 0


def packaged(name: str) -> str:
    from importlib.resources import files  # noqa: PLC0415  # brings zipfile and tempfile along

    return files("densecli").joinpath(f"schemas/{name}-1.json").read_text(encoding="utf-8")


def spec_schema() -> str:
    import json  # noqa: PLC0415

    from densecli.read import spec_schema as schema  # noqa: PLC0415

    return json.dumps(schema.spec_schema(), indent=1) + "\n"
