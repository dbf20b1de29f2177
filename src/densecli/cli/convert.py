"""`densecli convert`: a model in another notation or as a diagram."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from densecli.cli.command import ValueRefusedError
from densecli.cli.options import Debug, InputShape, LayerShape, Limit, Output, Set, SourceFile, Specs
from densecli.cli.output import deliver
from densecli.errors import ReadError
from densecli.graph.graph import require_layers
from densecli.read.specs import read, reading, specs
from densecli.render.convert import convert
from densecli.text import quote

if TYPE_CHECKING:
    from densecli.graph.graph import Graph

EXAMPLES = """\
densecli convert model.keras --to python
densecli convert 'Conv2D(8, 3)@(28,28,1) -> Flatten' -o small.yaml
densecli convert train.py --collapse -o diagram.svg
"""


class Form(StrEnum):
    """Target format."""

    dsl = "dsl"
    yaml = "yaml"
    json = "json"
    keras = "keras"
    python = "python"
    dot = "dot"
    mermaid = "mermaid"
    svg = "svg"


PICTURES = (Form.dot, Form.mermaid, Form.svg)

To = Annotated[
    Form | None,
    typer.Option("--to", "-t", "--format", "-f", help="Target format; default: what the suffix of --output says."),
]
Collapse = Annotated[
    bool, typer.Option("--collapse", help="In a diagram, draw repeated blocks once, with their count.")
]
Depth = Annotated[
    int | None,
    typer.Option("--depth", min=0, help="Levels of nesting to open in a diagram; default: all."),
]


def command(
    spec: Specs,
    format: To = None,
    output: Output = None,
    collapse: Collapse = False,
    depth: Depth = None,
    input_shape: InputShape = None,
    set: Set = None,
    limit: Limit = None,
    source: SourceFile = None,
    layer_shape: LayerShape = None,
    debug: Debug = False,
) -> int:
    """Convert one SPEC."""
    to = format or undecided(output)
    if to not in PICTURES and (collapse or depth is not None):
        raise ValueRefusedError(f"--collapse and --depth are for diagrams ({', '.join(PICTURES)}), not for {to}")
    found = specs(spec)
    if len(found) > 1:
        message = f"convert takes one model, got {len(found):,} files"
        raise ReadError(message, code="E111", hint="convert them one by one")
    wishes = reading(input_shape, set, limit, source, layer_shape)
    graph = read(found[0], wishes)
    require_layers(graph, "convert")
    text = picture(graph, to, depth, collapse=collapse) if to in PICTURES else convert(graph, to, wishes.limits)
    deliver(text, output, [each.name for each in found if each.text is None], utf8=True)
    return 0


def undecided(output: str | None) -> NoReturn:
    """Neither an option nor the output file says what to convert to. Raises a usage error."""
    if output is None:
        raise ValueRefusedError("missing option --to", "--to yaml, or --output model.yaml")
    hint = f"add --to {', '.join([*Form][:-1])} or {[*Form][-1]}"
    if output.lower().endswith(".keras"):
        hint = "a .keras file is an archive with weights; write the config alone to a .keras.json file"
    raise ValueRefusedError(f"the name {quote(output)} does not say what to convert to", hint)


def picture(graph: Graph, to: Form, depth: int | None, *, collapse: bool) -> str:
    """The diagram in one of the diagram languages."""
    from importlib import import_module  # noqa: PLC0415

    from densecli.render.diagram.diagram import diagram  # noqa: PLC0415
    from densecli.summary.infer import infer  # noqa: PLC0415

    box = diagram(infer(graph), depth=depth, collapse=collapse)
    text: str = import_module(f"densecli.render.{'pages' if to is Form.svg else 'diagram'}.{to}").render(box)
    return text
