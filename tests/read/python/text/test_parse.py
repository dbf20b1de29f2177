"""Python source in every accepted form becomes statements whose places refer to the original text."""

from __future__ import annotations

import ast

import pytest

from densecli.errors import Source
from densecli.read.python.text.parse import parse

# The input, and its statements.
FORMS = {
    "a script": ("import keras\n\nx = 1  # one\n", ["import keras", "x = 1"]),
    "nothing": ("", []),
    "comments only": ("# nothing\n", []),
    "Windows line ends": ("x = [\r\n  1,\r\n]\r\ny = 2\r\n", ["x = [1]", "y = 2"]),
    "line ends of old Macs": ("x = 1\ry = 2", ["x = 1", "y = 2"]),
    "a form feed": ("x = 1\n\f\ny = 2\n", ["x = 1", "y = 2"]),
    "an encoding declared": ("# -*- coding: latin-1 -*-\nx = 'é'\n", ["x = 'é'"]),
    "a byte order mark": ("\ufeffx = 1\n", ["x = 1"]),
    "today's syntax": (
        "def f(x: int = 1, /, *, y) -> int: ...\nif (n := 3):\n  pass\nmatch x:\n  case [1, *_]: pass\n",
        ["def f(x: int=1, /, *, y) -> int:\n    ...", "if (n := 3):\n    pass", "match x:\n    case [1, *_]:\n        pass"],
    ),
    "quotes in f-strings": (
        """x = f"{a["b"]} {{}} {", ".join(c)}" + rf'{d['e']:>{f['g']}}' + f"{h['i']}" + '"{'\ny = f"{'a'}"\n""",
        ["x = f\"{a['b']} {{}} {', '.join(c)}\" + f\"{d['e']:>{f['g']}}\" + f\"{h['i']}\" + '\"{'", "y = f\"{'a'}\""],
    ),
    # -- as found on a page
    "indented as a whole": ("    x = 1\n    if x:\n        y = 2\n", ["x = 1", "if x:\n    y = 2"]),
    "indented but for the first line": ("x = 1\n    y = 2\n    z = 3\n", ["x = 1", "y = 2", "z = 3"]),
    "blanks that no one sees": ("x\u00a0=\u00a0'a\u00a0b'\u200b + 1\n\u00a0\u00a0# \u00a0\nif x:\n\u00a0\u00a0y = 1\n", ["x = 'a\\xa0b' + 1", "if x:\n    y = 1"]),
    "prompts": (
        ">>> x = 1\n>>> for i in y:\n...     f(i)\n...\n1\n2\n>>> x\n3\n",
        ["x = 1", "for i in y:\n    f(i)", "x"],
    ),
    "prompts after prose": ("Try this:\n\n  >>> x = (1,\n  ...      2)\n  >>> x\n  (1, 2)\n", ["x = (1, 2)", "x"]),
    "numbered prompts": (
        "In [1]: x = 1\n\nIn [2]: for i in x:\n   ...:     f(i)\n   ...:\nOut[2]: 5\n",
        ["x = 1", "for i in x:\n    f(i)"],
    ),
    "numbered prompts that Python takes for annotations": ("In [1]: x = 1\nIn [2]: y = x\n", ["x = 1", "y = x"]),
    "numbered prompts on lines of their own": (
        "In [1]:\nimport keras\nx = 1\nOut[1]:\n5\nIn [ ]:\ny = 2\n",
        ["import keras", "x = 1", "y = 2"],
    ),
    "a fence": ("Here's my model:\n\n```python\nx = 1\n```\n\nIt's (mine\n", ["x = 1"]),
    "fences": (
        "```sh\npip install keras\n```\n~~~ {.python}\nx = 1\n~~~\n```\nx y z\n```\n```\ny = 2\n```\n",
        ["x = 1", "y = 2"],
    ),
    "a fence that is never closed": ("```py\n>>> x = 1\n1\n", ["x = 1"]),
    "a fence in a list": ("1. so:\n   ```python\n   if x:\n       y = 1\n   ```\n", ["if x:\n    y = 1"]),
    "a docstring with a fence and prompts": ('"""Doc.\n\n```\nx = 1\n```\n>>> 1\n"""\nprint 2\n', None),
    # -- IPython
    "commands": (
        "%matplotlib inline\n!pip install \\\n  keras\nif x:\n    %tensorflow_version 2.x\nmodel?\n?np.dot\ny = 1\n",
        ["pass", "pass", "if x:\n    pass", "pass", "pass", "y = 1"],
    ),
    "values of commands": ("files = !ls\n", ["files = get_ipython().getoutput()"]),
    "a script that is run": ("%run ./sizes.py\n%run -i models/unet\n%run a.ipynb\n", ["from sizes import *", "from models.unet import *", "pass"]),
    "a timed statement": ("%time x = f(\n  1)\n%time\n", ["x = f(1)", "pass"]),
    "percent signs of Python": ("%pylab\nx = ('%d'\n  % 3)\ny = 5 \\\n  % 3\n", ["pass", "x = '%d' % 3", "y = 5 % 3"]),
    # -- Python 2
    "print": ("print 'a', b\nprint\nprint\tx,\nprint -1\n", ["print('a', b)", "print()", "print(x)", "print(-1)"]),
    "print to a file": ("print >>f, a, b\nprint >>f\nprint >> g(1, 2), a\n", ["print(a, b)", "print()", "print(a)"]),
    "print with parentheses": ("print 1\nprint (a), b\nprint (a) % b\nprint (a)\n", ["print(1)", "print(a, b)", "print(a % b)", "print(a)"]),
    "print in one line": ("if x: print y; print z\nelse: print 0\n", ["if x:\n    print(y)\n    print(z)\nelse:\n    print(0)"]),
    "print of a lambda": ("print lambda: 1\nif x: print lambda: 1\n", ["print(lambda: 1)", "if x:\n    print(lambda: 1)"]),
    "print over several lines": ("print 'a' \\\n  'b', (1,\n  2)\n", ["print('ab', (1, 2))"]),
    "exec": ("exec 'x = 1'\nexec s in d\n", ["exec('x = 1')", "exec(s in d)"]),
    "except": ("try: f()\nexcept E, e: g(e)\nexcept (A, B), e: pass\nexcept A, e.x: pass\n", ["try:\n    f()\nexcept E as e:\n    g(e)\nexcept (A, B) as e:\n    pass\nexcept A:\n    pass"]),
    "raise": ("raise E, 'x'\nraise E('x')\n", ["raise E('x')", "raise E('x')"]),
    "backticks": ("x = `a` + `b`\n", ["x = repr(a) + repr(b)"]),
    "operators and literals": ("a <> b\nx = 0777 + 0L + 10L + 0xFFl + 00\ny = ur'\\d' + UR'a'\n", ["a != b", "x = 511 + 0 + 10 + 255 + 0", "y = '\\\\d' + 'a'"]),
    "tuples among the parameters of a lambda": (
        "print lambda (a,): a\nx = sorted(y, key=lambda (a, b), c: (b if a else c, `a`), z=2)\nf = lambda (a,): a; g = lambda x: x\n[lambda (a, b), (c, d): lambda (g,): a[c:d] for e in f]\n",
        [
            "print(lambda _1: (lambda a: a)(*_1))",
            "x = sorted(y, key=lambda _1, c: (lambda a, b: (b if a else c, repr(a)))(*_1), z=2)",
            "f = lambda _1: (lambda a: a)(*_1)",
            "g = lambda x: x",
            "[lambda _1, _2: (lambda a, b, c, d: lambda _1: (lambda g: a[c:d])(*_1))(*_1, *_2) for e in f]",
        ],
    ),
    "backslashes of their own": ("print 'C:\\Users\\new', u'\\u00e9', r'\\U', '\\\\u00e9'\n", [r"print('C:\\Users\new', u'é', '\\U', '\\u00e9')"]),
    "strings over several lines": ("print '''\\N\n\\U''', ur\"\"\"a\nb\"\"\"\nx\n", ["print('\\\\N\\n\\\\U', 'a\\nb')", "x"]),
    "tabs of eight": ("if x:\n\ty = 1\n        z = 2\n", ["if x:\n    y = 1\n    z = 2"]),
}  # fmt: skip


def statements(text):
    return [ast.unparse(statement) for statement in parse(Source("x", text)).tree.body]


@pytest.mark.parametrize("form", [form for form, (_, expected) in FORMS.items() if expected is not None])
def test_every_form_is_read(form):
    text, expected = FORMS[form]
    # As this Python writes statements: the quotes inside of f-strings differ from 3.12 on.
    assert statements(text) == [ast.unparse(ast.parse(each)) for each in expected]


def test_a_docstring_is_no_page():
    """Nothing in a docstring is taken for the program, even if the file is not Python 3."""
    text, _ = FORMS["a docstring with a fence and prompts"]
    assert [type(statement) for statement in parse(Source("x", text)).tree.body] == [ast.Expr, ast.Expr]


@pytest.mark.parametrize("form", FORMS)
def test_a_place_is_where_the_text_as_given_says_the_same(form):
    """Every name is in the source at its place and line, however much was removed before it."""
    code = parse(Source("x", FORMS[form][0]))
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Name) and node.id not in ("print", "repr", "get_ipython", "exec", "_1", "_2"):
            place = code.place(node)
            assert code.source.text[place.start : place.end] == node.id
            assert code.source.position(place.start)[0] == node.lineno
