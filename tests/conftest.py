"""Options of the test run."""

from __future__ import annotations

import os


def pytest_addoption(parser):
    parser.addoption("--update-goldens", action="store_true", help="write the golden files anew; read the diff")


def pytest_configure(config):
    if config.getoption("--update-goldens"):
        os.environ["DENSECLI_UPDATE_GOLDENS"] = "1"
