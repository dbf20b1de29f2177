"""Tasks for maintainers: `nox -l` lists them, `nox -s NAME` runs one.

A fresh machine needs Python and `pip install nox`; uv, where it is installed, makes environments faster.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

PYTHONS = ["3.11", "3.12", "3.13"]
LOWEST = "constraints/lowest.txt"
DIST = Path("dist")
NUMPY = "numpy==2.4.6"  # whose types mypy reads: like the linters, they say other things with each release

nox.options.sessions = ["tests", "lint", "build"]
nox.options.default_venv_backend = "uv|venv"


@nox.session(python=PYTHONS)
@nox.parametrize("versions", ["newest", "lowest"])
def tests(session: nox.Session, versions: str) -> None:
    """The suite on a Python, with the newest or the lowest versions of everything; more arguments go to pytest."""
    session.install(".[test]", *(["-c", LOWEST] if versions == "lowest" else []))
    session.run("python", "-m", "pytest", "-n", "auto", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Format, rules, types, generated files, workflows; `nox -s lint -- --fix` fixes what it can."""
    session.install("-e", ".[dev]", NUMPY)
    fix = "--fix" in session.posargs
    session.run("ruff", "format", *([] if fix else ["--check"]), ".")
    session.run("ruff", "check", *(["--fix"] if fix else []), ".")
    session.run("mypy")
    session.run("python", "tools/generate_docs.py", *([] if fix else ["--check"]))
    session.run("zizmor", "--offline", "--quiet", "--persona", "pedantic", ".github", "action.yml")
    workflows = sorted(map(str, Path(".github/workflows").iterdir()))
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    session.run("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")


@nox.session
def build(session: nox.Session) -> None:
    """The archives for a package index, checked, and the wheel tried in an empty environment."""
    shutil.rmtree(DIST, ignore_errors=True)
    session.install("build", "twine")
    session.run("python", "-m", "build")
    archives = sorted(map(str, DIST.iterdir()))
    session.run("twine", "check", "--strict", *archives)
    session.install("--force-reinstall", next(name for name in archives if name.endswith(".whl")))
    session.run("densecli", "Dense(16)@(3,2) -> Flatten -> Dense(4)")


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Upload the version in src/densecli/__init__.py and tag it: `nox -s release`, from a clean main with its notes in CHANGELOG.md."""
    version = session.run(
        "python", "-c", "import runpy; print(runpy.run_path('src/densecli/__init__.py')['__version__'])", silent=True
    ).strip()
    if "/OWNER/" in Path("pyproject.toml").read_text(encoding="utf-8"):
        session.error("pyproject.toml still has OWNER in the urls of the project")
    if session.run("git", "status", "--porcelain", external=True, silent=True):
        session.error("there are changes that are not committed")
    if f"## {version}\n" not in Path("CHANGELOG.md").read_text(encoding="utf-8"):
        session.error(f"CHANGELOG.md has no section '## {version}'")
    build(session)
    session.run("git", "tag", "-a", f"v{version}", "-m", f"densecli {version}", external=True)
    session.run("twine", "upload", *map(str, sorted(DIST.iterdir())))
    session.log(f"densecli {version} is out; now `git push origin main v{version}`")


@nox.session(default=False)
def mutants(session: nox.Session) -> None:
    """Change the code a little in many places, and see whether the tests notice; `-- --seed 2 --count 100` is another sample."""
    session.install("-e", ".[test]")
    journal = session.create_tmp()
    for verb, *arguments in (["draw", *session.posargs], ["reach"], ["ask"], ["show"]):
        session.run("python", "tools/mutate.py", verb, journal, *arguments)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Regenerate the program output shown in the documentation."""
    session.install("-e", ".[dev]")
    session.run("python", "tools/generate_docs.py")
