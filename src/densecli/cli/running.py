"""The options of `--run`, and the forward pass they configure."""

from __future__ import annotations

import os
from contextlib import suppress
from math import isfinite
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli.command import ValueRefusedError
from densecli.cli.completion import weights
from densecli.cli.options import size_option
from densecli.errors import ReadError
from densecli.read.limits import LIMITS, Limits
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from densecli.graph.graph import Graph
    from densecli.read.specs import Spec
    from densecli.run.run import Options, Outcome

INITIAL = "initial"
CONSTANTS = {"ones": 1.0, "zeros": 0.0}

Run = Annotated[bool, typer.Option("--run", help="Run a forward pass, on random data unless --data is given.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the random weights and data.")]
WeightsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--weights",
        metavar="FILE|VALUE|NAME=VALUE",
        help="Weights: a .keras, .h5 or .npz file, `initial`, `ones`, `zeros` or a number; by name, a number, JSON or file (repeatable).",
        autocompletion=weights,
    ),
]
Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="[NAME=]ARRAY",
        help="Input data: JSON such as [[1,2]], or a .npy, .npz, .json or .csv file; - for stdin.",
    ),
]
Values = Annotated[bool, typer.Option("--values", help="Show the inputs, each layer's weights and its outputs.")]
Precision = Annotated[
    int | None,
    typer.Option("--precision", min=0, max=17, help="Digits after the decimal point of values (4; in JSON all)."),
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
    weights: Sequence[str] = ()
    data: Sequence[str] = ()
    save: str | None = None
    until: str | None = None
    profile: bool = False
    limits: Limits = LIMITS
    values: bool = False


def check(wishes: Wishes, run: bool, specs: Sequence[Spec], *, together: bool = False) -> None:
    """Refuse combinations that make no sense; `together`, several models share the options. Raises a usage error or ReadError."""
    named = {"--weights": wishes.weights, "--data": wishes.data, "--save": wishes.save, "--until": wishes.until}
    used = [option for option, value in named.items() if value]
    others = {"--profile": wishes.profile, "--max-memory": wishes.max_memory, "--values": wishes.values}
    others_used = [option for option, value in others.items() if value]
    if not run and (used or others_used):
        option = next(iter((*used, *others_used)))
        raise ValueRefusedError(f"{option} needs a forward pass: add --run")
    if len(specs) > 1 and used and not together:
        raise ValueRefusedError(f"{used[0]} takes one model, got {len(specs)}")
    if wishes.save in ("-", ""):
        raise ValueRefusedError("--save needs a file")
    words = (word.rpartition("=")[2] for word in (*wishes.data, *wishes.weights))
    uses = [*(spec.name for spec in specs), *words]
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

    base, given = told_weights(wishes.weights)
    number = constant(base)
    weights, elsewhere = weights_of(base, spec, wishes.limits) if number is None else (None, None)
    return Options(
        wishes.seed, wishes.batch, size_option("--max-memory", wishes.max_memory),
        weights, tuple(wishes.data), wishes.until, wishes.profile, wishes.limits, elsewhere, number, given, wishes.values,
    )  # fmt: skip


def told_weights(words: Sequence[str]) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """What all weights come from, if told, and the values of some by name. Raises a usage error."""
    named = [word for word in words if "=" in word and not os.path.lexists(word)]
    rest = [word for word in words if word not in named]
    if len(rest) > 1:
        shown = f"{quote(rest[0])} and {quote(rest[1])}"
        raise ValueRefusedError(f"--weights takes one value for all weights, got {shown}; NAME=VALUE sets some")
    pairs = (word.partition("=") for word in named)
    return next(iter(rest), None), tuple((name, value) for name, _, value in pairs)


def constant(base: str | None) -> float | None:
    """The number that `ones`, `zeros` or a number stands for."""
    if base is None or base in CONSTANTS or os.path.lexists(base):
        return CONSTANTS.get(base or "")
    with suppress(ValueError):
        number = float(base)
        return number if isfinite(number) else None
    return None


def weights_of(base: str | None, spec: Spec, limits: Limits) -> tuple[str | None, str | None]:
    """The file with the weights, given or the model's own; and a note on weights that are not used."""
    if base is not None:
        return None if base == INITIAL else base, None
    if spec.text is not None or spec.of_source:
        return None, None
    from densecli.run.weights import elsewhere, has_weights  # noqa: PLC0415

    if has_weights(spec.name, limits):
        return spec.name, None
    return None, elsewhere(spec.name, limits)
