"""A reader's settings beyond the spec itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import GraphError
from densecli.read.limits import LIMITS, Limits
from densecli.records import Record
from densecli.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from densecli.graph.graph import Graph


class Reading(Record):
    """Shapes for inputs that a spec leaves open (None: the only one), values for its variables, limits."""

    input_shapes: Mapping[str | None, tuple[int | None, ...]] = {}
    settings: Mapping[str, Any] = {}
    limits: Limits = LIMITS
    choice: str | None = None  # which model of a Python source or a file of stacks
    sources: tuple[str, ...] = ()  # Python files that define the layers that a model file only names
    files: Callable[[str], bytes | None] | None = None  # where files are read from, if not from the disk
    layer_shapes: Mapping[str, tuple[int | None, ...]] = {}  # of outputs that only code could tell, without the batch

    def variables(self) -> dict[str, Any]:
        """The settings as values of the DSL: 128, relu, (3, 2), true."""
        if not self.settings:
            return {}
        from densecli.read.spec.variables import setting  # noqa: PLC0415

        return {name: setting(name, value) for name, value in self.settings.items()}


class SeveralModelsError(GraphError):
    """A source or a file of stacks has more than the one model that is needed."""

    def __init__(self, models: Sequence[Any]) -> None:
        names = [f"{each.variable or each.name} (line {each.line})" for each in models]
        more = f", and {len(names) - 8:,} more" if len(names) > 8 else ""
        message = f"the source has {plural(len(names), 'model')}: {', '.join(names[:8])}{more}"
        hint = f"choose one with FILE:{models[0].variable or models[0].line}; 'FILE:*' takes all where several can be shown"
        super().__init__(message, code="E403", hint=hint)
        self.models = models


def only(models: Sequence[Any]) -> Graph:
    """The graph of the only model. Raises its error, or SeveralModelsError."""
    if len(models) > 1:
        raise SeveralModelsError(models)
    if models[0].error is not None:
        raise models[0].error
    graph: Graph = models[0].graph
    return graph
