"""Findings in every format: golden files, what each service's own rules read back, and names that try to break out."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema
import junitparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from densecli import __version__
from densecli.check import expectations, finding, judge
from densecli.check.compare import lock
from densecli.check.compare.diff import diff
from densecli.check.finding import Finding, Spot, Verdict
from densecli.errors import DenseError, Source, SpecErrors
from densecli.read.stack.reader import read_stack
from densecli.render import diff as diff_renderers
from densecli.render.findings import FORMATS, github, markdown, ndjson, render, sarif, text
from densecli.render.json import as_record
from densecli.render.languages.markdown import Markdown
from densecli.summary.infer import infer
from support.folders import GOLDENS
from support.goldens import golden
from support.hostile import FORGED
from support.markdown import check_markdown

SUFFIXES = {
    "text": "txt",
    "json": "json",
    "ndjson": "ndjson",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "sarif": "sarif",
    "junit": "xml",
    "markdown": "md",
}
SARIF_SCHEMA = json.loads((GOLDENS / "findings" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))


def judged(source, stack, **wanted):
    graph = read_stack(Source(source, stack))
    report = infer(graph, source)
    return judge.judge(finding.subject(graph, report), expectations.read(wanted), as_record(report))


def invalid(source, stack):
    try:
        read_stack(Source(source, stack))
    except SpecErrors as several:
        return Verdict(source, ("valid",), tuple(finding.of_error(error, source) for error in several.errors))


def sample():
    """A model that passes, one that fails in several ways, one that does not fit together, and DSL words."""
    net = "Dense(16)@(3,2)\n-> Activation(relu, name=act)\n-> Dense(4, name=out)\n"
    graph = read_stack(Source("models/lock.dsl", net))
    about = finding.subject(graph, infer(graph, "models/lock.dsl"))
    known = {"models/lock.dsl": lock.locked(infer(read_stack(Source("x", net.replace("16", "8"))), "x"))}
    locked = Verdict("models/lock.dsl", ("lock",), tuple(lock.check(about, known, "models/lock.dsl")))
    return [
        judged("models/good.dsl", net, params=116),
        judged(
            "models/bad.dsl",
            net,
            output=[None, 4],
            max_params=100,
            forbid="Act*",
            **{"assert": 'layers["out"].params == 4'},
        ),
        locked,
        invalid("models/broken.dsl", "Dense(16)@(3,2) ->\n  Desne(4)"),
        judged("<argument>", "Dense(4)@(3,)", max_weights="10B"),
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_golden(form):
    golden(f"findings/sample.{SUFFIXES[form]}", render(sample(), form).replace(f'"{__version__}"', '"0.0.0"'))


@pytest.mark.parametrize("form", FORMATS)
def test_no_findings_is_a_complete_document_too(form):
    found = render([judged("a.dsl", "Dense(4)@(3,)", params=16)], form)
    assert found.endswith("\n")
    assert "C1" not in found
    assert render([], form) is not None


# -- each service's own rules ----------------------------------------------------------------
def test_sarif_is_valid_by_its_published_schema():
    jsonschema.Draft4Validator(SARIF_SCHEMA).validate(json.loads(render(sample(), "sarif")))
    broken = json.loads(render(sample(), "sarif"))
    broken["runs"][0]["results"][0]["message"] = "text"
    assert not jsonschema.Draft4Validator(SARIF_SCHEMA).is_valid(broken)


def test_sarif_rules_are_those_of_the_results():
    run = json.loads(render(sample(), "sarif"))["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert len({result["partialFingerprints"]["densecli/v1"] for result in run["results"]}) == len(run["results"])


def test_junit_is_read_back_by_junitparser():
    verdicts = sample()
    suites = [*junitparser.JUnitXml.fromstring(render(verdicts, "junit").encode())]
    assert [suite.name for suite in suites] == [verdict.source for verdict in verdicts]
    failed = {(suite.name, case.name) for suite in suites for case in suite if case.result}
    assert failed == {(verdict.source, each.check) for verdict in verdicts for each in verdict.findings}
    assert all(
        suite.tests == len([*suite]) and suite.failures == sum(bool(case.result) for case in suite) for suite in suites
    )


def test_gitlab_issues_have_what_gitlab_asks_for():
    issues = json.loads(render(sample() * 2, "gitlab"))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue in issues:
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["description"].startswith(issue["check_name"] + ": ")
        assert issue["location"]["lines"]["begin"] >= 1
        assert not issue["location"]["path"].startswith("./")


def parse_command(line):
    """A workflow command as the runner reads it: properties by comma and equals sign, then unescaped."""
    kind, listed, message = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()
    properties = dict(each.split("=", 1) for each in listed.split(","))
    return kind, {key: unescaped(value) for key, value in properties.items()}, unescaped(message)


def unescaped(value):
    for code_, char in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        value = value.replace(code_, char)
    return value


def test_github_commands_are_read_back():
    verdicts = sample()
    lines = render(verdicts, "github").splitlines()
    commands = [parse_command(line) for line in lines if line.startswith("::")]
    findings = [each for verdict in verdicts for each in verdict.findings]
    assert [command[0] for command in commands] == ["error"] * len(findings)
    for (_, properties, message), each in zip(commands, findings, strict=True):
        assert properties["title"] == f"densecli {each.code}"
        assert properties.get("file") == (None if each.spot.file == "<argument>" else each.spot.file)
        assert properties.get("line") == (None if each.spot.line is None else str(each.spot.line))
        assert message.split("\n")[0] == each.message
    assert lines[-1] == text.summary(verdicts)


def test_github_tells_when_it_will_not_show_all():
    verdicts = [judged("a.dsl", "Dense(4)@(3,)", **{"assert": [f"totals.params == {count}" for count in range(11)]})]
    assert "::notice title=densecli::11 findings in 1 of 1 spec. GitHub shows the first 10" in render(
        verdicts, "github"
    )
    assert "::notice" not in render(sample()[:1], "github")


def test_files_are_relative_to_where_densecli_runs():
    verdict = Verdict("x", (), (Finding("C103", "m", Spot(str(Path.cwd() / "a b" / "m.yaml"), 3, 1), "max_params"),))
    assert "file=a b/m.yaml," in github.render([verdict])
    assert '"uri": "a%20b/m.yaml"' in sarif.render([verdict])
    assert "file=m.yaml," in github.render(
        [Verdict("x", (), (verdict.findings[0]._replace(spot=Spot("././m.yaml")),))]
    ).replace("::m", ",::m")


def test_ndjson_has_a_record_per_spec():
    lines = [json.loads(line) for line in render(sample(), "ndjson").splitlines()]
    assert [line["schema"] for line in lines] == ["densecli/verdict/1"] * 5
    assert [line["ok"] for line in lines] == [True, False, False, False, False]


def test_the_last_line_of_text_is_the_sum():
    assert render(sample()[:1], "text") == "All checks passed: 1 check of 1 spec.\n"
    assert render(sample(), "text").splitlines()[-1] == "10 findings in 4 of 5 specs."


def test_fingerprints_survive_moved_lines_and_other_numbers():
    one, other = (judged("m.dsl", net, max_params=10).findings for net in ("Dense(4)@(3,)", "\n\nDense(5)@(3,)"))
    assert [print_ for _, print_ in finding.fingerprints(one)] == [print_ for _, print_ in finding.fingerprints(other)]
    prints = [print_ for _, print_ in finding.fingerprints([*one, *one, one[0]._replace(code="C104")])]
    assert len(set(prints)) == 3


def test_every_code_is_explained_and_every_explained_code_is_found_somewhere():
    root = Path(finding.__file__).parent
    used = {
        each for path in root.glob("*.py") for each in re.findall(r'"([CD]1\d\d)"', path.read_text(encoding="utf-8"))
    }
    assert used == set(finding.CODES)


def test_a_job_summary_is_cut_below_what_github_takes():
    many = tuple(Finding("C103", "m" * 900, Spot("f.yaml", 1), "max_params") for _ in range(2_000))
    page = render([Verdict("f.yaml", (), many)], "markdown")
    assert len(page.encode()) < 1 << 20
    assert re.search(r"\d,?\d* more findings did not fit here", page)
    assert markdown.MOST_BYTES < 1 << 20


# -- names that try to break out -------------------------------------------------------------
HOSTILE = [
    "\x1b[31mred", "\x1b]0;title\x07", "\x1b]52;c;AAAA\x07", "a\x9b31mb", "a\x7fb", "a\rb", "a\bb", "a\nb", "\u202eevil", "a\u2066b", "a\u200bb",
    "a\U000e0041b", "[red]x[/red]", "[/nope]", ":smile:", "a\n::error::x", "x ::error file=a::y", "##[add-mask]x", "::stop-commands::t", "a%0A::error::x",
    "a,b:c=d%", "##vso[task.setvariable]x", "##teamcity[x]", "=cmd|' /C calc'!A0", "a|b", "a\\|b", "`a` ``b``", "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))", "@user #1", "# head", "<!-- ", "<script>", '"><x>', "&lt;", "]]>", "\ud800", "\ufffe", "\x00", "日本", "e" + "\u0301" * 50, "w" * 5_000,
]  # fmt: skip


def clean(output):
    """No byte that a terminal or a log takes for more than text."""
    return not any(
        char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co") for char in output
    )


def hostile_verdict(name):
    spot = Spot(f"{name}.yaml", 3, 1)
    found = Finding(
        "C111",
        f"Dense '{name}': this layer type is forbidden",
        spot,
        f"assert {name}",
        name,
        name,
        name,
        notes=(f"  {name}",),
    )
    return Verdict(f"{name}.yaml", (f"assert {name}", "params"), (found, found))


@pytest.mark.parametrize("actions", [False, True], ids=["elsewhere", "on GitHub"])
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:40])
def test_hostile_names_stay_text(name, form, actions, monkeypatch):
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    if actions:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    output = render([hostile_verdict(name)], form)
    assert clean(output)
    output.encode("utf-8")
    READ_BACK.get(form, lambda *_: None)(output, name)
    if form in ("text", "markdown", "junit"):
        assert "##[" not in output
    if form in ("text", "markdown", "junit") and actions:
        assert not FORGED.search(output)
    if form == "github":
        assert len([line for line in output.splitlines() if line.lstrip().startswith("::")]) == 2


def read_markdown(output, _):
    check_markdown(output, "Finding")


def read_github(output, _):
    for line in output.splitlines()[:2]:
        kind, properties, _ = parse_command(line)
        assert kind == "error"
        assert properties.keys() == {"title", "file", "line", "col"}
        assert properties["line"] == "3"


def read_sarif(output, name):
    document = json.loads(output)
    jsonschema.Draft4Validator(SARIF_SCHEMA).validate(document)
    uri = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w./~+@=()%-]*", uri, re.ASCII)
    assert unquote(uri, errors="surrogatepass").removeprefix("file://") == f"{name}.yaml"


READ_BACK = {
    "json": lambda output, name: json.loads(output)["specs"][0]["findings"][0]["layer"] == name or pytest.fail("changed"),
    "ndjson": lambda output, name: (output.count("\n") == 1 and json.loads(output)["findings"][0]["layer"] == name) or pytest.fail("changed"),
    "gitlab": lambda output, _: json.loads(output),
    "junit": lambda output, _: ET.fromstring(output),
    "sarif": read_sarif,
    "github": read_github,
    "markdown": read_markdown,
}  # fmt: skip


@pytest.mark.parametrize("form", diff_renderers.FORMATS)
@pytest.mark.parametrize("name", [name for name in HOSTILE if "/" not in name], ids=lambda name: ascii(name)[:40])
def test_hostile_names_stay_text_in_a_diff(name, form, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    literal = '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\r", " ") + '"'
    try:
        before, after = (
            infer(read_stack(Source("x", f"Dense({units}, name={literal})@(2,)")), name) for units in (3, 4)
        )
    except (DenseError, SpecErrors):
        pytest.skip("no reader lets this name in")
    output = diff_renderers.render(diff(before, after), form)
    assert clean(output)
    assert form == "json" or not FORGED.search(output)
    if form == "json":
        json.loads(output)
    if form == "markdown":
        check_markdown(output, "Layer")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30), st.sampled_from(FORMATS))
def test_any_name_gives_a_document_that_reads_back(name, form):
    output = render([hostile_verdict(name)], form)
    assert clean(output)
    if form != "sarif":  # whose uri is a path, and some of these names are not paths
        READ_BACK.get(form, lambda *_: None)(output, name)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="`|\\<>[]()*_@#&; ab\u202e\n", max_size=15))
def test_a_code_span_is_one_piece_of_code_in_a_table(name):
    html = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .render(f"| a | b |\n| --- | --- |\n| {Markdown.quoted(name)} | x |\n")
    )
    assert html.count("<td>") == 2
    assert {tag.lower() for tag in re.findall(r"</?([a-zA-Z]+\d?)", html)} <= {
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
    }


def test_formats_are_known_by_name_only():
    with pytest.raises(ModuleNotFoundError):
        render([], "nonsense")
    assert ndjson.line(sample()[0]).startswith('{"schema": "densecli/verdict/1"')
