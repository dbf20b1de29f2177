"""Calling git: with fixed arguments, without a shell, and so that no setting of the repository makes it run another program.

Only commands are used that read objects and the index: they know no pager, no hooks, no textconv and no external diff, and they do not
look at the files of the work tree, so no filter is run on them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from densecli.errors import ReadError
from densecli.text import quote

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

GIT = "git"
SETTINGS = {
    "core.fsmonitor": "false",  # a program to ask which files changed
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "safe.bareRepository": "explicit",  # a folder of the checkout that looks like a repository is none
    "protocol.allow": "never",  # nothing is fetched, by no program that a remote names
}
FIXED = ("--no-pager", "--no-optional-locks", *(word for pair in SETTINGS.items() for word in ("-c", "=".join(pair))))
ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
FATAL = 128  # no repository, or one that belongs to somebody else, or a damaged one
LEFT_OUT = ("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_PAGER", "GIT_TRACE")


def output(folder: str, *arguments: str) -> bytes | None:
    """The output of a command; None if it failed. Raises ReadError (E131) if there is no git or no repository that it reads."""
    done = _run(folder, arguments)
    if done.returncode == 0:
        return done.stdout
    if done.returncode == FATAL and arguments[0] != "cat-file" and b"fatal: " in done.stderr:
        said = done.stderr.decode("utf-8", "replace").partition("fatal: ")[2].splitlines()[0]
        raise ReadError(f"git: {said}", code="E131")
    return None


def _run(folder: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    import subprocess  # noqa: PLC0415  # only --base needs it

    try:
        return subprocess.run(  # noqa: S603  # a list, so no shell reads it; what varies is one checked word each
            [GIT, *FIXED, *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise ReadError(
            "git is not installed", code="E131", hint="--base asks git for the files of a revision"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
        raise ReadError(f"cannot run git: {error}", code="E131") from None


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in LEFT_OUT} | ENVIRONMENT


def contents(folder: str, blob: str, most: int) -> bytes:
    """The bytes of an object, `most` at most. Raises ReadError (E131, E501)."""
    size = output(folder, "cat-file", "-s", blob)
    if size is None:
        hint = "it may be a partial clone: fetch the objects of the base first"
        raise ReadError(f"git has no object {quote(blob)}", code="E131", hint=hint)
    if int(size) > most:
        raise ReadError(f"the file is larger than {most:,} bytes at that revision", code="E501")
    data = output(folder, "cat-file", "blob", blob)
    if data is None:
        raise ReadError(f"git cannot read the object {quote(blob)}", code="E131")
    return data
