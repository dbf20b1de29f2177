"""Functions of keras.ops among the items of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.automatic_names import snake_case
from densecli.errors import ArgumentError, did_you_mean
from densecli.layers.operations.functions import Operation
from densecli.layers.operations.table import OPERATIONS
from densecli.names import TENSORFLOW_FUNCTIONS
from densecli.read.build import Made
from densecli.text import quote

if TYPE_CHECKING:
    from densecli.errors import Place

NAMES = {snake_case(name): name for name in OPERATIONS}


def make(name: Any, config: dict[str, Any], place: Place) -> Made:
    """The operation of that name: mean, get_item; or a class of tf.keras. Raises ArgumentError (E304)."""
    if name in TENSORFLOW_FUNCTIONS:
        from densecli.read.tensorflow.functions import operation  # noqa: PLC0415  # of old files

        return Made(operation(name, config), None, {})
    if not isinstance(name, str) or name not in NAMES:
        hint = did_you_mean(str(name), NAMES) or "the functions of keras.ops: mean, concatenate, get_item, …"
        raise ArgumentError(f"no function {quote(str(name))} in keras.ops", code="E304", hint=hint, place=place)
    return Made(Operation(NAMES[name], config), None, {})
