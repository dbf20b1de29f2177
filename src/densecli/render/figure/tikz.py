"""A scene as a LaTeX document with one TikZ picture, for pdfLaTeX, XeLaTeX and LuaLaTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.figure.scene import Group, Path, Text, flat, paint
from densecli.render.languages.latex import Latex
from densecli.render.palette.theme import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from densecli.render.figure.scene import Look, Point, Scene, Shape
    from densecli.render.palette.theme import Theme

POINT = 0.75  # a CSS pixel in points

_HEAD = Latex.put(
    "\\documentclass[tikz, border=2pt]{{standalone}}\n\\usepackage[T1]{{fontenc}}\n\\usepackage{{textcomp}}\n"
    "\\usepackage{{lmodern}}"
)
_OPTIONS = Latex.put(
    "x=0.75pt, y=-0.75pt, line join=round, inner sep=0pt, outer sep=0pt, every node/.style={{font=\\sffamily}}"
)


def render(scene: Scene, theme: str = "light") -> Latex:
    """A whole document. LaTeX makes a page as large as the picture of it; a paper inputs it with the package `standalone`.

    That package drops the preamble, so all definitions are behind it.
    """
    colors = DARK if theme == "dark" else LIGHT
    shapes = list(flat(scene.shapes))
    looks = {look: at for at, look in enumerate(dict.fromkeys(each.look for each in shapes if isinstance(each, Path)))}
    return Latex.joined(
        "\n",
        [
            _HEAD,
            Latex.put("\\begin{{document}}"),
            *_letters(shapes),
            *_colors(colors, looks),
            Latex.put("\\begin{{tikzpicture}}[{}]", _OPTIONS),
            *([_paper(scene)] if theme == "dark" else []),
            *_shapes(scene.shapes, looks),
            Latex.put("\\end{{tikzpicture}}\n\\end{{document}}\n"),
        ],
    )


def _letters(shapes: Iterable[Path | Text]) -> Iterator[Latex]:
    """The numbers of letters that pdfLaTeX does not know, which it shows instead; other engines leave them to the font."""
    texts = {char for shape in shapes if isinstance(shape, Text) for char in Latex.quoted(shape.text)}
    others = sorted(char for char in texts if not char.isascii())
    if others:
        yield Latex.put("\\ifdefined\\DeclareUnicodeCharacter")
        yield from map(_letter, others)
        yield Latex.put("\\fi")


def _letter(char: str) -> Latex:
    r"""As `\DeclareUnicodeCharacter` does it, which only works in a preamble."""
    name = Latex.put("u8:\\detokenize{{{}}}", Latex.quoted(char))
    return Latex.put(
        "\\ifcsname {0}\\endcsname\\else\\expandafter\\def\\csname {0}\\endcsname{{U+{1:04X}}}\\fi", name, ord(char)
    )


def _colors(theme: Theme, looks: Mapping[Look, int]) -> Iterator[Latex]:
    for name, color in (("paper", theme.paper), ("ink", theme.ink), ("dim", theme.dim)):
        yield _define(Latex.quoted(name), color)
    for look, at in looks.items():
        painted, options = paint(look, theme), list[Latex]()
        if painted.fill is not None:
            yield _define(Latex.put("f{}", at), painted.fill)
            options.append(Latex.put("fill=f{}", at))
        if painted.stroke is not None:
            yield _define(Latex.put("d{}", at), painted.stroke)
            options.append(Latex.put("draw=d{}, line width={:.2f}pt", at, painted.width * POINT))
        options += [Latex.put("fill opacity={}", painted.opacity)] if painted.opacity < 1 else []
        options += [Latex.put("dash pattern=on 3pt off 2pt")] if painted.dashed else []
        yield Latex.put("\\tikzset{{s{}/.style={{{}}}}}", at, Latex.joined(", ", options))


def _define(name: Latex, color: int) -> Latex:
    return Latex.put("\\definecolor{{{}}}{{HTML}}{{{:06X}}}", name, color)


def _paper(scene: Scene) -> Latex:
    (x, y), (width, height) = scene.corner, scene.size
    return Latex.put("\\fill[paper] ({:.1f},{:.1f}) rectangle ({:.1f},{:.1f});", x, y, x + width, y + height)


def _shapes(shapes: Iterable[Shape], looks: Mapping[Look, int]) -> Iterator[Latex]:
    for shape in shapes:
        match shape:
            case Group():
                if shape.title:
                    yield Latex.put("% {}", Latex.quoted(shape.title))
                yield from _shapes(shape.shapes, looks)
            case Text():
                yield _text(shape)
            case Path():
                yield _path(shape, looks[shape.look])


def _text(text: Text) -> Latex:
    side = Latex.put(" west" if text.anchor == "start" else "")
    bold = Latex.put("\\bfseries") if text.bold else Latex.put("")
    color = Latex.put("dim" if text.dim else "ink")
    size, line = text.size * POINT, text.size * POINT * 1.2
    return Latex.put(
        "\\node[anchor=base{}, text={}, font=\\sffamily\\fontsize{{{:.2f}}}{{{:.2f}}}{}\\selectfont] at ({:.1f},{:.1f}) {{{}}};",
        side, color, size, line, bold, *text.at, Latex.quoted(text.text),
    )  # fmt: skip


def _path(path: Path, look: int) -> Latex:
    parts = [_to(points) for points in path.segments]
    close = Latex.put(" -- cycle") if path.closed else Latex.put("")
    return Latex.put("\\path[s{}] {}{}{};", look, _point(path.start), Latex.joined("", parts), close)


def _to(points: tuple[Point, ...]) -> Latex:
    if len(points) == 1:
        return Latex.put(" -- {}", _point(points[0]))
    return Latex.put(" .. controls {} and {} .. {}", *[_point(point) for point in points])


def _point(point: Point) -> Latex:
    return Latex.put("({:.1f},{:.1f})", *point)
