"""Write src/densecli/layers/index.py: which module holds which layer. Run it after adding a layer; a test tells if it is due."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "src" / "densecli" / "layers"


def text() -> str:
    """The module's text, from the classes that are really there."""
    from densecli.catalogue import CATALOGUE

    for path in sorted([*FOLDER.glob("[a-z]*.py"), *FOLDER.glob("*/[a-z]*.py")]):
        import_module(".".join(("densecli.layers", *path.relative_to(FOLDER).with_suffix("").parts)))
    layers = sorted(CATALOGUE.loaded.values(), key=lambda layer: layer.__name__)
    modules = {layer.__name__: layer.__module__.removeprefix("densecli.layers.") for layer in layers}
    aliases = {alias: layer.__name__ for layer in layers for alias in layer.aliases}
    parts = ['"""Which module holds which layer. Made by tools/index_layers.py; a test holds it to the classes."""', ""]
    return "\n".join([*parts, table("MODULES", modules), table("ALIASES", aliases)])


def table(name: str, entries: dict[str, str]) -> str:
    lines = "".join(f"    {json.dumps(key)}: {json.dumps(value)},\n" for key, value in sorted(entries.items()))
    return f"{name} = {{\n{lines}}}\n"


if __name__ == "__main__":
    FOLDER.joinpath("index.py").write_text(text(), encoding="utf-8")
