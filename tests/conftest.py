"""Options of the test run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("support")
pytest_plugins = ["support.browser"]  # the fixture `browser`

# Programs that tests start use UTF-8, whatever the locale; tests of encodings set their own.
os.environ["PYTHONUTF8"] = "1"
# What the person who runs the tests has git ignore is no part of them.
os.environ["GIT_CONFIG_GLOBAL"] = os.devnull

if sys.dont_write_bytecode:
    # If bytecode may not be written beside the sources, use pytest's cache; else each started program would recompile densecli.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.pycache_prefix = str(Path(__file__).resolve().parents[1] / ".pytest_cache" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    sys.dont_write_bytecode = False

# The same examples in every run: a failure in CI is a failure at home. Other seeds: pytest --hypothesis-seed with this line out.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def the_limit_on_recursion_stays():
    """A raised limit of one test would let deep JSON in another overflow the C stack of Python 3.11, in some orders of the tests."""
    before = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(before)


def pytest_addoption(parser):
    parser.addoption("--update-goldens", action="store_true", help="update the golden files; read the diff")


def pytest_configure(config):
    if config.getoption("--update-goldens"):
        os.environ["DENSECLI_UPDATE_GOLDENS"] = "1"
