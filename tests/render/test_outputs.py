"""Every table format, parsed by an independent reader; hostile names stay names."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from densecli.errors import OutputError
from densecli.graph.graph import Call, Graph, Node, Ref
from densecli.layers.core import Dense, InputLayer
from densecli.render.diagram.diagram import diagram
from densecli.render.json import as_record
from densecli.render.languages.markdown import Markdown
from densecli.render.pages import delimited, html, latex, markdown, picture, svg
from densecli.render.table import patterns, rich_table, table
from densecli.render.table.bare import bare_value
from densecli.render.table.columns import COLUMNS, MACHINE_COLUMNS, bar, choose_columns, default_columns
from densecli.render.table.selection import Selection, Shown, cell_text, select
from densecli.summary.infer import infer
from support.goldens import golden
from support.hostile import HOSTILE
from support.models import MODELS, graph

REPORTS = {name: infer(graph(text)) for name, text in MODELS.items()}
BLOCKS = REPORTS["blocks"]


def hostile_report():
    """A chain of layers with the names of HOSTILE, which no text format could give all of them."""
    nodes = [Node("in", InputLayer(shape=(3,)), [Call(())])]
    nodes += [Node(name, Dense(units=3), [Call((Ref(index),))]) for index, name in enumerate(HOSTILE)]
    model = Graph('m<b>"&]]>\x1b', "Sequential", nodes, [Ref(0)], [Ref(len(nodes) - 1)])
    return infer(model, "=spec|<i>")


BAD = hostile_report()


def everything(report, **options):
    lines = select(report, Selection(depth=None, **options))
    return lines, choose_columns("all", report)


def is_harmless(text):
    return all(char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)


# -- the table ---------------------------------------------------------------------------
@pytest.mark.parametrize("ascii_only", [False, True], ids=["boxes", "ascii"])
@pytest.mark.parametrize("color", [False, True], ids=["plain", "colour"])
@pytest.mark.parametrize("name", [*REPORTS, "hostile", "nothing"])
def test_a_table_that_fits_is_what_rich_would_draw(name, color, ascii_only):
    report = BAD if name == "hostile" else REPORTS.get(name, BLOCKS)
    lines, columns = everything(report)
    lines = [] if name == "nothing" else lines
    drawn = rich_table.draw(
        rich_table.parts(report, lines, columns, ascii_only=ascii_only), rich_table.FULL_WIDTH, color
    )
    assert table.render(report, lines, columns, color=color, ascii_only=ascii_only) == drawn


def test_a_table_that_does_not_fit_wraps_names_and_no_number():
    lines, columns = select(BLOCKS), default_columns(BLOCKS)
    wide = table.render(BLOCKS, lines, columns)
    assert table.render(BLOCKS, lines, columns, width=max(map(len, wide.split("\n")))) == wide
    narrow = table.render(BLOCKS, lines, columns, width=60)
    assert max(map(len, narrow.split("\n")[1:-5])) <= 60
    assert all(f"{row.params:,}" in narrow for row in BLOCKS.rows)


# -- columns -----------------------------------------------------------------------------
def test_default_columns_are_those_of_keras():
    assert [column.name for column in default_columns(REPORTS["chain"])] == ["layer", "output_shape", "params"]
    assert [column.name for column in default_columns(BLOCKS)][-1] == "connected_to"


def test_columns_are_added_with_a_plus_and_memory_is_two():
    names = [column.name for column in choose_columns("+macs,+memory", REPORTS["chain"])]
    assert names == ["layer", "output_shape", "params", "macs", "activation_bytes", "weight_bytes"]
    assert [column.name for column in choose_columns("name,Params", BLOCKS)] == ["name", "params"]


@pytest.mark.parametrize(("wrong", "hint"), [("parms", "did you mean `params`?"), ("+mac", "did you mean `macs`?")])
def test_error_unknown_column_says_what_was_meant(wrong, hint):
    with pytest.raises(OutputError) as raised:
        choose_columns(wrong, BLOCKS)
    assert (raised.value.code, raised.value.hint) == ("E605", hint)


def test_shared_calls_are_told_apart_in_connected_to():
    shared = Node("d", Dense(units=3), [Call((Ref(0),)), Call((Ref(1, 0),))])
    nodes = [Node("in", InputLayer(shape=(3,)), [Call(())]), shared, Node("e", Dense(units=2), [Call((Ref(1, 1),))])]
    rows = infer(Graph("m", "Functional", nodes, [Ref(0)], [Ref(2)])).rows
    assert [COLUMNS["connected_to"].value(row, BLOCKS) for row in rows] == ["", "in[0][0], d[0][0]", "d[1][0]"]


def test_unknown_figures_are_question_marks_and_empty_for_machines():
    report = REPORTS["unknown"]
    row = report.rows[0]
    assert (COLUMNS["macs"].text(row, report), COLUMNS["macs"].value(row, report)) == ("?", None)


def test_trainable_column_is_keras_letter():
    texts = [COLUMNS["trainable"].text(row, REPORTS["unknown"]) for row in REPORTS["unknown"].rows]
    assert texts == ["Y", "N", "Y"]


@pytest.mark.parametrize(
    ("share", "shown"), [(0, ""), (1, "██████████"), (0.5, "█████"), (0.06, "▋"), (2, "██████████")]
)
def test_bars_have_eighths(share, shown):
    assert bar(share) == shown.ljust(10)


# -- selection ---------------------------------------------------------------------------
def names(report, **options):
    return [line.row.name for line in select(report, Selection(**options))]


def test_sort_puts_the_largest_first_and_unknown_last():
    assert names(REPORTS["chain"], sort="params") == ["dense_1", "dense", "flatten"]
    assert names(REPORTS["chain"], sort="-params") == ["flatten", "dense", "dense_1"]
    assert names(REPORTS["unknown"], sort="macs")[-1] in ("conv1d", "dense", "dense_1")
    assert names(REPORTS["chain"], sort="name") == ["dense", "dense_1", "flatten"]


def test_equal_rows_keep_the_order_of_the_model_either_way():
    report = infer(graph("Dense(3)@(3,) -> Dense(3)*4"))
    expected = ["dense", "dense_1", "dense_2", "dense_3", "dense_4"]
    assert names(report, sort="params") == names(report, sort="-params") == expected


def test_top_cuts_after_sorting():
    assert names(BLOCKS, sort="params", top=1) == ["dense"]


def test_filter_looks_at_name_and_type():
    assert names(REPORTS["chain"], pattern="^Fl") == ["flatten"]
    assert names(REPORTS["chain"], pattern="_1$") == ["dense_1"]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(", "a" * 501, "(x*)*"])
def test_error_patterns_that_are_wrong_or_never_end(pattern):
    with pytest.raises(OutputError) as raised:
        names(BLOCKS, pattern=pattern)
    assert raised.value.code == "E606"


@pytest.mark.parametrize("pattern", ["(a|aa)+$", "a*a*a*a*a*a*$", "(?:a|ab|a)+c", ".*.*.*.*.*=", "((a)|(a))+$"])
def test_error_patterns_that_never_end_have_an_end(pattern):
    report = infer(graph(f"Dense(3, name={'a' * 200}_)@(3,)"))
    with pytest.raises(OutputError) as raised, patterns.limited(pattern, 0.2):
        patterns.searcher(pattern)(report.rows[0].name)
    assert raised.value.code == "E606"
    assert "too long" in raised.value.message


def test_the_clock_of_a_pattern_is_put_back():
    import signal

    assert names(REPORTS["chain"], pattern="dense") == ["dense", "dense_1"]
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, None)


def test_groups_sum_what_their_rows_have():
    lines = select(BLOCKS, Selection(group_by="type", sort="params"))
    assert [(line.row.type, line.row.name) for line in lines][:2] == [("Dense", "1 layer"), ("Conv2D", "7 layers")]
    assert sum(line.row.params for line in lines) == BLOCKS.totals.params


def test_repeated_blocks_collapse_and_their_sums_stay():
    lines = select(BLOCKS, Selection(collapse=True))
    shown = [cell_text(line, COLUMNS["layer"], BLOCKS) for line in lines]
    assert shown == [
        "input_layer (InputLayer)", "conv2d (Conv2D)", "3 × conv2d_1 … add_2 (4 layers)", "   └ conv2d_1 (Conv2D)",
        "   └ activation (Activation)", "   └ conv2d_2 (Conv2D)", "   └ add (Add)", "flatten (Flatten)", "dense (Dense)",
    ]  # fmt: skip
    assert sum(line.row.params for line in lines if line.level == 0) == BLOCKS.totals.params


def test_branches_side_by_side_are_no_repeat():
    report = infer(graph("[Dense(3)@(3,) | Dense(3)@(3,)] -> Add"))
    assert all(line.times == 1 for line in select(report, Selection(collapse=True)))


def test_a_block_is_connected_in_itself():
    """Two branches whose rows alternate: (a1, b1), (a2, b2) are equal pairs, but not a block."""
    branches = "_ | Dense(3)*3 -> Activation(relu) | Dense(3) -> [_ | Dense(3)*2] -> Add | Dense(3)"
    report = infer(graph(f"Activation(tanh)@(3,) -> [{branches}] -> Add"))
    assert all(line.times == 1 for line in select(report, Selection(collapse=True)))


def test_depth_opens_wrappers_level_by_level():
    report = infer(graph("TimeDistributed(TimeDistributed(Dense(2)))@(4,5,3)"))
    assert [len(names(report, depth=depth)) for depth in (0, 1, 2, None)] == [1, 2, 3, 3]
    paths = [line.path for line in select(report, Selection(depth=None))]
    assert paths == [
        "time_distributed_1",
        "time_distributed_1/time_distributed",
        "time_distributed_1/time_distributed/dense",
    ]


def test_print_gives_one_bare_value():
    record = as_record(BLOCKS)
    assert bare_value(record, "totals.params") == str(BLOCKS.totals.params)
    assert bare_value(record, "layers.dense.output_shapes") == "[[null, 10]]"
    assert bare_value(record, "layers.0.type") == "InputLayer"
    with pytest.raises(OutputError) as raised:
        bare_value(record, "totals.parms")
    assert (raised.value.code, raised.value.hint) == ("E607", "did you mean `params`?")


# -- CSV and TSV -------------------------------------------------------------------------
@pytest.mark.parametrize("name", MODELS)
def test_csv_reads_back_with_pythons_reader(name):
    report = REPORTS[name]
    text = delimited.render_csv([Shown(report, select(report), MACHINE_COLUMNS)])
    records = list(csv.DictReader(io.StringIO(text)))
    assert [record["name"] for record in records] == [row.name for row in report.rows]
    assert sum(int(record["params"]) for record in records) == report.totals.params
    assert [record["macs"] for record in records] == ["" if row.macs is None else str(row.macs) for row in report.rows]
    golden(f"outputs/{name}.csv", text)


def test_csv_cells_are_no_formulas():
    text = delimited.render_csv([Shown(BAD, select(BAD), MACHINE_COLUMNS)])
    cells = [record["name"] for record in csv.DictReader(io.StringIO(text))]
    assert len(cells) == len(HOSTILE)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert is_harmless(text)


def test_tsv_has_one_line_a_row_and_one_tab_between_cells():
    text = delimited.render_tsv([Shown(BAD, select(BAD), MACHINE_COLUMNS)])
    assert {line.count("\t") for line in text.splitlines()} == {len(MACHINE_COLUMNS) - 1}
    assert len(text.splitlines()) == len(HOSTILE) + 1
    assert is_harmless(text.replace("\t", ""))


def test_nested_lines_say_so_in_csv():
    report = REPORTS["wrapped"]
    records = list(
        csv.DictReader(
            io.StringIO(delimited.render_csv([Shown(report, select(report, Selection(depth=None)), MACHINE_COLUMNS)]))
        )
    )
    assert [record["level"] for record in records[:3]] == ["0", "1", "0"]
    assert records[1]["name"] == "time_distributed/dense"


# -- Markdown, LaTeX ---------------------------------------------------------------------
@pytest.mark.parametrize("name", MODELS)
def test_markdown_is_as_kept(name):
    report = REPORTS[name]
    golden(
        f"outputs/{name}.md",
        markdown.render([Shown(report, select(report, Selection(collapse=True)), choose_columns("+share", report))]),
    )


def test_markdown_rows_have_the_cells_of_the_head_and_nothing_comes_alive():
    markdown_it = pytest.importorskip("markdown_it")
    lines, columns = everything(BAD)
    text = markdown.render([Shown(BAD, lines, columns)])
    page = markdown_it.MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    seen = Tags(page)
    assert seen.tags["tr"] == len(HOSTILE) + 1
    assert seen.tags["td"] == len(HOSTILE) * len(columns)
    assert not seen.tags.keys() & {"a", "img", "script", "em", "del", "b", "i"}
    assert is_harmless(text)


@pytest.mark.parametrize("name", MODELS)
def test_latex_is_as_kept(name):
    report = REPORTS[name]
    golden(
        f"outputs/{name}.tex",
        latex.render([Shown(report, select(report, Selection(collapse=True)), default_columns(report))]),
    )


def test_what_a_code_span_cannot_hold_is_spelled_in_entities():
    assert Markdown.quoted("a_b*") == "`a_b*`"
    assert Markdown.quoted(" a ") == "`  a  `"
    assert Markdown.quoted("a`b") == "<code>a&#96;b</code>"
    assert Markdown.quoted("a|b") == "<code>a&#124;b</code>"


def test_latex_has_no_live_character():
    text = latex.render([Shown(BAD, select(BAD), choose_columns("name,params", BAD))])
    body = text[text.index("\\midrule") : text.rindex("\\midrule")]
    for line in body.splitlines()[1:-1]:
        bare = re.sub(r"\\(?:[a-z]+\{[^{}]*\}|[a-z]+|[%$&#_{} ]|\\)|\{[\[\]]\}|[-?!]\{\}|\$\\times\$", "", line)
        assert bare.count("&") == 1
        assert not set("\\{}$#%_^~<>|") & set(bare.replace("&", "")), line


# -- HTML and SVG ------------------------------------------------------------------------
class Tags(HTMLParser):
    """Counts tags, keeps attributes; written by others than the renderer."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text = {}, [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes += [(tag, *attribute) for attribute in attrs]

    def handle_data(self, data):
        self.text.append(data)


def page_of(report, **options):
    lines, columns = everything(report, **options)
    return html.render([Shown(report, lines, columns)], [diagram(report, depth=None)]), lines, columns


@pytest.mark.parametrize("name", MODELS)
def test_html_holds_every_row_and_the_diagram(name):
    report = REPORTS[name]
    page, lines, columns = page_of(report)
    seen = Tags(page)
    assert seen.tags["tr"] == len(lines) + 1
    assert seen.tags["td"] == len(lines) * len(columns)
    assert seen.tags["svg"] == 1
    assert f"{report.totals.params:,}" in page
    golden(
        f"outputs/{name}.html",
        html.render([Shown(report, lines, choose_columns("+share,macs", report))], [diagram(report)]),
    )


def test_html_keeps_names_as_text_and_loads_nothing():
    lines = select(BAD)
    page = html.render([Shown(BAD, lines, choose_columns("layer,name,connected_to", BAD))], [diagram(BAD, depth=None)])
    seen = Tags(page)
    assert "".join(seen.text).count("<script>alert(1)<b>") >= 3
    assert seen.tags["script"] == 1
    assert not seen.tags.keys() & {"img", "a", "link", "iframe", "b", "i"}
    assert not [each for each in seen.attributes if each[1].startswith("on") or each[1] in ("href", "src", "style")]
    assert is_harmless(page)
    policy = next(value for _, name, value in seen.attributes if name == "content" and value.startswith("default-src"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", MODELS)
def test_svg_diagram_is_xml_without_script_or_links(name):
    text = svg.render(diagram(REPORTS[name], depth=None, collapse=True))
    tree = ET.fromstring(text.split("\n", 1)[1])
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= {"svg", "style", "g", "title", "rect", "text", "tspan", "path"}
    assert not [key for element in tree.iter() for key in element.attrib if "href" in key or key.startswith("on")]
    golden(f"outputs/{name}.svg", text)


def test_svg_shows_each_layer_inside_the_picture():
    text = svg.render(diagram(BAD))
    tree = ET.fromstring(text.split("\n", 1)[1])
    boxes = [element for element in tree.iter() if element.get("class", "").startswith("box ")]
    width, height = float(tree.get("width")), float(tree.get("height"))
    assert len(boxes) == len(HOSTILE)
    for box in boxes:
        x, y, w, h = (float(box.get(key)) for key in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height
    assert is_harmless(text)


def test_the_terminal_as_a_picture_is_xml_without_fonts_from_elsewhere():
    text = picture.render([rich_table.parts(BAD, select(BAD), default_columns(BAD))], [BAD])
    ET.fromstring(text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "@import" not in text
    assert "@font-face" not in text
    assert is_harmless(text)
