"""How much densecli is willing to read: one table of limits for all readers. `--limit NAME=N` raises one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from densecli.errors import ArgumentError, LimitError, ReadError, did_you_mean
from densecli.records import Record
from densecli.text import binary_size, quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from densecli.errors import Place


class Limits(Record):
    """Far above what models need (a real config has about 833 bytes and 39 nodes per layer), far below what hurts."""

    spec_bytes: int = 16 << 20
    config_bytes: int = 64 << 20
    weights_bytes: int = 256 << 20
    source_bytes: int = 1 << 20
    patterns: int = 5_000
    members: int = 10_000
    weights: int = 100_000
    depth: int = 100
    nodes: int = 2_000_000
    layers: int = 1_000_000
    letters: int = 4_000_000
    digits: int = 100
    bits: int = 4096
    nesting: int = 200
    mistakes: int = 1_000
    steps: int = 500_000
    calls: int = 100


LIMITS = Limits()
# What each one bounds, and the codes of the errors that say so; the documentation shows the same words.
MEANINGS = {
    "spec_bytes": ("bytes of a stack, a YAML or a JSON spec", "E501"),
    "config_bytes": ("bytes of a Keras config, in its own file or inside a model file", "E501, E506"),
    "weights_bytes": (
        "bytes of a compressed weights file to unpack, if the model's own weights are not larger",
        "E506",
    ),
    "source_bytes": ("characters of Python source, or of the code in a notebook", "E501"),
    "patterns": ("patterns with wildcards in the .gitignore files that apply to one folder", "E505"),
    "members": ("files in a `.keras` archive", "E506"),
    "weights": ("groups and arrays read in an HDF5 file", "E505"),
    "depth": ("nested brackets, models or groups; real configs have 8 levels", "E503"),
    "nodes": ("values in a document, with all YAML aliases expanded", "E502"),
    "layers": ("layers of a spec, with all repeats expanded", "E505"),
    "letters": ("letters of names longer than 100, counted at every connection of the layer", "E505"),
    "digits": ("digits of one number", "E504"),
    "bits": ("bits of a product in a stack, estimated before it is computed", "E504"),
    "nesting": ("nested operators, calls and blocks in Python source; real files have 50", "E503"),
    "mistakes": ("errors reported for one spec before reading stops", "-"),
    "steps": ("expressions and statements evaluated in Python source", "E505"),
    "calls": ("nested calls in Python source", "E505"),
}
# As far as Python itself goes: its C stack, the longest number it reads, the longest file it seeks in. In Python 3.11 the limit on
# recursion, which nested calls raise, is all that guards the C stack; at 40,000 frames the text of a nested value overflows it.
CEILINGS = {"depth": 200, "digits": 4_300, "nesting": 500, "calls": 250}
HIGHEST = 1 << 62


def beyond(limits: Limits, name: str, message: str, code: str, place: Place | None = None) -> LimitError:
    """The error for an input that is larger than the limit of that name, with the option that raises it."""
    value, ceiling = getattr(limits, name), CEILINGS.get(name, HIGHEST)
    hint = f"if this is intended, raise it: --limit {name}={written(name, min(2 * value, ceiling))}"
    return LimitError(message, code=code, place=place, hint=hint if value < ceiling else None)


def written(name: str, value: int) -> str:
    """A limit as one would type it: 128MiB, 4_000_000."""
    shown = binary_size(value).replace(".00 ", "") if name.endswith("_bytes") else f"{value:_}"
    return shown if "." not in shown else str(value)


def raised(values: Iterable[str], limits: Limits = LIMITS) -> Limits:
    """The limits with those that --limit NAME=N sets. Raises ReadError E112."""
    found = limits._replace(**dict(map(_limit, values)))
    if found.depth > LIMITS.depth:  # some ten calls a level, reading and inferring; Python's own calls need no C stack
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 20 * found.depth))
    return found


def _limit(text: str) -> tuple[str, int]:
    word, equals, number = text.partition("=")
    name = word.strip().lower().replace("-", "_")
    if not equals:
        hint = "--limit nodes=4_000_000, --limit config_bytes=128MiB"
        raise ReadError(f"expected NAME=N, got {quote(text)}", code="E112", hint=hint)
    if name not in MEANINGS:
        hint = did_you_mean(name, MEANINGS) or f"limits: {', '.join(MEANINGS)}"
        raise ReadError(f"no limit named {quote(word)}", code="E112", hint=hint)
    return name, _value(name, number)


def _value(name: str, text: str) -> int:
    from densecli.quantity import read_size  # noqa: PLC0415  # few runs raise a limit

    ceiling, what = CEILINGS.get(name, HIGHEST), MEANINGS[name][0]
    example = written(name, getattr(LIMITS, name) * 2 if name not in CEILINGS else CEILINGS[name])
    try:
        value = read_size(text)
    except ArgumentError:
        expected = "a size such as 128MiB" if name.endswith("_bytes") else "a whole number such as 4_000_000 or 4M"
        message = f"the limit {name} ({what}) is {expected}, got {quote(text)}"
        raise ReadError(message, code="E112", hint=f"--limit {name}={example}") from None
    if not 1 <= value <= ceiling:
        most = f"goes from 1 to {ceiling:_}" if name in CEILINGS or value > ceiling else "is at least 1"
        message = f"the limit {name} {most}, got {quote(text.strip())}"
        raise ReadError(message, code="E112", hint=f"--limit {name}={example}")
    return value


def table() -> str:
    """The limits in Markdown, for the documentation."""
    rows = [
        f"| `{name}` | {written(name, getattr(LIMITS, name))} | {_most(name)} | {what} | {codes} |"
        for name, (what, codes) in MEANINGS.items()
    ]
    return "\n".join(["| limit | default | at most | limits | error |", "|---|---:|---:|---|---|", *rows]) + "\n"


def _most(name: str) -> str:
    return f"{CEILINGS[name]:_}" if name in CEILINGS else ""
