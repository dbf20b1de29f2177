"""Speed of the kernels: GFLOP/s or GB/s for typical shapes, compared with the machine's own matrix product and copy.

    python bench/kernels.py [--beside PYTHON] [--only WORD]

`--beside` names a Python that has torch; its times for the convolutions are printed in a further column. Arrays are
float32, batch 1. Each figure is the best of several runs: the kernel's potential, not that of a busy machine.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from densecli import kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUNS = 9
RNG = np.random.default_rng(1)

# (side, channels, filters, size, stride) of convolutions in VGG16, ResNet50 and InceptionV3
CONVS = [
    (224, 3, 64, (3, 3), 1),
    (224, 64, 64, (3, 3), 1),
    (112, 128, 128, (3, 3), 1),
    (56, 256, 256, (3, 3), 1),
    (28, 512, 512, (3, 3), 1),
    (14, 512, 512, (3, 3), 1),
    (224, 3, 64, (7, 7), 2),
    (56, 64, 64, (3, 3), 1),
    (14, 256, 256, (3, 3), 1),
    (56, 64, 256, (1, 1), 1),
    (56, 256, 512, (1, 1), 2),
    (7, 2048, 512, (1, 1), 1),
    (35, 48, 64, (5, 5), 1),
    (17, 192, 192, (1, 7), 1),
]
# (side, channels, size, stride) of depthwise convolutions in MobileNetV2 and EfficientNetB0
DEPTHWISE = [
    (112, 32, (3, 3), 1),
    (112, 96, (3, 3), 2),
    (28, 192, (3, 3), 1),
    (14, 480, (5, 5), 1),
    (7, 1152, (5, 5), 1),
]

IN_TORCH = """
import json, sys, time, torch
torch.set_grad_enabled(False)
for side, channels, filters, size, stride, groups in json.load(sys.stdin):
    x = torch.randn(1, channels, side, side).contiguous(memory_format=torch.channels_last)
    kernel = torch.randn(filters, channels // groups, *size)
    pads = [n // 2 for n in size]
    best = 1e9
    for _ in range(9):
        start = time.perf_counter()
        torch.nn.functional.conv2d(x, kernel, stride=stride, padding=pads, groups=groups)
        best = min(best, time.perf_counter() - start)
    print(best)
"""


def draw(*shape: int) -> Any:
    return RNG.standard_normal(shape, np.float32)


def seconds(call: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def machine() -> tuple[float, float]:
    """GFLOP/s of a large matrix product, GB/s (read and written) of a large copy."""
    a = draw(2048, 2048)
    product, x = np.empty_like(a), draw(1 << 24)
    copy = np.empty_like(x)
    flops = 2 * 2048**3 / seconds(lambda: np.matmul(a, a, out=product)) / 1e9
    return flops, 2 * x.nbytes / seconds(lambda: np.copyto(copy, x)) / 1e9


def convolutions() -> Iterator[tuple[str, float, Callable[[], object]]]:
    for side, channels, filters, size, stride in CONVS:
        x, kernel = draw(1, side, side, channels), draw(*size, channels, filters)
        options = {"strides": (stride, stride), "padding": "same", "dilation": (1, 1)}
        work = 2 * math.ceil(side / stride) ** 2 * kernel.size / 1e9
        name = f"conv {side}x{side}x{channels} {size[0]}x{size[1]}/{stride} -> {filters}"
        yield name, work, lambda x=x, k=kernel, o=options: kernels.conv(x, k, **o)
    for side, channels, size, stride in DEPTHWISE:
        x, kernel = draw(1, side, side, channels), draw(*size, channels, 1)
        options = {"strides": (stride, stride), "padding": "same", "dilation": (1, 1)}
        work = 2 * math.ceil(side / stride) ** 2 * kernel.size / 1e9
        name = f"depthwise {side}x{side}x{channels} {size[0]}x{size[1]}/{stride}"
        yield name, work, lambda x=x, k=kernel, o=options: kernels.depthwise_conv(x, k, **o)


def products() -> Iterator[tuple[str, float, Callable[[], object]]]:
    for batch, units in ((1, 128), (1, 256), (32, 128)):
        x = draw(batch, 200, units)
        for name, gates in (("lstm", 4), ("gru", 3)):
            bias = draw(2, gates * units) if name == "gru" else draw(gates * units)
            weights = kernels.Weights(draw(units, gates * units) / 9, draw(units, gates * units) / 9, bias)
            work = 4 * batch * 200 * units * units * gates / 1e9
            yield f"{name} {batch}x200x{units}", work, lambda n=name, x=x, w=weights: getattr(kernels, n)(x, w)
    for steps in (128, 512):
        q = draw(1, steps, 8, 64)
        work = 4 * 8 * steps * steps * 64 / 1e9
        yield f"attention {steps} steps, 8 heads of 64", work, lambda q=q: kernels.scaled_dot_product_attention(q, q, q)


def passes() -> Iterator[tuple[str, float, Callable[[], object]]]:
    x, moments = draw(1, 112, 112, 96), abs(draw(4, 96))
    moved = 2 * x.nbytes / 1e9
    for name in ("relu", "sigmoid", "silu", "tanh", "gelu", "softmax"):
        yield f"{name} 112x112x96", moved, lambda f=kernels.ACTIVATIONS[name]: f(x)
    yield "batch_norm 112x112x96", moved, lambda: kernels.batch_norm(x, *moments)
    yield "layer_norm 112x112x96", moved, lambda: kernels.layer_norm(x, moments[0], moments[1])
    for pool in (kernels.max_pool, kernels.average_pool):
        options = {"pool_size": (3, 3), "strides": (2, 2), "padding": "same"}
        yield f"{pool.__name__} 112x112x96 3x3/2", 1.25 * x.nbytes / 1e9, lambda f=pool, o=options: f(x, **o)


def torch_seconds(python: str) -> list[float]:
    asked = [(*each, 1) for each in CONVS] + [(s, c, c, size, stride, c) for s, c, size, stride in DEPTHWISE]
    answer = subprocess.run(
        [python, "-c", IN_TORCH], input=json.dumps(asked), text=True, capture_output=True, check=True, encoding="utf-8"
    )
    return [float(line) for line in answer.stdout.split()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", metavar="PYTHON")
    parser.add_argument("--only", default="", metavar="WORD")
    options = parser.parse_args()
    flops, bandwidth = machine()
    print(f"{'machine':44} {flops:8.0f} GFLOP/s {bandwidth:6.1f} GB/s")
    beside = torch_seconds(options.beside) if options.beside else []
    for place, (name, work, call) in enumerate(convolutions()):
        if options.only in name:
            spent = seconds(call)
            torch = f"   torch {beside[place] * 1e3:8.2f} ms" if beside else ""
            print(f"{name:44} {work / spent:8.0f} GFLOP/s {spent * 1e3:8.2f} ms{torch}")
    for name, work, call in products():
        if options.only in name:
            spent = seconds(call)
            print(f"{name:44} {work / spent:8.0f} GFLOP/s {spent * 1e3:8.2f} ms")
    for name, moved, call in passes():
        if options.only in name:
            spent = seconds(call)
            print(f"{name:44} {moved / spent:8.1f} GB/s    {spent * 1e3:8.2f} ms")


if __name__ == "__main__":
    main()
