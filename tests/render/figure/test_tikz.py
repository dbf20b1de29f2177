"""Figures as TikZ: for an independent parser, and for a real LaTeX where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from densecli.render.figure import tikz
from densecli.render.figure.scene import Scene, Text
from support.figures import GALLERY, hostile_scene, scene_of, texts
from support.foreign import texts_of_tikz
from support.goldens import golden
from support.hostile import CONTROL, FORGED

EVERYTHING = ("sizes", "types", "names", "params")


def engine(name):
    """A LaTeX engine with all that the document needs; the test is skipped without it."""
    if shutil.which(name) is None or shutil.which("kpsewhich") is None:
        pytest.skip(f"no {name}")
    for file in ("standalone.cls", "tikz.sty", "lmodern.sty", *(["luatex85.sty"] if name == "lualatex" else [])):
        if subprocess.run(["kpsewhich", file], capture_output=True, check=False).returncode:
            pytest.skip(f"no {file}")
    return name


def typeset(program, text, folder):
    """The log and the text of the page."""
    (folder / "figure.tex").write_text(text, encoding="utf-8")
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "figure.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    log = (folder / "figure.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-2000:]
    return log


def words(folder):
    """The words on the page, in the order of reading."""
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext")
    shown = subprocess.run(["pdftotext", "-raw", "figure.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return shown.stdout.decode("utf-8", "replace").split()


def test_a_figure_is_printed_as_reviewed():
    golden("figures/chain.tex", tikz.render(scene_of("Dense(16)@(3,) -> ReLU -> Dense(4)"), "light"))


@pytest.mark.parametrize("name", GALLERY)
def test_every_text_is_a_node(name):
    scene = scene_of(GALLERY[name], labels=EVERYTHING)
    assert texts_of_tikz(tikz.render(scene)) == [each.text for each in texts(scene)]


@pytest.mark.parametrize("style", ["volumes", "boxes"])
def test_hostile_names_stay_text(style):
    scene = hostile_scene(style)
    text = tikz.render(scene)
    assert texts_of_tikz(text) == [each.text for each in texts(scene)]
    assert not FORGED.search(text)
    assert not CONTROL.search(text)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", GALLERY)
def test_latex_takes_it_as_it_is(tmp_path, name, theme):
    scene = scene_of(GALLERY[name])
    log = typeset(engine("pdflatex"), tikz.render(scene, theme), tmp_path)
    assert "Output written on figure.pdf (1 page" in log
    assert not re.search(r"(?:Overfull|Font shape .* undefined|LaTeX Warning)", log)
    found = words(tmp_path)
    assert all(word in found for each in texts(scene) for word in each.text.split() if word.isalnum())


@pytest.mark.parametrize("program", ["pdflatex", "lualatex", "xelatex"])
def test_latex_takes_hostile_names(tmp_path, program):
    log = typeset(engine(program), tikz.render(hostile_scene("boxes")), tmp_path)
    assert "(1 page" in log
    assert "alert(1)" in "".join(words(tmp_path))


def test_latex_takes_every_letter(tmp_path):
    """What pdfLaTeX has no letter for is shown by its number."""
    letters = [*range(0xA1, 0x250), *range(0x370, 0x400), 0x2212, 0x301, 0x20AC, 0x65E5, 0x1F600, 0xFFFD, 0x2028]
    lines = [Text((0.0, 12.0 * row), chr(code), 9.0) for row, code in enumerate(letters) if chr(code).isprintable()]
    typeset(engine("pdflatex"), tikz.render(Scene("t", "", (0.0, 0.0), (10.0, 10.0), tuple(lines))), tmp_path)
    found = words(tmp_path)
    assert "U+65E5" in found
    assert "é" in found


@pytest.mark.parametrize("bold", [False, True])
def test_latex_shows_the_signs_of_figures_themselves(tmp_path, bold):
    signs = ["·", "×", "−", "÷", "•", "≥"]
    lines = [Text((0.0, 12.0 * row), sign, 9.0, bold=bold) for row, sign in enumerate(signs)]
    typeset(engine("pdflatex"), tikz.render(Scene("t", "", (0.0, 0.0), (10.0, 10.0), tuple(lines))), tmp_path)
    assert [{"⋅": "·", "∙": "•"}.get(word, word) for word in words(tmp_path)] == signs


def test_a_paper_takes_it_in(tmp_path):
    (tmp_path / "model.tex").write_text(tikz.render(hostile_scene("volumes")), encoding="utf-8")
    paper = (
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{lmodern,standalone,tikz}\\begin{document}"
        "Before \\begin{figure}[h]\\resizebox{\\textwidth}{!}{\\input{model.tex}}\\end{figure} After\\end{document}"
    )
    typeset(engine("pdflatex"), paper, tmp_path)
    found = words(tmp_path)
    assert {"Before", "After", "alert(1)<b>"} <= {word.removeprefix("<script>") for word in found}


def test_a_page_is_as_large_as_the_picture(tmp_path):
    scene = scene_of("Dense(16)@(3,) -> Dense(4)")
    typeset(engine("pdflatex"), tikz.render(scene, "dark"), tmp_path)  # whose paper covers it whole
    if shutil.which("pdfinfo") is None:
        pytest.skip("no pdfinfo")
    shown = subprocess.run(["pdfinfo", "figure.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    width, height = map(float, re.search(r"Page size: +([\d.]+) x ([\d.]+) pts", shown).groups())
    assert width == pytest.approx(scene.size[0] * 0.75, rel=0.03, abs=5)
    assert height == pytest.approx(scene.size[1] * 0.75, rel=0.03, abs=5)
