"""Libraries: one file each, one entry for each function that densecli knows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def bring(library: str) -> ModuleType:
    """Read the file of a library, which enters what it knows."""
    return import_module(f"{__name__}.{library}")
