"""A scene as PNG, drawn by resvg: one wheel without dependencies (3 MB, MIT; 14 ms to import), where others need Cairo or Skia."""

from __future__ import annotations

from densecli.errors import LimitError, OutputError
from densecli.render.figure import svg
from densecli.render.figure.scene import Scene, Text

MOST = 100_000_000  # pixels
LONGEST = 30_000  # pixels of one side


def render(scene: Scene, theme: str = "light", scale: int = 2) -> bytes:
    """The picture with `scale` pixels for a CSS pixel. Raises OutputError (E608 without resvg or a font), LimitError (E510)."""
    width, height = (round(side) * scale for side in scene.size)
    if width * height > MOST or max(width, height) > LONGEST:
        hint = "use a smaller --scale or --max-blocks, or SVG"
        raise LimitError(f"a picture of {width:,} by {height:,} pixels is too large", code="E510", hint=hint)
    if _drawn(_LETTER, 1) == _drawn(_LETTER._replace(shapes=()), 1):
        hint = "install one, such as DejaVu Sans or Liberation Sans (fonts-dejavu-core, fonts-liberation), or use SVG"
        raise OutputError("the PNG would have no text: no font was found", code="E608", hint=hint)
    return _drawn(scene, scale, "light" if theme == "auto" else theme)


_LETTER = Scene("", "", (0.0, 0.0), (20.0, 20.0), (Text((10.0, 15.0), "M", 12.0),))


def _drawn(scene: Scene, scale: int, theme: str = "light") -> bytes:
    try:
        import resvg_py  # noqa: PLC0415
    except ImportError:
        hint = "pip install 'densecli[png]', or use SVG"
        raise OutputError("PNG needs resvg-py, which is not installed", code="E608", hint=hint) from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg.render(scene, theme), zoom=scale))
