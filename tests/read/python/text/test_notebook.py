"""Notebooks of every version become one text, whose places are given by cell."""

from __future__ import annotations

import ast
import json

import pytest

from densecli.errors import DenseError, Place, Source, draw
from densecli.read.python.text.parse import parse


def code(*sources):
    return [{"cell_type": "code", "source": source} for source in sources]


def notebook(cells, **more):
    return Source("nb.ipynb", json.dumps({"cells": cells, "nbformat": 4, **more}))


def statements(source):
    return [ast.unparse(statement) for statement in parse(source).tree.body]


NOTEBOOKS = {
    "text and lines": (notebook(code("x = 1", ["y = 2\n", "z = 3"])), ["x = 1", "y = 2", "z = 3"]),
    "cells of other kinds": (notebook([{"cell_type": "markdown", "source": "x ="}, *code("y = 2")]), ["y = 2"]),
    "no cells": (notebook([]), []),
    "empty cells": (notebook(code("", " \n", "x = 1")), ["x = 1"]),
    "version 3": (
        Source("x", json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "heading", "source": "x"}, {"cell_type": "code", "input": ["x = 1"], "language": "python"}]}]})),
        ["x = 1"],
    ),
    "commands": (notebook(code("%matplotlib inline\nx = 1\n!ls")), ["pass", "x = 1", "pass"]),
    "cells for something else": (notebook(code("%%bash\nls (", "%%writefile x.py\nx = 2", "y = 1", "\n%%html\n<b>")), ["y = 1"]),
    "cells that are timed": (notebook(code("%%time\nx = 1", "%%capture out\ny = 2")), ["pass", "x = 1", "pass", "y = 2"]),
    "indented cells": (notebook(code("  x = 1\n  y = 2", ">>> z = 3\n3")), ["x = 1", "y = 2", "z = 3"]),
    "cells indented by one": (notebook(code(" x = 1\n y = 2")), ["x = 1", "y = 2"]),
    "Python 2": (notebook(code("print 'a'", "x = `y`")), ["print('a')", "x = repr(y)"]),
    "Windows line ends": (notebook(code("if x:\r\n  y = 1\r\n", "z = 2")), ["if x:\n    y = 1", "z = 2"]),
}  # fmt: skip


@pytest.mark.parametrize("what", NOTEBOOKS)
def test_code_cells_are_read_in_order(what):
    source, expected = NOTEBOOKS[what]
    assert statements(source) == expected


def test_a_place_is_a_cell_and_a_line_of_it():
    cells = [
        *code("x = 1\n"),
        {"cell_type": "markdown", "source": "# y"},
        *code("", "%%html\n<b>", "# z\ny = f(2)\n\n"),
    ]
    found = parse(notebook(cells))
    place = found.place(found.tree.body[-1].value)
    assert found.source.shown(place.start) == ("nb.ipynb:cell 5", 2, 5)
    assert found.source.text[place.start : place.end] == "f(2)"
    assert found.source.shown(0) == ("nb.ipynb:cell 1", 0, 1)
    assert found.source.shown(len(found.source.text)) == ("nb.ipynb:cell 5", 5, 1)


def test_an_error_shows_the_line_of_its_cell():
    with pytest.raises(DenseError) as caught:
        parse(notebook(code("x = 1", "y = 1\nz = = 3")))
    assert draw(caught.value).splitlines()[1:4] == [" --> nb.ipynb:cell 2:2:5", "  2 | z = = 3", "    |     ^"]


def test_lines_count_in_the_cells_joined():
    """Each cell has an empty line before it, and its own line end after it."""
    found = parse(notebook(code("x = 1", "\ny = 2\n", "z = 3")))
    assert [statement.lineno for statement in found.tree.body] == [2, 5, 8]
    assert found.source.text == "\nx = 1\n\n\ny = 2\n\n\nz = 3\n"


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"cells": 5}, "/cells"),
        ({"cells": None}, "/cells"),
        ({"cells": [5]}, "/cells/0"),
        ({"cells": [{"source": "x"}]}, "/cells/0"),
        ({"cells": [{"cell_type": "code", "source": 5}]}, "/cells/0/source"),
        ({"cells": [{"cell_type": "code", "source": ["x", 5]}]}, "/cells/0/source"),
        ({"cells": [{"cell_type": "code"}]}, "/cells/0"),
        ({"worksheets": {"cells": []}}, "/worksheets"),
        ({"worksheets": [[]]}, "/worksheets/0"),
        ({"worksheets": [{}]}, "/worksheets/0"),
        ({"cells": [], "metadata": {"kernelspec": {"language": "R"}}}, "/metadata/kernelspec/language"),
    ],
)
def test_what_is_no_notebook_of_python_is_refused_with_its_place(document, pointer):
    source = Source("nb.ipynb", json.dumps({"nbformat": 4, **document}))
    with pytest.raises(DenseError) as caught:
        parse(source)
    assert caught.value.code in ("E206", "E302")
    assert caught.value.place == Place(source, pointer=pointer)


@pytest.mark.parametrize("metadata", [{}, {"kernelspec": 5}, {"kernelspec": {"language": "Python"}}, 5, None])
def test_odd_metadata_is_passed_over(metadata):
    assert statements(notebook(code("x = 1"), metadata=metadata)) == ["x = 1"]
