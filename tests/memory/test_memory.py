"""Memory: the rules compared with torch's saved tensors and allocations under Keras 3.15.1 (tools/record_memory.py)."""

from __future__ import annotations

import json
import re
import tracemalloc
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from densecli.catalogue import CATALOGUE
from densecli.cli import run
from densecli.errors import GraphError, OutputError
from densecli.graph.trace import trace
from densecli.memory.backward import kept_by
from densecli.memory.footprint import LARGEST, Wish, check_known, footprint, largest_batch, with_batch, with_policy
from densecli.memory.optimizers import SLOTS, UPDATE, UPDATE_LARGEST, optimizer_name, state_bytes
from densecli.memory.saved import RULES
from densecli.read.specs import read, reading, specs
from densecli.render.memory import as_record
from densecli.run.liveness import bytes_of, peak, peak_tensors, whole
from densecli.summary.infer import infer
from densecli.summary.parameters import layer_weights
from densecli.text import binary_size
from support.folders import EXAMPLE_SPECS, FIXTURES, ROOT
from support.goldens import golden
from support.hostile import HOSTILE
from support.memory_models import LAYERS, MODELS, OPTIMIZERS, PAIRS

RECORDED = json.loads((FIXTURES / "memory.json").read_text(encoding="utf-8"))
SCHEMA = json.loads(files("densecli").joinpath("schemas/memory-1.json").read_text(encoding="utf-8"))
CNN = "Conv2D(8, 3, padding=same, activation=relu)@(16,16,3) -> MaxPooling2D -> Flatten -> Dropout(0.5) -> Dense(10)"

# Where a rule is coarser than autograd: the share of the measured bytes that it may be off. docs/memory.md names them.
COARSE = {
    "BatchNormalization@(8,8,6)": 0.01,  # the statistics
    "UnitNormalization@(7,6)": 0.3,  # one number a row, and rows are short here
    "GroupNormalization(3)@(8,8,6)": 0.05,
    "PReLU@(10,)": 0.15,  # the slopes
    "Normalization(mean=0.0, variance=2.0)@(10,)": 1.0,  # one row of constants
    "GRU(50, reset_after=false)@(7,60)": 0.04,
    "SimpleRNN(5)@(7,6)": 0.12,  # two states more than steps
    "GRU(50, dropout=0.2, recurrent_dropout=0.2)@(7,60)": 0.03,
    "RNN(LSTMCell(50))@(7,60)": 0.09,
    "RNN(GRUCell(50))@(7,60)": 0.1,
    "RNN(SimpleRNNCell(50))@(7,60)": 0.12,
    "ActivityRegularization(0.1)@(10,)": 0.06,  # nine bytes, and inputs are short here
    "[_ | _]@(7,6) -> GroupedQueryAttention(3, 4, 2)": 0.035,
    "[_ | _]@(7,6) -> GroupedQueryAttention(3, 4, 2, dropout=0.1)": 0.02,
    "[_ | _]@(7,6) -> MultiHeadAttention(2, 3, dtype=mixed_bfloat16)": 0.26,
    "ConvLSTM1D(5, 3)@(3,8,2)": 0.44,
    "ConvLSTM1D(4, 3, return_sequences=true)@(6,8,2)": 0.51,
    "ConvLSTM3D(3, 3)@(3,5,5,5,2)": 0.11,
    "ConvLSTM2D(5, 3)@(3,8,8,2)": 0.09,
    "ConvLSTM2D(4, 3, return_sequences=true)@(6,8,8,2)": 0.09,
}
# Allocation peaks that the estimate misses by far: temporaries of Python loops or of torch's convolutions.
COARSE_PEAKS = {"text-lstm": 0.3, "frozen-backbone": 0.4}


def graph(text, *options):
    return read(specs([str(ROOT / text) if text.endswith(".json") else text])[0], reading(options, None))


def model(name):
    text, batch, policy = MODELS[name]
    return footprint(graph(text), name, Wish(batch, "adam", policy))


def densecli(capsys, *arguments):
    code = run(list(arguments))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


# -- what stays for the backward pass ------------------------------------------------------
@pytest.mark.parametrize("text", [*LAYERS, *PAIRS])
def test_a_layer_keeps_what_autograd_saves(text):
    stack = graph(text)
    found = trace(stack, with_batch(stack, RECORDED["samples"]))
    index = len(stack.nodes) - 1
    result, layer = found.results[index, 0], stack.nodes[index].layer
    trains = any(owned.trains for owned in layer_weights(layer, result))
    kept = kept_by(layer, result, flows=True, trains=trains)
    refs = stack.nodes[index].calls[0].refs
    shared = sum(bytes_of(found.tensor(refs[position])) for position in set(kept.inputs))
    own = kept.own + kept.copies + (bytes_of(result.tensors[0]) if kept.output else 0)
    recorded = RECORDED["layers"][text]
    assert shared + own == pytest.approx(recorded, rel=COARSE.get(text, 0.002), abs=8)


def test_every_rule_is_that_of_a_layer_and_was_measured():
    assert set(RULES) <= set(CATALOGUE)
    inside = {"Embedding", "InputLayer"}  # measured in whole models
    measured = {each for text in (*LAYERS, *PAIRS) for each in CATALOGUE if f"{each}" in re.findall(r"\w+", text)}
    assert set(RULES) - measured == inside


@pytest.mark.parametrize("name", MODELS)
def test_a_model_keeps_what_autograd_saves(name):
    recorded, step = RECORDED["models"][name], model(name).training
    assert step.activations == pytest.approx(recorded["kept"], rel=0.001)
    assert (step.weights, step.gradients, step.optimizer_state) == (
        recorded["weights"], recorded["gradients"], recorded["optimizer"],
    )  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_the_height_of_a_step_comes_near_torch_s(name):
    peak_bytes = RECORDED["models"][name]["peak"]
    assert model(name).training.peak == pytest.approx(peak_bytes, rel=COARSE_PEAKS.get(name, 0.09))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_keep_what_keras_builds(name):
    stack = graph("Embedding(50, 8)@(4,) -> Conv1D(6, 3) -> Flatten -> Dense(7)")
    weights = [weight for row in infer(stack).rows for weight in row.weights]
    recorded = RECORDED["optimizers"][name]
    assert state_bytes(name, weights) == recorded["state"]
    assert UPDATE.get(name, 0) + UPDATE_LARGEST.get(name, 0) / 4 == pytest.approx(recorded["update"], abs=0.01)


def test_every_optimizer_is_measured():
    assert set(OPTIMIZERS) == set(SLOTS)
    assert optimizer_name("AdamW") == optimizer_name("adam_w") == "adamw"


def test_a_frozen_part_keeps_nothing():
    text = "Dense(64, trainable=false)@(64,) -> Dense(64, trainable=false) -> Dense(10)"
    frozen, free = footprint(graph(text)), footprint(graph(text.replace(", trainable=false", "")))
    kept = {layer.name: layer.kept_bytes for layer in frozen.layers}
    assert kept == {"input_layer": 256, "dense": 0, "dense_1": 256, "dense_2": 40}
    assert frozen.training.gradients < free.training.gradients


def test_views_are_the_memory_that_they_show():
    plain = footprint(graph("Dense(8)@(6,4) -> Dense(3)")).training.activations
    assert (
        footprint(graph("Dense(8)@(6,4) -> Reshape((2, 3, 8)) -> Dropout(0) -> Dense(3)")).training.activations == plain
    )


def test_a_layer_in_a_nested_model_has_its_path():
    names = [layer.name for layer in model("siamese").layers]
    assert "encoder/conv2d" in names
    assert len(names) == len(set(names))


# -- the forward pass ----------------------------------------------------------------------
@pytest.mark.parametrize("name", MODELS)
def test_inference_is_what_run_checks(name):
    text, batch, _ = MODELS[name]
    stack = graph(text)
    found = trace(stack, with_batch(stack, batch))
    assert footprint(stack, name, Wish(batch)).inference.tensors == peak_tensors(stack, found)


def test_the_peak_is_the_first_highest_moment():
    stack = graph("Dense(8)@(4,) -> [_ | Dense(100) -> Dense(8)] -> Add -> Dense(100)")
    found = trace(stack, with_batch(stack, 1))
    highest = peak(stack, found)
    assert highest.bytes == max(height for _, height in whole(stack, found).moments()) == sum(highest.alive.values())
    assert {stack.nodes[ref.node].name for ref in highest.alive} == {"dense", "dense_1", "dense_2"}


def test_tensors_in_a_nested_model_count():
    flat = graph("Dense(8)@(4,) -> Dense(1000) -> Dense(8) -> Dense(2)")
    nested = read_json(
        {
            "input": [4],
            "layers": ["Dense(8)", {"type": "Sequential", "layers": ["Dense(1000)", "Dense(8)"]}, "Dense(2)"],
        }
    )
    counts = [footprint(each).inference.tensors for each in (flat, nested)]
    assert counts == [(1000 + 8) * 4, (8 + 1000 + 8) * 4]  # the caller keeps the batch alive until the model returns


def read_json(spec):
    from densecli.errors import Source
    from densecli.read.spec.document import read_spec

    return read_spec(Source("<argument>", json.dumps(spec)))


def test_a_measured_forward_pass_needs_what_is_told():
    """If the kernels work without copies; the caller may keep the batch alive. docs/memory.md covers other models."""
    import densecli.run.run

    stack, options = graph("Dense(400)@(500,) -> Dense(600) -> Dense(10)"), densecli.run.run.Options(batch=2000)
    densecli.run.run.run(stack, options)
    tracemalloc.start()
    densecli.run.run.run(stack, options)
    measured = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    told, batch = footprint(stack, "", Wish(2000)).inference.total, 2000 * 500 * 4
    assert told <= measured <= 1.05 * (told + batch)


# -- batches and budgets -------------------------------------------------------------------
@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.integers(0, 1500))
def test_the_largest_batch_is_exact_for_whatever_never_falls(steps, budget):
    sums = [sum(steps[: index + 1]) for index in range(len(steps))]

    def needed(batch):
        return sums[batch - 1] if batch <= len(sums) else sums[-1] + 7 * (batch - len(sums))

    found = largest_batch(needed, budget)
    assert found == 0 or needed(found) <= budget
    assert needed(found + 1) > budget


def test_the_largest_batch_has_an_end():
    assert largest_batch(lambda _: 5, 5) == LARGEST
    assert largest_batch(lambda _: 6, 5) == 0


@pytest.mark.parametrize("name", ["mlp", "resnet-like", "transformer", "siamese"])
def test_the_next_batch_does_not_fit(name):
    stack = graph(MODELS[name][0])
    budget = 300 << 20
    found = footprint(stack, name, Wish(budget=budget)).budget

    def at(batch):
        return footprint(stack, name, Wish(batch))

    assert at(found.inference).inference.total <= budget < at(found.inference + 1).inference.total
    assert at(found.training).training.peak <= budget < at(found.training + 1).training.peak


def test_a_model_that_fixes_its_batch_has_no_largest():
    stack = graph("Input((4,), batch_size=3) -> Dense(2)")
    assert footprint(stack, "", Wish(budget=1 << 20)).budget[1:3] == (None, None)


def test_nothing_fits_in_nothing():
    assert footprint(graph(CNN), "", Wish(budget=1)).budget[1:3] == (0, 0)


# -- policies ------------------------------------------------------------------------------
def test_a_policy_changes_what_does_not_state_one():
    stack = with_policy(graph("Dense(4)@(3,) -> Dense(2, dtype=float32)"), "mixed_float16")
    assert [row.dtype for row in infer(stack).rows] == ["float16", "float32"]


def test_a_saved_model_states_dtypes_everywhere_and_follows():
    stack = with_policy(graph("Dense(4, dtype=float32)@(3,) -> Dense(2, dtype=float32)"), "bfloat16")
    assert {weight.dtype for row in infer(stack).rows for weight in row.weights} == {"bfloat16"}


def test_layers_inside_layers_follow():
    stack = with_policy(graph("TimeDistributed(Dense(4))@(5,3) -> Bidirectional(LSTM(2))"), "float16")
    assert {weight.dtype for row in infer(stack).rows for weight in row.weights} == {"float16"}


# -- unknown sizes --------------------------------------------------------------------------
def test_error_an_unknown_size_asks_for_it():
    with pytest.raises(GraphError) as raised:
        check_known(graph("Conv1D(4, 3)@(none,2) -> Dense(2)"))
    assert raised.value.code == "E406"
    assert raised.value.hint == "give its size: --input-shape 64,2"
    check_known(graph("Conv1D(4, 3)@(none,2) -> Dense(2)", "64,2"))


def test_error_a_size_that_does_not_fit_the_stack():
    with pytest.raises(GraphError, match="does not fit"):
        graph("Conv1D(4, 3)@(none,2)", "64,3")


def test_error_an_optimizer_that_does_not_exist():
    with pytest.raises(OutputError) as raised:
        footprint(graph(CNN), "", Wish(optimizer="adan"))
    assert (raised.value.code, raised.value.hint) == ("E605", "did you mean `adam`?")


def test_layers_of_unknown_code_are_named(capsys, tmp_path):
    path = tmp_path / "custom.json"
    entry = {"class_name": "Mine", "module": "mine", "config": {"name": "odd"}, "registered_name": "Mine"}
    dense = {"class_name": "Dense", "module": "keras.layers", "config": {"name": "d", "units": 3}}
    first = {"class_name": "InputLayer", "module": "keras.layers", "config": {"name": "i", "batch_shape": [None, 4]}}
    config = {"name": "m", "layers": [first, dense, entry]}
    path.write_text(json.dumps({"module": "keras", "class_name": "Sequential", "config": config}), encoding="utf-8")
    code, out, _ = densecli(capsys, "memory", str(path))
    assert code == 0
    assert "Not counted: odd" in out
    assert "Training: ≥ " in out


# -- the page ------------------------------------------------------------------------------
def measured_table():
    """What docs/memory.md shows under "Accuracy"."""
    head = "| model | batch, policy | kept for backward | estimate | peak of a step | estimate | forward, all kept | estimate |"
    lines = [head, "|---|---|---:|---:|---:|---:|---:|---:|"]
    for name, (_, batch, policy) in MODELS.items():
        recorded, found = RECORDED["models"][name], model(name)
        pairs = (
            (recorded["kept"], found.training.activations),
            (recorded["peak"], found.training.peak),
            (recorded["inference"], found.inference.holding_all),
        )
        cells = [f"{binary_size(measured)} | {estimate / measured - 1:+.1%}" for measured, estimate in pairs]
        lines.append(f"| {name} | {batch}, {policy} | {' | '.join(cells)} |")
    return "\n".join(lines)


def test_the_page_shows_the_measured_errors():
    assert measured_table() in (ROOT / "docs" / "memory.md").read_text(encoding="utf-8")


# -- the command ---------------------------------------------------------------------------
def test_the_table_is_as_kept(capsys):
    golden("memory/memory.txt", densecli(capsys, "memory", CNN, "--batch", "8", "--budget", "8GiB")[1])


def test_markdown_is_as_kept(capsys):
    golden("memory/memory.md", densecli(capsys, "memory", CNN, "--batch", "8", "-f", "markdown", "--top", "2")[1])


def test_json_is_as_kept_and_follows_its_schema(capsys):
    out = densecli(
        capsys, "memory", CNN, "--batch", "8", "--budget", "8GiB", "-f", "json", "--dtype", "mixed_bfloat16"
    )[1]
    golden("memory/memory.json", out)
    jsonschema.validate(json.loads(out), SCHEMA)


def test_the_parts_add_up():
    record = as_record(model("resnet-like"))
    step = record["training"]
    assert step["total_bytes"] == sum(
        step[f"{part}_bytes"] for part in ("weight", "gradient", "optimizer", "activation")
    )
    assert step["activation_bytes"] == sum(layer["kept_bytes"] for layer in record["layers"])
    assert step["copy_bytes"] == sum(layer["copy_bytes"] for layer in record["layers"])
    assert step["peak_bytes"] >= step["total_bytes"]


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_hostile_names_do_no_harm(capsys, tmp_path, form):
    layers = [{"Dense": {"units": 2, "name": name}} for name in HOSTILE if "/" not in name]
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps({"name": "m\x1b[31m", "input": [2], "layers": layers}), encoding="utf-8")
    code, out, err = densecli(capsys, "memory", str(path), "-f", form, "--top", "100")
    assert (code, err) == (0, "")
    assert all(char.isprintable() or char == "\n" for char in out)


def test_several_files_are_told_apart(capsys):
    paths = [str(EXAMPLE_SPECS / name) for name in ("lenet5.yaml", "flatten.yaml")]
    assert densecli(capsys, "memory", *paths)[1].count("Memory of") == 2
    assert len(json.loads(densecli(capsys, "memory", *paths, "-f", "json")[1])) == 2


@pytest.mark.parametrize(
    "arguments",
    [("--optimizer", "adan"), ("--dtype", "float31"), ("--budget", "much"), ("--batch", "0"), ("--format", "xml")],
    ids=" ".join,
)
def test_error_wrong_options_are_exit_2(capsys, arguments):
    code, out, err = densecli(capsys, "memory", CNN, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error")


def test_the_heads_of_attention_are_cast_with_the_widths_of_query_and_value():
    """Keras counts 144 parameters for 2 heads of 3 on a query of 6 features and a value of 4."""
    from densecli.catalogue import CATALOGUE
    from densecli.graph.trace import Tensor
    from densecli.memory.saved.sequences import cast_heads
    from densecli.memory.saved.use import Use

    layer = CATALOGUE["MultiHeadAttention"](num_heads=2, key_dim=3, dtype="mixed_float16")
    inputs = [Tensor((1, 5, 6), "float16"), Tensor((1, 7, 4), "float16")]
    assert cast_heads(Use(layer, inputs, inputs[:1], flows=True, trains=True)) == 2 * 144


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
@pytest.mark.parametrize(
    ("stack", "budget", "code", "said"),
    [
        (CNN, "10", 1, "a forward pass of one sample needs"),
        (CNN, "1GiB", 0, None),
        ("Input(batch_shape=(4, 8)) -> Dense(3)", "283", 1, "the model's own batch needs 284 B"),
        ("Input(batch_shape=(4, 8)) -> Dense(3)", "284", 0, None),
        ("Dense(300)@(300,)", "0.36MB", 1, "write 0.36MiB"),
    ],
)
def test_a_budget_into_which_nothing_fits_is_exit_1(capsys, form, stack, budget, code, said):
    found, out, err = densecli(capsys, "memory", stack, "--budget", budget, "-f", form)
    assert (found, bool(out)) == (code, True)
    assert said in err if said else err == ""
    assert densecli(capsys, "memory", stack, "--budget", budget, "--exit-zero")[0] == 0


def test_what_a_budget_needs_is_what_the_smallest_batch_takes():
    one = footprint(graph(CNN), "", Wish(batch=1))
    budget = footprint(graph(CNN), "", Wish(batch=64, budget=1)).budget
    assert (budget.forward, budget.step) == (one.inference.total, one.training.peak)
