"""How many threads a forward pass uses: whole blocks of work side by side, each product on one thread.

A BLAS that splits every product waits for its slowest thread at each of them, and copies, sums and activations between
products leave the other processors idle. Blocks that threads take as they get free do neither (measured on two busy
cores with VGG16: 2.4 times as fast).
"""

from __future__ import annotations

import os
import sys

MOST = 8
"""Each thread gathers windows into memory of its own, and small blocks pack the kernels too often."""

BLAS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS")

count = 1


def share_work() -> None:
    """Let kernels use several threads, and BLAS one; a program says so before numpy is imported, else nothing happens.

    The number is that of OMP_NUM_THREADS (or one of its kind), else that of the processors.
    """
    global count  # noqa: PLW0603
    if "numpy" in sys.modules:
        return
    wished = [int(value) for name in BLAS if (value := os.environ.get(name, "")).isdecimal()]
    count = max(1, min(MOST, wished[0] if wished else processors()))
    os.environ.update(dict.fromkeys(BLAS, "1"))


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
