"""`densecli explain`: how the numbers are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.cli.options import Batch, Debug, InputShape, LayerShape, Limit, Output, Set, SourceFile, Specs
from densecli.cli.output import deliver
from densecli.graph.graph import require_layers
from densecli.read.specs import expanded, read, reading, specs
from densecli.render import explain
from densecli.summary.infer import infer

if TYPE_CHECKING:
    from densecli.graph.graph import Graph
    from densecli.read.reading import Reading
    from densecli.read.specs import Spec

EXAMPLES = """\
densecli explain 'Dense(16)@(3,2) -> Flatten -> Dense(4)'
densecli explain model.yaml --batch 32
"""


def command(
    spec: Specs,
    output: Output = None,
    batch: Batch = None,
    input_shape: InputShape = None,
    set: Set = None,
    limit: Limit = None,
    source: SourceFile = None,
    layer_shape: LayerShape = None,
    debug: Debug = False,
) -> int:
    """Explain each SPEC."""
    wishes = reading(input_shape, set, limit, source, layer_shape)
    found = list(expanded(specs(spec), wishes))
    texts = [explain.render(infer(layered(each, wishes), each.name, batch)) for each in found]
    deliver("\n".join(texts), output, [each.name for each in found if each.text is None])
    return 0


def layered(spec: Spec, wishes: Reading) -> Graph:
    graph = read(spec, wishes)
    require_layers(graph, "explain")
    return graph
