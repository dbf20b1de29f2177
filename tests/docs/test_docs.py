"""The output shown in the documentation is the program's real output."""

from __future__ import annotations

import subprocess
import sys

import pytest

import generate_docs
from support.folders import ROOT

PAGES = [page for page in generate_docs.pages() if page.exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_is_what_the_program_prints(page):
    assert page.read_text(encoding="utf-8") == generate_docs.fresh_page(page), "run `python tools/generate_docs.py`"


def test_only_last_digits_of_a_forward_pass_may_differ():
    shown = "min -0.375323, max 1.24997, 16 parameters"
    assert generate_docs.kept(shown, shown.replace("1.24997", "1.24998")) == shown
    for other in (shown.replace("1.24997", "1.25997"), shown.replace("16", "17"), shown.replace("-0.37", "0.37")):
        assert generate_docs.kept(shown, other) == other


def test_the_readme_shows_the_program():
    assert generate_docs.BLOCK.search((ROOT / "README.md").read_text(encoding="utf-8"))


def test_no_page_names_a_missing_file():
    import re

    for page in PAGES:
        for target in re.findall(r"\]\(((?!https?:|#|mailto:)[^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_path_on_the_maps_exists(page):
    """Paths in backticks, from the root of the repository or of the package; `<family>` stands for any."""
    import re

    named = re.findall(r"`([\w.]+/[\w./<>]*)", (ROOT / page).read_text(encoding="utf-8"))
    patterns = [re.sub(r"<\w+>", "*", path.removesuffix("/")) for path in named]
    assert len(patterns) >= 5
    for path in patterns:
        found = [
            *ROOT.glob(path),
            *(ROOT / "src" / "densecli").glob(path),
            *(ROOT / "src" / "densecli").glob(f"{path}.py"),
        ]
        assert found, f"{page} names {path}"


def test_the_readmes_python_example_works():
    import densecli

    assert densecli.summarize("Dense(16)@(3,2) -> Flatten -> Dense(4)").totals.params == 244


def test_every_column_and_format_is_on_the_page_of_outputs():
    from densecli.cli.summary_formats import Format
    from densecli.render.table.columns import COLUMNS

    page = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    assert {name for name in COLUMNS if name not in page} == set()
    assert {name for name in Format if f"`{name}`" not in page} <= {"table"}


def test_every_command_has_a_page():
    from densecli.cli import COMMANDS

    assert {name for name in COMMANDS if not (ROOT / "docs" / f"{name}.md").exists()} <= {"layers"}


def test_python_dash_m_is_the_same_program():
    done = subprocess.run(
        [sys.executable, "-m", "densecli", "--version"], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert done.stdout.startswith("densecli ")


def test_every_schema_is_on_its_page():
    from densecli.cli.schema import Schema

    page = (ROOT / "docs" / "schema.md").read_text(encoding="utf-8")
    for which in Schema:
        assert f"| `{which}` |" in page, f"docs/schema.md does not list {which}"
