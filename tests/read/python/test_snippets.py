"""Small sources, as people paste them: their models match Keras 3.15.1's summaries."""

from __future__ import annotations

import textwrap

import pytest

from densecli.errors import DenseError, Source, SpecErrors
from densecli.read.python import reader
from densecli.read.python.values import Unknown
from densecli.read.reading import Reading
from densecli.summary.infer import infer
from support.following import followed


def models(text, choice=None, **settings):
    """The models of a source as (name, total, [(row, shape, params), …])."""
    found = reader.read(Source("-", textwrap.dedent(text)), Reading(settings=settings), choice)
    return [report(each) for each in found]


def report(found):
    if found.error is not None:
        raise found.error
    made = infer(found.graph)
    rows = [(row.name, row.output_shapes[0], row.params) for row in made.rows]
    return made.name, made.totals.params, rows


CHAIN = """
    model = Sequential()
    model.add(Dense(16, input_shape=(3, 2)))
    model.add(Activation('relu'))
    model.add(Flatten())
    model.add(Dense(4))
    model.compile(loss='mean_squared_error', optimizer='SGD')
    x = np.array([[[1, 2], [3, 4], [5, 6]]])
    y = model.predict(x)
    print y.shape
"""
# Each row: its subject, the source, and per model its name, total and last row (recorded from Keras 3.15.1).
CASES = [
    ("Python 2 without imports", CHAIN, [("sequential", 244, ("dense_1", (None, 4), 196))]),
    (
        "without Flatten",
        CHAIN.replace("    model.add(Flatten())\n", ""),
        [("sequential", 116, ("dense_1", (None, 3, 4), 68))],
    ),
    (
        "a tensor and no model",
        "input1 = layers.Input((2,3))\noutput = layers.Dense(4)(input1)\nprint(output)",
        [("functional", 16, ("dense", (None, 2, 4), 16))],
    ),
    (
        "a product as an argument",
        "model = tf.keras.Sequential()\nmodel.add(layers.Dense(10*10*256, use_bias=False, input_shape=(100,)))",
        [("sequential", 2_560_000, ("dense", (None, 25600), 2_560_000))],
    ),
    (
        "comments between",
        "model = Sequential()\n# first\nmodel.add(Dense(32, input_shape=(16,)))\n# second\nmodel.add(Dense(32))",
        [("sequential", 1600, ("dense_1", (None, 32), 1056))],
    ),
    (
        "a function with a loop, defaults and a closure",
        """
        def build(width=8, depth=2):
            def block(x, units):
                return layers.Dense(units, activation="relu", name=f"block{units}")(x)
            inputs = keras.Input(shape=(4,))
            x = inputs
            for index in range(depth):
                x = block(x, width * (index + 1))
            return keras.Model(inputs, layers.Dense(1)(x), name="made")
        model = build(depth=3)
        """,
        [("made", 40 + 144 + 408 + 25, ("dense", (None, 1), 25))],
    ),
    (
        "a data set's shape",
        """
        (x_train, y_train), _ = keras.datasets.mnist.load_data()
        x_train = x_train.reshape(len(x_train), -1).astype("float32") / 255
        y_train = keras.utils.to_categorical(y_train)
        model = Sequential([Dense(32, input_shape=x_train.shape[1:]), Dense(y_train.shape[1])])
        """,
        [("sequential", 25450, ("dense_1", (None, 10), 330))],
    ),
    (
        "argparse and a class that holds a model",
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--units", type=int, default=24)
        args = parser.parse_args()
        class Trainer:
            def __init__(self, units):
                self.model = Sequential([Input((6,)), Dense(units), Dense(1)])
        trainer = Trainer(args.units)
        """,
        [("sequential", 193, ("dense_1", (None, 1), 25))],
    ),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_snippet_has_keras_answer(text, expected):
    assert [(name, total, rows[-1]) for name, total, rows in models(text)] == expected


def test_integers_divide_as_in_the_python_that_the_source_is_of():
    text = "n = 7 / 2\nprint n\nm = Sequential([Input((3,)), Dense(n)])"
    assert models(text)[0][1] == 12
    with pytest.raises(DenseError):
        models(text.replace("print n", "print(n)"))


def test_every_summary_is_shown_as_the_model_was_then():
    text = "m = Sequential([Input((3,)), Dense(2)])\nm.summary()\nm.add(Dense(5))\nm.summary()"
    assert [total for _, total, _ in models(text)] == [8, 23]


def test_a_model_inside_another_is_not_shown_by_itself():
    text = """
        encoder = Sequential([Input((8,)), Dense(2)], name="encoder")
        auto = Sequential([encoder, Dense(8)], name="auto")
    """
    assert [name for name, *_ in models(text)] == ["auto"]
    assert [name for name, *_ in models(text, "*")] == ["encoder", "auto"]
    assert [name for name, *_ in models(text, "encoder")] == ["encoder"]


@pytest.mark.parametrize(
    ("choice", "total"), [("build(3)", 12), ("build(units=5)", 20), ("build", 8), ("1", None), ("nobody", None)]
)
def test_a_choice_calls_a_function(choice, total):
    text = "def build(units=2):\n    return Sequential([Input((3,)), Dense(units)])"
    if total is None:
        with pytest.raises(DenseError):
            models(text, choice)
    else:
        assert [found[1] for found in models(text, choice)] == [total]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("import pandas as pd\nX = pd.read_csv('x.csv')\nm = Sequential([Dense(3, input_shape=(X.shape[1],))])",
         "E350", ("X.shape[1]", "line 2", "--set X.shape=")),
        ("n = int(input())\nm = Sequential([Input((3,)), Dense(n)])", "E350", ("n:", "line 1", "--set n=")),
        ("if input():\n    m = Sequential([Input((3,)), Dense(1)])", "E352", ("--set 1=true",)),
        ("m = Sequential([Dense(3)])", "E406", ("--input-shape",)),
        ("x = 1", "E403", ()),
        ("c = load()\nm = Sequential([Input((3,)), Dense(c.model.units[0])])", "E350", (".model.units[0]", "--set c=")),
        ("import argparse\np = argparse.ArgumentParser()\np.add_argument('n', type=int)\nm = Sequential([Input((3,)), Dense(p.parse_args().n)])",
         "E350", ("args.n", "--set args.n=")),
        ("raise nobody", "E353", ("ends here with Exception: ",)),
        ("class E(ValueError): pass\nraise E('x')", "E353", ("ends here with ValueError",)),
        ("t = TimeDistributed(Dense(load()))\nm = Sequential([Input((2, 3)), t])", "E350", ("load",)),
        ("m = Sequential([Input((3, 3, 1)), Conv2D(8, 7)])", "E405", ("window of 7",)),
    ],
)  # fmt: skip
def test_what_is_not_known_is_said_with_the_way_to_give_it(text, code, words):
    with pytest.raises((DenseError, SpecErrors)) as caught:
        models(text)
    error = caught.value
    assert error.code == code
    assert all(word in f"{error.message} {error.hint}" for word in words)


@pytest.mark.parametrize(
    ("text", "settings", "total"),
    [
        ("X = load()\nm = Sequential([Dense(3, input_shape=(X.shape[1],))])", {"X.shape": "1000,7"}, 24),
        ("n = 4\nm = Sequential([Input((3,)), Dense(n)])", {"n": "5"}, 20),
        ("def f(w=4):\n    return Sequential([Input((3,)), Dense(w)])\nm = f()", {"w": "2"}, 8),
        ("import os\nif os.path.exists('w'):\n    m = Sequential([Input((3,)), Dense(1)])", {"2": "true"}, 4),
    ],
)
def test_a_setting_gives_what_is_not_known_or_replaces_what_is(text, settings, total):
    assert [found[1] for found in models(text, **settings)] == [total]


@pytest.mark.parametrize(
    "text",
    [
        "m = Sequential([Dense(3)])",
        "x = load()\nm = Sequential([Input(x.shape[1:]), Dense(3)])",
        "x = load()\nm = Sequential([Dense(3, input_shape=x.shape[1:])])",
        "x = load()\ni = Input(batch_shape=x.shape)\nm = Model(i, Dense(3)(i))",
        "class M(Model):\n    def __init__(self):\n        super().__init__()\n        self.d = Dense(3)\n"
        "    def call(self, x):\n        return self.d(x)\nm = M()",
    ],
)
def test_an_input_shape_builds_what_the_source_leaves_open(text):
    (found,) = reader.read(Source("-", text), Reading({None: (4,)}))
    assert report(found)[1] == 15


def test_a_branch_that_may_run_changes_nothing_but_what_it_assigns():
    text = """
        width = 4
        if input():
            print("loading")
            epochs = 3
        m = Sequential([Input((3,)), Dense(width)])
    """
    assert models(text)[0][1] == 16


def test_a_value_that_only_a_branch_gives_is_not_guessed():
    text = "n = 4\nif input():\n    n = 8\nm = Sequential([Input((3,)), Dense(n)])"
    with pytest.raises(DenseError) as caught:
        models(text)
    assert caught.value.code == "E350"


@pytest.mark.parametrize(
    ("condition", "line", "total"),
    [
        ("os.path.exists('model.h5')", "read as false", 8),
        ("not os.path.isfile('model.h5')", "read as true", 32),
        ("not os.path.isdir('data')", None, 8),
    ],
)
def test_files_that_a_source_asks_for_are_taken_as_missing_and_that_is_said(condition, line, total):
    """A branch that ends the program is not taken; one that neither builds nor assigns anything needs no words."""
    inside = "sys.exit('no data')" if "isdir" in condition else "n = 8"
    text = f"import os, sys\nn = 2\nif {condition}:\n    {inside}\nm = Sequential([Input((3,)), Dense(n)])"
    (found,) = reader.read(Source("-", text), Reading())
    assert infer(found.graph).totals.params == total
    assert [word for word in found.graph.warnings if "line 3" in word] == (
        []
        if line is None
        else [
            f"line 3: {line}, assuming no other files exist; --set 3={'true' if 'false' in line else 'false'} takes the other branch"
        ]
    )


def test_what_keras_3_has_only_after_a_call_is_read_as_before_with_a_note():
    text = "m = Sequential([Input((3,)), Dense(2), Dense(1)])\nn = Model(m.input, m.layers[0].output)"
    found = reader.read(Source("-", text), Reading(), "n")
    assert infer(found[0].graph).totals.params == 8
    assert "line 2: Keras 3 refuses `.input` of a Sequential" in found[0].graph.warnings[0]


@pytest.mark.parametrize(
    "held",
    [
        "self.l = []; self.l.append(self.l); self.d = Dense(2)",
        "self.d = Dense(2); self.me = self; self.x = {}; self.x['x'] = self.x",
        "self.d = Dense(2); self.x = [self.d]\n        for _ in range(3000):\n            self.x = [self.x]",
    ],
)
def test_a_model_that_holds_itself_has_an_end(held):
    text = (
        f"class M(Model):\n    def __init__(self):\n        super().__init__()\n        {held}\n"
        "    def call(self, x):\n        return self.d(x)\nm = M()\nm(Input((3,)))\nm.trainable = False"
    )
    (found,) = reader.read(Source("-", text), Reading())
    assert infer(found.graph).totals.params == 8
    assert infer(found.graph).totals.trainable_params == 0


def test_lists_in_lists_have_a_price():
    """Each turn looks through all that the attribute holds by then; a loop that only costs is not followed to its end."""
    text = (
        "class M(Model):\n    def __init__(self):\n        super().__init__()\n        self.d = Dense(2); self.x = [self.d]\n"
        "        for _ in range(3000):\n            self.x = [self.x]\n"
        "    def call(self, x):\n        return self.d(x)\nm = M()\nm(Input((3,)))"
    )
    (found,) = reader.read(Source("-", text), Reading())
    assert infer(found.graph).totals.params == 8
    assert "the others were skipped" in found.graph.warnings[0]


def test_layers_that_hold_each_other_are_frozen_once():
    text = (
        "class M(Model):\n    def __init__(self):\n        super().__init__()\n        self.d = Dense(2)\n"
        "    def call(self, x):\n        return self.d(x)\na = M()\nb = M()\na.other = b\nb.other = a\n"
        "a(Input((3,)))\na.trainable = False"
    )
    found = reader.read(Source("-", text), Reading(), "a")
    assert infer(found[0].graph).totals.trainable_params == 0


def test_every_model_of_a_source_that_has_none():
    with pytest.raises(DenseError) as caught:
        reader.read(Source("-", "import keras\nx = keras.applications.VGG16(foo=3)"), Reading(), "*")
    assert caught.value.code == "E305"


def test_keras_trusts_the_output_shape_of_a_lambda():
    text = "i = Input((16,))\nm = Model(i, Lambda(lambda t: t * 2, output_shape=(4, 4), name='z')(i))"
    (found,) = reader.read(Source("-", text), Reading())
    row = infer(found.graph).rows[-1]
    assert (row.output_shapes, row.params, row.weights_unknown) == (((None, 4, 4),), 0, False)


def test_a_training_loop_is_left_and_told():
    text = "m = Sequential([Input((3,)), Dense(2)])\nlosses = []\nwhile True:\n    losses.append(1)"
    found = reader.read(Source("-", text), Reading())
    assert "line 3" in found[0].graph.warnings[0]


def test_a_shape_that_a_layer_cannot_take_is_unknown():
    text = "d = Dense(3)\nn = d.compute_output_shape(())\nm = Sequential([Input((3,)), Dense(n[-1])])"
    with pytest.raises(DenseError) as caught:
        models(text)
    assert caught.value.code == "E350"


def test_names_that_nobody_imported_are_those_of_keras():
    text = """
        class Half(Layer):
            def call(self, x):
                return x / 2
        i = Input((3,))
        m = Model(i, Half()(i))
    """
    assert models(text)[0][2][-1] == ("half", (None, 3), 0)


def test_a_call_that_gives_a_tensor_among_others_is_shown_up_to_it():
    text = "def build(n):\n    x = Input((3,))\n    return Dense(n)(x), 3"
    assert models(text, "build(4)") == [("functional", 16, [("input_layer", (None, 3), 0), ("dense", (None, 4), 16)])]


def test_comments_hold_expectations_of_the_next_model():
    text = """# densecli: max_params=1000, output=(None, 4), strict, dtype="float32"
a = Sequential([Input((3,)), Dense(4)])
# densecli: exact-params=9
b = Sequential([Input((2,)), Dense(3)])
# densecli: layers=2
"""
    first, second = reader.read(Source("-", text), Reading(), "*")
    assert first.graph.expect == {"max_params": 1000, "output": "(None, 4)", "strict": True, "dtype": "float32"}
    assert second.graph.expect == {"exact_params": 9, "layers": 2}


@pytest.mark.parametrize("text", ["len(x)", "[each for each in x]", "1 if x else 2", "x.nothing", "float(x)", "not x"])
def test_what_a_symbolic_tensor_does_not_tell_is_unknown(text):
    assert isinstance(followed(f"x = Input((3,))\na = {text}")["a"], Unknown)


@pytest.mark.parametrize("keys", ["open('x')", "[[1]]", "[(1, 2), {}]"])
@pytest.mark.parametrize("made", ["dict.fromkeys({})", "dict([(key, 1) for key in {}])"])
def test_a_dict_of_keys_that_are_unknown_or_cannot_be_hashed(made, keys):
    text = f"try:\n    d = {made.replace('{}', keys)}\nexcept TypeError:\n    pass\nm = Sequential([Input((3,)), Dense(2)])"
    assert models(text)[0][1] == 8
