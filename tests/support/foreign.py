"""Parse a text with its language's own parser, which is not densecli's."""

from __future__ import annotations

import ast
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import html5lib
import pydot
import yaml
from markdown_it import MarkdownIt
from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexSpecialsNode,
    LatexWalker,
)

from densecli.layer import CATALOGUE
from densecli.names import OBJECT_ARGUMENTS

SVG = "{http://www.w3.org/2000/svg}"


# -- Python --------------------------------------------------------------------------------
MODULES = {"keras", "layers", "ops", "initializers", "regularizers", "constraints"}
CALLED = re.compile(
    r"keras\.(Input|Model|Sequential|tree\.flatten)|layers\.(\w+)|(?:initializers|regularizers|constraints)\.(\w+)|ops(?:\.[a-z]\w*)+"
)


class _Code(ast.NodeVisitor):
    """Collects strings; raises AssertionError for all but calls of Keras with literals and variables of the script's own."""

    def __init__(self):
        self.strings, self.variables = [], set()

    def visit_Module(self, node):
        for statement in node.body:
            self.statement(statement)

    def statement(self, node):
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert getattr(node, "module", None) in (None, "keras")
            assert {alias.name for alias in node.names} <= MODULES
            assert all(alias.asname is None for alias in node.names)
            return
        assert isinstance(node, ast.Assign), ast.dump(node)
        (target,) = node.targets
        self.expression(node.value)
        if isinstance(target, ast.Name):
            assert target.id not in MODULES
            self.variables.add(target.id)
        else:
            assert re.fullmatch(r"\w+(\[\d+\])?\._keras_history\.operation\.name", ast.unparse(target))

    def expression(self, node):
        if isinstance(node, ast.Constant):
            self.strings += [node.value] if isinstance(node.value, str) else []
        elif isinstance(node, ast.Name):
            assert node.id in self.variables
        elif isinstance(node, ast.NamedExpr):
            self.expression(node.value)
            self.variables.add(node.target.id)
        elif isinstance(node, ast.Call):
            self.call(node)
        else:
            assert isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.UnaryOp | ast.Subscript | ast.Slice), (
                ast.dump(node)
            )
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.expression(child)

    def call(self, node):
        name = ast.unparse(node.func)
        if name in self.variables or isinstance(node.func, ast.NamedExpr):
            self.expression(node.func)
        elif isinstance(node.func, ast.Call):
            self.call(node.func)
        elif name not in ("float", "slice"):
            found = CALLED.fullmatch(name)
            assert found, name
            assert found[2] is None or found[2] in CATALOGUE or found[2] == "GroupQueryAttention"
            assert found[3] is None or found[3] in OBJECT_ARGUMENTS
        for value in (*node.args, *(keyword.value for keyword in node.keywords)):
            self.expression(value)
        self.strings += [keyword.arg for keyword in node.keywords]


def strings_of_code(text):
    found = _Code()
    found.visit(ast.parse(text))
    return found.strings


# -- YAML and JSON -------------------------------------------------------------------------
def strings_of_yaml(text):
    return list(_strings(yaml.safe_load(text)))


def strings_of_json(text):
    return list(_strings(json.loads(text)))


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (*_strings(key), *_strings(item))
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


# -- pictures ------------------------------------------------------------------------------
DEFAULTS = ("graph", "node", "edge", "\\n")


def labels_of_dot(text):
    """The labels of the boxes, a list of lines each, and the number of edges."""
    (graph,) = pydot.graph_from_dot_data(text)
    boxes, edges = [], 0
    pending = [graph]
    while pending:
        each = pending.pop()
        pending += each.get_subgraphs()
        boxes += [_dot_lines(node.get("label")) for node in each.get_nodes() if node.get_name() not in DEFAULTS]
        edges += len(each.get_edges())
        assert all(re.fullmatch(r"n\d+", node.get_name()) or node.get_name() in DEFAULTS for node in each.get_nodes())
    return boxes, edges


def _dot_lines(label):
    assert label[0] == label[-1] == '"'
    parts = re.split(r"\\n", re.sub(r"\\\\", "\0", label[1:-1]))
    return [part.replace('\\"', '"').replace("\0", "\\").replace("&amp;", "&") for part in parts]


MERMAID = re.compile(
    r'\s*(?:flowchart TB|direction TB|end|n\d+ --> n\d+|(subgraph )?n\d+\["([^"]*)"\](?::::[a-z]+)?|classDef [a-z]+ [a-z:#,0-9]+|style n\d+ [a-z:#,0-9]+)'
)


def labels_of_mermaid(text):
    boxes, edges = [], 0
    for line in text.rstrip("\n").split("\n"):
        found = MERMAID.fullmatch(line)
        assert found, line
        edges += "-->" in line
        if found[2] is not None and not found[1]:
            assert not re.search(r"[<>`&\\{}|]", found[2].replace("<br/>", "")), line
            boxes.append([re.sub(r"#(\d+);", lambda code: chr(int(code[1])), part) for part in found[2].split("<br/>")])
    return boxes, edges


def titles_of_svg(text):
    tree = ET.fromstring(text.split("?>\n", 1)[1])
    assert {each.tag.removeprefix(SVG) for each in tree.iter()} <= {
        "svg",
        "style",
        "g",
        "title",
        "rect",
        "text",
        "tspan",
        "path",
    }
    assert not [
        key for each in tree.iter() for key in each.attrib if "href" in key or key.startswith("on") or key == "style"
    ]
    boxes = [
        each
        for each in tree.iter(f"{SVG}g")
        if (each.find(f"{SVG}rect") is not None and each.find(f"{SVG}rect").get("class").startswith("box "))
    ]
    return [each.find(f"{SVG}title").text for each in boxes]


def texts_of_figure(text):
    """The lines of text of a figure, which consists of nothing that loads, runs or leads anywhere."""
    tree = ET.fromstring(text.split("?>\n", 1)[1])
    assert {each.tag.removeprefix(SVG) for each in tree.iter()} <= {
        "svg",
        "style",
        "g",
        "title",
        "desc",
        "rect",
        "text",
        "path",
    }
    assert {key for each in tree.iter() for key in each.attrib} <= FIGURE_KEYS
    return [each.text or "" for each in tree.iter(f"{SVG}text")]


FIGURE_KEYS = {
    "class", "role", "aria-labelledby", "width", "height", "viewBox", "id", "x", "y", "d", "font-size", "text-anchor",
}  # fmt: skip


def texts_of_tikz(text):
    """The texts of the nodes of a TikZ picture."""
    nodes = LatexWalker(text, tolerant_parsing=False).get_latex_nodes()[0]
    (document,) = _environments(nodes, "document")
    (picture,) = _environments(document.nodelist, "tikzpicture")
    found, group = [], None
    for node in picture.nodelist:
        if isinstance(node, LatexMacroNode) and node.macroname in ("node", "path", "fill"):
            group = node.macroname == "node"
        elif isinstance(node, LatexGroupNode) and group is not False:
            group = node
        elif (
            isinstance(node, LatexCharsNode)
            and node.chars.lstrip().startswith(";")
            and isinstance(group, LatexGroupNode)
        ):
            found.append(_plain(group.nodelist))
            group = None
    return found


# -- pages: the rows of the table, a list of cells each --------------------------------------
def rows_of_html(text):
    html5lib.HTMLParser(strict=True).parse(text)
    page = _Page(PAGE)
    page.feed(text)
    page.close()
    return page.rows


PAGE = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "section",
    "h1",
    "small",
    "p",
    "dl",
    "div",
    "dt",
    "dd",
    "input",
    "button",
    "output",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "span",
    "meter",
    "ul",
    "li",
    "details",
    "summary",
    "svg",
    "g",
    "rect",
    "text",
    "tspan",
    "path",
    "script",
}
TABLE = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "strong", "ul", "li"}


class _Page(HTMLParser):
    """The cells of a page that contains only the tags that densecli writes."""

    def __init__(self, tags):
        super().__init__(convert_charrefs=True)
        self.tags, self.rows, self.cell = tags, [], False

    def handle_starttag(self, tag, attrs):
        assert tag in self.tags, tag
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("href", "src", "style")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = True

    def handle_endtag(self, tag):
        self.cell = self.cell and tag not in ("td", "th")

    def handle_data(self, data):
        if self.cell:
            self.rows[-1][-1] += data


def rows_of_markdown(text):
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    page = _Cells(TABLE)
    page.feed(html)
    page.close()
    return page.rows


class _Cells(_Page):
    def handle_starttag(self, tag, attrs):
        super().handle_starttag(tag, [pair for pair in attrs if pair[0] != "style"])  # of the parser: text-align
        assert not [name for name, _ in attrs if name != "style"]


def rows_of_latex(text):
    nodes = LatexWalker(text, tolerant_parsing=False).get_latex_nodes()[0]
    (tabular,) = _environments(nodes, "tabular")
    rows, cells = [], [[]]
    for node in tabular.nodelist:
        if isinstance(node, LatexSpecialsNode) and node.specials_chars == "&":
            cells.append([])
        elif isinstance(node, LatexMacroNode) and node.macroname == "\\":
            rows.append([_plain(cell) for cell in cells])
            cells = [[]]
        else:
            cells[-1].append(node)
    return rows


def _environments(nodes, name):
    for node in nodes:
        if isinstance(node, LatexEnvironmentNode):
            yield from [node] if node.environmentname == name else _environments(node.nodelist, name)


SIGNS = {
    "textquotedbl": '"', "textquotesingle": "'", "textbar": "|", "textless": "<", "textgreater": ">", "textasciicircum": "^",
}  # fmt: skip  # which pylatexenc does not know, or takes for an accent


def _plain(nodes):
    texts = LatexNodes2Text(math_mode="text", strict_latex_spaces=True)
    return "".join(
        SIGNS[node.macroname] if getattr(node, "macroname", None) in SIGNS else texts.nodelist_to_text([node])
        for node in nodes
        if node is not None
    )
