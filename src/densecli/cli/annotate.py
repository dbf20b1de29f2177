"""`densecli annotate`: a Python source with each layer's shape and parameters beside its line."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli.look import look
from densecli.cli.options import Color, ColorOption, Debug, InputShape, Limit, Output, Set
from densecli.cli.output import deliver
from densecli.errors import DenseError, ReadError, SpecErrors
from densecli.read.specs import expanded, file_spec, read, reading
from densecli.render.annotated import source as annotate
from densecli.summary.infer import infer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.errors import Source
    from densecli.graph.graph import Graph
    from densecli.read.specs import Spec

EXAMPLES = """\
densecli annotate train.py
densecli annotate notebook.ipynb --output notebook.html
"""


class Format(StrEnum):
    """Output format."""

    text = "text"
    json = "json"
    html = "html"


File = Annotated[str, typer.Argument(metavar="FILE", help="Python script or notebook; - for stdin.")]


def command(
    file: File,
    format: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.text,
    output: Output = None,
    input_shape: InputShape = None,
    set: Set = None,
    limit: Limit = None,
    color: ColorOption = Color.auto,
    debug: Debug = False,
) -> int:
    """Print a Python source with each layer's shape and parameters beside its line."""
    asked = file_spec(file)
    found = list(expanded([asked if asked.choice else asked._replace(choice="*")], reading(input_shape, set, limit)))
    annotated = annotation(asked.name, found)
    deliver(text_of(annotated, format, color=look(color, None, output is not None).color), output, [asked.name])
    return 0


def text_of(found: annotate.Annotated, format: Format, *, color: bool) -> str:
    if format is Format.json:
        return annotate.render_json(found)
    if format is Format.html:
        from densecli.render.annotated import page  # noqa: PLC0415

        return page.render(found)
    return annotate.render(found, color=color)


def annotation(name: str, found: list[Spec]) -> annotate.Annotated:
    """The source with notes on its models. Raises if none of them could be read."""
    notes: list[annotate.Note] = []
    problems: list[tuple[int, str]] = []
    source: Source | None = None
    for spec in found:
        try:
            graph = read(spec)
            source = next((node.place.source for node in graph.nodes if node.place is not None), source)
            notes += annotate.notes_of(infer(graph, name), dict(lines_of(graph)))
        except (DenseError, SpecErrors) as error:
            first = error.errors[0] if isinstance(error, SpecErrors) else error
            if first.place is not None and first.place.start >= 0:
                source = source or first.place.source
                problems.append((source.position(first.place.start)[0], first.message))
            elif len(found) == 1:
                raise
    if source is None:
        raise ReadError("the source makes no layers", code="E403")
    return annotate.Annotated(
        name, tuple(source.text.splitlines()), tuple(dict.fromkeys(notes)), tuple(dict.fromkeys(problems))
    )


def lines_of(graph: Graph) -> Iterator[tuple[str, int]]:
    """The line that makes each layer of a model."""
    for node in graph.nodes:
        if node.place is not None and node.place.start >= 0:
            yield node.name, node.place.source.position(node.place.start)[0]
