"""Blocks of work on several threads: the same numbers, no deadlock, no lost error, no warning."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from densecli import kernels, threads
from densecli.kernels import workers

RANDOM = np.random.default_rng(7)
IMAGES = RANDOM.standard_normal((2, 60, 50, 32), "float32")
WINDOW = {"strides": (2, 1), "padding": "same"}
CALLS = {
    "conv": lambda: kernels.conv(IMAGES, KERNELS[0], dilation=(1, 1), bias=KERNELS[0][0, 0, 0], **WINDOW),
    "pointwise": lambda: kernels.conv(IMAGES, KERNELS[1], strides=(1, 1), padding="same", dilation=(1, 1)),
    "groups": lambda: kernels.conv(IMAGES, KERNELS[2], dilation=(1, 1), groups=4, **WINDOW),
    "depthwise": lambda: kernels.depthwise_conv(IMAGES, KERNELS[3], dilation=(1, 1), **WINDOW),
    "max_pool": lambda: kernels.max_pool(IMAGES, pool_size=(3, 2), **WINDOW),
    "average_pool": lambda: kernels.average_pool(IMAGES, pool_size=(3, 2), **WINDOW),
    "dense, many rows": lambda: kernels.dense(IMAGES, KERNELS[1][0, 0], activation=kernels.softmax),
    "dense, one row": lambda: kernels.dense(IMAGES.reshape(1, -1)[:, :4000], KERNELS[4], activation=kernels.softmax),
    "attention": lambda: kernels.scaled_dot_product_attention(*(IMAGES.reshape(2, 400, 10, 24) for _ in "qkv")),
    "recurrent": lambda: kernels.simple_rnn(IMAGES.reshape(2, -1, 100), kernels.Weights(*KERNELS[5:7]))[0],
    "deep convolution": lambda: kernels.conv(IMAGES[:, :9, :9], KERNELS[7], dilation=(1, 1), **WINDOW),
}
KERNELS = [
    RANDOM.standard_normal(shape, "float32")
    for shape in (
        (3, 3, 32, 40),
        (1, 1, 32, 80),
        (3, 3, 8, 40),
        (3, 3, 32, 2),
        (4000, 300),
        (100, 96),
        (96, 96),
        (3, 3, 32, 800),
    )
]


@pytest.mark.parametrize("name", CALLS)
def test_any_number_of_threads_gives_the_same(name, monkeypatch):
    alone = CALLS[name]()
    monkeypatch.setattr(threads, "count", 3)
    workers.crew.cache_clear()
    seen = set()
    share = workers.share

    def watched(job, items):
        share(lambda item: (seen.add(threading.get_ident()), time.sleep(0.001), job(item)), items)

    for module in ("conv", "depthwise", "pool", "products", "attention"):
        monkeypatch.setattr(sys.modules[f"densecli.kernels.{module}"], "share", watched)
    several = [CALLS[name]() for _ in range(20)]
    workers.crew.cache_clear()
    assert len(seen) > 1, "nothing was shared"
    for each in several:
        np.testing.assert_allclose(each, alone, rtol=1e-4, atol=1e-4)


@pytest.fixture
def three(monkeypatch):
    monkeypatch.setattr(threads, "count", 3)
    workers.crew.cache_clear()
    yield
    workers.crew.cache_clear()


@pytest.mark.usefixtures("three")
def test_work_inside_work_comes_to_an_end():
    done = []
    workers.share(lambda outer: workers.share(lambda inner: done.append((outer, inner)), range(4)), range(6))
    assert sorted(done) == [(outer, inner) for outer in range(6) for inner in range(4)]


@pytest.mark.usefixtures("three")
def test_an_error_in_a_thread_is_not_lost():
    barrier = threading.Barrier(3)

    def fail_elsewhere(_):
        barrier.wait(10)
        if threading.current_thread() is not threading.main_thread():
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        workers.share(fail_elsewhere, range(3))


@pytest.mark.usefixtures("three")
def test_infinity_in_a_thread_makes_no_noise():
    barrier = threading.Barrier(3)

    def divide(_):
        barrier.wait(10)
        if threading.current_thread() is not threading.main_thread():
            np.divide(np.ones(2), np.zeros(2))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        workers.share(divide, range(3))


def test_blocks_come_out_even(monkeypatch):
    monkeypatch.setattr(threads, "count", 4)
    assert workers.even(100, 30) == 25
    assert workers.even(100, 1000) == 25
    assert workers.even(100, 1000, least=26) == 100
    assert workers.even(90, 12) == 12
    assert workers.even(0, 5) == 0


PROBE = """
import os
from densecli import threads
threads.share_work()
print(threads.count, os.environ["OPENBLAS_NUM_THREADS"])
"""


def probe(**environment):
    clean = {key: value for key, value in os.environ.items() if key not in threads.BLAS}
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=clean | environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_the_environment_says_how_many():
    assert probe(OMP_NUM_THREADS="3") == ["3", "1"]
    assert probe(OMP_NUM_THREADS="99") == [str(threads.MOST), "1"]
    assert probe(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="3")[0] == "1"
    assert probe()[0] == str(min(threads.MOST, threads.processors()))


def test_a_program_that_has_numpy_keeps_the_threads_of_its_blas(monkeypatch):
    monkeypatch.setattr(threads, "count", 1)
    threads.share_work()
    assert threads.count == 1
