"""`densecli convert`: a model in another form, as text for programs or as a picture."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli.options import Debug, InputShape, Limit, Output, Set, Specs
from densecli.cli.output import deliver
from densecli.errors import ReadError
from densecli.read.specs import read, reading, specs

if TYPE_CHECKING:
    from densecli.graph.graph import Graph


class Form(StrEnum):
    """What it becomes."""

    dsl = "dsl"
    yaml = "yaml"
    json = "json"
    keras = "keras"
    python = "python"
    dot = "dot"
    mermaid = "mermaid"
    svg = "svg"


PICTURES = (Form.dot, Form.mermaid, Form.svg)

To = Annotated[Form, typer.Option("--to", "-t", help="What it becomes.")]
Collapse = Annotated[
    bool, typer.Option("--collapse", help="In a picture: draw repeated blocks once, with their number.")
]
Depth = Annotated[
    int | None,
    typer.Option("--depth", min=0, help="In a picture: how many levels of nested layers to open; default: all."),
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
    debug: Debug = False,
) -> int:
    """Convert one SPEC."""
    if to not in PICTURES and (collapse or depth is not None):
        raise typer.BadParameter(f"--collapse and --depth are for pictures ({', '.join(PICTURES)}), not for {to}")
    found = specs(spec)
    if len(found) > 1:
        message = f"convert takes one model, got {len(found):,} files"
        raise ReadError(message, code="E111", hint="convert them one by one")
    graph = read(found[0], reading(input_shape, set, limit))
    text = picture(graph, to, depth, collapse=collapse) if to in PICTURES else written(graph, to)
    deliver(text, output, [each.name for each in found if each.text is None], utf8=True)
    return 0


def written(graph: Graph, to: Form) -> str:
    """The model as text that can be read back. A model that does not fit together is refused, not written."""
    from densecli.graph.trace import trace  # noqa: PLC0415

    trace(graph)
    if to is Form.dsl:
        from densecli.render.convert import dsl  # noqa: PLC0415

        return dsl.render(graph)
    if to is Form.keras:
        from densecli.render.convert import keras_config  # noqa: PLC0415

        return keras_config.render(graph)
    if to is Form.python:
        from densecli.render.convert import python  # noqa: PLC0415

        return python.render(graph)
    from densecli.render.convert import spec  # noqa: PLC0415

    return spec.render_yaml(graph) if to is Form.yaml else spec.render_json(graph)


def picture(graph: Graph, to: Form, depth: int | None, *, collapse: bool) -> str:
    """The diagram in one of the languages for diagrams."""
    from importlib import import_module  # noqa: PLC0415

    from densecli.render.diagram.diagram import diagram  # noqa: PLC0415
    from densecli.summary.infer import infer  # noqa: PLC0415

    box = diagram(infer(graph), depth=depth, collapse=collapse)
    text: str = import_module(f"densecli.render.{'pages' if to is Form.svg else 'diagram'}.{to}").render(box)
    return text
