"""TensorFlow's checkpoints: the arrays that their index lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.read.files.checkpoint import OBJECT_GRAPH, Kept, read_index
from densecli.read.files.stored import Stored
from densecli.read.weights.table import of_arrays
from densecli.text import plural

if TYPE_CHECKING:
    from typing import BinaryIO

    from densecli.graph.graph import Graph
    from densecli.read.limits import Limits

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"  # behind the name of each variable
SLOT = "/.OPTIMIZER_SLOT/"
COPIES = "_all_variables"  # where model.export of Keras 3 keeps each variable again
OPTIMIZER = ("optimizer/", "_optimizer/", "keras_api/", "save_counter")


def read_checkpoint(file: BinaryIO, name: str, limits: Limits) -> Graph:
    """The table of an open `.index` file. Raises ReadError (E331, E332) or LimitError."""
    arrays = [each for each in read_index(file, limits).arrays if each.path != OBJECT_GRAPH]
    own = [each for each in arrays if not of_training(each.path) and not each.path.startswith(f"{COPIES}/")]
    graph = of_arrays(map(shortened, own), name)
    aside = sum(of_training(each.path) for each in arrays)
    if aside:
        graph.warnings.append(f"{plural(aside, 'array')} of the optimizer left out")
    return graph


def of_training(key: str) -> bool:
    """Whether an array is the optimizer's, not the model's."""
    return SLOT in key or key.startswith(OPTIMIZER)


def shortened(each: Kept) -> Stored:
    """Without the end that all names have."""
    return Stored(each.path.removesuffix(VALUE), each.shape, each.dtype)
