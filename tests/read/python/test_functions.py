"""Every function that densecli knows returns what the real one did when tools/record_functions.py called it."""

from __future__ import annotations

import json
import math
from functools import cache

import pytest

from densecli.catalogue import APPLICATIONS
from densecli.names import ACTIVATION_FLOPS
from densecli.read.python.arrays import Array
from densecli.read.python.catalog import ENTRIES, INSIDE, LIBRARIES, Catalog
from densecli.read.python.exceptions import ExceptionClass
from densecli.read.python.modules import bring
from densecli.read.python.modules.keras import LayerClass
from densecli.read.python.plain import Dims
from densecli.read.python.runtime.tensors import Tensor
from densecli.read.python.values import Foreign, Value
from support.folders import FIXTURES
from support.following import followed
from support.functions import DTYPES, GONE, UNKNOWN, WITHOUT, calls, library, named, rows, setting

RECORDS = json.loads((FIXTURES / "functions.json").read_text(encoding="utf-8"))
CATALOG = Catalog(bring)


@cache
def answers(own):
    """densecli's results for the rows of a library, followed as one script; exceptions by name."""
    asked = {f"r{number}": row for number, row in enumerate(rows()) if library(row) == own}
    names = followed(setting(own) + "\n".join(attempt(name, row, RECORDS[own].get(row)) for name, row in asked.items()))
    return {row: told(names.get(name)) for name, row in asked.items()}


def attempt(name, row, record):
    """A row that may be refused: with the exception of the record, or with another one."""
    kind = record["raises"] if isinstance(record, dict) and "raises" in record else "ZeroDivisionError"
    return f"try:\n    {name} = {row}\nexcept {kind}:\n    {name} = {{'raises': '{kind}'}}\nexcept Exception:\n    {name} = 'refused'"


def told(value):
    """A value in the form of the record; "?" is unknown."""
    if isinstance(value, Array | Tensor):
        return "?" if value.shape is None else {"shape": [told(each) for each in value.shape], "dtype": value.dtype}
    if isinstance(value, dict):
        return value if "raises" in value else {"keys": list(value), "values": told(list(value.values()))}
    if isinstance(value, list | tuple | set | range | Dims):
        return [told(each) for each in value]
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        return str(value)
    return "?" if isinstance(value, Value) else value


def same(answer, record):
    """Whether a result matches the record, as far as densecli knows it."""
    if answer == "?":
        return True
    if isinstance(record, dict) and "shape" in record:
        sizes = shape_of(answer)
        return sizes is not None and len(sizes) == len(record["shape"]) and all(map(same, sizes, record["shape"]))
    if isinstance(record, dict) and "keys" in record:
        return answer["keys"] == record["keys"] and same(answer["values"], record["values"])
    if isinstance(record, list) and isinstance(answer, list):
        return len(answer) == len(record) and all(map(same, answer, record))
    if isinstance(answer, dict) and "shape" in answer:  # a list or number whose shape densecli knows
        return shape_of(answer) == shape_of(record)
    if isinstance(record, float):
        return isinstance(answer, float) and math.isclose(answer, record, rel_tol=1e-6)
    return type(answer) is type(record) and answer == record


def shape_of(answer):
    """The shape of an array, a number or a list of numbers."""
    if isinstance(answer, dict):
        return answer.get("shape")
    return [len(answer)] if isinstance(answer, list) else [] if isinstance(answer, int | float) else None


def dtypes(answer):
    """The dtypes in a result or a record, in order."""
    if isinstance(answer, list):
        return [dtype for each in answer for dtype in dtypes(each)]
    return [answer["dtype"]] if isinstance(answer, dict) and "dtype" in answer else []


def parts(answer):
    """All items in a result, with lists flattened."""
    if isinstance(answer, dict):
        return parts(list(answer.values()))
    return [part for each in answer for part in parts(each)] if isinstance(answer, list) else [answer]


def test_every_function_has_a_row():
    for file in {*LIBRARIES.values(), *dict(INSIDE).values()}:
        bring(file)
    names = {name for name, value in ENTRIES.items() if not isinstance(value, Foreign | ExceptionClass | LayerClass)}
    names |= {
        f"tensorflow.{name}"
        for name in ("matmul", "gather", "reshape", "linalg.matmul", "where", "argmax", "argmin", "math.argmax")
    }  # the others: test_tensorflow.py
    names = {
        name for name in names if not name.startswith("keras.object.") and name.rpartition(".")[2] not in APPLICATIONS
    }
    names |= {f"keras.activations.{name}" for name in ACTIVATION_FLOPS}
    rowless = {name for names in WITHOUT.values() for name in names.split()}
    with_row = {CATALOG.canonical(name) for name in named()}
    assert names - with_row - rowless - set(GONE) == set()
    assert (with_row | rowless | set(GONE)) - names == set(), "these are not known"
    assert with_row & (rowless | set(GONE)) == set()


@pytest.mark.parametrize("row", rows())
def test_every_answer_is_that_of_the_library(row):
    answer, record = answers(library(row))[row], RECORDS[library(row)][row]
    assert same(answer, record), (answer, record)


def test_every_dtype_is_that_of_the_library():
    pairs = {row: (dtypes(answers(library(row))[row]), dtypes(RECORDS[library(row)][row])) for row in rows()}
    differing = [row for row, (own, theirs) in pairs.items() if len(own) == len(theirs) and own != theirs]
    assert sorted(differing) == sorted(DTYPES)


def test_what_is_unknown_is_listed():
    unknown = {row for row in rows() if "?" in parts(answers(library(row))[row])}
    assert unknown == {row for module in UNKNOWN for row in calls(UNKNOWN, module)}
