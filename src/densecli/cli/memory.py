"""`densecli memory`: whether a model fits into memory."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from densecli.cli import streams
from densecli.cli.command import ValueRefusedError
from densecli.cli.completion import optimizers
from densecli.cli.options import (
    Color,
    ColorOption,
    Debug,
    ExitZero,
    InputShape,
    LayerShape,
    Limit,
    Output,
    Set,
    SourceFile,
    Specs,
    Width,
    size_option,
)
from densecli.cli.output import deliver
from densecli.memory.footprint import POLICIES, Wish, footprint
from densecli.read.specs import expanded, read, reading, specs
from densecli.records import Record
from densecli.render import memory
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.memory.footprint import Footprint
    from densecli.read.reading import Reading
    from densecli.read.specs import Spec

EXAMPLES = """\
densecli memory model.keras --batch 32 --optimizer adamw
densecli memory model.yaml --budget 8GiB --dtype mixed_bfloat16
"""


class Format(StrEnum):
    """Output format."""

    table = "table"
    json = "json"
    markdown = "markdown"


INT8 = "int8"  # no policy of Keras: what TensorFlow Lite makes of the model
Policy = StrEnum("Policy", {name: name for name in (*POLICIES, INT8)})  # type: ignore[misc]  # names that footprint knows

Batch = Annotated[int, typer.Option("--batch", min=1, max=2**31 - 1, help="Batch size.")]
Optimizer = Annotated[
    str,
    typer.Option(
        "--optimizer",
        metavar="NAME",
        help="Optimizer: sgd, momentum, adam, adamw, rmsprop, …",
        autocompletion=optimizers,
    ),
]
Dtype = Annotated[
    Policy | None,
    typer.Option(
        "--dtype",
        help="Dtype policy of layers that set none (default: the model's); int8: a quantized model on a microcontroller.",
    ),
]
BudgetOption = Annotated[
    str | None,
    typer.Option(
        "--budget",
        metavar="SIZE",
        help="Find the largest batches that fit, for example into 8GiB; exit 1 if none does.",
    ),
]
Top = Annotated[
    int, typer.Option("--top", min=0, help="Number of layers to show: those that keep the most for the backward pass.")
]


def command(  # one parameter per option
    spec: Specs,
    *,
    batch: Batch = 1,
    optimizer: Optimizer = "adam",
    dtype: Dtype = None,
    budget: BudgetOption = None,
    exit_zero: ExitZero = False,
    format: Annotated[Format, typer.Option("--format", "-f", help="Output format.")] = Format.table,
    top: Top = 10,
    output: Output = None,
    input_shape: InputShape = None,
    set: Set = None,
    limit: Limit = None,
    source: SourceFile = None,
    layer_shape: LayerShape = None,
    color: ColorOption = Color.auto,
    width: Width = None,
    debug: Debug = False,
) -> int:
    """The memory of each SPEC; the exit code is 1 if nothing fits into the budget."""
    if dtype is not None and dtype.value == INT8:
        wishes = reading(input_shape, set, limit, source, layer_shape)
        check_int8(batch, budget)
        return on_microcontroller(
            list(expanded(specs(spec), wishes)), wishes, Shown(format, top, output, (color, width))
        )
    wish = Wish(batch, optimizer, None if dtype is None else str(dtype), size_option("--budget", budget))
    wishes = reading(input_shape, set, limit, source, layer_shape)
    found = list(expanded(specs(spec), wishes))
    results = [footprint(read(each, wishes), each.name, wish) for each in found]
    text: str
    if format is Format.json:
        text = memory.render_json(results)
    elif format is Format.markdown:
        text = "\n".join(memory.render_markdown(each, top) for each in results)
    else:
        text = tables(results, top, (color, width, output is not None))
    deliver(text, output, [each.name for each in found if each.text is None])
    return int(any([*map(complain_if_too_small, results)]) and not exit_zero)


def complain_if_too_small(found: Footprint) -> bool:
    """Say that nothing fits into the budget, whatever the output's format; returns whether it was so."""
    said = memory.too_small(found)
    if said is not None:
        streams.complain(f"{safe(found.source)}: {safe(said)}")
    return said is not None


class Shown(Record):
    """How results are shown."""

    format: Format
    top: int
    output: str | None
    look: tuple[str, int | None]


def check_int8(batch: int, budget: str | None) -> None:
    if batch != 1 or budget is not None:
        raise ValueRefusedError("--dtype int8 is about one sample: it takes no --batch and no --budget")


def on_microcontroller(found: Sequence[Spec], wishes: Reading, shown: Shown) -> int:
    """Flash and RAM of each SPEC as an int8 model."""
    from densecli.cli.look import look  # noqa: PLC0415
    from densecli.memory.micro.footprint import microcontroller  # noqa: PLC0415  # few runs quantize
    from densecli.render import microcontroller as page  # noqa: PLC0415

    results = [microcontroller(read(each, wishes), each.name) for each in found]
    if shown.format is Format.json:
        text: str = page.render_json(results)
    elif shown.format is Format.markdown:
        text = "\n".join(page.render_markdown(each, shown.top) for each in results)
    else:
        seen = look(*shown.look, shown.output is not None)
        drawn = memory.Look(seen.width, seen.color, seen.ascii)
        text = named([(each.source, page.render_table(each, shown.top, drawn)) for each in results])
    deliver(text, shown.output, [each.name for each in found if each.text is None])
    return 0


def named(texts: Sequence[tuple[str, str]]) -> str:
    """One text after the other; if there are several, each under its file's name."""
    if len(texts) == 1:
        return texts[0][1]
    return "\n".join(f"{safe(source)}:\n{text}" for source, text in texts)


def tables(results: Sequence[Footprint], top: int, where: tuple[str, int | None, bool]) -> str:
    """One table after the other."""
    from densecli.cli.look import look  # noqa: PLC0415

    seen = look(*where)
    drawn = memory.Look(seen.width, seen.color, seen.ascii)
    return named([(each.source, memory.render_table(each, top, drawn)) for each in results])
