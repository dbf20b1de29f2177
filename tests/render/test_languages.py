"""Text from a spec gets into a renderer's output language only through that language's quoting function."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from densecli.render.languages.dot import Dot
from densecli.render.languages.dsl import Dsl
from densecli.render.languages.json import Json
from densecli.render.languages.latex import Latex
from densecli.render.languages.markdown import Markdown
from densecli.render.languages.mermaid import Mermaid
from densecli.render.languages.python import Python
from densecli.render.languages.written import Written
from densecli.render.languages.xml import Xml
from densecli.render.languages.yaml import Yaml
from support import sources

RENDER = Path(import_module("densecli.render").__file__).parent
ROOM = RENDER / "languages"
LANGUAGES = {kind.__name__: kind for kind in (Dot, Dsl, Json, Latex, Markdown, Mermaid, Python, Xml, Yaml)}
MODULES = [file for file in sources.TEXTS if file.rpartition("/")[0] != "render/languages"]
# Which renderer writes which language; a test below checks that no renderer is missing.
WRITERS = {
    "annotated.page": Xml, "convert.dsl": Dsl, "convert.python": Python, "convert.keras_config": Json, "diagram.dot": Dot, "figure.svg": Xml, "figure.tikz": Latex, "diagram.mermaid": Mermaid,
    "diff.json": Json, "changes.json": Json, "diff.markdown": Markdown, "changes.markdown": Markdown, "explain.html": Xml, "explain.json": Json, "explain.markdown": Markdown, "explain.svg": Xml, "findings.gitlab": Json, "findings.json": Json, "findings.markdown": Markdown,
    "findings.ndjson": Json, "findings.sarif": Json, "json": Json, "pages.html": Xml, "pages.latex": Latex,
    "pages.markdown": Markdown, "pages.picture": Xml, "pages.svg": Xml,
}  # fmt: skip
# Terminal text, for which `safe` is the only function, and text that builders for other renderers write.
OTHERS = {
    "annotated.source", "diff.drawn", "diff.table", "changes.table", "findings.counts", "explain.text", "findings.text", "run", "values",  # for a terminal
    "findings.github",  # workflow commands: `_data` and `_property`
    "findings.junit", "figure.png",  # ElementTree, resvg
}  # fmt: skip
# Modules of others that quote, and who may use them beside the languages.
QUOTERS = {
    "html": (), "json": (), "xml": ("render/findings/junit.py",), "csv": ("render/pages/delimited.py",),
}  # fmt: skip


def calls(module):
    return [node for node in sources.nodes(module) if isinstance(node, ast.Call)]


def test_every_language_is_known_here():
    assert set(Written.__subclasses__()) == set(LANGUAGES.values())
    assert {path.stem for path in ROOM.glob("*.py")} - {"__init__", "written"} == {name.lower() for name in LANGUAGES}


@pytest.mark.parametrize("kind", LANGUAGES.values())
def test_text_of_unknown_origin_has_no_place_in_a_language(kind):
    other = Dot if kind is not Dot else Dsl
    for text in ("raw", other.put("{}", 1), None, ["raw"], object()):
        with pytest.raises(TypeError):
            kind.put("{}", text)
        with pytest.raises(TypeError):
            kind.joined(", ", [text])
    assert (
        kind.joined("; ", [kind.put("a{{{}}}", kind.quoted("b")), kind.put("{}", 3)]) == f"a{{{kind.quoted('b')}}}; 3"
    )


@pytest.mark.parametrize("module", MODULES)
def test_only_a_language_makes_text_of_it(module):
    """`Python(text)` outside the languages package, a cast, or a silenced type error would accept anything."""
    made = [node for node in calls(module) if isinstance(node.func, ast.Name) and node.func.id in LANGUAGES]
    casts = [node for node in calls(module) if isinstance(node.func, ast.Name) and node.func.id == "cast"]
    assert not made
    assert not casts or not module.startswith("render")


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("render")])
def test_templates_separators_and_assets_are_literals(module):
    for node in calls(module):
        target = node.func
        if not isinstance(target, ast.Attribute) or not isinstance(target.value, ast.Name):
            continue
        if target.value.id in LANGUAGES and target.attr in ("put", "joined", "asset"):
            assert is_literal(node.args[0]), f"{module}:{node.lineno}: {ast.unparse(node)}"


def is_literal(node):
    if isinstance(node, ast.IfExp):
        return is_literal(node.body) and is_literal(node.orelse)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_classes_of_languages_keep_their_names():
    """`import Python as P` would hide what the tests above look for."""
    for module in MODULES:
        for node in sources.nodes(module):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("densecli.render.languages"):
                assert all(alias.asname is None for alias in node.names), module


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("render")])
def test_nobody_else_quotes(module):
    """One place for each language: html.escape, json.dumps and the like belong in the languages package."""
    for node in sources.nodes(module):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        for name in names:
            root = name.split(".")[0]
            assert root not in QUOTERS or module in QUOTERS[root], f"{module} imports {name}"


@pytest.mark.parametrize("module", WRITERS)
def test_renderers_say_in_their_types_what_they_write(module):
    """mypy then proves it: a function that returns Python cannot return an f-string."""
    found = import_module(f"densecli.render.{module}")
    renderers = [
        value for name, value in vars(found).items() if name.startswith("render") and inspect.isfunction(value)
    ]
    assert renderers
    assert {inspect.signature(each).return_annotation for each in renderers} == {WRITERS[module].__name__}


@pytest.mark.parametrize(
    ("function", "kind"), [("render_json", Json), ("render_yaml", Yaml), ("render_markdown", Markdown)]
)
def test_renderers_of_several_languages_say_which(function, kind):
    found = [
        (module, ast.unparse(node.returns))
        for module in MODULES
        for node in sources.tree(module).body
        if module.startswith("render") and isinstance(node, ast.FunctionDef) and node.name == function
    ]
    assert found
    assert {returned for _, returned in found} == {kind.__name__}


def test_no_renderer_silences_the_types_of_its_words():
    for path in RENDER.rglob("*.py"):
        silenced = re.findall(r"type: ignore(?!\[attr-defined\]).*", path.read_text())
        assert not silenced or path.parent.name == "table", path  # which writes for a terminal


def test_every_renderer_is_listed():
    found = set()
    for module in MODULES:
        renders = [
            node for node in sources.tree(module).body if isinstance(node, ast.FunctionDef) and node.name == "render"
        ]
        if module.startswith("render/") and not module.endswith("__init__.py") and renders:
            found.add(module.removeprefix("render/").removesuffix(".py").replace("/", "."))
    assert found - {"table.table", "table.rich_table"} == WRITERS.keys() | OTHERS
