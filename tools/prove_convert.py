"""Prove conversions with Keras: models from our configs and our code must match densecli's report.

    KERAS_BACKEND=torch python tools/prove_convert.py --seed 1 --count 300

Needs the environment of tools/record_keras.py and PyYAML; densecli is imported from src. It checks the examples, the
recorded models of tests/fixtures (nested, shared, frozen, each function of keras.ops, ResNet50 and its kind) and random
models. Each goes through `--to keras` and `--to python`; Keras loads the one and runs the other. The
output of `--to dsl`, `yaml`, `json` and `keras` is read back, too, and must give the same report; models that a form
cannot express are counted by reason.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import traceback
import warnings
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "tools")]

import keras

from densecli.errors import DenseError, OutputError, Source, SpecErrors
from densecli.read.keras.model import read_config
from densecli.read.spec.document import read_spec
from densecli.read.specs import Spec, read
from densecli.read.stack.reader import read_stack
from densecli.render.convert import dsl as to_dsl
from densecli.render.convert import keras_config, python, spec
from densecli.render.json import as_record
from densecli.summary.infer import infer
from differing.facts import compare
from differing.random_models import draw_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIXTURES = ROOT / "tests" / "fixtures"
Difference = tuple[str, Any, Any]


def source(text: str) -> Source:
    return Source("converted", text)


BACK: dict[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "dsl": (to_dsl.render, lambda text: read_stack(source(text))),
    "yaml": (spec.render_yaml, lambda text: read_spec(source(text))),
    "json": (spec.render_json, lambda text: read_spec(source(text))),
    "keras": (keras_config.render, lambda text: read_config(json.loads(text), source(text))),
}


def run_code(text: str) -> Any:
    scope: dict[str, Any] = {}
    exec(text, scope)
    return scope["model"]


ASKED: dict[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "keras": (keras_config.render, lambda text: keras.models.model_from_json(text)),
    "python": (python.render, run_code),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300, help="random models")
    options = parser.parse_args()
    tally: Counter[str] = Counter()
    for name, made in [*recorded(), *drawn(options.seed, options.count)]:
        graph = made()
        if graph is None:
            continue
        try:
            infer(graph)
        except SpecErrors as error:
            tally["not understood"] += 1
            print(f"{name}: {error}")
            continue
        tally["models"] += 1
        for form, found in (*asked(graph, tally), *read_back(graph, tally)):
            for what, theirs, ours in found:
                tally["DIFFERENCES"] += 1
                print(f"{name}, {form}: {what}\n  there: {str(theirs)[:600]}\n  here:  {str(ours)[:600]}", flush=True)
    print(f"Keras {keras.__version__}: " + ", ".join(f"{count:,} {what}" for what, count in sorted(tally.items())))
    return int(tally["DIFFERENCES"] > 0)


def recorded() -> Iterator[tuple[str, Callable[[], Any]]]:
    for path in sorted((ROOT / "examples" / "specs").iterdir()):
        yield path.name, lambda path=path: read(Spec(str(path)))
    models = json.loads(gzip.decompress((FIXTURES / "models.json.gz").read_bytes()))
    models += json.loads(gzip.decompress((FIXTURES / "operations.json.gz").read_bytes()))
    models += [
        {"id": path.name} | json.loads(gzip.decompress(path.read_bytes()))
        for path in sorted((FIXTURES / "applications").iterdir())
    ]
    for record in models:
        yield record["id"], lambda record=record: read_config(record["config"], source(""))


def drawn(seed: int, count: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    for index in range(count):
        yield f"seed {seed}, model {index}", lambda index=index: draw(Random(f"{seed}/{index}"))


def draw(random: Random) -> Any:
    """A random model as densecli reads it; None where Keras cannot read its own config back."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text = draw_model(random).to_json()
            keras.models.model_from_json(text)
        except Exception:  # noqa: BLE001  # Keras' answer
            return None
    return read_config(json.loads(text), source(""))


def asked(graph: Any, tally: Counter[str]) -> Iterator[tuple[str, list[Difference]]]:
    """Compare what Keras builds from the texts with our report."""
    for form, (write, load) in ASKED.items():
        try:
            text = write(graph)
        except OutputError as error:
            tally[f"refused by {form}: {error.message.split()[1]}"] += 1
            continue
        keras.utils.clear_session(free_memory=False)
        tally[f"loaded {form}"] += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield form, list(compare(load(text), lambda: graph, in_order=form == "keras"))
            except Exception as error:  # noqa: BLE001  # Keras' answer
                yield form, [("refused by Keras", "".join(traceback.format_exception_only(error)), text)]


def read_back(graph: Any, tally: Counter[str]) -> Iterator[tuple[str, list[Difference]]]:
    own = {key: value for key, value in as_record(infer(graph)).items() if key != "source"}
    for form, (write, load) in BACK.items():
        try:
            text = write(graph)
        except OutputError:
            tally[f"not said in {form}"] += 1
            continue
        tally[f"read back {form}"] += 1
        try:
            back = {key: value for key, value in as_record(infer(load(text))).items() if key != "source"}
        except (DenseError, SpecErrors) as error:
            yield f"{form} read back", [("refused by densecli", str(error), text)]
            continue
        if form == "dsl" and own["type"] == "Functional" and back["type"] == "Sequential":
            tally["chains that the DSL reads back as a Sequential"] += 1
            continue
        if form == "dsl":  # it has no name for a model
            back["name"] = own["name"]
        different = [key for key in own if own[key] != back.get(key)]
        yield f"{form} read back", [(key, back.get(key), own[key]) for key in different]


if __name__ == "__main__":
    sys.exit(main())
