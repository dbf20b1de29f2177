"""A scene as SVG: no program, font or network needed. Colors are literal, so that editors show them as browsers do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.figure.scene import Group, Path, Text, flat, paint
from densecli.render.languages.xml import Xml
from densecli.render.palette.css import style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from densecli.render.figure.scene import Look, Paint, Point, Scene, Shape
    from densecli.render.palette.theme import Theme


def render(scene: Scene, theme: str = "auto") -> Xml:
    """A whole SVG file, in a theme: light, dark, or auto, which follows the reader's system."""
    looks = {shape.look for shape in flat(scene.shapes) if isinstance(shape, Path)}
    rules = style(lambda each: _rules(each, sorted(looks, key=_name), paper=theme != "auto"), theme)
    return Xml.put(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" class="figure" role="img" aria-labelledby="title desc" width="{2:.0f}" '
        'height="{3:.0f}" viewBox="{0:.1f} {1:.1f} {2:.0f} {3:.0f}">\n<title id="title">{4}</title>\n'
        '<desc id="desc">{5}</desc>\n<style>{6}</style>\n{7}\n{8}\n</svg>\n',
        *scene.corner, *scene.size, Xml.quoted(scene.title), Xml.quoted(scene.description), rules,
        _paper(scene, theme), Xml.joined("\n", _shapes(scene.shapes)),
    )  # fmt: skip


def _paper(scene: Scene, theme: str) -> Xml:
    """The ground: where the theme is given, the page behind may have another."""
    if theme == "auto":
        return Xml.put("")
    return Xml.put(
        '<rect class="paper" x="{:.1f}" y="{:.1f}" width="{:.0f}" height="{:.0f}"/>', *scene.corner, *scene.size
    )


def _rules(theme: Theme, looks: Iterable[Look], *, paper: bool) -> Xml:
    text = Xml.put(
        '.figure text {{ font-family: Helvetica, Arial, "Liberation Sans", "DejaVu Sans", "Noto Sans", sans-serif; fill: #{:06x}; }}\n'
        ".figure .dim {{ fill: #{:06x}; }}\n.figure .bold {{ font-weight: bold; }}\n.figure path {{ stroke-linejoin: round; }}",
        theme.ink, theme.dim,
    )  # fmt: skip
    ground = [Xml.put(".figure .paper {{ fill: #{:06x}; }}", theme.paper)] if paper else []
    return Xml.joined("\n", [text, *ground, *[_rule(look, paint(look, theme)) for look in looks]])


def _rule(look: Look, painted: Paint) -> Xml:
    fill, stroke = _color(painted.fill), _color(painted.stroke)
    faint = Xml.put(" fill-opacity: {};", painted.opacity) if painted.opacity < 1 else Xml.put("")
    dashes = Xml.put(" stroke-dasharray: 4 3;") if painted.dashed else Xml.put("")
    return Xml.put(
        ".figure .{} {{ fill: {}; stroke: {}; stroke-width: {};{}{} }}",
        Xml.quoted(_name(look)), fill, stroke, painted.width, faint, dashes,
    )  # fmt: skip


def _color(color: int | None) -> Xml:
    return Xml.put("none") if color is None else Xml.put("#{:06x}", color)


def _name(look: Look) -> str:
    return look.name if look.kind is None else f"{look.kind.name}-{look.name}"


def _shapes(shapes: Iterable[Shape]) -> Iterator[Xml]:
    for shape in shapes:
        match shape:
            case Group():
                title = Xml.put("<title>{}</title>", Xml.quoted(shape.title)) if shape.title else Xml.put("")
                yield Xml.put("<g>{}{}</g>", title, Xml.joined("\n", _shapes(shape.shapes)))
            case Text():
                yield _text(shape)
            case Path():
                yield _path(shape)


def _text(text: Text) -> Xml:
    words = [word for word, used in (("bold", text.bold), ("dim", text.dim)) if used]
    looks = Xml.put(' class="{}"', Xml.quoted(" ".join(words))) if words else Xml.put("")
    return Xml.put(
        '<text{} x="{:.1f}" y="{:.1f}" font-size="{}" text-anchor="{}">{}</text>',
        looks, *text.at, text.size, Xml.quoted(text.anchor), Xml.quoted(text.text),
    )  # fmt: skip


def _path(path: Path) -> Xml:
    parts = [_command(Xml.put("M"), (path.start,))]
    parts += [_command(Xml.put("L" if len(points) == 1 else "C"), points) for points in path.segments]
    close = Xml.put("Z") if path.closed else Xml.put("")
    return Xml.put('<path class="{}" d="{}{}"/>', Xml.quoted(_name(path.look)), Xml.joined("", parts), close)


def _command(letter: Xml, points: Iterable[Point]) -> Xml:
    return Xml.put("{}{}", letter, Xml.joined(" ", [Xml.put("{:.1f} {:.1f}", *point) for point in points]))
