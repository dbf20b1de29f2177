"""The options of `--run`, and the forward pass they configure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli.options import size_option
from densecli.errors import ReadError
from densecli.read.limits import LIMITS, Limits
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.graph.graph import Graph
    from densecli.read.specs import Spec
    from densecli.run.run import Options, Outcome

INITIAL = "initial"

Run = Annotated[bool, typer.Option("--run", help="Run a forward pass, on random data unless --data is given.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the random weights and data.")]
WeightsFile = Annotated[
    str | None,
    typer.Option(
        "--weights",
        metavar="FILE",
        help="Weights from a .keras, .h5, .weights.h5 or .npz file, or `initial` for new ones; default: the model's.",
    ),
]
Data = Annotated[
    list[str] | None,
    typer.Option("--data", metavar="[NAME=]FILE", help="Input data: .npy, .npz or CSV; - for stdin."),
]
Save = Annotated[str | None, typer.Option("--save", metavar="FILE", help="Save the outputs as .npy, .npz or .csv.")]
Until = Annotated[
    str | None, typer.Option("--until", metavar="LAYER", help="Stop after this layer and show its outputs.")
]
Profiled = Annotated[bool, typer.Option("--profile", help="Show each layer's time, output shape and statistics.")]
MaxMemory = Annotated[
    str | None, typer.Option("--max-memory", metavar="SIZE", help="Refuse a forward pass that needs more memory.")
]


class Wishes(Record):
    """The options of a forward pass."""

    seed: int = 0
    batch: int | None = None
    max_memory: str | None = None
    weights: str | None = None
    data: Sequence[str] = ()
    save: str | None = None
    until: str | None = None
    profile: bool = False
    limits: Limits = LIMITS


def check(wishes: Wishes, run: bool, specs: Sequence[Spec]) -> None:
    """Refuse combinations that make no sense. Raises a usage error or ReadError."""
    named = {"--weights": wishes.weights, "--data": wishes.data, "--save": wishes.save, "--until": wishes.until}
    used = [option for option, value in named.items() if value]
    if not run and (used or wishes.profile or wishes.max_memory):
        option = next(iter(used), "--profile" if wishes.profile else "--max-memory")
        raise typer.BadParameter(f"{option} needs a forward pass: add --run")
    if len(specs) > 1 and used:
        raise typer.BadParameter(f"{used[0]} takes one model, got {len(specs)}")
    if wishes.save in ("-", ""):
        raise typer.BadParameter("--save needs a file")
    uses = [*(spec.name for spec in specs), *(word.rpartition("=")[2] for word in wishes.data), wishes.weights]
    if uses.count("-") > 1:
        message = "standard input can be only one of the model, its weights and its data"
        raise ReadError(message, code="E108", hint="give the others as files")


def runner(wishes: Wishes) -> Callable[[Spec, Graph], Outcome]:
    """A function that runs a forward pass with these options; loads numpy."""
    from densecli.cli.run_progress import Progress  # noqa: PLC0415
    from densecli.cli.saving import check_save, save  # noqa: PLC0415
    from densecli.run.run import part, run  # noqa: PLC0415

    def make(spec: Spec, graph: Graph) -> Outcome:
        if wishes.save is not None:
            check_save(wishes.save, part(graph, wishes.until), spec)
        with Progress(graph) as progress:
            outcome = run(graph, options(wishes, spec), progress)
        if wishes.save is not None:
            save(outcome, wishes.save, spec)
        return outcome

    return make


def options(wishes: Wishes, spec: Spec) -> Options:
    from densecli.run.run import Options  # noqa: PLC0415

    weights, elsewhere = weights_of(wishes, spec)
    return Options(
        wishes.seed, wishes.batch, size_option("--max-memory", wishes.max_memory),
        weights, tuple(wishes.data), wishes.until, wishes.profile, wishes.limits, elsewhere,
    )  # fmt: skip


def weights_of(wishes: Wishes, spec: Spec) -> tuple[str | None, str | None]:
    """The file with the weights, given or the model's own; and a note on weights that are not used."""
    if wishes.weights is not None:
        return None if wishes.weights == INITIAL else wishes.weights, None
    if spec.text is not None or spec.of_source:
        return None, None
    from densecli.run.weights import elsewhere, has_weights  # noqa: PLC0415

    if has_weights(spec.name, wishes.limits):
        return spec.name, None
    return None, elsewhere(spec.name, wishes.limits)
