"""The ways in which people write the same thing: loops, comprehensions, partial, match, walrus, closures and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from differing.programs.program import Program

CALLS = (
    "{t} = {layer}({x})", "{t} = {layer}({x})", "{t} = {layer}({x})",
    "{l} = {layer}\n{t} = {l}({x})",
    "if ({l} := {layer}) is not None:\n    {t} = {l}({x})",
    "{t} = {x}\nfor _ in range(2):\n    {t} = {layer}({t})",
    "{l} = {layer}\n{t} = {x}\nfor _ in range(2):\n    {t} = {l}({t})",
    "{l} = [{layer} for _ in range(2)]\n{t} = {l}[1]({l}[0]({x}))",
    "{l} = {{'a': {layer}, 'b': {layer}}}\n{t} = {x}\nfor key, layer in {l}.items():\n    {t} = layer({t})",
    "{l} = [{layer}] * 2\n{t} = {x}\nfor layer in {l}:\n    {t} = layer({t})",
    "{l} = lambda: {layer}\n{t} = {l}()({x})",
    "def {l}(x, times=1, *, last=None):\n    for _ in range(times):\n        x = {layer}(x)\n    return x if last is None else last(x)\n{t} = {l}({x}, times=2)",
    "try:\n    {t} = {layer}(undefined)\nexcept NameError:\n    {t} = {layer}({x})",
    "with keras.name_scope('{t}'):\n    {t} = {layer}({x})",
    "from functools import reduce\n{t} = reduce(lambda x, layer: layer(x), [{layer}, {layer}], {x})",
    "{t} = {x}\nwhile len({t}.shape) > 2:\n    {t} = layers.Flatten()({t})",
    "import functools\n{l} = functools.partial(layers.Dense, activation='relu')\n{t} = {l}(3)({x})",
    "match len({x}.shape):\n    case 2:\n        {t} = layers.Dense(2)({x})\n    case 3 | 4:\n        {t} = {layer}({x})\n    case _:\n        {t} = {x}",
    "{t} = {x} if {x}.shape[-1] == 3 else {layer}({x})",
    "{l} = {layer}\n{t} = {l}({x})\n{l}.trainable = False",
)  # fmt: skip
STACKED = (
    "{s} = keras.Sequential([{items}])", "{s} = keras.Sequential([{items}], name='{s}_net')", "{s} = keras.models.Sequential(layers=[{items}])",
    "{s} = keras.Sequential()\nfor item in [{items}]:\n    {s}.add(item)", "{s} = keras.Sequential(name='{s}_net')\nfor item in ({items},):\n    {s}.add(item)",
    "def make_{s}(*parts):\n    model = keras.Sequential()\n    for part in parts:\n        model.add(part)\n    return model\n{s} = make_{s}({items})",
)  # fmt: skip
SOME = (
    "from dataclasses import dataclass\n@dataclass\nclass {C}:\n    units: int = {n}\n    rate: float = 0.5\n{c} = {C}()\n{t} = layers.Dense({c}.units)({x})",
    "import argparse\n{p} = argparse.ArgumentParser()\n{p}.add_argument('--units', type=int, default={n})\n{c} = {p}.parse_args([])\n{t} = layers.Dense({c}.units)({x})",
    "{c} = dict(units={n}, activation='relu')\n{t} = layers.Dense(**{c})({x})",
    "def {f}(x, made=[]):\n    made.append(layers.Dense({n}))\n    return made[0](x)\n{t} = {f}({f}(ops.concatenate([{x}, {x}], -1))) if False else {f}({x})\n{t}b = {f}({x})",
    "def {f}():\n    shared = None\n    def block(x):\n        nonlocal shared\n        if shared is None:\n            shared = layers.Dense({n})\n        return shared(x)\n    return block\n{c} = {f}()\n{t} = {c}({x})\n{t}b = {c}({x})",
    "{c} = 0\ndef {f}(x):\n    global {c}\n    {c} += 1\n    return layers.Dense({n}, name=f'{f}_{{{c}}}')(x)\n{t} = {f}({f}({x}))",
    "def {f}(function):\n    def wrapped(*args, **kwargs):\n        return layers.Dense({n})(function(*args, **kwargs))\n    return wrapped\n@{f}\ndef {c}(x, units=2):\n    return layers.Dense(units)(x)\n{t} = {c}({x}, units=3)",
    "class {C}:\n    count = 0\n    def __init__(self, units):\n        self.units = units\n        self.layer = layers.Dense(units)\n    @property\n    def double(self):\n        return self.units * 2\n    @classmethod\n    def make(cls, n):\n        cls.count += 1\n        return cls(n)\n    @staticmethod\n    def head(x, n=2):\n        return layers.Dense(n)(x)\n    def __call__(self, x):\n        return self.head(self.layer(x), self.double)\n{c} = {C}.make({n})\n{t} = {c}({x})\n{t}b = {c}({x})",
    "{a}, *{b} = [layers.Dense(n) for n in (3, {n}, 2)]\n{t} = {b}[-1]({b}[0]({a}({x})))",
    "if __name__ == '__main__':\n    {t} = layers.Dense({n})({x})",
    "{t} = [layers.Dense({n})({x}) for _ in range(3)]\n{t} = layers.Add()({t})",
    "{t} = {x}\nfor n, act in zip([{n}, 3], ['relu', None]):\n    {t} = layers.Dense(n, activation=act)({t})\n    if n == 3:\n        break\nelse:\n    {t} = layers.Dense(9)({t})",
    "{a} = {{f'd{{i}}': layers.Dense({n}, name=f'{t}_d{{i}}') for i in range(2)}}\n{t} = layers.concatenate([each({x}) for each in {a}.values()])",
    "{t} = {x}\nfor n in range(1, 6, 2):\n    if n == 3:\n        continue\n    {t} = layers.Dense(n)({t})",
    "def {f}(x, *sizes, final=2, **options):\n    for n in sizes:\n        x = layers.Dense(n, **options)(x)\n    return layers.Dense(final)(x)\n{t} = {f}({x}, 3, {n}, use_bias=False)",
    "{t} = (lambda x, n=3: layers.Dense(n)(x))({x})",
    "{t} = [d({x}) for d in sorted([layers.Dense(4), layers.Dense({n})], key=lambda d: d.units)][0]",
)  # fmt: skip
STATE = (
    "keras.utils.clear_session()", "keras.backend.clear_session()", "keras.config.set_dtype_policy('mixed_float16')", "keras.config.set_floatx('float64')",
    "keras.config.set_image_data_format('channels_first')", "keras.mixed_precision.set_global_policy('mixed_bfloat16')", "keras.config.set_image_data_format('channels_last')",
)  # fmt: skip


def called(program: Program, layer: str, tensor: str) -> str:
    """A layer, given as text, on a tensor."""
    form = program.random.choice(CALLS if program.chance(0.5) else CALLS[:1])
    return form.format(t=program.fresh("t"), l=program.fresh("l"), layer=layer, x=tensor)


def stacked(program: Program, name: str, items: list[str]) -> str:
    return program.random.choice(STACKED).format(s=name, items=", ".join(items))


def some(program: Program) -> str | None:
    """A Python idiom around a layer on a tensor."""
    tensor = program.tensor()
    if tensor is None:
        return None
    names = {letter: program.fresh(letter) for letter in "abcfpt"}
    return program.random.choice(SOME).format(
        **names, C=program.fresh("Kind"), x=tensor, n=program.random.randint(1, 5)
    )


def state(program: Program) -> str:
    """A change of Keras' own state."""
    return program.random.choice(STATE)
