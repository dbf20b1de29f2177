"""Draw the figures of docs/gallery/ and write docs/gallery.md, which shows them; `--check` only reports what is out of date.

`tools/generate_docs.py` does the same with all other pages.
"""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDER, PAGE = ROOT / "docs" / "gallery", ROOT / "docs" / "gallery.md"


class Picture(NamedTuple):
    """A figure of the gallery: what it shows, and the arguments of `densecli draw`."""

    name: str
    title: str
    words: str
    arguments: str


PICTURES = (
    Picture("lenet5", "LeNet-5", "Volumes are as high and deep as an image, on a logarithmic scale, and as wide as it has channels; vectors are bars, and funnels join what has another size.", "examples/figures/lenet5.dsl"),
    Picture("alexnet", "AlexNet", "Normalization and dropout are worn by the layer before them. Here `--labels` asks for types as well.", "examples/figures/alexnet.dsl --labels sizes,types"),
    Picture("vgg16", "VGG16", "Layers of one size stand side by side, and pooling ends their block.", "VGG16"),
    Picture("unet", "U-Net", "Skip connections pass above what they skip.", "examples/figures/unet.py"),
    Picture("resnet50", "ResNet50", "A long figure goes on in rows that fit a page (`--wrap`). Blocks that repeat are drawn once, with their number. A branch with a layer in it makes way for the longer one.", "ResNet50"),
    Picture("inception", "InceptionV3", "All branches, each with lines of its own. `--max-blocks` lets the figure have more layers than usual.", "InceptionV3 --max-blocks 200 --labels none"),
    Picture("transformer", "Transformer", "A model of sequences is drawn as boxes, from top to bottom.", "examples/figures/transformer.py"),
    Picture("two_towers", "Two towers", "Each input has its own way to where they meet.", "examples/figures/two_towers.py --direction up --labels sizes,names"),
    Picture("flat", "Flat faces", "Without perspective, from top to bottom.", "examples/figures/lenet5.dsl --style flat --direction down"),
)  # fmt: skip


def main() -> int:
    check = "--check" in sys.argv[1:]
    stale = [path for path, text in fresh().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(fresh()[path], encoding="utf-8")
    return 1 if check and stale else 0


def fresh() -> dict[Path, str]:
    """The page and its figures, as they should be."""
    return {PAGE: page()} | {FOLDER / f"{picture.name}.svg": figure(picture) for picture in PICTURES}


def figure(picture: Picture) -> str:
    """What `densecli draw` prints, from the folder of the project."""
    from densecli.cli import run

    shown = StringIO()
    with chdir(ROOT), redirect_stdout(shown):
        code = run(["draw", *shlex.split(picture.arguments), "--format", "svg"])
    assert code == os.EX_OK, picture
    return shown.getvalue()


def page() -> str:
    parts = [HEAD, *(part(picture) for picture in PICTURES)]
    return "\n".join(parts)


HEAD = """\
# Gallery

Figures of well-known models as [`densecli draw`](draw.md) prints them, each with its command. They follow your reader's light or
dark setting; `-o FILE.tex` gives the same figure for LaTeX, and `-o FILE.png` as pixels. Made by `tools/draw_gallery.py`.
"""


def part(picture: Picture) -> str:
    command = f"densecli draw {picture.arguments} -o {picture.name}.svg"
    return f"## {picture.title}\n\n{picture.words}\n\n```sh\n{command}\n```\n\n![{picture.title}](gallery/{picture.name}.svg)\n"


if __name__ == "__main__":
    sys.exit(main())
