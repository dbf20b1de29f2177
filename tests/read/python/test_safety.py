"""Reading a source runs and imports nothing and opens only modules in its folder; no source crashes or hangs the reader."""

from __future__ import annotations

import ast
import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densecli.errors import DenseError, LimitError, Source, SpecErrors
from densecli.read.limits import LIMITS
from densecli.read.python import reader
from densecli.read.reading import Reading
from densecli.summary.infer import infer
from support.work import calls_counted

REAL = Path(__file__).resolve().parents[4] / "shared" / "python" / "src"
# Follows sources under an audit hook; prints everything that was opened, imported or run.
AUDIT = """
import json, sys
from densecli.errors import DenseError, LimitError, Source, SpecErrors
from densecli.read.python import reader
from densecli.read.reading import Reading
from densecli.summary.infer import infer

# ast.parse raises `compile`, too; that nothing is run is what `exec` tells.
WATCHED = ("open", "import", "exec", "marshal.loads", "pickle.find_class", "ctypes.dlopen", "code.__new__")
FAMILIES = ("socket.", "subprocess.", "os.", "shutil.", "urllib.", "ftplib.", "http.", "tempfile.", "webbrowser.", "sqlite3.")
seen, watching = [], False

def hook(event, args):
    if watching and (event in WATCHED or event.startswith(FAMILIES)):
        seen.append((event, str(args[0])[:200]))

paths = json.loads(sys.stdin.read())
def follow(path, text):
    try:
        for found in reader.read(Source(path, text), Reading(), "*"):
            found.graph is not None and infer(found.graph)
    except (DenseError, SpecErrors):
        pass

texts = [(path, open(path, encoding="utf-8", errors="replace").read()) for path in paths]
for path, text in texts:
    follow(path, text)  # once to import what densecli itself needs
sys.addaudithook(hook)
watching = True
for path, text in texts:
    follow(path, text)
watching = False
print(json.dumps(seen))
"""


def audited(paths):
    ran = subprocess.run(
        [sys.executable, "-c", AUDIT],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [tuple(each) for each in json.loads(ran.stdout)]


def first_error(source, reading):
    """Raises what keeps the first model of a source from being shown."""
    raise reader.read(source, reading)[0].error or DenseError("shown")


def misdeeds(events, folder):
    """Events that only the source itself could have caused."""
    allowed = str(folder)
    return [
        (event, what)
        for event, what in events
        if not (event == "open" and what.startswith(allowed) and what.endswith(".py"))
        and event not in ("os.listdir", "os.scandir")
        and (event, what) != ("open", "<unknown>")  # where Python looks for the line of a SyntaxWarning
    ]


HOSTILE = [
    "import os\nos.system('touch {canary}')",
    "import subprocess\nsubprocess.run(['touch', '{canary}'])",
    "__import__('os').system('touch {canary}')",
    "eval(\"__import__('os').system('touch {canary}')\")",
    'exec(\'open("{canary}", "w")\')',
    "open('{canary}', 'w').write('x')",
    "().__class__.__bases__[0].__subclasses__()",
    "print.__self__.open('{canary}', 'w')",
    "class A:\n    def __init__(self):\n        open('{canary}', 'w')\nA()",
    "import importlib\nimportlib.import_module('antigravity')",
    'f\'{{open("{canary}", "w")}}\'',
    "'{{0.__class__.__init__.__globals__}}'.format(print)",
    "import pickle\npickle.loads(b'cos\\nsystem\\n(S\"touch {canary}\"\\ntR.')",
    "from keras.models import load_model\nload_model('/etc/passwd')",
    "import numpy as np\nnp.load('/etc/passwd', allow_pickle=True)",
]


def test_a_hostile_source_does_nothing(tmp_path):
    canary = tmp_path / "canary"
    paths = []
    for number, text in enumerate(HOSTILE):
        paths.append(tmp_path / f"s{number}.py")
        paths[-1].write_text(
            text.format(canary=canary) + "\nfrom keras import Sequential, Input\nm = Sequential([Input((3,))])\n"
        )
    assert not misdeeds(audited(paths), tmp_path)
    assert not canary.exists()


def test_a_module_outside_of_the_folder_is_not_read(tmp_path):
    (tmp_path / "secret.py").write_text("width = 7\n")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link.py").symlink_to(tmp_path / "secret.py")
    (inner / "own.py").write_text("width = 5\n")
    text = "from {} import width\nfrom keras import Sequential, Input, layers\nm = Sequential([Input((3,)), layers.Dense(width)])"
    found = reader.read(Source(str(inner / "a.py"), text.format("own")), Reading())
    assert found[0].graph is not None
    for module in ("link", "..secret", "secret"):
        with pytest.raises(DenseError):
            first_error(Source(str(inner / "a.py"), text.format(module)), Reading())


@pytest.mark.skipif(not REAL.is_dir(), reason="the real sources lie beside the checkout of its developers only")
def test_real_sources_open_nothing_but_their_own_modules():
    paths = sorted(REAL.glob("*/*.py"))[:40]
    assert not misdeeds(audited(paths), REAL)


BOUNDED = [
    "x = 9 ** 9 ** 9 ** 9",
    "x = 'a' * 10 ** 12",
    "x = [0] * 10 ** 12",
    "x = list(range(10 ** 12))",
    "x = 1 << 10 ** 9",
    "def f(n):\n    return f(n + 1)\nf(0)",
    "while True:\n    pass",
    "x = []\nfor i in range(10 ** 9):\n    x.append(i)",
    "x = '%1000000000d' % 1",
    "x = f'{1:1000000000}'",
    "x = '{:1000000000}'.format(1)",
    "x = 'a'.ljust(10 ** 12)",
    "x = 'ab' * 1000\nfor i in range(100):\n    x = x + x",
    "x = [1]\nfor i in range(100):\n    x = x + x",
    "import itertools\nx = list(itertools.product(range(1000), repeat=20))",
    "x = []\nx.append(x)\nprint(f'{x}')\ny = x == x",
    "from keras import layers, Input\nx = Input((3,))\nwhile True:\n    x = layers.Dense(3)(x)",
]


@pytest.mark.parametrize("text", BOUNDED)
def test_a_source_that_never_ends_is_bounded(text):
    limits = LIMITS._replace(steps=20_000)
    with pytest.raises((DenseError, SpecErrors)):
        first_error(Source("-", text), Reading(limits=limits))


TWICE = "for _ in range(60):\n    t = [t, t]\n"
KERAS = "import numpy as np, keras, tensorflow as tf, itertools\nfrom keras import layers\n"
GROWING = {
    "f-string": "s = 'ab'\nfor _ in range(60):\n    s = f'{s}{s}'",
    "percent": "s = 'ab'\nfor _ in range(60):\n    s = '%s%s' % (s, s)",
    "format": "s = 'ab'\nfor _ in range(60):\n    s = '{0}{0}'.format(s)",
    "bytes": "s = b'%10000000000d' % 1",
    "tabs": "s = ('\\t' * 100_000).expandtabs(1_000_000)",
    "join": "s = ''.join(['a' * 1_000_000] * 1_000_000)",
    "text of lists": "t = ['a' * 1000] * 1_000_000\nt = [t] * 1_000_000\ns = f'{t}'",
    "layer": f"{KERAS}t = [3]\n{TWICE}s = layers.Dense(t)",
    "layer of tensors": f"{KERAS}t = keras.Input((3,))\n{TWICE}s = layers.Concatenate()(t)",
    "operation": f"{KERAS}t = keras.Input((3,))\n{TWICE}s = keras.ops.concatenate(t)",
    "model": f"{KERAS}t = []\nt.append(t)\ns = keras.Model(t, t)",
    "slices": f"{KERAS}t = np.zeros((3, 3))\nfor _ in range(60):\n    t = (t, t)\ns = tf.data.Dataset.from_tensor_slices(t)",
    "zip": f"{KERAS}s = tf.data.Dataset.range(3)\nfor _ in range(60):\n    s = tf.data.Dataset.zip((s, s))\ns = s.batch(2)",
}
ENDING = "\nimport keras\nm = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])\n"


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_values_that_double_are_bounded(text):
    """Else this test takes all memory, or all time."""
    (found,) = reader.read(Source("-", text + ENDING), Reading(choice="m"))
    assert len(found.graph.nodes) == 2


UNFIT = [
    "tf.data.Dataset.range(10**30)", "tf.data.Dataset.range()", "tf.data.Dataset.range(1, 2, 0)", "tf.data.Dataset.zip(())",
    "[each for each in tf.data.Dataset.range(3).repeat(10**18).repeat(10**18)]", "tf.data.Dataset.range(3).skip(1, 2, 3)",
    "tf.argmax([i], -1, ())", "tf.math.log(-(10**30))", "tf.floor(float('inf'))", "tf.transpose(np.zeros((3, 4)), np)",
    "np.arange('', float('nan'))", "np.eye(i)", "np.random.randn(float('inf'))", "tf.range(0, None, 10**30)", "tf.ones_like(None, [i])",
    "itertools.product([None], i)", "enumerate('a', None)", "keras.backend.arange(float('inf'))", "keras.backend.temporal_padding(i, None)",
    "keras.backend.spatial_2d_padding('', range(3))", "tf.placeholder_with_default()",
]  # fmt: skip


@pytest.mark.parametrize("call", UNFIT)
def test_arguments_that_do_not_fit_are_no_error_of_ours(call):
    text = f"{KERAS}i = keras.Input((3, 4))\ntry:\n    x = {call}\nexcept Exception:\n    pass{ENDING}"
    with contextlib.suppress(DenseError, SpecErrors):
        assert reader.read(Source("-", text), Reading(choice="m"))


SEEDS = [
    "import keras\nfrom keras import layers\nm = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Flatten()])\n"
    "for i in range(3):\n    m.add(layers.Dense(2 ** i, activation='relu'))\nm.summary()\n",
    "class B(layers.Layer):\n    def __init__(self, u, **k):\n        super().__init__(**k)\n        self.d = layers.Dense(u)\n"
    "    def call(self, x):\n        return self.d(x) + x\nx = layers.Input((4,))\nm = keras.Model(x, B(4)(x))\n",
    "import numpy as np, pandas as pd\ndf = pd.read_csv('a.csv')\nX = df[['a', 'b']].values\ny = np.zeros((3, 4))[:, None]\n"
    "def f(a, *b, c=1, **d):\n    return a if a else [f(x) for x in b]\nm = Sequential([Dense(len(X[0]), input_shape=X.shape[1:])])\n",
]
WORDS = [
    "None",
    "-1",
    "[]",
    "{}",
    "x",
    "lambda: 0",
    "*x",
    "**x",
    "m",
    "10**9",
    "'a'",
    "...",
    "x[0]",
    "not",
    "(",
    ")",
    ":",
    "\n",
    "    ",
]


@st.composite
def mutated(draw):
    """A source with some of its words replaced, dropped or doubled."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 6)))
        text = text[:at] + draw(st.sampled_from([*WORDS, text[at:end] * 2, ""])) + text[end:]
    return text


@settings(max_examples=300)
@given(mutated())
def test_no_mutated_source_crashes_the_reader(text):
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return
    with contextlib.suppress(DenseError, SpecErrors):
        reader.read(Source("-", text), Reading(limits=LIMITS._replace(steps=20_000)), "*")


CALLED_TWICE = {
    "model": "i = keras.Input((3,))\nm = keras.Model(i, layers.Dense(3)(i))\nfor _ in range(40):\n    i = keras.Input((3,))\n    m = keras.Model(i, m(m(i)))",
    "layer of the source": "class L(layers.Layer):\n    def __init__(self, a):\n        super().__init__()\n        self.a = a\n"
    "    def call(self, x):\n        return self.a(self.a(x))\nl = layers.Dense(3)\nfor _ in range(40):\n    l = L(l)\n"
    "i = keras.Input((3,))\nm = keras.Model(i, l(i))",
}


@pytest.mark.parametrize("text", CALLED_TWICE.values(), ids=CALLED_TWICE)
def test_models_that_call_each_other_twice_are_counted_once(text):
    """Else this test takes 2⁴⁰ steps."""
    (found,) = reader.read(Source("-", KERAS + text), Reading(choice="m"))
    totals = infer(found.graph).totals
    assert (totals.params, totals.macs) == (12, 9 * 2**40)


NESTED = {
    "sequentials": "m = keras.Sequential([keras.Input((3,)), layers.Dense(3)])\nfor _ in range(300):\n    m = keras.Sequential([keras.Input((3,)), m])",
    "functionals": "i = keras.Input((3,))\nm = keras.Model(i, layers.Dense(3)(i))\nfor _ in range(300):\n    i = keras.Input((3,))\n    m = keras.Model(i, m(i))",
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_models_in_models_without_end_are_refused(text):
    with pytest.raises(LimitError) as caught:
        first_error(Source("-", KERAS + text), Reading(choice="m"))
    assert caught.value.code == "E503"
    assert "--limit depth=" in caught.value.hint


def test_wrappers_of_a_shared_model_are_counted_once():
    """Two wrappers of one model, in a model of which there are two wrappers, and so on: 2²⁴ ways lead to its weights."""
    grow = (
        "for k in range(1, 25):\n    i = keras.Input((2,) * k + (3,))\n"
        "    a, b = layers.TimeDistributed(m), layers.TimeDistributed(m)\n    m = keras.Model(i, layers.Add()([a(i), b(i)]))\n"
    )
    text = f"{KERAS}m = keras.Sequential([keras.Input((3,)), layers.Dense(3)])\n{grow}"
    found = reader.read(Source("-", text), Reading(choice="m"))[-1]
    with calls_counted() as calls:
        assert infer(found.graph).totals.params == 12
    assert calls[0] < 2_000_000
