"""Converted text is read back before it is printed: text that reads back as another model is refused (E604)."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from densecli.check.compare.arguments import arguments, plain
from densecli.errors import DenseError, SpecErrors
from densecli.read.limits import HIGHEST
from densecli.read.open import read_text
from densecli.read.reading import Reading
from densecli.render.convert.given import input_arguments, is_model
from densecli.render.json import as_record, row_record
from densecli.render.languages.written import refuse
from densecli.summary.infer import infer
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from densecli.graph.graph import Graph
    from densecli.read.limits import Limits
    from densecli.summary.report import CallInfo, Report, Row

NAMES = {
    "dsl": "model.dsl",
    "yaml": "model.yaml",
    "json": "model.json",
    "keras": "model.json",
    "python": "model.py",
}  # readers look at them
INSTEAD = "use a table or a diagram instead"


def prove(text: str, form: str, graph: Graph, limits: Limits, target: str) -> None:
    """Raise OutputError E604 unless the text reads back as the same model; `target` is the form's name in the error."""
    wide = limits._replace(spec_bytes=HIGHEST, config_bytes=HIGHEST, nodes=HIGHEST, layers=HIGHEST)
    try:
        back = read_text(text.encode(), NAMES[form], Reading(limits=wide))
        found = infer(back)
    except (DenseError, SpecErrors) as error:
        first = error.errors[0] if isinstance(error, SpecErrors) else error
        raise refuse(f"this model ({first.code}: {first.message})", target, INSTEAD) from None
    wanted = infer(_as_in_the_dsl(graph, back) if form == "dsl" else graph)
    for loss in _losses(wanted, found):
        raise refuse(loss, target, INSTEAD)


def _as_in_the_dsl(graph: Graph, back: Graph) -> Graph:
    """The DSL has no name for a model, and a Functional that is one chain reads back as a Sequential."""
    made = copy(graph)
    made.name = back.name
    made.kind = "Sequential" if back.kind == "Sequential" else graph.kind
    return made


def _losses(wanted: Report, found: Report) -> Iterator[str]:
    """The differences, for a sentence: any fact of the report, any argument of a layer."""
    yield from _lost_in_rows(wanted.rows, found.rows, "")
    yield from _lost("the model", _facts_of_model(wanted), _facts_of_model(found))


def _lost_in_rows(wanted: Sequence[Row], found: Sequence[Row], above: str) -> Iterator[str]:
    for row, other in zip(wanted, found, strict=False):
        path = f"{above}{row.name}"
        yield from _lost(quote(path), _facts(row), _facts(other))
        yield from _lost_in_rows(_inside(row), _inside(other), f"{path}/")
    for row in (*wanted[len(found) :], *found[len(wanted) :]):
        yield f"the layer {quote(above + row.name)}"


def _inside(row: Row) -> Sequence[Row]:
    """The layers inside; the input of a model that takes the shape of its caller has no row, and any name."""
    if not row.layers or not is_model(row.layer) or not row.layer.graph.deferred:
        return row.layers
    names = {inner.name for inner in row.layers}
    return [
        inner if names & {*inner.inbound} else inner._replace(calls=tuple(map(_nameless, inner.calls)))
        for inner in row.layers
    ]


def _nameless(call: CallInfo) -> CallInfo:
    return call._replace(inbound=("",) * len(call.inbound))


def _lost(of: str, wanted: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    for what in wanted | found:
        if wanted.get(what) != found.get(what):
            yield f"{what.replace('_', ' ')} of {of}, {quote(str(wanted.get(what)))},"


def _facts_of_model(report: Report) -> dict[str, Any]:
    return as_record(report._replace(rows=(), source="", warnings=(), origin=None, type=_model_type(report.type)))


def _facts(row: Row) -> dict[str, Any]:
    given = plain(input_arguments(row.layer)) if row.type == "InputLayer" else arguments(row.layer)
    if is_model(row.layer):  # its layers are compared; the arguments of a keras.applications model are not compared
        given = {}
    facts = row_record(row._replace(layers=(), type=_type(row)))
    if row.type == "InputLayer":
        facts.pop("trainable")  # no weights to train
    return facts | {f"argument {name}": value for name, value in given.items()}


def _type(row: Row) -> str:
    """The class: files of old versions have other names for some."""
    if is_model(row.layer):
        return _model_type(row.type)
    return row.type if row.layer.opaque or row.layer.family == "operations" else type(row.layer).__name__


def _model_type(name: str) -> str:
    return "Sequential" if name == "Sequential" else "Functional"
