"""`densecli draw` from outside: files, formats, themes, every kind of input, and what it refuses."""

from __future__ import annotations

import sys
from xml.etree import ElementTree as ET

import pytest

from densecli.cli import draw, run
from support.folders import EXAMPLE_SPECS, ROOT
from support.program import densecli as process

STACK = "Conv2D(8, 3)@(28,28,1) -> MaxPooling2D(2) -> Flatten -> Dense(10)"
SPECS = sorted(EXAMPLE_SPECS.iterdir())


def densecli(capsys, *arguments):
    code = run(list(map(str, arguments)))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.mark.parametrize("spec", [STACK, "ResNet50", *SPECS, ROOT / "examples" / "train.py"], ids=str)
def test_a_figure_of_anything_that_has_a_summary(capsys, spec):
    code, out, err = densecli(capsys, "draw", spec)
    assert (code, err) == (0, "")
    assert ET.fromstring(out.split("\n", 1)[1]).tag.endswith("svg")


def test_a_model_file_is_drawn_as_its_stack(capsys, tmp_path):
    path = tmp_path / "model.json"
    densecli(capsys, "convert", STACK, "--to", "keras", "-o", path)
    assert densecli(capsys, "draw", path) == densecli(capsys, "draw", STACK)


@pytest.mark.parametrize(
    ("name", "start"),
    [("f.svg", b"<?xml"), ("f.tex", b"\\documentclass"), ("F.TIKZ", b"\\documentclass"), ("f.png", b"\x89PNG")],
)
def test_the_suffix_of_a_file_says_the_format(capsys, tmp_path, name, start):
    if name.endswith("png"):
        pytest.importorskip("resvg_py")
    assert densecli(capsys, "draw", STACK, "-o", tmp_path / name) == (0, "", "")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_the_option_goes_before_the_suffix(capsys, tmp_path):
    assert densecli(capsys, "draw", STACK, "-o", tmp_path / "f.txt", "-f", "svg")[0] == 0
    assert (tmp_path / "f.txt").read_text().startswith("<?xml")


def test_a_png_goes_through_a_pipe():
    pytest.importorskip("resvg_py")
    done = process("draw", STACK, "--format", "png", text=False, encoding=None)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"\x89PNG")
    assert done.stdout.endswith(b"IEND\xaeB`\x82")


def test_a_png_is_not_for_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(draw.streams, "interactive", lambda *_: True)
    monkeypatch.setenv("NO_COLOR", "1")
    code, out, err = densecli(capsys, "draw", STACK, "-f", "png")
    assert (code, out) == (2, "")
    assert err.startswith("error[E603]: a PNG is not for a terminal\n  help: write it with -o figure.png")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "f.gif"), "error[E603]: 'f.gif': no format for '.gif'\n  help: use .svg, .png or .tex, or --format"),
        (("--labels", "size"), "error: unknown label 'size'"),
        (("--labels", "none,sizes"), "error: none goes with no other label"),
        (("--max-blocks", "1"), "error: "),
        (("--scale", "0"), "error: "),
        (("--style", "cubes"), "error: "),
    ],
)
def test_what_it_cannot_do_is_said(capsys, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = densecli(capsys, "draw", STACK, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert list(tmp_path.iterdir()) == []


def test_one_model_at_a_time(capsys, tmp_path):
    files = [tmp_path / f"{name}.yaml" for name in "ab"]
    for file in files:
        file.write_text("layers: [Dense(4)]\ninput: [3]\n")
    code, _, err = densecli(capsys, "draw", *files)
    assert code == 2
    assert err.startswith("error[E111]: draw takes one model, got 2 files")


def test_an_input_is_not_overwritten(capsys, tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text("layers: [Dense(4)]\ninput: [3]\n")
    code, _, err = densecli(capsys, "draw", path, "-o", path, "-f", "svg")
    assert (code, err[:13]) == (2, "error[E603]: ")
    assert path.read_text().startswith("layers")


def test_missing_resvg_is_an_error_with_a_hint(capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    code, _, err = densecli(capsys, "draw", STACK, "-o", tmp_path / "f.png")
    assert code == 2
    assert (
        err
        == "error[E608]: PNG needs resvg-py, which is not installed\n  help: pip install 'densecli[png]', or use SVG\n"
    )


def test_the_style_that_fits_the_model_is_the_usual_one(capsys):
    def usual(spec, *arguments):
        return densecli(capsys, "draw", spec, *arguments)[1]

    sequences, images = "LSTM(8, return_sequences=true)@(5,3) -> Dense(4)", STACK
    assert usual(sequences) == usual(sequences, "--style", "boxes", "--direction", "down")
    assert usual(images) == usual(images, "--style", "volumes", "--direction", "right", "--labels", "sizes")
    assert usual("Dense(4)@(3,)") == usual("Dense(4)@(3,)", "--style", "volumes")
    assert len({usual(images, "--style", style) for style in draw.Style}) == 3
    assert len({usual(images, "--direction", way) for way in draw.Direction}) == 4
    assert len({usual(images, "--theme", theme) for theme in draw.Theme}) == 3


def test_variables_and_shapes_are_given_as_everywhere(capsys):
    assert densecli(capsys, "draw", "Dense($w)", "--set", "w=4", "--input-shape", "3") == densecli(
        capsys, "draw", "Dense(4)@(3,)"
    )


def test_an_invalid_spec_is_refused_before_a_file_is_written(capsys, tmp_path):
    code, _, err = densecli(capsys, "draw", "Desne(4)@(3,)", "-o", tmp_path / "f.svg")
    assert (code, err[:12]) == (2, "error[E304]:")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("direction", ["right", "down", "left", "up"])
def test_a_figure_is_no_longer_than_was_asked_for(capsys, direction):
    along = "width" if direction in ("right", "left") else "height"
    lengths = []
    for wrap in (0, 1_100, 700):
        out = densecli(capsys, "draw", "ResNet50", "--direction", direction, "--labels", "none", "--wrap", wrap)[1]
        lengths.append(float(ET.fromstring(out.split("\n", 1)[1]).get(along)))
    legend = 0 if along == "width" else 60
    assert lengths[0] > 1_500 > 1_100 + legend >= lengths[1] > 700 + legend >= lengths[2]


def test_rows_have_a_length(capsys):
    code, _, err = densecli(capsys, "draw", STACK, "--wrap", "-1")
    assert code == 2
    assert "--wrap" in err
