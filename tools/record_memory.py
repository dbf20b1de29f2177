"""Measure what torch keeps and allocates when Keras trains: run with a Python that has Keras 3.15.1 on torch.

What stays for the backward pass is counted by torch.autograd.graph.saved_tensors_hooks: every storage that autograd saves,
each once, weights apart. The peak is that of the CPU allocations of whole training steps as torch's profiler sees them.
Writes tests/fixtures/memory.json, with which tests/memory/test_memory.py checks densecli's rules.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import keras
import torch

from densecli.memory.footprint import with_policy
from densecli.read.specs import read, specs
from densecli.render.convert import keras_config
from support.memory_models import LAYERS, MODELS, OPTIMIZERS, PAIRS

SAMPLES = 4


def build(text, policy="float32"):
    keras.utils.clear_session()
    graph = read(specs([str(ROOT / text) if text.endswith(".json") else text])[0])
    return keras.models.model_from_json(keras_config.render(with_policy(graph, policy)))


def batch_of(model, count, *, grad=False):
    inputs = []
    embeds = [layer for layer in model.layers if isinstance(layer, keras.layers.Embedding)]
    for tensor in model.inputs:
        shape = (count, *tensor.shape[1:])
        inputs.append(torch.randint(0, 5000, shape) if embeds else torch.rand(shape, requires_grad=grad))
    return inputs if len(inputs) > 1 else inputs[0]


def storages(tensors):
    return {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in tensors}


def kept(call, model, inputs, also=()):
    """Bytes of all storages that are saved, the weights' own apart; `also` are counted in any case."""
    saved = []

    def pack(tensor):
        saved.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        outputs = keras.tree.flatten(call(inputs))
    weights = storages(variable.value for variable in model.variables)
    found = storages([*saved, *(keras.tree.flatten(inputs) + outputs if also else [])])
    return sum(size for place, size in found.items() if place not in weights)


def layer_case(text):
    model = build(text)
    layer = model.layers[-1]
    inputs = batch_of(model, SAMPLES, grad=True)
    several = isinstance(layer.input, list)
    given = [torch.rand((SAMPLES, *each.shape[1:]), requires_grad=True) for each in keras.tree.flatten(layer.input)]
    more = {"training": True} if _takes_training(layer) else {}
    spread = "value" in inspect.signature(layer.call).parameters  # query and value one by one
    return kept(lambda x: layer(*x, **more) if spread else layer(x, **more), model, given if several else inputs)


def _takes_training(layer):
    return layer._call_has_training_arg


def model_case(text, count, policy):
    model = build(text, policy)
    inputs = batch_of(model, count)
    found = {"kept": kept(lambda x: model(x, training=True), model, inputs, also=True)}
    found["inference"] = sum(storages(v.value for v in model.weights).values()) + forward_peak(model, inputs)
    model.compile(optimizer=keras.optimizers.Adam(), loss="mse")
    targets = [torch.rand((count, *output.shape[1:])) for output in model.outputs]
    targets = targets if len(targets) > 1 else targets[0]
    model.train_on_batch(inputs, targets)
    found["weights"] = sum(storages(variable.value for variable in model.weights).values())
    found["optimizer"] = sum(storages(variable.value for variable in model.optimizer.variables).values())
    found["gradients"] = sum(
        storages(v.value.grad for v in model.trainable_variables if v.value.grad is not None).values()
    )
    found["peak"] = found["weights"] + found["optimizer"] + peak(model, inputs, targets)
    return found


def peak(model, inputs, targets):
    """The most that was allocated at one time in a training step, over what was there before; gradients start freed."""
    model.zero_grad()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        model.train_on_batch(inputs, targets)
    return highest(profile) + sum(storages(keras.tree.flatten(inputs)).values())


def forward_peak(model, inputs):
    """The most that a forward pass without gradients allocates, with its inputs."""
    with torch.no_grad():
        model(inputs, training=False)
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
            model(inputs, training=False)
    return highest(profile) + sum(storages(keras.tree.flatten(inputs)).values())


def highest(profile):
    events = [event for event in profile.profiler.kineto_results.events() if event.name() == "[memory]"]
    height = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        height += event.nbytes()
        most = max(most, height)
    return most


def optimizer_case(name):
    """Bytes of the optimizer's variables on a small model, and an update's allocations in multiples of the gradients' size."""
    model = build("Embedding(50, 8)@(4,) -> Conv1D(6, 3) -> Flatten -> Dense(7)")
    optimizer = optimizer_of(name)
    optimizer.build(model.trainable_variables)
    state = sum(variable.value.numel() * variable.value.element_size() for variable in optimizer.variables)
    return {"state": state, "update": update(optimizer_of(name))}


def update(optimizer):
    model = build("Dense(256, use_bias=false)@(256,) -> Dense(256, use_bias=false)*3")
    gradients = [torch.rand(tuple(variable.shape)) for variable in model.trainable_variables]
    optimizer.apply(gradients, model.trainable_variables)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        optimizer.apply(gradients, model.trainable_variables)
    return round(highest(profile) / sum(gradient.nbytes for gradient in gradients), 2)


def optimizer_of(name):
    classes = {"momentum": keras.optimizers.SGD(momentum=0.9), "amsgrad": keras.optimizers.Adam(amsgrad=True)}
    known = {key.casefold(): value for key, value in vars(keras.optimizers).items() if isinstance(value, type)}
    return classes.get(name) or known[name]()


def main():
    torch.set_num_threads(1)
    found = {
        "keras": keras.__version__,
        "torch": torch.__version__,
        "samples": SAMPLES,
        "layers": {text: layer_case(text) for text in (*LAYERS, *PAIRS)},
        "models": {name: model_case(*case) for name, case in MODELS.items()},
        "optimizers": {name: optimizer_case(name) for name in OPTIMIZERS},
    }
    (ROOT / "tests" / "fixtures" / "memory.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{len(found['layers'])} layers, {len(found['models'])} models, Keras {keras.__version__}")


if __name__ == "__main__":
    main()
