"""`densecli explain`: where the numbers come from."""

from __future__ import annotations

from densecli.cli.options import Batch, Debug, InputShape, Output, Specs
from densecli.cli.output import deliver
from densecli.infer import infer
from densecli.read.specs import input_shapes, read, specs
from densecli.render import explain


def command(
    spec: Specs, output: Output = None, batch: Batch = None, input_shape: InputShape = None, debug: Debug = False
) -> int:
    """Explain each SPEC."""
    shapes = input_shapes(input_shape or [])
    found = specs(spec)
    texts = [explain.render(infer(read(each, shapes), each.name, batch)) for each in found]
    deliver("\n".join(texts), output, [each.name for each in found if each.text is None])
    return 0
