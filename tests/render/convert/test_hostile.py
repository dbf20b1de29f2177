"""What `convert` writes is data to whoever reads it: hostile text in a config is quoted or refused, never code."""

from __future__ import annotations

import ast
import json

import pytest

from densecli.errors import OutputError, Source
from densecli.read.keras.model import read_config
from densecli.read.spec.document import read_spec
from densecli.read.stack.reader import read_stack
from densecli.render.convert import dsl, keras_config, python, spec
from densecli.render.json import as_record
from densecli.summary.infer import infer

NO_WORDS = {
    "code": {"a=__import__('os').system('touch pwned'), b": 1},
    "control": {"a\x1b[31m\n::error::k": 1},
}
NO_ARGUMENTS = {"digit": {"²": 1}, "keyword": {"class": 1}, "twice": {"0": 1, "value": 2}}


def config_of(class_name, config):
    return json.dumps({
        "class_name": "Sequential",
        "config": {"name": "m", "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "x"}},
            {"class_name": "Dense", "config": {
                "name": "##[error]a##vso[task.setvariable variable=x]", "units": 3,
                "kernel_initializer": {"module": "keras.initializers", "class_name": class_name, "config": config},
            }},
        ]},
    })  # fmt: skip


def read(text):
    return read_config(json.loads(text), Source("<argument>", text))


def assert_refused(write, graph):
    with pytest.raises(OutputError) as raised:
        write(graph)
    assert raised.value.code == "E604"


@pytest.mark.parametrize("config", NO_WORDS.values(), ids=NO_WORDS)
@pytest.mark.parametrize("write", [python.render, dsl.render])
def test_error_keys_that_are_no_words_are_not_written_as_arguments(config, write):
    assert_refused(write, read(config_of("Constant", config)))


@pytest.mark.parametrize("config", NO_ARGUMENTS.values(), ids=NO_ARGUMENTS)
def test_error_keys_that_python_has_no_argument_for(config):
    assert_refused(python.render, read(config_of("Constant", config)))


@pytest.mark.parametrize("write", [python.render, dsl.render, spec.render_yaml, spec.render_json, keras_config.render])
def test_error_a_class_that_is_not_keras_own_is_not_written(write):
    assert_refused(write, read(config_of("Zeros(), name=b) -> Dense(99999, kernel_initializer=Zeros", {})))


@pytest.mark.parametrize(
    ("write", "back"),
    [
        (dsl.render, lambda text: read_stack(Source("<argument>", text))),
        (spec.render_yaml, lambda text: read_spec(Source("<argument>", str(text)))),
        (spec.render_json, lambda text: read_spec(Source("<argument>", str(text)))),
        (keras_config.render, read),
        (python.render, None),
    ],
)
def test_commands_of_ci_runners_are_spelled_in_another_way_that_reads_the_same(write, back):
    graph = read(config_of("Zeros", {}))
    text = write(graph)
    assert "##[" not in text
    assert "##vso[" not in text
    if back is None:
        assert graph.nodes[1].name in [
            node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)
        ]
    else:
        assert as_record(infer(back(text)))["layers"] == as_record(infer(graph))["layers"]
