"""Pipeline: several preprocessing layers in a row that count as one layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli import fields
from densecli.automatic_names import numbered
from densecli.errors import ShapeError
from densecli.fields import Field, wrong_type
from densecli.layer import CallInside, Child, Layer
from densecli.layers.worked import renamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from densecli.arithmetic import Step

    Array = Any


def several_layers() -> Field[list[Layer]]:
    """A list of layers, made by the readers."""

    def read(_: Any, value: Any) -> list[Layer]:
        if not isinstance(value, list | tuple) or not all(isinstance(each, Layer) for each in value):
            raise wrong_type("a list of layers, such as [Rescaling(0.5), Resizing(8, 8)]", value)
        return list(value)

    return Field(read, fields.REQUIRED, "the layers, in order", {"type": "array"})


class Pipeline(Layer):
    """Apply layers one after the other, usually preprocessing.

    Pipeline([Rescaling(0.5), CenterCrop(4, 4)]): (None, 8, 8, 3) -> (None, 4, 4, 3), 0 params
    """

    takes_mask = True
    formula = "output = … second(first(input))"
    shape_rule = "the last layer's output shape"
    macs_rule = "the sum over the layers"
    elementwise_rule = "the sum over the layers"

    layers = several_layers()

    def named(self) -> Iterator[tuple[str, Layer]]:
        """The layers, each by a name of its own."""
        taken: dict[str, int] = {}
        for layer in self.layers:
            number = taken[layer.name] = taken.get(layer.name, -1) + 1
            yield numbered(layer.name, number), layer

    def children(self, x: Any) -> Iterator[Child]:
        for name, layer in self.named():
            layer.accept(x)
            yield Child(name, layer, (x,))
            x = layer.output(x)

    def accept(self, *inputs: Any, **named: Any) -> None:
        if not self.layers:
            raise ShapeError("a pipeline needs layers")

    def output(self, x: Any) -> Any:
        for layer in self.layers:
            layer.accept(x)
            x = layer.output(x)
        return x

    def computed(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer.computed(x)
        return x

    def output_dtype(self, *dtypes: str) -> str | list[str]:
        found: str | list[str] = list(dtypes)
        for layer in self.layers:
            found = layer.output_dtype(*([found] if isinstance(found, str) else found))
        return found

    @property
    def runnable(self) -> bool:
        return all(layer.runnable for layer in self.layers)

    def worked(self, ops: ModuleType, w: Mapping[str, Any], y: Array, at: Any, x: Array) -> Iterator[Step]:
        """The last layer's own example."""
        *before, (name, last) = self.named()
        for each, layer in before:
            x = layer.forward(ops, w[each], x)
        note = f"x is what comes out of {before[-1][0]} here" if before else ""
        steps = list(last.worked(ops, w[name], y, at, x))
        yield from renamed(iter(steps), steps[-1].name if steps else "", note)

    def calls_inside(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Iterator[CallInside]:
        for name, layer in self.named():
            yield CallInside(name, layer, (x,))
            x = layer.forward(ops, w[name], x)

    def forward(self, ops: ModuleType, w: Mapping[str, Any], x: Array) -> Array:
        for name, layer in self.named():
            x = layer.forward(ops, w[name], x)
        return x
