"""The memory of a model as text: a table of the layers that keep most, with sums below; Markdown; JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.memory.footprint import SCHEMA
from densecli.quantity import size_hint
from densecli.records import Record
from densecli.render.languages.json import Json, document, documents
from densecli.text import binary_size, listed, plural, safe, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from densecli.memory.backward import LayerMemory
    from densecli.memory.footprint import Budget, Footprint
    from densecli.render.languages.markdown import Markdown

HEADERS = ("Layer (type)", "Output", "Kept for training", "Share")
SHOWN_ALIVE = 4  # tensors that are named in the line about the forward pass


class Look(Record):
    """How the table is drawn; `width` is that of the terminal."""

    width: int | None = None
    color: bool = False
    ascii_only: bool = False


# -- for people ------------------------------------------------------------------------
def render_table(found: Footprint, top: int, look: Look = Look()) -> str:  # noqa: B008  # immutable
    """The table, in the style of the summary's."""
    from rich.text import Text  # noqa: PLC0415  # only tables pay for it

    from densecli.render.table.grid import FULL_WIDTH, Cell, Head, draw, grids, sentences  # noqa: PLC0415

    room = FULL_WIDTH if look.width is None else look.width
    heads = [Head(header, "right" if index else "left") for index, header in enumerate(HEADERS)]
    rows = [[Cell(Text(each)) for each in row] for row in _rows(found, top)]
    lines = [f" {label}: {text}" for label, text in sums(found, top)]
    below = sentences([line.replace("≥ ", ">= ") for line in lines] if look.ascii_only else lines, room)
    tables = grids(heads, rows, room=room, ascii_only=look.ascii_only)
    return draw([Text(_title(found), style="bold"), *tables, below], FULL_WIDTH, look.color)


def render_markdown(found: Footprint, top: int) -> Markdown:
    """A GitHub-flavoured table, and the sums as a list."""
    from densecli.render.languages.markdown import Markdown  # noqa: PLC0415  # only Markdown pays for it
    from densecli.render.pages.markdown import cell, item, table  # noqa: PLC0415

    heads = [(header, "right" if index else "left") for index, header in enumerate(HEADERS)]
    layers = table(heads, [map(cell, row) for row in _rows(found, top)])
    below = Markdown.joined("\n", [item(*line) for line in sums(found, top)])
    return Markdown.put("### {}\n\n{}\n\n{}\n", Markdown.quoted(_title(found)), layers, below)


def _title(found: Footprint) -> str:
    policy = "" if found.dtype is None else f", {found.dtype}"
    return f'Memory of "{safe(found.name)}", batch {found.batch:,}{policy}'


def _rows(found: Footprint, top: int) -> list[tuple[str, str, str, str]]:
    return [_row(layer, found.training.activations) for layer in largest(found, top)]


def _row(layer: LayerMemory, whole: int) -> tuple[str, str, str, str]:
    share = f"{layer.kept_bytes / whole:.1%}" if whole else "-"
    name = safe(f"{shortened(layer.name)} ({shortened(layer.type)})")
    return name, binary_size(layer.output_bytes), binary_size(layer.kept_bytes), share


def largest(found: Footprint, top: int) -> list[LayerMemory]:
    """The layers that keep most, then those with the largest outputs."""
    order = sorted(found.layers, key=lambda layer: (-layer.kept_bytes, -layer.output_bytes))
    return order[:top]


def sums(found: Footprint, top: int) -> list[tuple[str, str]]:
    """The sums below the table, as label and text."""
    least = "≥ " if found.not_counted else ""
    weights = ", ".join(f"{binary_size(each.bytes)} ({each.params:,} {each.dtype})" for each in found.weights)
    step, forward = found.training, found.inference
    parts = (
        f"weights {binary_size(step.weights)} + gradients {binary_size(step.gradients)} + {step.optimizer} "
        f"{binary_size(step.optimizer_state)} + activations {binary_size(step.activations)}"
    )
    rest = len(found.layers) - top
    lines = [
        ("Not shown", plural(rest, "layer") + " that keep less memory") if rest > 0 else None,
        ("Weights", weights or "none"),
        ("Forward pass", f"{least}{binary_size(forward.total)} = weights + {_alive(found)}"),
        ("Keeping every output", f"{least}{binary_size(forward.holding_all)}, as Keras' own call does"),
        ("Training", f"{least}{binary_size(step.total)} = {parts}"),
        ("Copies", f"{binary_size(step.copies)} of the activations are in another layout or dtype")
        if step.copies
        else None,
        ("Peak memory of a training step", f"{least}{binary_size(step.peak)}"),
        (f"Largest batch in {binary_size(found.budget.bytes)}", _batches(found.budget)) if found.budget else None,
        ("Not counted", safe(listed(found.not_counted))) if found.not_counted else None,
    ]
    return [line for line in lines if line is not None]


def _alive(found: Footprint) -> str:
    alive = [f"{safe(name)} {binary_size(count)}" for name, count in found.inference.alive]
    shown = ", ".join(alive[:SHOWN_ALIVE]) + (
        f" and {len(alive) - SHOWN_ALIVE:,} more" if len(alive) > SHOWN_ALIVE else ""
    )
    moment = f"while {safe(found.inference.at)} runs" if found.inference.at else "of the inputs"
    return f"{binary_size(found.inference.tensors)} {moment} ({shown})"


def _batches(budget: Budget) -> str:
    if budget.inference is None:
        forward, step = ("fits" if need <= budget.bytes else "does not fit" for need in (budget.forward, budget.step))
        return f"the model fixes its batch size; a forward pass {forward}, training {step}"
    forward = _batch(budget.inference, "a forward pass", budget.forward)
    return f"{forward}, {_batch(budget.training, 'training', budget.step)}"


def _batch(batch: int | None, use: str, least: int) -> str:
    return f"{batch:,} in {use}" if batch else f"none in {use} (one sample takes {binary_size(least)})"


def too_small(found: Footprint) -> str | None:
    """That nothing fits into the budget, and what would have to."""
    budget = found.budget
    if budget is None or budget.fits:
        return None
    what = "one sample" if budget.inference is not None else "the model's own batch"
    needs = f"a forward pass of {what} needs {binary_size(budget.forward)}"
    hint = size_hint(budget.bytes, budget.forward)
    return f"nothing fits into {binary_size(budget.bytes)}: {needs}" + (f"; {hint}" if hint else "")


# -- for programs ----------------------------------------------------------------------
def render_json(results: Sequence[Footprint]) -> Json:
    """One document with a line for each layer, or a list of them if there are several models."""
    return documents([document(as_record(found), "layers") for found in results])


def as_record(found: Footprint) -> dict[str, Any]:
    """`densecli/memory/1` as JSON values; all sizes in bytes."""
    forward, step = found.inference, found.training
    record: dict[str, Any] = {
        "schema": SCHEMA, "source": found.source, "name": found.name, "type": found.type, "batch": found.batch,
        "dtype": found.dtype,
        "weights": [each._asdict() for each in found.weights],
        "inference": {
            "weight_bytes": forward.weights, "tensor_bytes": forward.tensors, "total_bytes": forward.total,
            "output_bytes": forward.outputs, "holding_all_bytes": forward.holding_all,
            "at": forward.at or None, "alive": [{"name": name, "bytes": count} for name, count in forward.alive],
        },
        "training": {
            "optimizer": step.optimizer, "weight_bytes": step.weights, "gradient_bytes": step.gradients,
            "optimizer_bytes": step.optimizer_state, "activation_bytes": step.activations, "copy_bytes": step.copies,
            "passing_bytes": step.passing, "update_bytes": step.update, "total_bytes": step.total, "peak_bytes": step.peak,
        },
        "layers": [layer._asdict() for layer in found.layers],
    }  # fmt: skip
    if found.not_counted:
        record["not_counted"] = found.not_counted
    if found.budget is not None:
        budget = found.budget
        record["budget"] = {
            "bytes": budget.bytes,
            "inference_batch": budget.inference,
            "training_batch": budget.training,
        }
    return record
