"""pyproject.toml, and everything that must agree with it."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
ENVIRONMENTS = [{"python_version": version} for version in ("3.11", "3.12", "3.13")]


def constraints():
    lines = (ROOT / "constraints" / "lowest.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def lowest(name, environment):
    (found,) = [
        each for each in constraints() if each.name == name and (not each.marker or each.marker.evaluate(environment))
    ]
    return found.specifier


DEPENDENCIES = [
    each
    for each in map(Requirement, [*PROJECT["dependencies"], *EXTRAS["h5"], *EXTRAS["png"], *EXTRAS["test"]])
    if each.name != "densecli"
]


@pytest.mark.parametrize("dependency", DEPENDENCIES, ids=str)
def test_the_lowest_version_is_tried(dependency):
    """On the oldest Python at least; newer ones may need a release that has a wheel for them."""
    (floor,) = dependency.specifier  # and no upper bound: densecli can be installed beside newer versions
    assert floor.operator == ">="
    pins = [lowest(dependency.name, environment) for environment in ENVIRONMENTS]
    assert pins[0].contains(floor.version)
    for pin in pins:
        (version,) = pin
        assert version.operator == "=="
        assert dependency.specifier.contains(version.version)


def test_nothing_else_is_constrained():
    assert {each.name for each in constraints()} == {each.name for each in DEPENDENCIES}


def test_linters_are_pinned():
    assert {operator for each in EXTRAS["lint"] for operator in re.findall("[=<>~!]=", each)} == {"=="}
    assert all("==" in each for each in EXTRAS["lint"])


def test_the_pythons_of_the_classifiers_are_those_that_are_tried():
    named = re.findall(r"PYTHONS = \[(.*)\]", (ROOT / "noxfile.py").read_text(encoding="utf-8"))[0]
    matrix = re.findall(r"python: \[(.*)\]", (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))[0]
    classified = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line]
    assert named == matrix == ", ".join(f'"{version}"' for version in classified)


def test_the_package_says_that_it_is_typed():
    assert files("densecli").joinpath("py.typed").is_file()
