"""The time of a forward pass by kind of work.

Each call's time belongs to its layer's kind, except the time inside it for unfolding windows, for padding, and for
what follows a product (bias, folded normalization, activation): those are timed where they happen.
"""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any

from densecli.kernels.finish import Finish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COPIES, FINISH = "windows and borders", "bias and activation"
# The kind of a layer by its type; the first that matches.
KINDS = (
    (r"Depthwise|Separable", "depthwise"),
    (r"Conv", "convolution products"),
    (r"Pool", "pooling"),
    (r"Attention", "attention"),
    (r"LSTM|GRU|RNN|Bidirectional", "recurrence"),
    (r"Dense", "dense products"),
    (r"Normalization|Rescaling", "normalisation"),
    (r"Activation|ReLU|Softmax", "activation layers"),
    (r"Add|Multiply|Concatenate", "merging"),
    (r"ZeroPadding", COPIES),
)
COLUMNS = (
    "convolution products", COPIES, "depthwise", "pooling", "normalisation", FINISH, "activation layers", "merging",
    "dense products", "recurrence", "attention", "other",
)  # fmt: skip
conv, layout = (import_module(f"densecli.kernels.{name}") for name in ("conv", "layout"))
# Functions timed individually: the module that calls it, its name there, the kind of work.
INSIDE = ((conv, "gather", COPIES), (layout, "pad", COPIES), (Finish, "__call__", FINISH))


def kind(layer_type: str) -> str:
    return next((name for pattern, name in KINDS if re.search(pattern, layer_type)), "other")


class Clock:
    """Seconds by kind of work."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self.inside = 0.0

    def timed(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def timing(*args: Any, **kwargs: Any) -> Any:
            start = perf_counter()
            found = function(*args, **kwargs)
            seconds = perf_counter() - start
            self.spent[name] += seconds
            self.inside += seconds
            return found

        return timing

    def watch(self, plan: Any) -> Callable[..., None]:
        """The callback of a pass after each layer."""
        since = [perf_counter()]

        def called(step: Any, _: Any) -> None:
            now = perf_counter()
            self.spent[kind(plan.graph.nodes[step[0]].layer.type_name)] += now - since[0] - self.inside
            self.inside, since[0] = 0.0, perf_counter()

        return called


def shares(plan: Any, passes: int = 3) -> dict[str, float]:
    """The share of each kind of work, 0 to 1, over a few passes."""
    clock = Clock()
    kept = [(owner, name, getattr(owner, name)) for owner, name, _ in INSIDE]
    try:
        for (owner, name, function), (_, _, work) in zip(kept, INSIDE, strict=True):
            setattr(owner, name, clock.timed(function, work))
        for _ in range(passes):
            plan(clock.watch(plan))
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)
    total = sum(clock.spent.values())
    return {name: seconds / total for name, seconds in clock.spent.items()}


def table(found: dict[str, dict[str, float]]) -> Iterator[str]:
    """One row for each model, in percent."""
    used = [name for name in COLUMNS if any(name in each for each in found.values())]
    yield f"| % of the pass | {' | '.join(used)} |"
    yield f"|---|{'---:|' * len(used)}"
    for model, each in found.items():
        yield f"| {model} | {' | '.join(f'{100 * each[name]:.0f}' if name in each else '' for name in used)} |"
