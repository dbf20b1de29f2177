"""Record Keras' results for small kernel calls: tests/kernels/<family>.npz beside <family>.json.

Run with a Python that has Keras 3.15.1, on its torch backend:

    KERAS_BACKEND=torch python tools/record_kernels.py [--wide] [FOLDER]

`--wide` makes many more, larger calls, for a comparison that is not stored.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kernel_calls import attention, convolution, elementwise, initializers, pooling, recurrence

FAMILIES = {
    "conv": convolution.record_conv,
    "depthwise": convolution.record_depthwise,
    "transposed": convolution.record_transposed,
    "pool": pooling.record_pool,
    "resize": pooling.record_resize,
    "recurrent": recurrence.record_recurrent,
    "attention": attention.record_attention,
    "norm": elementwise.record_norm,
    "activations": elementwise.record_activations,
    "initializers": initializers.record_initializers,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent.parent / "tests" / "kernels")
    parser.add_argument("--wide", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, record in FAMILIES.items():
        record(options.wide).save(options.folder, name)


if __name__ == "__main__":
    main()
