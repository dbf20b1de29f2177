"""The published JSON Schemas match the program's real output, describe every key, and can fail."""

from __future__ import annotations

import contextlib
import copy
import json
from itertools import pairwise

import jsonschema
import pytest

from densecli.cli import run
from densecli.cli.schema import Schema
from support.folders import EXAMPLE_SPECS, ROOT
from support.models import MODELS
from support.repositories import commit, repository

EXAMPLES = sorted(str(path) for path in (EXAMPLE_SPECS).iterdir())
BROKEN = ["Desne(4)@(3,)", "Dense(0)@(3,)", "Dense(4", "Conv2D(4, 9)@(5,5,3)", "no/such.yaml", "Dense(4)@($w,)"]
STACKS = [*MODELS.values(), "Conv1D(4, 3)@(none,2) -> Dense(2)"]
RUN = ("--run", "--values", "--weights", "ones", "--weights", "kernel=0.5")
COMPUTING = [("Dense(4)@(3,)", "Dense(4)@(3,) -> ReLU"), ("Dense(4)@(3,) -> ReLU", "Dense(4, activation=relu)@(3,)")]
COMPUTING += [("Dense(4)@(3,) -> Dense(4)", "Dense(4, activation=tanh)@(3,) -> Dense(4)")]
SWEEP = ("Dense($w)@(3,) -> Dropout($r)", "--set", "w=4,0", "--set", "r=0.5,2", "-f", "json")


def printed(capsys, *arguments):
    run(list(map(str, arguments)))
    return capsys.readouterr().out


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def checks(capsys, form):
    demands = (
        "--max-params",
        "10",
        "--forbid",
        "Dense",
        "--strict",
        "--expect-output",
        "none,7",
        "--assert",
        "totals.params > 10**9",
    )
    for spec in [*EXAMPLES, *STACKS, *BROKEN]:
        for options in ((), demands):
            yield printed(capsys, "check", spec, "-f", form, *options, "--isolated")


STACKS_OF_INT8 = ("Dense(4)@(3,)", "Conv2D(4, 3)@(8,8,1) -> ReLU -> Flatten -> Dense(2, activation=softmax)")
COUNTED = (*EXAMPLES, "--max-params", "10", "--forbid", "Dense", "--isolated", "--statistics", "-f", "json")
LISTED = {
    "layers": [(), ("Dense",), ("LSTM",), ("MultiHeadAttention",), ("ResNet50",)],
    "applications": [("--applications",)],
}
MADE = {}


def documents(capsys, tmp_path, which):
    """The program's output of one kind, for many kinds of models; made once."""
    if which not in MADE:
        made = SPECIAL[which](capsys, tmp_path) if which in SPECIAL else _documents(capsys, tmp_path, which)
        MADE[which] = list(made)
    return MADE[which]


def source(path):
    """A Python source with a model, and one with a partly unknown model."""
    path.write_text(
        "from keras import *\nm = Sequential([Input((3,)), layers.Dense(2)])\nn = Sequential([layers.Dense(2)])\n"
    )
    return path


def changed(capsys, tmp_path):
    """What became of models that were changed, added, removed, moved and broken."""
    folder, stack = repository(tmp_path / "r"), "Dense({})@(3,)\n"
    commit(folder, {f"{name}.dsl": stack.format(4) for name in ("changed", "removed", "moved", "broken")})
    for name in ("removed", "moved"):
        (folder / f"{name}.dsl").unlink()
    texts = {
        "changed.dsl": stack.format(5),
        "moved2.dsl": stack.format(4),
        "broken.dsl": stack.format(-4),
        "new.dsl": stack.format(6),
    }
    commit(folder, texts)
    with contextlib.chdir(folder):
        for base in ("HEAD", "HEAD~1"):
            yield json.loads(printed(capsys, "diff", "--base", base, "-f", "json"))


def quantized(capsys, _):
    return [json.loads(printed(capsys, "memory", spec, "--dtype", "int8", "-f", "json")) for spec in STACKS_OF_INT8]


SPECIAL = {"changes": changed, "microcontroller": quantized}


def _documents(capsys, tmp_path, which):
    if which == "summary":
        ran = (
            json.loads(printed(capsys, spec, "-f", "json", "--run", "--batch", "2", "--values")) for spec in STACKS[:3]
        )
        return [*(json.loads(printed(capsys, spec, "-f", "json")) for spec in [*EXAMPLES, *STACKS]), *ran]
    if which in ("spec", "explain"):
        words = ("convert", "--to") if which == "spec" else ("explain", "--format")
        ran = [("explain", spec, "-f", "json", *RUN) for spec in STACKS[:3] if which == "explain"]
        plain = [(*words, "json", spec) for spec in [*EXAMPLES, *STACKS]]
        return [json.loads(printed(capsys, *each)) for each in (*plain, *ran)]
    if which == "check":
        return [json.loads(text) for text in checks(capsys, "json")]
    if which == "verdict":
        found = [record for text in checks(capsys, "ndjson") for record in lines(text)]
        return [record for record in found if record["schema"] == "densecli/verdict/1"]
    if which == "diff":
        pairs = [*pairwise(EXAMPLES), (EXAMPLES[0], EXAMPLES[0])]
        plain = [json.loads(printed(capsys, "diff", *pair, "-f", "json")) for pair in pairs]
        ran = [json.loads(printed(capsys, "diff", *pair, "-f", "json", "--run")) for pair in COMPUTING]
        return [*plain, *ran]
    if which == "lock":
        path = tmp_path / "models.lock"
        printed(capsys, "check", *EXAMPLES, "--lock", path, "--update-lock")
        return [json.loads(path.read_text(encoding="utf-8"))]
    if which == "memory":
        options = ("--batch", "4", "--budget", "1GiB", "-f", "json")
        known = [spec for spec in EXAMPLES if not spec.endswith("token-classifier.yaml")]  # its input has no size
        return [json.loads(printed(capsys, "memory", spec, *options)) for spec in known]
    if which in ("sweep", "annotate", "statistics"):
        words = {"sweep": SWEEP, "statistics": COUNTED}.get(which, (source(tmp_path / "train.py"), "-f", "json"))
        return [json.loads(printed(capsys, "check" if which == "statistics" else which, *words))]
    if which in LISTED:
        return [json.loads(printed(capsys, "layers", *each, "-f", "json")) for each in LISTED[which]]
    return [record for spec in BROKEN for record in lines(printed(capsys, spec, "-f", "ndjson"))]


def schema(capsys, which):
    return json.loads(printed(capsys, "schema", which))


NAMED, SEVERAL, PARTS = (
    ("properties", "$defs"),
    ("anyOf", "oneOf", "allOf", "prefixItems"),
    ("items", "additionalProperties", "if", "then"),
)


def distinct(node, known):
    """The schema with `true` for each part that has been in it before: layers share most of theirs."""
    text = json.dumps(node, sort_keys=True)
    if text in known or not isinstance(node, dict):
        return True if text in known else node
    known.add(text)
    named = {key: {name: distinct(each, known) for name, each in node[key].items()} for key in NAMED if key in node}
    listed = {key: [distinct(each, known) for each in node[key]] for key in SEVERAL if key in node}
    return node | named | listed | {key: distinct(node[key], known) for key in PARTS if key in node}


def closed(node):
    """The schema with every object that names its keys allowed no others."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: closed(value) for key, value in node.items()}
    open_ended = not {"additionalProperties", "then", "if", "oneOf"} & made.keys()
    return (
        made | {"additionalProperties": False}
        if made.get("type") == "object" and "properties" in made and open_ended
        else made
    )


@pytest.mark.parametrize("which", list(Schema))
def test_a_schema_is_valid_and_all_that_is_printed_follows_it(capsys, tmp_path, which):
    found = schema(capsys, which)
    jsonschema.Draft202012Validator.check_schema(distinct(found, set()))
    validator = jsonschema.Draft202012Validator(found)
    made = documents(capsys, tmp_path, which)
    assert made
    for document in made:
        validator.validate(document)


@pytest.mark.parametrize("which", [each for each in Schema if each != "spec"])
def test_every_key_that_is_printed_is_described(capsys, tmp_path, which):
    validator = jsonschema.Draft202012Validator(closed(schema(capsys, which)))
    for document in documents(capsys, tmp_path, which):
        if which != "layers" or "layers" in document:
            validator.validate(document)


@pytest.mark.parametrize("which", [each for each in Schema if each != "spec"])
def test_a_document_without_a_key_or_with_another_schema_is_refused(capsys, tmp_path, which):
    found = schema(capsys, which)
    validator = jsonschema.Draft202012Validator(found)
    document = max(documents(capsys, tmp_path, which), key=lambda each: len(json.dumps(each)))
    for key in found["required"]:
        assert not validator.is_valid({name: value for name, value in document.items() if name != key})
    assert not validator.is_valid(document | {"schema": "densecli/other/1"})


FREE = {"arguments", "before", "after", "default", "schema"}  # values of a model's own


def places(node, above=()):
    """The paths of the figures and flags in a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in FREE:
                yield from places(value, (*above, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from places(value, (*above, index))
    elif isinstance(node, int):
        yield above


@pytest.mark.parametrize("which", [each for each in Schema if each != "spec"])
def test_a_figure_of_another_type_is_refused(capsys, tmp_path, which):
    validator = jsonschema.Draft202012Validator(schema(capsys, which))
    made = sorted(documents(capsys, tmp_path, which), key=lambda each: -len(set(places(each))))
    document = next(each for each in made if len(json.dumps(each)) < 400_000)
    names = document.get("models", ())  # of a lock file's models
    kinds = {
        tuple(part for part in place if isinstance(part, str) and part not in names): place
        for place in places(document)
    }
    assert kinds
    for place in kinds.values():
        broken = copy.deepcopy(document)
        inner = broken
        for part in place[:-1]:
            inner = inner[part]
        inner[place[-1]] = {"not": "a figure"}
        assert not validator.is_valid(broken), place


def test_each_schema_of_the_program_is_published(capsys):
    """For every densecli/NAME/1 in the source, `densecli schema NAME` prints the schema."""
    import re

    texts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "densecli").rglob("*.py"))
    assert set(re.findall(r'"densecli/(\w+)/1"', texts)) <= set(Schema)
