"""int8 models on microcontrollers: what TensorFlow Lite Micro's own recording allocator and TensorFlow's model files say."""

from __future__ import annotations

import json
import random

import pytest

from densecli.errors import GraphError
from densecli.memory.micro.arena import Buffer, arena_bytes
from densecli.memory.micro.footprint import SCALE, microcontroller
from densecli.read.specs import Spec, read
from support.folders import ROOT
from support.program import outcome

RECORDED = json.loads((ROOT / "tests/fixtures/microcontrollers.json").read_text(encoding="utf-8"))["models"]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda each: each["stack"][:60])
def test_the_arena_and_the_constants_are_those_of_the_runtime(recorded):
    found = microcontroller(read(Spec("<argument>", recorded["stack"])))
    assert (found.arena, found.kernels, found.biases, found.scales) == (
        recorded["arena_head"],
        recorded["int8"],
        recorded["int32"],
        SCALE * recorded["scales"],
    )
    assert found.flash < recorded["file"]


def test_no_two_tensors_that_live_together_overlap_and_none_is_smaller_than_what_lives():
    draw = random.Random(1)
    for _ in range(200):
        starts = [draw.randint(0, 20) for _ in range(draw.randint(1, 12))]
        buffers = [Buffer(draw.randint(0, 300), start, start + draw.randint(0, 6)) for start in starts]
        alive = [
            sum(-(-each.bytes // 16) * 16 for each in buffers if each.first <= at <= each.last) for at in range(30)
        ]
        assert max(alive) <= arena_bytes(buffers) <= sum(-(-each.bytes // 16) * 16 for each in buffers)
    assert arena_bytes([]) == 0


@pytest.mark.parametrize(
    "stack",
    [
        "LSTM(4)@(3,2)",
        "Conv1D(4, 3)@(9,2)",
        "Conv2D(4, 3, dilation_rate=2)@(16,16,2)",
        "Conv2D(4, 3, data_format=channels_first)@(2,16,16)",
        "Dense(4)@(3,2)",
        "Dense(4)@(3,) -> [_ | Dense(4)] -> Add",  # where the bias goes depends on what follows
        "Dense(4, activation=elu)@(3,)",
        "Dense(4)@(3,) -> ReLU(max_value=3)",
        "Dense(4)@(3,) -> LayerNormalization",
        "Rescaling(0.1)@(8,8,1) -> Conv2D(2, 3)",
    ],
)
def test_what_is_not_measured_is_refused(stack):
    with pytest.raises(GraphError) as caught:
        microcontroller(read(Spec("<argument>", stack)))
    assert caught.value.code == "E409"


def test_the_command():
    code, out, err = outcome("memory", "--dtype", "int8", "Dense(4)@(3,)", "-f", "json")
    assert (code, err, json.loads(out)["kernel_bytes"]) == (0, "", 12)
    code, out, _ = outcome("memory", "--dtype", "int8", "Dense(4)@(3,)", "--top", "0")
    assert (code, "Flash: ≥" in out, "RAM: ≥" in out) == (0, True, True)
    assert outcome("memory", "--dtype", "int8", "Dense(4)@(3,)", "-f", "markdown")[0] == 0
    for option in (("--batch", "2"), ("--budget", "1MB")):
        assert outcome("memory", "--dtype", "int8", "Dense(4)@(3,)", *option)[0] == 2
    assert outcome("memory", "--dtype", "int8", "Conv2D(2, 3)@(none,none,1)")[0] == 2
