"""Figures as PNG: pixels as large as asked for, with text; and what is said where that cannot be."""

from __future__ import annotations

import struct
import sys
import zlib

import pytest

from densecli.errors import LimitError, OutputError
from densecli.render.figure import png
from densecli.render.palette.theme import DARK, LIGHT
from support.figures import hostile_scene, scene_of

STACK = "Conv2D(8, 3)@(28,28,1) -> MaxPooling2D(2) -> Flatten -> Dense(10)"


def pixels(data):
    """Width, height and rows of RGBA, read by hand (PNG, third edition): 8 bits, no interlace."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, head = 8, b"", b""
    while at < len(data):
        (length,), name = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        assert zlib.crc32(name + body) == struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
        head, packed = (body if name == b"IHDR" else head), packed + (body if name == b"IDAT" else b"")
        at += 12 + length
    width, height, depth, color = struct.unpack(">IIBB", head[:10])
    assert (depth, color, head[12]) == (8, 6, 0)
    return width, height, zlib.decompress(packed)


@pytest.mark.parametrize("scale", [1, 3])
def test_a_picture_has_the_pixels_that_were_asked_for(scale):
    pytest.importorskip("resvg_py")
    scene = scene_of(STACK)
    width, height, _ = pixels(png.render(scene, "light", scale))
    assert (width, height) == (round(scene.size[0]) * scale, round(scene.size[1]) * scale)


@pytest.mark.parametrize(("theme", "paper"), [("light", LIGHT), ("dark", DARK), ("auto", LIGHT)])
def test_the_paper_is_that_of_the_theme(theme, paper):
    pytest.importorskip("resvg_py")
    _, _, data = pixels(png.render(scene_of(STACK), theme, 1))
    corner = data[1:5]  # behind the filter of the first row, which for its first pixel changes nothing
    assert corner == bytes([paper.paper >> 16, paper.paper >> 8 & 255, paper.paper & 255, 255])


@pytest.mark.parametrize("style", ["volumes", "boxes"])
def test_hostile_names_are_pixels(style):
    """All chunks are those of a picture: no name is in a comment, and none stops the drawing."""
    pytest.importorskip("resvg_py")
    scene = hostile_scene(style)
    data = png.render(scene, "light", 1)
    width, height, rows = pixels(data)
    assert (width, height) == (round(scene.size[0]), round(scene.size[1]))
    assert len(rows) == height * (1 + 4 * width)
    assert b"tEXt" not in data
    assert b"iTXt" not in data


def test_without_resvg_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(OutputError) as raised:
        png.render(scene_of(STACK))
    assert (raised.value.code, raised.value.hint) == ("E608", "pip install 'densecli[png]', or use SVG")


def test_a_picture_without_text_is_refused(monkeypatch):
    """Where no font is installed, resvg leaves text out without a word."""
    resvg = pytest.importorskip("resvg_py")
    real = resvg.svg_to_bytes
    monkeypatch.setattr(resvg, "svg_to_bytes", lambda **options: real(**options, skip_system_fonts=True))
    with pytest.raises(OutputError) as raised:
        png.render(scene_of(STACK))
    assert raised.value.code == "E608"
    assert "font" in raised.value.message


@pytest.mark.parametrize("size", [(40_000.0, 10.0), (12_000.0, 12_000.0)])
def test_a_picture_that_is_too_large_is_refused(size):
    with pytest.raises(LimitError) as raised:
        png.render(scene_of(STACK)._replace(size=size), "light", 1)
    assert raised.value.code == "E510"
