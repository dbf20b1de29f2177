"""SavedModel folders that are damaged, made to hurt, or lead elsewhere: a report or an error, never a bug or a foreign file."""

from __future__ import annotations

import json
import os
import shutil
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings

from densecli.errors import DenseError, SpecErrors
from densecli.read.limits import LIMITS
from densecli.read.open import open_spec
from densecli.read.reading import Reading
from support.mutation import mutated, mutations
from support.program import outcome
from support.saved_models import unpacked

EXAMPLES = int(os.environ.get("DENSECLI_MUTATIONS", "20"))
FILES = ("saved_model.pb", "keras_metadata.pb", "variables/variables.index", "variables/variables.data-00000-of-00001")
FORMS = [
    (name, file)
    for name in ("custom_in_a_sequential", "lstm_old", "exported")
    for file in FILES
    if not (file == FILES[1] and name in ("lstm_old", "exported"))
]


def fails(path, code, **options):
    with pytest.raises((DenseError, SpecErrors)) as caught:
        open_spec(str(path), Reading(**options))
    error = caught.value if isinstance(caught.value, DenseError) else caught.value.errors[0]
    assert error.code == code
    return error


@pytest.mark.parametrize(("name", "file"), FORMS)
def test_a_mutated_file_is_a_report_or_an_error(tmp_path, name, file):
    folder = unpacked(name, tmp_path)
    data = (folder / file).read_bytes()

    @given(mutations(len(data)))
    @settings(max_examples=EXAMPLES, derandomize=EXAMPLES < 1000, deadline=None, database=None,
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])  # fmt: skip
    def check(changes):
        (folder / file).write_bytes(mutated(data, changes))
        code, out, err = outcome(str(folder), "-f", "json")
        assert code in (0, 2), err
        assert json.loads(out)["layers"] if code == 0 else out == "" and err.startswith("error[E")
        assert outcome(str(folder), "--run", "-f", "json")[0] in (0, 2)

    check()


@pytest.mark.parametrize(("name", "file"), FORMS)
def test_a_file_that_is_cut_off_anywhere_is_a_report_or_an_error(tmp_path, name, file):
    folder = unpacked(name, tmp_path)
    data = (folder / file).read_bytes()
    for length in range(0, len(data), max(1, len(data) // 40)):
        (folder / file).write_bytes(data[:length])
        assert outcome(str(folder), "--run")[0] in (0, 2)


# -- folders that lead elsewhere ---------------------------------------------------------------
SECRET = "secret_name_of_a_layer"


@pytest.fixture
def elsewhere(tmp_path):
    """A model outside the folder whose layer nobody may see."""
    folder = unpacked("dense", tmp_path / "outside")
    data = (folder / "keras_metadata.pb").read_bytes()
    (folder / "keras_metadata.pb").write_bytes(data.replace(b'"dense_1"', json.dumps(SECRET[:7]).encode()))
    return folder


@pytest.mark.parametrize("file", FILES)
def test_links_in_the_folder_are_not_followed(tmp_path, elsewhere, file):
    name = "exported" if file == FILES[2] else "custom_with_config"
    folder = unpacked(name, tmp_path)
    (folder / file).unlink()
    (folder / file).symlink_to(elsewhere / file)
    code, out, err = outcome(str(folder), "--run") if file != FILES[2] else outcome(str(folder / FILES[2]))
    if file == FILES[2]:  # given by its own name, a link is the user's
        assert code == 0
        return
    assert SECRET[:7] not in out + err
    assert code == 2
    assert "is not a plain file" in err or file == FILES[3]


def test_a_linked_folder_of_variables_is_not_followed(tmp_path, elsewhere):
    folder = unpacked("dense", tmp_path)
    shutil.rmtree(folder / "variables")
    (folder / "variables").symlink_to(elsewhere / "variables")
    code, _, err = outcome(str(folder), "--run")
    assert (code, "is not a plain file" in err) == (2, True)


def test_the_folder_itself_may_be_a_link(tmp_path):
    folder = unpacked("dense", tmp_path)
    (tmp_path / "link").symlink_to(folder)
    assert open_spec(str(tmp_path / "link")).kind == "Sequential"


@pytest.mark.parametrize("file", FILES[:2])
def test_a_folder_or_a_pipe_in_the_place_of_a_file_is_refused(tmp_path, file):
    folder = unpacked("custom_with_config", tmp_path)
    (folder / file).unlink()
    (folder / file).mkdir()
    fails(folder, "E105")
    (folder / file).rmdir()
    os.mkfifo(folder / file)
    fails(folder, "E105")


def test_nothing_is_opened_that_the_files_name(tmp_path):
    """Vocabularies and other assets are files that the objects name: their paths are never used."""
    opened = []
    folder = unpacked("text", tmp_path)
    import sys

    sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" and watching else None)
    watching = True
    open_spec(str(folder))
    watching = False
    names = {str(each) for each in opened if isinstance(each, str) and not each.endswith((".py", ".pyc"))}
    assert names <= {str(folder), "keras_metadata.pb", "saved_model.pb", "variables"}


# -- sizes ------------------------------------------------------------------------------------
def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(number):
    found = b""
    while number > 127:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])


def child(name, number):
    return field(1, varint(1 << 3) + varint(number) + field(2, name.encode()))


def saved_model(objects):
    return varint(1 << 3) + varint(1) + field(2, field(7, b"".join(field(1, each) for each in objects)))


def note(**entry):
    return field(4, field(1, b"_tf_keras_model") + field(3, json.dumps(entry).encode()))


def variable(*sizes, name="v"):
    shape = b"".join(field(2, varint(1 << 3) + varint(size)) for size in sizes)
    return field(7, varint(1 << 3) + varint(1) + field(2, shape) + field(6, name.encode()))


def folder_with(tmp_path, objects):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "saved_model.pb").write_bytes(saved_model(objects))
    return tmp_path / "m"


def test_objects_that_hold_each_other_end(tmp_path):
    root = (
        child("variables", 1) + child("layer-0", 0) + child("self", 0) + note(class_name="Net", config={}, name="net")
    )
    loop = child("0", 2) + child("1", 1) + child("2", 0)
    graph = open_spec(str(folder_with(tmp_path, [root, loop, variable(3)])))
    assert [node.name for node in graph.nodes] == ["net"]


def test_objects_without_notes_that_hold_each_other_end(tmp_path):
    root = child("a", 1) + child("self", 0)
    graph = open_spec(
        str(folder_with(tmp_path, [root, child("b", 2) + child("up", 0) + child("self", 1), variable(3)]))
    )
    assert [node.name for node in graph.nodes] == ["v"]


def test_an_object_that_is_not_there_is_an_error(tmp_path):
    fails(folder_with(tmp_path, [child("variables", 7) + note(class_name="Net", config={}, name="net")]), "E331")


def test_a_shape_without_end_costs_nothing(tmp_path):
    graph = open_spec(str(folder_with(tmp_path, [child("a", 1), variable(1 << 40, 1 << 20)])))
    assert graph.nodes[0].layer.held[0].shape == (1 << 40, 1 << 20)


def test_a_shape_of_unknown_size_is_no_variable_of_the_table(tmp_path):
    path = folder_with(tmp_path, [child("a", 1), variable((1 << 64) - 1)])
    fails(path, "E324")


def test_large_parts_are_refused_by_the_limit(tmp_path):
    folder = unpacked("custom_with_config", tmp_path)
    error = fails(folder, "E506", limits=LIMITS._replace(config_bytes=1000))
    assert "--limit config_bytes=" in error.hint
    folder = unpacked("lstm_old", tmp_path)
    fails(folder, "E506", limits=LIMITS._replace(config_bytes=1000))
    fails(folder, "E502", limits=LIMITS._replace(nodes=10))


def test_a_model_in_models_without_end_is_refused(tmp_path):
    entry = {"class_name": "Sequential", "config": {"name": "a", "layers": []}}
    for _ in range(200):
        entry = {"class_name": "Sequential", "config": {"name": "a", "layers": [entry]}}
    fails(folder_with(tmp_path, [note(**entry)]), "E503")


def test_a_length_beyond_the_file_is_refused(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(varint(2 << 3 | 2) + varint(1 << 50))
    fails(tmp_path, "E331")


@cache
def hidden():
    return "\x1b[31m\u202e::error::x"


def test_names_are_shown_escaped(tmp_path):
    path = folder_with(tmp_path, [child("a", 1), variable(3, name=hidden())])
    code, out, err = outcome(str(path))
    assert code == 0
    assert not any(char in out + err for char in "\x1b\u202e")
