"""Converting a graph to another format: the output describes the same model, or the conversion is refused (E604)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from densecli.errors import OutputError
from densecli.graph.trace import trace
from densecli.read.limits import LIMITS, Limits

if TYPE_CHECKING:
    from densecli.graph.graph import Graph

# The writer of each form, and its name in errors.
FORMS = {
    "dsl": ("dsl", "render", "the DSL"),
    "yaml": ("spec", "render_yaml", "YAML"),
    "json": ("spec", "render_json", "JSON"),
    "keras": ("keras_config", "render", "a Keras config"),
    "python": ("python", "render", "Python"),
}

OUR_OWN = ("dsl", "yaml", "json")  # in which the rows of masks follow from the layers


def convert(graph: Graph, form: str, limits: Limits = LIMITS) -> str:
    """The model in one of FORMS. Raises SpecErrors for a model that does not fit together, OutputError E604.

    What densecli reads itself is read again. Code says what a Keras config says, which is read in its place wherever there
    is one: only code can say that several models share a layer.
    """
    from densecli.render.convert.given import check_names  # noqa: PLC0415
    from densecli.render.convert.masks import check_dsl, without_masks  # noqa: PLC0415
    from densecli.render.convert.proof import prove  # noqa: PLC0415  # the pictures need none

    trace(graph)
    target = FORMS[form][-1]
    written, graph = without_masks(graph) if form in OUR_OWN else (graph, graph)
    check_names(written, target)
    if form == "dsl":
        check_dsl(written, graph)
    text = _written(written, form)
    if form != "python":
        prove(text, form, graph, limits, target)
        return text
    try:
        config = _written(graph, "keras")
    except OutputError:
        return text
    prove(config, "keras", graph, limits, target)
    return text


def _written(graph: Graph, form: str) -> str:
    module, function, _ = FORMS[form]
    text: str = getattr(import_module(f"densecli.render.convert.{module}"), function)(graph)
    return text
