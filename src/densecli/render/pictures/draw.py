"""The picture of a layer: each kind of facts has one function that draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.render.pictures import (
    attention,
    blocks,
    curve,
    kinds,
    lookup,
    merged,
    normalized,
    product,
    reshaped,
    spread,
    through,
    unrolled,
    volumes,
)  # fmt: skip
from densecli.render.pictures.figure import Figure, Sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.summary.report import Row

DRAWERS: dict[type, Callable[[Any, Sample], Figure]] = {
    kinds.Product: product.product,
    kinds.Matched: product.matched,
    kinds.Recut: reshaped.recut,
    kinds.Permuted: reshaped.permuted,
    kinds.Copied: blocks.copied,
    kinds.Bordered: blocks.bordered,
    kinds.Joined: blocks.joined,
    kinds.Windows: volumes.windows,
    kinds.Unrolled: unrolled.unrolled,
    kinds.BothWays: unrolled.both_ways,
    kinds.Attended: attention.attended,
    kinds.Normalized: normalized.normalized,
    kinds.Curve: curve.curve,
    kinds.Resized: through.resized,
    kinds.EachStep: through.each_step,
    kinds.Looked: lookup.looked,
    kinds.Encoded: lookup.encoded,
    kinds.Binned: lookup.binned,
    kinds.Merged: merged.merged,
    kinds.Held: merged.held,
    kinds.Same: merged.same,
    kinds.Dropped: merged.dropped,
    kinds.Spread: spread.spread,
}


def figure(row: Row, sample: Sample = Sample()) -> Figure | None:  # noqa: B008  # immutable
    """The picture of a row's layer; None for one that shows nothing but the layers inside of it."""
    facts = picture(row)
    if facts is not None:
        found = DRAWERS[type(facts)](facts, sample)
        numbers = any('class="small middle"' in part for part in found.drawing.parts)
        told = f" The numbers are those of {sample.about}." if sample.about and numbers else ""
        return found._replace(caption=found.caption + told)
    return None if row.layers else through.through(row.type, row.input_shapes, row.output_shapes)


def picture(row: Row) -> Any:
    """What the layer does, by its own account."""
    if row.layer is None or row.expects is None or (row.opaque and not row.layer.opaque):
        return None
    return row.layer.picture(kinds, row.expects.output, *row.expects.args, **row.expects.kwargs)


def opens(row: Row) -> bool:
    """Whether the layers inside have pictures of their own: not those of a layer whose picture shows them, as attention does.

    The walk of several stacked cells shows none of their gates.
    """
    facts = picture(row)
    stacked = isinstance(facts, kinds.Unrolled) and not facts.gates and len(facts.units) == 1
    return bool(row.layers) and (facts is None or isinstance(facts, kinds.EachStep) or stacked)
