"""Options of the test run."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("support")
pytest_plugins = ["support.browser"]  # the fixture `browser`

# Programs that tests start speak UTF-8, whatever the locale is; tests of encodings name theirs.
os.environ["PYTHONUTF8"] = "1"

# The same examples in every run: a failure in CI is a failure at home. Other seeds: pytest --hypothesis-seed with this line out.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


def pytest_addoption(parser):
    parser.addoption("--update-goldens", action="store_true", help="write the golden files anew; read the diff")


def pytest_configure(config):
    if config.getoption("--update-goldens"):
        os.environ["DENSECLI_UPDATE_GOLDENS"] = "1"
