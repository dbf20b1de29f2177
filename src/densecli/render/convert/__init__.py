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

INSTEAD = "use a table or a diagram instead"
OUR_OWN = ("dsl", "yaml", "json")  # in which the rows of masks follow from the layers


def convert(graph: Graph, form: str, limits: Limits = LIMITS) -> str:
    """The model in one of FORMS. Raises SpecErrors for a model that does not fit together, OutputError E604.

    What densecli reads itself is read again. Code says what a Keras config says, which is read in its place wherever there
    is one: only code can say that several models share a layer.
    """
    trace(graph)
    try:
        return _converted(graph, form, limits)
    except OutputError as error:
        if error.hint is None or "--to" in error.hint or "instead" in error.hint:  # else it knows better
            error.hint = _way(graph, form, limits) or INSTEAD
        raise


def _way(graph: Graph, form: str, limits: Limits) -> str | None:
    """The forms that can say what this one cannot, found by trying."""
    found = [other for other in FORMS if other != form and _can(graph, other, limits)]
    *others, last = found or [""]
    return f"use --to {', '.join(others)}{' or ' if others else ''}{last}" if last else None


def _can(graph: Graph, form: str, limits: Limits) -> bool:
    try:
        _converted(graph, form, limits)
    except OutputError:
        return False
    return True


def _converted(graph: Graph, form: str, limits: Limits) -> str:
    from densecli.render.convert.given import check_connected, check_names  # noqa: PLC0415
    from densecli.render.convert.masks import check_dsl, without_masks  # noqa: PLC0415
    from densecli.render.convert.proof import prove  # noqa: PLC0415  # the pictures need none

    target = FORMS[form][-1]
    check_connected(graph, target)
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
        prove(text, "python", graph, limits, target)
    else:
        prove(config, "keras", graph, limits, target)
    return text


def _written(graph: Graph, form: str) -> str:
    module, function, _ = FORMS[form]
    text: str = getattr(import_module(f"densecli.render.convert.{module}"), function)(graph)
    return text
