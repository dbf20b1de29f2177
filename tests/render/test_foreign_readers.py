"""Each format in the hands of a program that others wrote: html5lib, pydot and Graphviz, Mermaid, pylatexenc and TeX, expat.

Readers that no package index of Python has are used where they are installed: `dot`, `pdflatex`, and Mermaid's own bundle
(`npm pack mermaid`), which DENSECLI_MERMAID names; it runs in Chromium.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import markdown_it
import pydot
import pytest
from pylatexenc.latexwalker import LatexEnvironmentNode, LatexMacroNode, LatexSpecialsNode, LatexWalker

from densecli.cli import run
from densecli.render.diagram import dot, mermaid
from densecli.render.diagram.diagram import diagram
from densecli.summary.infer import infer
from support.folders import EXAMPLE_SPECS, ROOT
from support.hostile import HOSTILE
from support.models import MODELS, graph

FORMS = ("csv", "tsv", "markdown", "latex", "html", "svg")
SVG = "{http://www.w3.org/2000/svg}"
EXAMPLES = [str(EXAMPLE_SPECS / name) for name in ("siamese.yaml", "lenet5.yaml", "repeats.dsl")]
ROWS = {"siamese.yaml": 5, "lenet5.yaml": 8, "repeats.dsl": None}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def densecli(capsys, *arguments):
    code = run(list(map(str, arguments)))
    shown = capsys.readouterr()
    assert (code, shown.err) == (0, "")
    return shown.out


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """Two models with hostile names, in files with hostile names."""
    folder = tmp_path_factory.mktemp("hostile")
    layers = [{"Dense": {"units": 2, "name": name}} for name in HOSTILE if "/" not in name]
    paths = [folder / "a&b<i>_%#$~^{}|`.json", folder / "=1+1;\"'.json"]
    for path in paths:
        path.write_text(json.dumps({"name": "m<b>&|`$_\\x", "input": [2], "layers": layers}), encoding="utf-8")
    return [str(path) for path in paths]


@pytest.fixture(scope="session")
def rows():
    """How many rows each example has, as `--format json` counts them elsewhere."""
    from densecli.read.specs import read, specs

    return {path: len(infer(read(specs([path])[0])).rows) for path in EXAMPLES}


# -- several models in one document --------------------------------------------------------
@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
@pytest.mark.parametrize("options", [(), ("--expand-nested",), ("-c", "+share,arguments"), ("--collapse",)], ids=str)
def test_several_models_are_one_table_with_their_source(capsys, rows, form, delimiter, options):
    text = densecli(capsys, *EXAMPLES, "-f", form, *options)
    records = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    assert records[0][0] == "source"
    assert {len(record) for record in records} == {len(records[0])}
    sources = [record[0] for record in records[1:]]
    assert list(dict.fromkeys(sources)) == EXAMPLES
    if not options or options[0] == "-c":
        assert {path: sources.count(path) for path in EXAMPLES} == rows


def test_one_model_has_no_source_column(capsys):
    assert densecli(capsys, EXAMPLES[0], "-f", "csv").startswith("name,type,")


def test_sums_of_a_table_of_several_models_are_those_of_each(capsys):
    records = list(csv.DictReader(io.StringIO(densecli(capsys, *EXAMPLES, "-f", "csv"))))
    documents = json.loads(densecli(capsys, *EXAMPLES, "-f", "json"))
    for document in documents:
        of_it = [int(record["params"]) for record in records if record["source"] == document["source"]]
        assert sum(of_it) == document["totals"]["params"]


def test_several_models_are_one_page_of_html(capsys, rows):
    page = html5lib.HTMLParser(strict=True).parse(densecli(capsys, *EXAMPLES, "-f", "html"))
    xhtml = "{http://www.w3.org/1999/xhtml}"
    for tag in ("html", "head", "body", "title", "h1", "script", "style"):
        assert len(list(page.iter(xhtml + tag))) == 1 if tag != "html" else page.tag == xhtml + tag
    sections = list(page.iter(f"{xhtml}section"))
    assert len(sections) == len(EXAMPLES)
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert [link.get("href") for link in page.iter(f"{xhtml}a")] == [f"#{section.get('id')}" for section in sections]
    for path, section in zip(EXAMPLES, sections, strict=True):
        top = [row for row in section.iter(f"{xhtml}tr") if row.get("data-level") == "0"]
        assert len(top) == rows[path]
        assert path in "".join(section.itertext())


def test_several_models_are_sections_of_markdown(capsys, rows):
    tokens = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).parse(densecli(capsys, *EXAMPLES, "-f", "markdown"))
    heads = [(token.tag, after.content) for token, after in pairwise(tokens) if token.type == "heading_open"]
    assert [tag for tag, _ in heads] == ["h2", "h3"] * len(EXAMPLES)
    assert [text.strip("`") for tag, text in heads if tag == "h2"] == EXAMPLES
    assert sum(token.type == "table_open" for token in tokens) == len(EXAMPLES)
    assert sum(token.type == "tr_open" for token in tokens) == sum(rows.values()) + len(EXAMPLES)


def tables(text):
    """The tabulars of a LaTeX text as lists of rows, each the number of its cells."""
    nodes = LatexWalker(text, tolerant_parsing=False).get_latex_nodes()[0]
    return [list(_rows(each)) for each in _environments(nodes, "tabular")]


def _environments(nodes, name):
    for node in nodes:
        if isinstance(node, LatexEnvironmentNode):
            yield from [node] if node.environmentname == name else _environments(node.nodelist, name)


def _rows(tabular):
    cells, wide = 1, 0
    for node in tabular.nodelist:
        if isinstance(node, LatexSpecialsNode) and node.specials_chars == "&":
            cells += 1
        if isinstance(node, LatexMacroNode) and node.macroname == "multicolumn":
            wide = 1
        if isinstance(node, LatexMacroNode) and node.macroname == "\\":
            yield "wide" if wide else cells
            cells, wide = 1, 0


def test_several_models_are_tables_of_latex(capsys, rows):
    text = densecli(capsys, *EXAMPLES, "-f", "latex", "-c", "layer,output_shape,params")
    found = tables(text)
    assert [sum(cells != "wide" for cells in table) for table in found] == [count + 1 for count in rows.values()]
    assert {cells for table in found for cells in table} == {3, "wide"}
    assert text.count("booktabs") == 1


def test_several_models_are_one_picture(capsys):
    tree = ET.fromstring(densecli(capsys, *EXAMPLES, "-f", "svg"))
    words = "".join("".join(text.itertext()) for text in tree.iter(f"{SVG}text"))
    assert all(Path(path).name in words.replace("\n", "") for path in EXAMPLES)
    assert words.count("Total params:") == len(EXAMPLES)


@pytest.mark.parametrize("form", FORMS)
def test_a_document_of_several_models_is_written_whole_or_not_at_all(capsys, form):
    code = run([EXAMPLES[0], str(ROOT / "no" / "such.yaml"), "-f", form])
    shown = capsys.readouterr()
    assert (code, shown.out) == (2, "")
    assert "E109" in shown.err


# -- encodings -----------------------------------------------------------------------------
def in_locale(*arguments, encoding):
    env = {key: value for key, value in os.environ.items() if key != "PYTHONUTF8"} | {"PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-m", "densecli", *arguments], env=env, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_documents_are_utf_8_whatever_the_locale_is(tmp_path, encoding):
    """A browser, a YAML reader or Python takes them for that; `·` in the code page of a locale would be a broken file."""
    stack = tmp_path / "stack.dsl"
    stack.write_text("Dense(4, name='日本 ·')@(3,)", encoding="utf-8")
    for form in (("-f", "html"), ("-f", "svg"), *(("-t", form) for form in ("dsl", "yaml", "json", "mermaid", "dot"))):
        found = in_locale(*(["convert"] if form[0] == "-t" else []), str(stack), *form, encoding=encoding).decode()
        assert "日本" in found.replace("\\u65e5\\u672c", "日本") if form[1] == "json" else "日本" in found, form


@pytest.mark.parametrize(
    "options", [("--collapse",), ("--expand-nested", "-c", "+share"), ("--group-by", "type")], ids=str
)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: Path(path).name)
def test_tables_have_signs_of_ascii_where_there_is_nothing_else(path, options):
    found = in_locale(path, *options, encoding="ascii").decode()
    assert found.isascii()
    assert "\\" not in found


# -- hostile names ---------------------------------------------------------------------------
@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
def test_html_of_hostile_names_is_free_of_parse_errors(capsys, hostile, several):
    text = densecli(capsys, *hostile[: 1 + several], "-f", "html", "-c", "all")
    page = html5lib.HTMLParser(strict=True).parse(text)
    tags = [element.tag.rpartition("}")[2] for element in page.iter() if isinstance(element.tag, str)]
    assert tags.count("script") == 1
    assert not {"img", "b", "i", "iframe"} & set(tags)
    assert tags.count("section") == 1 + several


def test_tables_of_hostile_names_keep_their_cells(capsys, hostile):
    plain = {"delimiter": "\t", "quoting": csv.QUOTE_NONE}
    for form, dialect in (("csv", {}), ("tsv", plain), ("tsv", {"delimiter": "\t"})):
        records = list(csv.reader(io.StringIO(densecli(capsys, *hostile, "-f", form)), **dialect))
        assert {len(record) for record in records} == {len(records[0])}
        assert not [cell for record in records for cell in record if cell[:1] in tuple("=+-@\t\r")]
    text = densecli(capsys, *hostile, "-f", "latex", "-c", "layer,params,type")
    assert {cells for table in tables(text) for cells in table} == {3, "wide"}
    tokens = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).parse(densecli(capsys, *hostile, "-f", "markdown"))
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h2", "h3"] * 2
    assert sum(token.type == "td_open" for token in tokens) % 3 == 0
    ET.fromstring(densecli(capsys, *hostile, "-f", "svg"))


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no TeX")
def test_tex_sets_hostile_names(capsys, hostile, tmp_path):
    """Names that TeX's old fonts have no letters for are left out: they need another engine, not another table."""
    body = densecli(capsys, *hostile, "-f", "latex", "-c", "layer,params")
    body = "".join(char for char in body if char.isascii())
    packages = "\\usepackage[T1]{fontenc}\\usepackage{booktabs}\\usepackage{textcomp}"
    (tmp_path / "a.tex").write_text(
        f"\\documentclass{{article}}{packages}\\begin{{document}}{body}\\end{{document}}", encoding="utf-8"
    )
    done = subprocess.run(
        ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "-no-shell-escape", "a.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False, encoding="utf-8"
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1500:]


# -- diagrams --------------------------------------------------------------------------------
def names_in(found):
    """The layers of a parsed DOT graph and of its clusters, and the edges."""
    nodes = [node for node in found.get_nodes() if re.fullmatch(r"n\d+", node.get_name())]
    edges = list(found.get_edges())
    for cluster in found.get_subgraphs():
        inner = names_in(cluster)
        nodes, edges = nodes + inner[0], edges + inner[1]
    return nodes, edges


def boxes(text):
    """A stack's diagram, and the numbers of layers and of edges in it."""
    box = diagram(infer(graph(text)), depth=None, collapse=True)

    def count(frame):
        inner = [count(each) for each in frame.boxes if each.boxes]
        leaves = sum(not each.boxes for each in frame.boxes)
        return leaves + sum(each[0] for each in inner), len(frame.edges) + sum(each[1] for each in inner)

    return box, count(box)


@pytest.mark.parametrize("name", MODELS)
def test_dot_is_read_by_pydot(name):
    box, counts = boxes(MODELS[name])
    (found,) = pydot.graph_from_dot_data(dot.render(box))
    nodes, edges = names_in(found)
    assert (len(nodes), len(edges)) == counts


def test_dot_of_hostile_names_is_read_by_pydot(capsys, hostile):
    (found,) = pydot.graph_from_dot_data(densecli(capsys, "convert", hostile[0], "--to", "dot"))
    nodes, edges = names_in(found)
    layers = sum("/" not in name for name in HOSTILE)
    assert (len(nodes), len(edges)) == (layers, layers - 1)


@pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz")
@pytest.mark.parametrize("name", [*MODELS, "hostile"])
def test_dot_is_drawn_by_graphviz(capsys, hostile, name):
    spec = hostile[0] if name == "hostile" else MODELS[name]
    text = densecli(capsys, "convert", spec, "--to", "dot", "--collapse")
    done = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    tree = ET.fromstring(done.stdout)
    kinds = [group.get("class") for group in tree.iter(f"{SVG}g")]
    found = names_in(pydot.graph_from_dot_data(text)[0])
    assert (kinds.count("node"), kinds.count("edge")) == tuple(map(len, found))


@pytest.fixture(scope="session")
def flowcharts(browser, tmp_path_factory):
    """Mermaid's own parser and renderer on a page."""
    bundle = os.environ.get("DENSECLI_MERMAID")
    if not bundle:
        pytest.skip("DENSECLI_MERMAID names no mermaid.min.js")
    page = tmp_path_factory.mktemp("mermaid") / "page.html"
    page.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><script src="{Path(bundle).resolve().as_uri()}"></script>',
        encoding="utf-8",
    )

    def draw(text):
        browser.get(page.as_uri())
        browser.set_script_timeout(60)
        script = """const [text, done] = arguments;
            mermaid.initialize({startOnLoad: false, maxTextSize: 1e6, securityLevel: 'strict', flowchart: {htmlLabels: true}});
            mermaid.render('drawn', text).then(r => {
                document.body.innerHTML = r.svg;
                const all = (query) => [...document.querySelectorAll(query)];
                done({labels: all('.node .nodeLabel').map(e => e.innerText), clusters: all('.cluster').length,
                      edges: all('path.flowchart-link').length, alive: all('svg :is(img, script, b, i, em, strong, a)').map(e => e.outerHTML.slice(0, 200))});
            }, e => done({error: String(e)}))"""
        return browser.execute_async_script(script, text)

    return draw


@pytest.mark.parametrize("name", MODELS)
def test_mermaid_draws_its_flowchart(flowcharts, name):
    box, counts = boxes(MODELS[name])
    found = flowcharts(mermaid.render(box))
    assert "error" not in found, found
    assert (len(found["labels"]), found["edges"]) == counts


def test_mermaid_shows_hostile_names_as_text(flowcharts, capsys, hostile):
    found = flowcharts(densecli(capsys, "convert", hostile[0], "--to", "mermaid"))
    assert "error" not in found, found
    assert found["alive"] == []
    shown = {label.split("\n")[0].removeprefix("Dense ") for label in found["labels"]}
    assert {"<script>alert(1)<b>", "end", "click n0 call z", "%%{init: x}", "n0 --> n1", "&amp;&#x41;", "*a*"} <= shown
