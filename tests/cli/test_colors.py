"""Colors on a terminal: the same text, with escape codes of our own only."""

from __future__ import annotations

import re

import pytest

from densecli.cli.painting import color_option
from densecli.text import duration
from support.hostile import HOSTILE
from support.program import here

ESCAPE = re.compile(r"\x1b\[[\d;]*m")
CASES = [
    ("Dense(16)@(3,2) -> Desne(4)",),
    ("Conv2D(8, 7, name=stem)@(5,5,3) -> Flatten -> Dense(10)",),
    ("Dense(4)@(3,)", "--bach", "2"),
    ("no/such/file.yaml",),
    ("Dense(4)@(3,)", "--sort", "figures"),
    ("check", "Dense(4)@(3,) -> Lambda(f)", "--max-params", "1", "--forbid", "Dense", "--strict"),
    ("check", "Dense(4)@(3,)", "--max-params", "99"),
    ("check", "Dense(4)@(3,)", "--assert", "totals.params < 3"),
    ("check", "Dense(4)@(3,)", "--assert", "totals.params <"),
    ("check", "Dense(4)@(3,)", "--max-params", "1", "-q"),
    ("check", "Desne(4)@(3,)", "-f", "json"),
    ("memory", "Dense(4)@(3,)", "--budget", "1"),
]


@pytest.mark.parametrize("words", CASES, ids=" ".join)
def test_color_changes_no_letter(words):
    plain, colored = here(*words), here(*words, env={"FORCE_COLOR": "1"})
    assert (colored.returncode, plain.returncode) == (plain.returncode, colored.returncode)
    for one, other in ((plain.stdout, colored.stdout), (plain.stderr, colored.stderr)):
        assert ESCAPE.sub("", other) == one
        assert "\x1b" not in one


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (
            CASES[0],
            ["\x1b[1;31merror[E304]:\x1b[0m", "\x1b[1;34m -->\x1b[0m", "\x1b[1;31m^^^^^", "\x1b[1;36m  help:\x1b[0m"],
        ),
        (CASES[2], ["\x1b[1;31merror:\x1b[0m", "\x1b[1;36m  help:\x1b[0m", "\x1b[2m  usage:\x1b[0m"]),
        (CASES[5], ["\x1b[1;31mC103\x1b[0m", "\x1b[1m<argument>"]),
        (CASES[6], ["\x1b[1;32mAll checks passed"]),
    ],
)
def test_what_is_in_color(words, parts):
    done = here(*words, env={"FORCE_COLOR": "1"})
    for part in parts:
        assert part in done.stdout + done.stderr


@pytest.mark.parametrize("words", CASES, ids=" ".join)
def test_no_color_where_it_is_not_wanted(words):
    for env in ({}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, {"FORCE_COLOR": "0"}):
        done = here(*words, env=env)
        assert "\x1b" not in done.stdout + done.stderr
    never = here(*words, "--color", "never", env={"FORCE_COLOR": "1"}).stderr
    assert "\x1b" not in never


@pytest.mark.parametrize("form", ["json", "ndjson", "github", "gitlab", "sarif", "junit", "markdown"])
def test_findings_for_programs_have_no_color(form):
    assert "\x1b" not in here("check", "Dense(4)@(3,)", "--max-params", "1", "-f", form, "--color", "always").stdout


def test_files_have_no_color(tmp_path):
    path = tmp_path / "out.txt"
    here("check", "Dense(4)@(3,)", "--max-params", "1", "-o", path)
    assert "\x1b" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_hostile_text_brings_no_escape_codes(name):
    text = "Dense(4, name='" + name.replace("\\", "\\\\").replace("'", "\\'") + "')@(3,)"
    done = here("check", text, "--max-params", "1", "--forbid", "Dense", env={"FORCE_COLOR": "1"})
    assert "\x1b" not in ESCAPE.sub("", done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], "auto"),
        (["x", "--color", "never"], "never"),
        (["--color=always"], "always"),
        (["--color", "blue"], "auto"),
        (["--color"], "auto"),
    ],
)
def test_messages_follow_the_option(words, found):
    assert color_option(words) == found


# -- times ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0000123, "0.0123 ms"),
        (0.00456, "4.56 ms"),
        (0.0994, "99.4 ms"),
        (0.0996, "100 ms"),
        (0.25, "250 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (4.56, "4.6 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (83.2, "1 min 23 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h"),
        (7500, "2 h 5 min"),
        (360000, "100 h"),
    ],
)
def test_times_read_as_people_say_them(seconds, said):
    assert duration(seconds) == said
