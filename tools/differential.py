"""Generate random layers and models, ask Keras and densecli about each, and print every disagreement.

    KERAS_BACKEND=torch python tools/differential.py --seed 1 --count 5000 [--only layers|models|files|sources] [--run]
    KERAS_BACKEND=torch python tools/differential.py --seed 1 --index 17          one case again, in full

Needs the environment of tools/record_keras.py; densecli is imported from src, for which NumPy is enough. Every case is
drawn from its seed and index alone, so that one command repeats it. With KERAS_BACKEND=tensorflow the layers are asked
that Keras computes with TensorFlow's string operations. Deliberate differences (tools/differing/deliberate.py) are counted
by their reason and are no failure.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")
ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "tools")]

from differing import layers, models
from differing.deliberate import Difference, reason_for


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    places = [options.index] if options.index is not None else range(options.count)
    tally: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for index in places:
        for difference in ask(options, index, tally):
            reason = reason_for(difference)
            if reason is None:
                tally["disagreements"] += 1
                show(options, index, difference)
            else:
                reasons[reason] += 1
    print(", ".join(f"{count:,} {what}" for what, count in tally.items()))
    for reason, count in reasons.most_common():
        print(f"  {count:,} times on purpose: {reason}")
    return int(tally["disagreements"] > 0)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--index", type=int, help="only this case")
    parser.add_argument("--only", choices=("layers", "models", "files", "sources"))
    parser.add_argument("--run", action="store_true", help="compare the values of the forward pass too")
    return parser.parse_args(arguments)


def ask(options: argparse.Namespace, index: int, tally: Counter[str]) -> list[Difference]:
    random = Random(f"{options.seed}/{index}")
    kind = options.only or random.choices(("layers", "models", "files"), (80, 17, 3))[0]
    if kind == "sources":
        return ask_source(options, random, tally)
    return ask_layer(options, random, tally) if kind == "layers" else ask_model(options, random, kind, tally)


def ask_source(options: argparse.Namespace, random: Random, tally: Counter[str]) -> list[Difference]:
    from differing import sources

    text, found = sources.disagreements(random, tally)
    made = [Difference("Source", {}, *each) for each in found]
    if options.index is not None or any(reason_for(each) is None for each in made):
        print(text)
    return made


def ask_model(options: argparse.Namespace, random: Random, kind: str, tally: Counter[str]) -> list[Difference]:
    document, found = models.disagreements(random, kind, tally, values=options.run)
    if options.index is not None:
        print(json.dumps(document))
    return [Difference("Model", {}, *each) for each in found]


def ask_layer(options: argparse.Namespace, random: Random, tally: Counter[str]) -> list[Difference]:
    case = layers.draw_case(random)
    tally["layers"] += 1
    try:
        found = layers.disagreements(case, options.run, tally)
    except Exception as error:  # a crash is a finding like any other
        found = [("crash", "", f"{type(error).__name__}: {error}")]
        if options.index is not None:
            raise
    if options.index is not None or any(
        reason_for(Difference(case.layer, case.config, *each)) is None for each in found
    ):
        print(f"{case.layer} {case.as_record()}")
    return [Difference(case.layer, case.config, *each) for each in found]


def show(options: argparse.Namespace, index: int, it: Difference) -> None:
    print(f"  {it.fact}\n    keras:    {short(it.theirs)}\n    densecli: {short(it.ours)}")
    run = (" --run" if options.run else "") + (f" --only {options.only}" if options.only else "")
    print(f"    again: python tools/differential.py --seed {options.seed} --index {index}{run}", flush=True)


def short(value: Any) -> str:
    text = str(value).replace("\n", " ")
    return text if len(text) < 400 else f"{text[:400]}…"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
