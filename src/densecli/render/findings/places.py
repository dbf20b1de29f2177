"""File paths as the services that show findings expect them: relative to the repository, with slashes, without a leading ./."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from densecli.check.finding import NO_FILES

if TYPE_CHECKING:
    from densecli.check.finding import Spot


def path(spot: Spot) -> str | None:
    """The path of a finding's file; None where there is no file (DSL words, standard input)."""
    if spot.file in NO_FILES:
        return None
    file = spot.file.replace(os.sep, "/")
    here = os.getcwd().replace(os.sep, "/").rstrip("/") + "/"  # noqa: PTH109  # text
    file = file.removeprefix(here)
    while file.startswith("./"):
        file = file[2:].lstrip("/")
    return file
