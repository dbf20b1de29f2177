"""The catalog of layers as text, JSON and Markdown, all from the classes themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import densecli.layers  # registers the layers
from densecli.catalogue import APPLICATIONS, CATALOGUE
from densecli.fields import REQUIRED, Object
from densecli.names import ACTIVATION_FLOPS
from densecli.render.languages.json import Json, document, documents
from densecli.render.table.wrapping import lines as broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from densecli.fields import Field
    from densecli.layer import Layer

SCHEMA = "densecli/layers/1"
_COLUMN = r" *+[^\s:]++ {2,}+"  # a name, and what stands beside it

__all__ = ["densecli"]


Kinds = Sequence["type[Layer]"] | None  # some layers, or all of the catalog


def families(kinds: Kinds = None) -> dict[str, list[type[Layer]]]:
    """The layers by family, both in alphabetical order."""
    found: dict[str, list[type[Layer]]] = {}
    for layer in sorted(CATALOGUE.values() if kinds is None else kinds, key=lambda kind: (kind.family, kind.__name__)):
        found.setdefault(layer.family, []).append(layer)
    return found


def overview(kinds: Kinds = None) -> str:
    """Each layer with its purpose, by family."""
    by_family = families(kinds)
    width = max(len(layer.__name__) for layers in by_family.values() for layer in layers)
    parts = []
    for family, layers in by_family.items():
        lines = [f"  {layer.__name__.ljust(width)}  {purpose(layer)}" for layer in layers]
        parts.append("\n".join([f"{family.replace('_', ' ')}:", *lines]))
    return "\n\n".join(parts) + "\n\n`densecli layers TYPE` shows the arguments of one.\n"


def details(layer: type[Layer]) -> str:
    """One layer: signature, purpose, formula, arguments."""
    head = [signature(layer), "", *(f"  {line}".rstrip() for line in documentation(layer).splitlines())]
    facts = [
        ("formula", layer.formula),
        ("shape", layer.shape_rule),
        *costs(layer),
        ("aliases", ", ".join(layer.aliases)),
    ]
    head += ["", *(f"  {name}: {text}" for name, text in facts if text)]
    rows = [
        (f"{name}={default(field)}" if field.default is not REQUIRED else name, field.doc)
        for name, field in arguments(layer)
    ]
    width = max((len(name) for name, _ in rows), default=0)
    return (
        "\n".join([*head, "", "  arguments:", *(f"    {name.ljust(width)}  {doc}".rstrip() for name, doc in rows)])
        + "\n"
    )


def fitted(text: str, width: int | None) -> str:
    """The text with lines broken between words, each continued below where its description begins; None breaks none."""
    if width is None:
        return text
    return "".join(
        f"{part}\n" for line in text.splitlines() for part in broken(line, width, _hanging(line, width), whole=True)
    )


def _hanging(line: str, width: int) -> int:
    column = re.match(_COLUMN, line)
    return column.end() if column and column.end() <= width // 2 else len(line) - len(line.lstrip()) + 2


def costs(layer: type[Layer]) -> list[tuple[str, str]]:
    """The cost of a forward pass; most layers have no MACs."""
    macs = "" if layer.macs_rule == "0" else layer.macs_rule
    return [("MACs", macs), ("element-wise FLOPs", layer.elementwise_rule)]


def signature(layer: type[Layer]) -> str:
    """Conv2D(filters, kernel_size, strides=1, …)"""
    parts = [
        name if field.default is REQUIRED else f"{name}={default(field)}"
        for name, field in arguments(layer)
        if name in layer.positional
    ]
    return f"{layer.__name__}({', '.join(parts)})"


def arguments(layer: type[Layer]) -> Iterator[tuple[str, Field[Any]]]:
    """The arguments in Keras' order; those common to all layers come last."""
    yield from ((name, layer.config_fields[name]) for name in layer.positional)
    yield from ((name, field) for name, field in layer.config_fields.items() if name not in layer.positional)


def purpose(layer: type[Layer]) -> str:
    """The first sentence of the docstring."""
    return documentation(layer).partition("\n\n")[0].replace("\n", " ")


def documentation(layer: type[Layer]) -> str:
    return inspect.cleandoc(layer.__doc__ or "")


def example(layer: type[Layer]) -> str:
    """The docstring's last line: Dense(16): (None, 3, 2) -> (None, 3, 16), 48 params."""
    if layer.catalogue is APPLICATIONS:
        from densecli.render.applications import example as of_application  # noqa: PLC0415  # few ask

        return of_application(layer.__name__)
    return documentation(layer).splitlines()[-1]


def default(field: Field[Any]) -> str:
    """The default in a stack's notation."""
    value = field.default
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return value if isinstance(value, str) else value.class_name if isinstance(value, Object) else str(value)


def as_record(layer: type[Layer]) -> dict[str, Any]:
    """One layer as JSON values."""
    return {
        "type": layer.__name__,
        "family": layer.family,
        "aliases": list(layer.aliases),
        "doc": purpose(layer),
        "formula": layer.formula,
        "shape_rule": layer.shape_rule,
        "macs_rule": layer.macs_rule,
        "elementwise_rule": layer.elementwise_rule,
        "example": example(layer),
        "opaque": layer.opaque,
        "arguments": [
            {"name": name, "required": field.default is REQUIRED, "doc": field.doc, "schema": field.schema}
            | ({} if field.default is REQUIRED else {"default": field.default})
            for name, field in arguments(layer)
        ],
    }


def as_json(layer: type[Layer] | None, kinds: Kinds = None) -> Json:
    """One layer, or several."""
    if layer is not None:
        return Json.put("{}\n", Json.quoted({"schema": SCHEMA} | as_record(layer), indent=2))
    records = [as_record(kind) for family in families(kinds).values() for kind in family]
    return documents([document({"schema": SCHEMA, "layers": records}, "layers")])


def convention(figure: str) -> str:
    """A table for docs/figures.md: each rule of `macs` or of `elementwise` with the layers that it applies to."""
    if figure == "activations":
        return _activations()
    found: dict[str, list[str]] = {}
    for kinds in families().values():
        for kind in kinds:
            found.setdefault(getattr(kind, f"{figure}_rule"), []).append(kind.__name__)
    if figure == "macs":
        found.pop("0")
    rows = "".join(f"| {', '.join(types)} | {rule} |\n" for rule, types in found.items())
    title = {"macs": "MACs", "elementwise": "element-wise FLOPs"}[figure]
    return f"| layers | {title} |\n|---|---|\n{rows}"


def _activations() -> str:
    by_cost: dict[int, list[str]] = {}
    for name, flops in ACTIVATION_FLOPS.items():
        by_cost.setdefault(flops, []).append(name)
    rows = "".join(f"| {', '.join(names)} | {flops} |\n" for flops, names in sorted(by_cost.items()))
    return f"| activations | FLOPs |\n|---|---|\n{rows}"


def markdown(layer: type[Layer] | None = None, kinds: Kinds = None) -> str:
    """The section of one layer; of several a page, which is docs/layers.md if they are all."""
    if layer is not None:
        return _section(layer)
    parts = [MARKDOWN_HEAD] if kinds is None else []
    for family, layers in families(kinds).items():
        parts.append(f"## {family.replace('_', ' ').capitalize()}\n")
        parts += [_section(layer) for layer in layers]
    return "\n".join(parts)


MARKDOWN_HEAD = """# Layers

Look up the layers that densecli knows, by family; `densecli layers TYPE` shows one, and `densecli layers conv` lists those with
`conv` in their name. Arguments are in Keras' order; all layers also take `name`, `trainable`, `dtype` and `autocast`. This page is
generated: `python tools/generate_docs.py`.
"""


def _section(layer: type[Layer]) -> str:
    lines = [
        f"### {layer.__name__}\n",
        f"{purpose(layer)}\n",
        f"```\n{signature(layer)}\n```\n",
        f"Example: `{example(layer)}`\n",
    ]
    facts = [("Formula", layer.formula), ("Shape", layer.shape_rule), *costs(layer)]
    facts.append(("Also called", ", ".join(layer.aliases)))
    lines += [f"- {name[0].upper()}{name[1:]}: `{text}`" for name, text in facts if text]
    lines += [f"- `{name}`: {field.doc}" for name, field in arguments(layer) if name in layer.positional and field.doc]
    return "\n".join(lines) + "\n"
