"""Functions, layers and models that a program defines itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

if TYPE_CHECKING:
    from random import Random

    from differing.programs.program import Program

PARTS = (
    "layers.Dense(units)", "layers.Dense(units)", "layers.Dense(units, activation='relu')", "layers.Dense(units, name='{a}_given')", "layers.LayerNormalization()",
    "layers.BatchNormalization()", "layers.Dropout(0.1)", "layers.PReLU()", "layers.Activation('relu')", "layers.Dense(units, trainable=False)",
    "keras.Sequential([layers.Dense(units), layers.Dense(units)])", "[layers.Dense(units) for _ in range(2)]", "{{'a': layers.Dense(units), 'b': layers.Dense(units)}}",
    "keras.Sequential([layers.Input((units,)), layers.Dense(units)])", "layers.TimeDistributed(layers.Dense(units))", "layers.LSTM(units, return_sequences=True)",
    "layers.Bidirectional(layers.GRU(units, return_sequences=True))", "layers.Conv1D(units, 2, padding='same')", "layers.MultiHeadAttention(2, units)",
    "layers.RNN([layers.LSTMCell(units), layers.GRUCell(units)], return_sequences=True)", "layers.Lambda(lambda x: x * 2)", "(layers.Dense(units), layers.Dense(units))",
)  # fmt: skip
SHARED = (
    "self.{a}",
    "layers.TimeDistributed(self.{a})",
    "keras.Sequential([self.{a}])",
    "[self.{a}, self.{a}]",
    "[self.{a}, layers.Dense(units)]",
)
USES = (
    "x = self.{a}(x)", "x = self.{a}(x)", "for _ in range(2):\n            x = self.{a}(x)", "x = x + self.{a}(x)", "x = ops.concatenate([x, self.{a}(x)], -1)",
    "y = self.{a}(x)", "x = self.{a}(x, training=training)", "if training:\n            x = self.{a}(x)", "x = layers.add([x, self.{a}(x)])",
)  # fmt: skip
OTHER = (
    "x = ops.relu(x)",
    "x = x * 2.0",
    "x = ops.concatenate([x, x], -1)",
    "x = keras.activations.gelu(x)",
    "x = x[..., :1]",
    "x = ops.mean(x, axis=1)",
)
WEIGHTS = (
    "self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer='zeros', name='w')", "self.v = self.add_weight(shape=(3,), trainable=False)",
    "self.late = layers.Dense(self.units)", "super().build(input_shape)", "self.u = self.add_weight(name='u')", "self.built = True",
    "self.first.build(input_shape)", "self.first.trainable = False",
)  # fmt: skip
SHAPES = (
    "return (*input_shape[:-1], self.units)",
    "return input_shape",
    "return tuple(input_shape[:-1]) + (self.units,)",
)


def layer_class(program: Program) -> str:
    return own_class(
        program, program.fresh("Block"), program.random.choice(("layers.Layer", "keras.layers.Layer", "keras.Layer"))
    )


def model_class(program: Program) -> str:
    return own_class(
        program, program.fresh("Net"), program.random.choice(("keras.Model", "keras.Model", "keras.models.Model"))
    )


def own_class(program: Program, name: str, base: str) -> str:
    """A class with parts that its `call` uses, in some order, once, twice or never."""
    random = program.random
    known = program.some(
        lambda each: isinstance(each, type) and issubclass(each, keras.Layer) and each.__module__ == "builtins"
    )
    if known and program.chance(0.2):
        return derived(random, name, known)
    parts = {f"part{index}": random.choice(PARTS) for index in range(random.randint(0, 3))}
    parts = {"first": "layers.Dense(units)"} | parts
    shared = {f"same{index}": random.choice(SHARED) for index in range(random.choice((0, 0, 1)))}
    nested = {"own": f"{known}(units)"} if known and program.chance(0.4) else {}
    return written(random, name, base, parts | shared | nested)


def derived(random: Random, name: str, base: str) -> str:
    """A class that derives from another one of the program."""
    body = random.choice(("return super().call(x)", "return self.more(super().call(x))", "return self.more(x)"))
    return (
        f"class {name}({base}):\n    def __init__(self, units=3, **kwargs):\n        super().__init__(units, **kwargs)\n"
        f"        self.more = layers.Dense(units + 1)\n    def call(self, x, training=None):\n        {body}"
    )


def written(random: Random, name: str, base: str, parts: dict[str, str]) -> str:
    chosen = [a for a in parts if random.random() < 0.85] or ["first"]
    random.shuffle(chosen)
    lines = [
        f"class {name}({base}):",
        "    def __init__(self, units=4, **kwargs):",
        "        super().__init__(**kwargs)",
        "        self.units = units",
    ]
    lines += [
        f"        self.{a} = {text.format(a=random.choice(('first', name)) if 'self.' not in text else 'first')}"
        for a, text in parts.items()
    ]
    built = random.sample(WEIGHTS, random.randint(1, 3)) if random.random() < 0.45 else []
    if built:
        lines += ["    def build(self, input_shape):", *(f"        {each}" for each in built)]
    lines += [
        "    def call(self, x, training=None):",
        *(f"        {each}" for each in uses(random, chosen, parts, built)),
        "        return x",
    ]
    if random.random() < 0.3:
        lines += ["    def compute_output_shape(self, input_shape):", f"        {random.choice(SHAPES)}"]
    return "\n".join(lines)


def uses(random: Random, chosen: list[str], parts: dict[str, str], built: list[str]) -> list[str]:
    """The body of `call`."""
    found = []
    for a in chosen:
        text = parts[a]
        if text.startswith(("[", "(")):
            found.append(f"for each in self.{a}:\n            x = each(x)")
        elif text.startswith("{"):
            found.append(
                random.choice(
                    (f"x = self.{a}['b'](self.{a}['a'](x))", f"for each in self.{a}.values():\n            x = each(x)")
                )
            )
        elif "MultiHead" in text:
            found.append(f"x = self.{a}(x, x)")
        else:
            found.append(random.choice(USES).format(a=a))
    found += random.sample(OTHER, random.choice((0, 0, 1)))
    found += ["x = ops.matmul(x, self.w)"] if any("self.w" in each for each in built) and random.random() < 0.8 else []
    found += ["x = self.late(x)"] if any("self.late" in each for each in built) and random.random() < 0.8 else []
    return found


def function(program: Program) -> str:
    """A function that builds and calls a model."""
    random, name = program.random, program.fresh("build")
    held = program.callable()
    inside = held if held and program.chance(0.3) else f"layers.Dense({random.randint(1, 4)})"
    ends = random.choice(
        (
            "keras.Model(start, x)",
            "keras.Model(inputs=[start], outputs=[x], name=name)",
            "keras.Sequential([start, layers.Dense(units)])",
        )
    )
    return (
        f"def {name}(shape=(3,), units={random.randint(1, 4)}, name=None, depth=2):\n    start = x = keras.Input(shape)\n"
        f"    for _ in range(depth):\n        x = layers.Dense(units)(x)\n    x = {inside}(x)\n    return {ends}"
    )


def made(program: Program) -> str | None:
    """An object of a class, or the model of a function, that the program defines."""
    random = program.random
    name = program.some(
        lambda each: (
            (isinstance(each, type) and issubclass(each, keras.Layer) and each.__module__ == "builtins")
            or is_builder(each)
        )
    )
    if name is None:
        return None
    value, n, tensor = program.names[name], random.randint(1, 4), program.tensor()
    forms = [f"{{o}} = {name}()", f"{{o}} = {name}(units={n})", f"{{o}} = {name}(units={n}, name='{{o}}_own')"]
    if is_builder(value):
        forms += [
            f"{{o}} = {name}((5, 3))",
            f"{{o}} = {name}(units={n}, depth=1)",
            f"{{o}} = [{name}(name=f'{{o}}_{{{{i}}}}') for i in range(2)][0]",
        ]
    elif tensor:
        forms += [f"{{o}} = {name}({n})\n{{t}} = {{o}}({tensor})"] * 3 + [
            f"{{o}} = {name}({n})\n{{t}} = {{o}}({{o}}({tensor}))"
        ]
        forms += [
            f"{{t}} = {name}()({tensor})",
            f"{{o}} = {name}({n})\n{{o}}.build((None, 3))",
            f"{{o}} = {name}({n})\n{{o}}(np.ones((2, 3)))",
        ]
        forms += [
            f"{{o}} = {name}({n})\n{{o}}.trainable = False\n{{t}} = {{o}}({tensor})",
            f"{{o}} = {name}({n})\n{{o}}.build((None, 5, 3))",
        ]
        forms += [
            f"{{o}} = {name}({n})\n{{t}} = layers.TimeDistributed({{o}})({tensor})",
            f"{{o}} = keras.Sequential([layers.Input((3,)), {name}({n})])",
        ]
        forms += [
            f"{{o}} = keras.Sequential([{name}({n}), {name}({n})])",
            f"{{o}} = {name}({n})\n{{o}}.first = layers.Dense({n})\n{{t}} = {{o}}({tensor})",
        ]
    return random.choice(forms).format(o=program.fresh("o"), t=program.fresh("t"))


def is_builder(each: object) -> bool:
    return getattr(each, "__name__", "").startswith("build")
