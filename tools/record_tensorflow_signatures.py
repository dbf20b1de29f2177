"""Write src/densecli/read/tensorflow/signatures.py: the parameters of TensorFlow's functions that densecli has a rule for.

python tools/record_tensorflow_signatures.py        needs tensorflow==2.21.0
"""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

import tensorflow as tf

from densecli.read.tensorflow.functions import Function

MODULES = ("", "math", "nn", "image", "linalg", "random", "debugging", "signal")
FILE = ROOT / "src/densecli/read/tensorflow/signatures.py"
HEAD = '''"""The parameters of TensorFlow's functions, so that source may pass them by position (TensorFlow 2.21, then 1.x).

Made by tools/record_tensorflow_signatures.py; not edited by hand.
"""

from __future__ import annotations

_RECORDED = """
'''
TAIL = '''"""
SIGNATURES = {name: names for name, *names in map(str.split, _RECORDED.strip().splitlines())}
'''


def functions():
    """The public functions of today's modules, then of those of TensorFlow 1, by path."""
    for root in (tf, tf.compat.v1):
        for module in MODULES:
            home = getattr(root, module) if module else root
            for name, value in sorted(vars(home).items()):
                if inspect.isfunction(value) and not name.startswith("_"):
                    yield f"{module}.{name}".lstrip("."), value


def main():
    found = {}
    for path, function in functions():
        if path not in found and Function(path, "TFOpLambda").entry() is not None:
            found[path] = " ".join(each for each in inspect.signature(function).parameters if each != "name")
    lines = "".join(f"{path} {names}\n" for path, names in sorted(found.items()))
    FILE.write_text(HEAD + lines + TAIL, encoding="utf-8")


if __name__ == "__main__":
    main()
