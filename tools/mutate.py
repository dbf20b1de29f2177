"""How strong the tests are: small changes to the code, drawn with a seed, and which of them the tests notice.

    python tools/mutate.py draw JOURNAL --seed 1 --count 360     draws the changes
    python tools/mutate.py reach JOURNAL tests                   which test reaches which; again for tests that are new
    python tools/mutate.py ask JOURNAL                           asks for each change the tests that reach it; goes on where it stopped
    python tools/mutate.py ask JOURNAL --again                   asks once more about those that survived
    python tools/mutate.py show JOURNAL                          figures by area, and each survivor

JOURNAL is a folder. A change is noticed when a test fails or takes too long. The tests of a change run in one process: those
of the folder that mirrors its room first, then the fastest. A test that starts densecli as another process sees no change.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests")]

from mutants.asking import ask, grouped, watch
from mutants.loading import mutant, probes
from mutants.points import points

AREAS = {  # the first folder that a file is in
    "read/python": ["read/python"],
    "read/keras": ["read/keras", "read/tensorflow"],
    "read, other": ["read"],
    "graph": ["graph"],
    "check": ["check"],
    "memory": ["memory"],
    "convert": ["render/convert"],
}
SECONDS = 30.0  # of tests, as long as they took unchanged, that are asked about one change
PATIENCE = 60.0, 4.0  # seconds, and times as long as the tests took, until a change is too slow


# -- draw ---------------------------------------------------------------------------------
def area_of(path: Path) -> str | None:
    room = path.relative_to(SOURCE / "densecli").as_posix()
    return next((area for area, rooms in AREAS.items() if room.startswith(tuple(f"{one}/" for one in rooms))), None)


def code_lines(path: Path) -> int:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return sum(bool(line) and not line.startswith("#") for line in lines)


def draw(seed: int, count: int) -> list[dict]:
    """Draw changes in proportion to the lines of each area: first a statement, then a kind of change, then one of that kind."""
    random, areas = Random(seed), defaultdict(list)
    for path in sorted((SOURCE / "densecli").rglob("*.py")):
        areas[area_of(path)].append(path)
    del areas[None]
    lines = {area: sum(map(code_lines, paths)) for area, paths in areas.items()}
    drawn = []
    for area in AREAS:
        statements = [each for path in areas[area] for each in _statements(path)]
        for path, found in random.sample(statements, round(count * lines[area] / sum(lines.values()))):
            kind = random.choice(sorted({point.kind for _, point in found}))
            index, point = random.choice([one for one in found if one[1].kind == kind])
            drawn.append(_described(f"{len(drawn):03}", area, path, index, point))
    return drawn


def _statements(path: Path):
    groups = defaultdict(list)
    for index, point in enumerate(points(ast.parse(path.read_bytes()))):
        groups[id(point.scope)].append((index, point))
    return [(path, found) for found in groups.values()]


def _described(name: str, area: str, path: Path, index: int, point) -> dict:
    tree = ast.parse(path.read_bytes())
    before = ast.unparse(tree).splitlines()
    points(tree)[index].apply()
    after = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
    change = [
        line for line in difflib.unified_diff(before, after, n=0, lineterm="") if line[:2] not in ("--", "++", "@@")
    ]
    module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    where = {"path": path.relative_to(ROOT).as_posix(), "line": _line(point.node)}
    return {
        "name": name,
        "area": area,
        "module": module,
        **where,
        "index": index,
        "inside": point.inside,
        "kind": point.kind,
        "change": change,
    }


def _line(node: ast.AST) -> int:
    return next(each.lineno for each in ast.walk(node) if hasattr(each, "lineno"))


# -- reach --------------------------------------------------------------------------------
def reach(changes: list[dict], tests: list[str]) -> dict:
    modules = defaultdict(list)
    for each in changes:
        modules[each["module"]].append(each)
    probed = {
        module: probes([each["index"] for each in found], [each["name"] for each in found])
        for module, found in modules.items()
    }
    return watch(probed, tests)


def chosen(change: dict, tests: dict) -> list[str]:
    """The tests to run, up to a time limit; for a table in a module without functions, those of the folder that mirrors it."""
    room = Path(change["path"]).relative_to("src/densecli").parent
    folders = tuple(f"tests/{one.as_posix()}/" for one in (room, *room.parents[:-1]))
    found = [name for name, seen in tests.items() if change["name"] in seen["reached"]]
    if not found and not change["inside"]:
        found = [name for name in tests if name.startswith(folders)]
    found.sort(key=lambda name: (not name.startswith(folders[0]), tests[name]["seconds"]))
    names, left = [], SECONDS
    for name in found:
        left -= tests[name]["seconds"]
        if left > 0:
            names.append(name)
    return grouped(names)


# -- the command --------------------------------------------------------------------------
class Journal:
    """A folder: the changes, what the tests reach, and an answer a line."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.answers = folder, folder / "answers.jsonl"

    def read(self, name: str, otherwise):
        path = self.folder / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else otherwise

    def write(self, name: str, value) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(value, indent=1), encoding="utf-8")

    def verdicts(self) -> dict[str, dict]:
        lines = self.answers.read_text(encoding="utf-8").splitlines() if self.answers.exists() else []
        return {each["name"]: each for each in map(json.loads, lines)}

    def add(self, answer: dict) -> None:
        with self.answers.open("a", encoding="utf-8") as file:
            file.write(json.dumps(answer) + "\n")


def ask_all(journal: Journal, again: bool, only: list[str]) -> None:
    tests, known = journal.read("tests", {}), journal.verdicts()
    for change in journal.read("changes", []):
        name = change["name"]
        if (name in known and not (again and known[name]["verdict"] == "survived")) or (only and name not in only):
            continue
        names, start, output = chosen(change, tests), time.monotonic(), journal.folder / f"{name}.txt"
        patience = PATIENCE[0] + PATIENCE[1] * sum(tests[one]["seconds"] for one in names)
        changed = {change["module"]: mutant(change["index"])}
        verdict = ask(changed, names, output, patience) if names else "survived"
        seconds = round(time.monotonic() - start, 1)
        journal.add({"name": name, "verdict": verdict, "tests": len(names), "seconds": seconds})
        print(name, verdict, len(names), seconds, f"{change['path']}:{change['line']}", change["kind"], flush=True)


def show(journal: Journal) -> None:
    changes, known = journal.read("changes", []), journal.verdicts()
    for change in changes:
        if known.get(change["name"], {}).get("verdict") == "survived":
            print(
                f"{change['name']} {change['path']}:{change['line']} {change['kind']}", *change["change"], sep="\n    "
            )
    for area in [*AREAS, None]:
        found = Counter(
            known[one["name"]]["verdict"] for one in changes if one["name"] in known and area in (one["area"], None)
        )
        asked = sum(found.values())
        if asked:
            print(
                f"{area or 'all'}: {asked} asked, {asked - found['survived']} noticed, {1 - found['survived'] / asked:.1%}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["draw", "reach", "ask", "show"])
    parser.add_argument("journal", type=Path)
    parser.add_argument("names", nargs="*", help="reach: files of tests; ask: changes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=360)
    parser.add_argument("--again", action="store_true")
    given = parser.parse_args()
    journal = Journal(given.journal)
    if given.verb == "draw":
        journal.write("changes", draw(given.seed, given.count))
    elif given.verb == "reach":
        journal.write("tests", journal.read("tests", {}) | reach(journal.read("changes", []), given.names or ["tests"]))
    elif given.verb == "ask":
        ask_all(journal, given.again, given.names)
    else:
        show(journal)


if __name__ == "__main__":
    main()
