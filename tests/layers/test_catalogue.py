"""The catalog itself is linted: true examples, documented fields, a case for every layer, a correct index."""

from __future__ import annotations

import re

import pytest

import index_layers
from densecli.catalogue import ALIASES, CATALOGUE
from densecli.errors import Source
from densecli.fields import Field
from densecli.layer import Layer
from densecli.names import ACTIVATION_FLOPS
from densecli.read.stack.reader import read_stack
from densecli.render import catalogue
from densecli.shape import show
from densecli.summary.infer import infer
from support.answers import CASES, answers
from support.folders import ROOT

LAYERS = [kind for kinds in catalogue.families().values() for kind in kinds]
EXAMPLE = re.compile(
    r"(?P<stack>.+?): (?P<inputs>[(\[].*) -> (?P<output>[(\[].*|\?|unknown), (?P<params>[\d,]+) params?"
)
NO_EXAMPLE = {"InputLayer"}  # no inputs
CODE_ALONE = {
    "Custom",
    "FlaxLayer",
    "JaxLayer",
    "TFSMLayer",
    "TorchModuleWrapper",
}  # no config makes one; test_opaque has them
ANSWERS = answers()


def test_the_index_names_every_layer():
    path = index_layers.FOLDER / "index.py"
    assert path.read_text(encoding="utf-8") == index_layers.text(), "run `python tools/index_layers.py`"


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_every_layer_is_documented(kind):
    assert catalogue.purpose(kind).endswith("."), "the docstring starts with a sentence"
    assert kind.formula
    assert kind.shape_rule
    for name, field in kind.config_fields.items():
        assert field.doc, f"{kind.__name__}.{name} has no doc"


@pytest.mark.parametrize(
    "kind", [kind for kind in LAYERS if kind.__name__ not in NO_EXAMPLE], ids=lambda kind: kind.__name__
)
def test_every_example_is_true(kind):
    found = EXAMPLE.fullmatch(catalogue.example(kind))
    assert found, f"not `Type(args): (input shape) -> (output shape), N params`: {catalogue.example(kind)}"
    if kind.opaque:
        return
    report = infer(read_stack(Source("example", example_stack(found["stack"], found["inputs"]))))
    row = report.rows[-1]
    shown = row.output_shapes[0] if len(row.output_shapes) == 1 else list(row.output_shapes)
    assert show(shown) == found["output"]
    assert f"{row.params}" == found["params"].replace(",", "")


def example_stack(stack: str, inputs: str) -> str:
    """The example as a whole stack: one input, or a branch for each of several."""
    shapes = re.findall(r"\((None(?:, (?:\d+|None))*),?\)", inputs)
    branches = [f"Input({shape.removeprefix('None').removeprefix(', ').replace('None', 'none')})" for shape in shapes]
    branches = [branch if branch != "Input()" else "Input(())" for branch in branches]
    head = branches[0] if len(branches) == 1 else f"[{' | '.join(branches)}]"
    return f"{head} -> {stack}"


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_every_layer_has_cases(kind):
    """Five configurations at least that Keras accepted, and one that it refused."""
    found = ["raises" in ANSWERS[case.id] for case in CASES if case.layer in (kind.__name__, *kind.aliases)]
    assert found.count(True) >= 1 or kind.__name__ == "Custom"
    assert found.count(False) >= 5 or kind.__name__ in CODE_ALONE


@pytest.mark.parametrize("figure", ["macs", "elementwise"])
@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_every_cost_is_told_in_words_beside_it(kind, figure):
    """The words are not inherited from further up than the arithmetic, and docs/figures.md has them."""
    assert getattr(kind, f"{figure}_rule")
    arithmetic, told = (defined_at(kind, name) for name in (figure, f"{figure}_rule"))
    assert told <= arithmetic or kind.__mro__[arithmetic] is Layer
    page = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    assert re.search(rf"^\|.*\b{kind.__name__}\b.*\| {re.escape(kind.elementwise_rule)} \|$", page, re.MULTILINE)


def defined_at(kind, name):
    """How far up in its bases a class finds an attribute."""
    return next(index for index, base in enumerate(kind.__mro__) if name in vars(base))


def test_words_that_stayed_further_up_than_the_arithmetic_are_noticed():
    class Cheap(Layer, abstract=True):
        elementwise_rule = "1 per element"

    class Dear(Cheap, abstract=True):
        def elementwise(self, *_, **__):
            return 2

    assert defined_at(Dear, "elementwise_rule") > defined_at(Dear, "elementwise")


def test_markdown_of_one_layer_is_its_section_of_the_page():
    section = catalogue.markdown(CATALOGUE["Conv2D"])
    assert section.startswith("### Conv2D\n")
    assert section.count("#") == 3
    assert section in catalogue.markdown()


def test_aliases_lead_somewhere_else():
    assert all(target in CATALOGUE and alias not in CATALOGUE for alias, target in ALIASES.items())


def test_the_kernels_know_every_activation_and_no_other():
    from densecli.kernels import ACTIVATIONS

    assert ACTIVATIONS.keys() == ACTIVATION_FLOPS.keys()


def test_the_kernels_know_every_initializer():
    from densecli.kernels import INITIALIZERS, generator, initialize
    from densecli.names import INITIALIZERS as NAMES

    for name in NAMES:
        shape = (4, 4) if "dentity" in name else (3, 4, 5)
        if "stft" not in name.lower():
            assert initialize(name, shape, generator(0)).shape == shape
    assert INITIALIZERS


def test_a_field_left_without_a_doc_is_noticed():
    class Broken(Layer, abstract=True):
        size = Field(lambda _, value: value, 1, "", {})

    assert not Broken.config_fields["size"].doc


@pytest.mark.parametrize("width", [40, 80])
def test_on_a_terminal_lines_break_between_words_and_go_on_below_their_column(width):
    for text in (catalogue.overview(), *map(catalogue.details, LAYERS)):
        shown = catalogue.fitted(text, width)
        assert shown.split() == text.split()
        long = [line for line in shown.splitlines() if len(line) > width]
        assert all(len(line.split()[-1]) > width // 2 or " " not in line.strip() for line in long)
        assert catalogue.fitted(text, None) == text
    lines = catalogue.fitted(catalogue.details(CATALOGUE["LSTM"]), 80).splitlines()
    first = next(line for line in lines if line.startswith("    units "))
    assert lines[lines.index(first) + 1].index("each state") == first.index("number of")
