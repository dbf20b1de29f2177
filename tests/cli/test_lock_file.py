"""Several runs that update one lock file: each adds its models or reports that it could not."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from densecli.cli import lock_file, output
from support.program import BASE, outcome

MODELS = [f"m{units}.dsl" for units in range(1, 9)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for units, name in enumerate(MODELS, 1):
        (tmp_path / name).write_text(f"Dense({units})@(3,)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def locked(folder):
    return sorted(json.loads((folder / "x.lock").read_text(encoding="utf-8"))["models"])


def test_updates_at_the_same_time_lose_nothing(folder):
    command = [sys.executable, "-m", "densecli", "check", "--lock", "x.lock", "--update-lock", "--quiet"]
    runs = [subprocess.Popen([*command, name], env=BASE, stderr=subprocess.PIPE) for name in MODELS]
    said = [(run.communicate()[1], run.returncode) for run in runs]
    assert said == [(b"", 0)] * len(MODELS)
    assert locked(folder) == MODELS
    assert {path.name for path in folder.iterdir()} == {*MODELS, "x.lock"}


def test_what_another_run_wrote_in_between_stays(folder, monkeypatch):
    """The lock file is read again at the end, by whoever is alone with it."""
    real = lock_file.update

    def late(path, found):
        monkeypatch.setattr(lock_file, "update", real)
        assert outcome("check", "m2.dsl", "--lock", "x.lock", "--update-lock")[0] == 0
        return real(path, found)

    monkeypatch.setattr(lock_file, "update", late)
    code, _, err = outcome("check", "m1.dsl", "--lock", "x.lock", "--update-lock")
    assert (code, "x.lock: 2 models, 1 added" in err) == (0, True)
    assert locked(folder) == ["m1.dsl", "m2.dsl"]


def test_whoever_cannot_be_alone_fails_and_changes_nothing(folder, monkeypatch):
    assert outcome("check", "m1.dsl", "--lock", "x.lock", "--update-lock")[0] == 0
    waited = []
    monkeypatch.setattr(output.time, "sleep", waited.append)
    (folder / "x.lock.updating").touch()
    code, out, err = outcome("check", "m2.dsl", "--lock", "x.lock", "--update-lock")
    assert (code, out, len(waited)) == (2, "", output.PATIENCE)
    assert err.startswith("error[E603]: another run is updating 'x.lock'\n  help: if none is running, remove ")
    assert locked(folder) == ["m1.dsl"]
    assert (folder / "x.lock.updating").exists()


def test_whoever_waits_goes_on_when_the_other_is_done(folder, monkeypatch):
    guard = folder / "x.lock.updating"
    guard.touch()
    monkeypatch.setattr(output.time, "sleep", lambda _: guard.unlink())
    assert outcome("check", "m2.dsl", "--lock", "x.lock", "--update-lock")[0] == 0
    assert locked(folder) == ["m2.dsl"]


@pytest.mark.parametrize("place", ["densecli.check.compare.lock:write", "os:replace"])
def test_nothing_is_left_behind_where_an_update_ends_early(folder, place):
    """SIGTERM while the file is made, and while it is written."""
    module, _, name = place.partition(":")
    probe = (
        f"import importlib, os, signal, sys\nmodule = importlib.import_module('{module}')\n"
        f"module.{name} = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        "from densecli.cli import run\nsys.exit(run(['check', 'm1.dsl', '--lock', 'x.lock', '--update-lock']))"
    )
    done = subprocess.run([sys.executable, "-c", probe], env=BASE, capture_output=True, check=False)
    assert done.returncode == -signal.SIGTERM
    assert {path.name for path in folder.iterdir()} == {*MODELS}


def test_a_folder_that_is_not_there_is_told(folder):
    code, _, err = outcome("check", "m1.dsl", "--lock", "gone/x.lock", "--update-lock")
    assert (code, err) == (2, "error[E603]: cannot write 'gone/x.lock': No such file or directory\n")
