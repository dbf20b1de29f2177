"""`densecli convert`: a model in another notation or as a diagram."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli.options import Debug, InputShape, LayerShape, Limit, Output, Set, SourceFile, Specs
from densecli.cli.output import deliver
from densecli.errors import ReadError
from densecli.graph.graph import require_layers
from densecli.read.specs import read, reading, specs
from densecli.render.convert import convert

if TYPE_CHECKING:
    from densecli.graph.graph import Graph


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

To = Annotated[Form, typer.Option("--to", "-t", help="Target format.")]
Collapse = Annotated[
    bool, typer.Option("--collapse", help="In a diagram, draw repeated blocks once, with their count.")
]
Depth = Annotated[
    int | None,
    typer.Option("--depth", min=0, help="Levels of nesting to open in a diagram; default: all."),
]


def command(
    spec: Specs,
    to: To,
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
    if to not in PICTURES and (collapse or depth is not None):
        raise typer.BadParameter(f"--collapse and --depth are for diagrams ({', '.join(PICTURES)}), not for {to}")
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


def picture(graph: Graph, to: Form, depth: int | None, *, collapse: bool) -> str:
    """The diagram in one of the diagram languages."""
    from importlib import import_module  # noqa: PLC0415

    from densecli.render.diagram.diagram import diagram  # noqa: PLC0415
    from densecli.summary.infer import infer  # noqa: PLC0415

    box = diagram(infer(graph), depth=depth, collapse=collapse)
    text: str = import_module(f"densecli.render.{'pages' if to is Form.svg else 'diagram'}.{to}").render(box)
    return text
