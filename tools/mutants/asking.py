"""What pytest is asked: which tests come by which point, and whether some tests notice a mutant."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings

from mutants.loading import load_with

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mutants.loading import Change

QUIET = [
    "-q",
    "--no-header",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
]
MEMORY = 4 << 30  # bytes a mutant may take


class Watch:
    """Notes each test that passes: how long it takes, and the points that it reaches."""

    def __init__(self, reached: set[str]) -> None:
        self.reached, self.tests, self.failed = reached, {}, set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.reached.clear()
        start = time.perf_counter()
        result = yield
        self.tests[item.nodeid] = {"seconds": time.perf_counter() - start, "reached": sorted(self.reached)}
        return result

    def pytest_runtest_logreport(self, report):
        if report.outcome != "passed":
            self.failed.add(report.nodeid)

    def passed(self) -> dict[str, Any]:
        return {name: seen for name, seen in self.tests.items() if name not in self.failed}


class Pick:
    """Runs the given tests in the given order. A failing test need not shrink its example."""

    def __init__(self, names: Sequence[str]) -> None:
        self.order = {name: index for index, name in enumerate(names)}

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self):
        settings.register_profile("found", settings.default, phases=[Phase.explicit, Phase.generate])
        settings.load_profile("found")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        items[:] = sorted(
            (each for each in items if each.nodeid in self.order), key=lambda each: self.order[each.nodeid]
        )


def watch(changes: Mapping[str, Change], tests: Sequence[str]) -> dict[str, Any]:
    watched = Watch(load_with(changes))
    pytest.main([*QUIET, *tests], plugins=[watched])
    return watched.passed()


def files_of(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name.split("::")[0] for name in names))


def grouped(names: Sequence[str]) -> list[str]:
    """The same tests, grouped by file, because fixtures live as long as their file."""
    groups = defaultdict(list)
    for name in names:
        groups[files_of([name])[0]].append(name)
    return [name for group in groups.values() for name in group]


def ask(changes: Mapping[str, Change], names: Sequence[str], output: Path, timeout: float) -> str:
    """ "noticed", "timeout" or "survived", from a process of its own; what pytest prints is in the file."""
    child = os.fork()
    if not child:
        _answer(changes, names, output)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "noticed"
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def _answer(changes: Mapping[str, Change], names: Sequence[str], output: Path) -> None:
    code = 70
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        stream = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for number in (1, 2):
            os.dup2(stream, number)
        load_with(changes)
        code = pytest.main([*QUIET, "-x", *files_of(names)], plugins=[Pick(names)])
    finally:
        sys.stdout.flush()
        os._exit(int(code))
