"""The statements of a program, each a function that gives the text of one, or None where it needs what there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from differing.programs import definitions, manners
from differing.programs.written import drawn
from differing.random_models import INPUTS, fits

if TYPE_CHECKING:
    from collections.abc import Callable

    from differing.programs.program import Program

Step = "Callable[[Program], str | None]"
FUNCTIONS = (
    "ops.relu({x})", "ops.square({x})", "{x} + 1.0", "2.0 * {x}", "-{x}", "1 - {x}", "{x} / 2", "abs({x})", "{x} ** 2",
    "{x}[:, -1]", "{x}[:, :1]", "{x}[..., ::2]", "{x}[:, None]", "ops.mean({x}, axis=-1)", "ops.sum({x}, axis=-1, keepdims=True)",
    "ops.max({x}, axis=1)", "ops.expand_dims({x}, -1)", "ops.squeeze({x}, 1)", "ops.reshape({x}, (-1, {x}.shape[-1]))",
    "ops.concatenate([{x}, {x}], axis=-1)", "ops.stack([{x}, {x}], axis=1)", "ops.softmax({x}, axis=-1)", "keras.activations.gelu({x})",
    "ops.split({x}, 2, axis=-1)[1]", "ops.where({x} > 0, {x}, 0.0)", "ops.pad({x}, [[0, 0]] * ({x}.ndim - 1) + [[1, 1]])",
    "ops.repeat({x}, 2, axis=1)", "ops.tile({x}, [1] * (len({x}.shape) - 1) + [2])", "ops.normalize({x})", "ops.cumsum({x}, axis=1)",
    "ops.matmul({x}, ops.transpose({x}, [0, 2, 1]))", "ops.einsum('abc,adc->abd', {x}, {x})", "ops.clip({x}, 0.0, 1.0)", "ops.flip({x}, 1)",
    "{x} + {y}", "{x} * {y}", "{x} - {y}", "ops.maximum({x}, {y})", "{x} @ {y}", "ops.concatenate([{x}, {y}], axis=-1)",
)  # fmt: skip
MERGES = (
    "layers.Add()([{x}, {y}])", "layers.add([{x}, {y}])", "layers.Multiply()([{x}, {y}])", "layers.Concatenate()([{x}, {y}])",
    "layers.concatenate([{x}, {y}], axis=-1)", "layers.Average()([{x}, {y}, {x}])", "layers.Dot(axes=-1)([{x}, {y}])",
    "layers.Concatenate()([{x}, {x}])", "layers.Subtract()([{x}, {y}])", "layers.maximum([{x}, {y}])",
    "layers.MultiHeadAttention(2, 3)({x}, {y})", "layers.Attention()([{x}, {y}])", "layers.Concatenate(axis=1)([{x}, {y}])",
)  # fmt: skip
HELD = (
    "layers.Dense({n})", "layers.Dense({n}, activation='relu')", "layers.BatchNormalization()", "layers.LayerNormalization()",
    "layers.Dropout(0.5)", "layers.LSTM({n})", "layers.LSTM({n}, return_sequences=True)", "layers.GRU({n})", "layers.Conv1D({n}, 2, padding='same')",
    "layers.Conv2D({n}, 3, padding='same')", "layers.LSTMCell({n})", "layers.GRUCell({n})", "layers.SimpleRNNCell({n})", "layers.PReLU()",
    "layers.MultiHeadAttention(2, {n})", "layers.Embedding(10, {n})", "layers.Flatten()", "layers.Dense({n}, trainable=False)", "layers.SimpleRNN({n}, return_state=True)",
    "layers.Lambda(lambda x: x * 2)", "layers.Activation('relu')",
)  # fmt: skip
WRAPPERS = (
    "layers.TimeDistributed({l})", "layers.Bidirectional({l})", "layers.Bidirectional({l}, merge_mode='sum')", "layers.RNN({l})",
    "layers.RNN([{l}, {k}])", "layers.RNN({l}, return_sequences=True)", "layers.StackedRNNCells([{l}, {k}, {l}])", "layers.SpectralNormalization({l})",
    "layers.TimeDistributed(layers.TimeDistributed({l}))", "layers.Bidirectional(layers.RNN({l}))", "layers.RNN([{l}, {l}])",
    "layers.Bidirectional({l}, backward_layer={k})", "layers.TimeDistributed(keras.Sequential([{l}, {k}]))", "layers.RNN(layers.StackedRNNCells([{l}, {k}]))",
    "layers.TimeDistributed(layers.Bidirectional({l}))", "keras.layers.Pipeline([{l}, {k}])",
)  # fmt: skip
FREEZING = (
    "{v}.trainable = False", "{v}.trainable = False", "{v}.trainable = True", "for layer in {m}.layers:\n    layer.trainable = False",
    "for layer in {m}.layers[:-1]:\n    layer.trainable = False", "{m}.layers[-1].trainable = False", "{m}.layers[0].trainable = True",
    "for i, layer in enumerate({m}.layers):\n    layer.trainable = i % 2 == 0",
    "for layer in {m}.layers:\n    if isinstance(layer, layers.Dense):\n        layer.trainable = not layer.trainable",
    "for layer in {m}.layers:\n    if not isinstance(layer, layers.BatchNormalization):\n        layer.trainable = False",
    "for layer in {m}._flatten_layers(include_self=False):\n    layer.trainable = False",
)  # fmt: skip
DERIVED = (
    "keras.Model({m}.input, {m}.layers[{i}].output)", "keras.Model({m}.inputs, {m}.outputs)", "keras.Model({m}.inputs, [{m}.layers[{i}].output, {m}.output])",
    "keras.Sequential({m}.layers)", "keras.Sequential({m}.layers[:-1])", "keras.Sequential([{m}, layers.Dense({n})])", "keras.Sequential([*{m}.layers, layers.Dense({n})])",
    "keras.Model({m}.input, layers.Dense({n})({m}.output))", "keras.Model({m}.input, layers.Dense({n})({m}.layers[{i}].output), name={m}.name + '_more')",
    "keras.models.clone_model({m})", "{m}.__class__.from_config({m}.get_config())", "keras.models.model_from_json({m}.to_json())",
    "keras.Model({m}.input, {m}.get_layer(index={i}).output)", "keras.Model({m}.input, {m}.get_layer({m}.layers[{i}].name).output)",
    "keras.Sequential([layers.Input({m}.input_shape[1:]), {m}, {m}])", "keras.Sequential([keras.Sequential({m}.layers), layers.Dense({n})])",
    "keras.Sequential([layer for layer in {m}.layers if layer.count_params() > 0])", "keras.models.clone_model({m}, input_tensors=keras.Input({m}.input_shape[1:]))",
    "keras.Sequential([type(layer).from_config(layer.get_config()) for layer in {m}.layers])", "keras.Model([{m}.input], {{'a': {m}.output, 'b': {m}.layers[{i}].output}})",
)  # fmt: skip
STACKS = (
    "{m}.add({l})", "{m}.add({l})", "{m}.add(layers.Dense({n}))", "{m}.pop()", "for _ in range(2):\n    {m}.add(layers.Dense({n}))",
    "{m}.add({k})", "{m}.build((None, {n}))", "{m}.build((None, 3, {n}))", "{m}(np.ones((2, {n})))", "{m}(np.zeros((2, 3, {n})))", "{m}(keras.Input(({n},)))",
    "for i, units in enumerate([3, 4]):\n    {m}.add(layers.Dense(units, name=f'{m}_dense_{{i}}'))", "{m}.predict(np.ones((2, {n})), verbose=0)",
)  # fmt: skip


def input_(program: Program) -> str:
    random, name = program.random, program.fresh("x")
    shape = random.choice(INPUTS)
    forms = (
        f"{shape}",
        f"shape={shape}",
        f"batch_shape=(None, *{shape})",
        f"{shape}, batch_size=2",
        f"{shape}, name='{name}_in'",
    )
    return f"{name} = {random.choice(('keras.Input', 'layers.Input'))}({random.choice((*forms[:1], *forms))})"


def filled(forms: tuple[str, ...], stem: str | None = None) -> Callable[[Program], str | None]:
    """A statement from one of these forms, as far as there is what it names; assigned to a new name of a stem."""

    def step(program: Program) -> str | None:
        form = program.random.choice(forms)
        words = {key: find(program) for key, find in WORDS.items() if f"{{{key}" in form}
        if None in words.values():
            return None
        text = form.format(**words)
        return text if stem is None else f"{program.fresh(stem)} = {text}"

    return step


def units(program: Program) -> str:
    """A number of units, in one of the ways that people write one."""
    model, tensor = program.model(), program.tensor()
    told = [f"len({model}.layers)", f"{model}.count_params() % 5 + 1", f"{model}.output_shape[-1]"] if model else []
    told += [f"{tensor}.shape[-1]", f"len({tensor}.shape)"] if tensor else []
    return program.random.choice(told) if told and program.chance(0.1) else str(program.random.randint(1, 6))


WORDS: dict[str, Callable[[Program], str | None]] = {
    "x": lambda program: program.tensor(),
    "y": lambda program: program.tensor(),
    "l": lambda program: program.callable(),
    "k": lambda program: program.callable() if program.chance(0.5) else new_layer(program),
    "v": lambda program: program.callable(),
    "m": lambda program: program.model(),
    "n": units,
    "i": lambda program: str(program.random.choice((-1, -2, 0, 1, 2))),
}


def new_layer(program: Program) -> str | None:
    tensor = program.tensor()
    return None if tensor is None else drawn(program.random, program.names[tensor])


def new_call(program: Program) -> str | None:
    """A new layer on a tensor."""
    tensor = program.tensor()
    if tensor is None:
        return None
    layer = drawn(program.random, program.names[tensor])
    return manners.called(program, layer, tensor)


def again(program: Program) -> str | None:
    """A layer or model that there is, on a tensor."""
    layer, tensor = program.callable(), program.tensor()
    if layer is None or tensor is None or not fits(program.names[layer], program.names[tensor]):
        return None
    return f"{program.fresh('t')} = {layer}({tensor})"


def functional(program: Program) -> str | None:
    random = program.random
    ends = [end for end in (program.tensor() for _ in range(random.choice((1, 1, 1, 2, 3)))) if end]
    starts = sources([program.names[end] for end in ends])
    names = [next((name for name, value in program.names.items() if value is each), None) for each in starts]
    if not ends or not names or None in names or names == ends:
        return None
    given = random.choice((", ".join(names), f"[{', '.join(names)}]")) if len(names) == 1 else f"[{', '.join(names)}]"
    if program.chance(0.1):
        given = "{" + ", ".join(f"'{name}': {name}" for name in names) + "}"
    made = (
        ends[0]
        if len(ends) == 1
        else random.choice(
            (f"[{', '.join(ends)}]", "{" + ", ".join(f"'{end}': {end}" for end in dict.fromkeys(ends)) + "}")
        )
    )
    name = program.fresh("m")
    label = random.choice(("", "", f", name='{name}_net'"))
    forms = (f"{given}, {made}", f"inputs={given}, outputs={made}")
    return f"{name} = keras.Model({random.choice(forms)}{label})"


def sources(ends: list[Any]) -> list[Any]:
    """The tensors of inputs that tensors depend on."""
    found, pending, seen = [], list(ends), set()
    while pending:
        tensor = pending.pop()
        history = tensor._keras_history
        node = history.operation._inbound_nodes[history.node_index]
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        pending += node.input_tensors
        found += [] if node.input_tensors else [tensor]
    return found


def sequential(program: Program) -> str:
    """A stack of new layers and of those that there are."""
    random, name, items = program.random, program.fresh("s"), []
    x = keras.KerasTensor((None, *random.choice(INPUTS)))
    if program.chance(0.7):
        items.append(f"layers.Input({x.shape[1:]})")
    for _ in range(random.randint(1, 4)):
        shared = program.callable()
        items.append(shared if shared and program.chance(0.3) else drawn(random, x))
    return manners.stacked(program, name, items)


def summary(program: Program) -> str | None:
    model = program.model()
    forms = (".summary()", ".summary(expand_nested=True)", ".summary(show_trainable=True)", ".summary(line_length=100)")
    return None if model is None else model + program.random.choice(forms)


STEPS: dict[Any, int] = {
    input_: 8,
    new_call: 30,
    again: 14,
    filled(FUNCTIONS, "t"): 8,
    filled(MERGES, "t"): 8,
    filled(HELD, "l"): 10,
    filled(WRAPPERS, "w"): 10,
    functional: 10,
    sequential: 8,
    filled(FREEZING): 9,
    filled(DERIVED, "d"): 7,
    filled(STACKS): 6,
    summary: 4,
    definitions.layer_class: 8,
    definitions.model_class: 6,
    definitions.function: 4,
    definitions.made: 20,
    manners.some: 6,
    manners.state: 1,
}


def draw_program(program: Program) -> str:
    """The text of a whole program; it ends with a summary of each model."""
    keras.utils.clear_session(free_memory=False)
    program.add(input_(program))
    for _ in range(program.random.randint(3, 25)):
        step = program.random.choices(list(STEPS), list(STEPS.values()))[0]
        try:
            text = step(program)
        except Exception:  # noqa: BLE001  # a layer that cannot be drawn for this tensor
            continue
        if text is not None:
            program.add(text)
    if program.model() is None:
        program.add(functional(program) or "pass")
    for name, value in list(program.names.items()):
        if isinstance(value, keras.Model):
            program.add(f"{name}.summary()")
    return program.text
