"""Regenerate the program output shown in the documentation; `--check` only reports what is out of date.

It writes the output under each `$ densecli …` line of a ```console block in README.md and docs/*.md, the pictures under
`<!-- densecli … -->` lines, the tables between
`<!-- convention: … -->` and `<!-- end -->`, the table of limits in docs/files.md, the reasons in docs/conformance.md, and docs/layers.md and the man page, whole.
The gallery is drawn by tools/draw_gallery.py.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from math import isclose
from pathlib import Path
from unittest import mock

import draw_gallery
import make_man
from densecli.read import limits
from differing import deliberate

SCRATCH = tempfile.TemporaryDirectory(prefix="densecli-")
ROOT = Path(__file__).resolve().parent.parent
LIMITS = re.compile(r"^(<!-- limits: .*-->\n).*?^(<!-- end of limits -->)$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DELIBERATE = re.compile(r"^(<!-- deliberate: .*-->\n).*?^(<!-- end of deliberate -->)$", re.MULTILINE | re.DOTALL)
DIGITS = re.compile(r"-?\d+\.\d{5,}")
ALONE = re.compile(r"densecli (?:'[^']*'|[\w\s./,=+:@-])*")  # a command without shell syntax
PICTURE = re.compile(r"^<!-- (densecli .*) -->\n!\[[^]]*\]\(([^)]+\.svg)\)$", re.MULTILINE)
CONVENTION = re.compile(r"(<!-- convention: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> int:
    check = "--check" in sys.argv[1:]
    stale = {
        path: text for path, text in fresh().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    for path, text in stale.items():
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


def fresh() -> dict[Path, str]:
    """Every page that is generated or has generated blocks, as it should be."""
    return {page: fresh_page(page) for page in pages()} | draw_gallery.fresh()


def pages() -> list[Path]:
    return [
        ROOT / "README.md",
        *sorted((ROOT / "docs").glob("*.md")),
        ROOT / "docs" / "layers.md",
        make_man.PAGE,
        *pictures(),
    ]


def pictures() -> dict[Path, str]:
    """The pictures that pages show, each with the command that draws it."""
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
    return {path.parent / file: command for path, text in texts.items() for command, file in PICTURE.findall(text)}


def fresh_page(page: Path) -> str:
    if page.name == "layers.md":
        from densecli.render.catalogue import markdown

        return markdown()
    if page == make_man.PAGE:
        return make_man.page()
    if page.suffix == ".svg":
        return output(f"$ {pictures()[page]}")
    text = CONVENTION.sub(
        lambda found: f"{found[1]}\n{convention(found[2])}\n{found[3]}", page.read_text(encoding="utf-8")
    )
    text = LIMITS.sub(lambda found: f"{found[1]}{limits.table()}{found[2]}", text)
    text = DELIBERATE.sub(lambda found: f"{found[1]}{reasons()}{found[2]}", text)
    return BLOCK.sub(lambda found: f"```console\n{kept(found[1], session(found[1]))}```", text)


def reasons() -> str:
    """What random comparison with Keras counts as a difference on purpose."""
    return "".join(f"- {reason}\n" for reason in dict.fromkeys(each.reason for each in deliberate.DELIBERATE))


def convention(figure: str) -> str:
    from densecli.render import catalogue

    return catalogue.convention(figure)


def kept(shown: str, fresh: str) -> str:
    """The new text, or the current one if only last digits differ: another NumPy or BLAS adds up in another order."""
    pairs = list(zip(DIGITS.findall(shown), DIGITS.findall(fresh), strict=False))
    alike = DIGITS.split(shown) == DIGITS.split(fresh)
    return shown if alike and all(isclose(float(a), float(b), rel_tol=1e-4) for a, b in pairs) else fresh


def session(text: str) -> str:
    """A block with the commands' real output. A command may go over several lines that start with `> `."""
    commands = re.findall(r"^\$ .*(?:\n> .*)*", text, re.MULTILINE)
    return "".join(f"{command}\n{output(command)}" for command in commands)


def output(command: str) -> str:
    """A command's stdout and stderr, run in the project's folder; its /tmp is private to this process."""
    script = "\n".join(line[2:] for line in command.splitlines()).replace("/tmp/", f"{SCRATCH.name}/")
    env = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "NO_COLOR", "GITHUB_ACTIONS")}
    printed = within(shlex.split(script)[1:], env) if ALONE.fullmatch(script) else in_shell(script, env)
    return printed.replace(f"{SCRATCH.name}/", "/tmp/")


def within(words: list[str], env: dict[str, str]) -> str:
    """A run of densecli in this process, which is far quicker."""
    from densecli.cli import run

    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
    with mock.patch.dict(os.environ, env, clear=True), chdir(ROOT), redirect_stdout(out), redirect_stderr(out):
        run(words)
    out.seek(0)
    return out.read()


def in_shell(script: str, env: dict[str, str]) -> str:
    env |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}",
        "PYTHONIOENCODING": "utf-8",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.stdout.decode()


if __name__ == "__main__":
    sys.exit(main())
