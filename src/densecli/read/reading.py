"""What the caller of a reader says beyond the spec itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from densecli.read.limits import LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reading(NamedTuple):
    """Shapes for inputs that a spec leaves open (None: the only one), values for its variables, how much to read."""

    input_shapes: Mapping[str | None, tuple[int | None, ...]] = {}
    settings: Mapping[str, Any] = {}
    limits: Limits = LIMITS

    def variables(self) -> dict[str, Any]:
        """The settings as values of the DSL: 128, relu, (3, 2), true."""
        if not self.settings:
            return {}
        from densecli.read.variables import setting  # noqa: PLC0415

        return {name: setting(name, value) for name, value in self.settings.items()}
