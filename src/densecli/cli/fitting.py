"""Whether the weights in a model file fit its layers: a warning if the reader had to open them anyway, a finding for `check --weights-fit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.errors import DenseError, ReadError
from densecli.graph.model import layers_of
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.graph.graph import Graph
    from densecli.read.limits import Limits
    from densecli.read.specs import Spec

MOST_WARNINGS = 5


def warn_of_misfits(graph: Graph, spec: Spec, limits: Limits) -> None:
    """Warn of layers that the weights in the file do not fit, if the reader had to open the weights for custom layers."""
    if spec.text is None and not graph.weights_only and any(layer.held is not None for layer in layers_of(graph)):
        found = [error.message for error in misfits_in(spec, graph, limits) if error.code != "E324"]
        graph.warnings += found[:MOST_WARNINGS]
        if len(found) > MOST_WARNINGS:
            graph.warnings.append(
                f"the weights in the file do not fit {plural(len(found) - MOST_WARNINGS, 'more layer')}"
            )


def misfits_in(spec: Spec, graph: Graph, limits: Limits) -> Sequence[DenseError]:
    """The weights in a spec's file that do not fit their layers; an error without a layer says why they could not be compared.

    Raises ReadError if the file is not to blame: h5py is missing (E106).
    """
    if spec.text is not None or spec.of_source:
        return [ReadError("a stack has no weights", code="E324")]
    from densecli.check.finding import is_judgement  # noqa: PLC0415  # a summary does not need the judge
    from densecli.run.weights import misfits  # noqa: PLC0415  # loads numpy

    try:
        return misfits(graph, spec.name, limits)
    except DenseError as error:
        if is_judgement(error):
            return [error]
        raise
