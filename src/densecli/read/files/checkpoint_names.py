"""The names by which TensorFlow calls a checkpoint: a prefix of its files, or the folder that it was written into."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.text import listed, quote

if TYPE_CHECKING:
    from densecli.read.files.folder import Folder

INDEX = ".index"
LIST, MOST_LIST = "checkpoint", 1 << 20  # TensorFlow's list of the checkpoints in a folder, and how much of it is read
_LATEST = rb"model_checkpoint_path: \"([^\"\n]*+)\""


def with_index(word: str) -> str:
    """The index file of a checkpoint given by its prefix, as in `tf.train.Checkpoint.read`; other words as they are."""
    try:
        is_prefix = not os.path.lexists(word) and os.path.isfile(word + INDEX)  # noqa: PTH113  # a word may be no path at all
    except ValueError:  # a NUL in the name
        return word
    return word + INDEX if is_prefix else word


def index_in(folder: Folder) -> str | None:
    """The index file of the newest checkpoint in a folder, as `tf.train.latest_checkpoint` finds it; None if it has none.

    Raises ReadError (E105) for several without a list that says which is the newest.
    """
    names = folder.names()
    data = {name.rpartition(".data-")[0] for name in names}
    found = [name for name in names if name.endswith(INDEX) and name.removesuffix(INDEX) in data]
    if len(found) < 2:
        return found[0] if found else None
    newest = _newest(folder)
    if newest in found:
        return newest
    message = f"{quote(folder.name)} holds {len(found):,} checkpoints"
    raise ReadError(message, code="E105", hint=f"give one of them: {listed(list(map(quote, found)))}")


def _newest(folder: Folder) -> str | None:
    with folder.member(LIST) as file:
        text = b"" if file is None else file.read(MOST_LIST)
    match = re.match(_LATEST, text)
    return None if match is None else match[1].rpartition(b"/")[2].decode("utf-8", "replace") + INDEX
