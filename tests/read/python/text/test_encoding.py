"""Bytes of Python files become text, in the encoding that a file declares."""

from __future__ import annotations

import pytest

from densecli.errors import DenseError
from densecli.read.limits import LIMITS
from densecli.read.python.text.encoding import decode

BYTES = {
    "UTF-8": ("x = 'é'\n".encode(), "x = 'é'\n"),
    "a byte order mark": (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
    "Latin-1, declared": (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
    "Latin-1, declared in line two": (b"#!/usr/bin/python\n# vim: set fileencoding=ISO-8859-1 :\n'\xe9'", "#!/usr/bin/python\n# vim: set fileencoding=ISO-8859-1 :\n'é'"),
    "GBK, declared": ("#coding:gbk\n# 模型\n".encode("gbk"), "#coding:gbk\n# 模型\n"),
    "a declaration that is wrong": ("# coding: gb2312\n'é' # 模型\n".encode(), "# coding: gb2312\n'é' # 模型\n"),
    "a declaration that is unknown": ("# coding: rot13\n'é'\n".encode(), "# coding: rot13\n'é'\n"),
    "a form feed and an escape character": (b"x = 1\n\x0c\ny = '\x1b[0m'", "x = 1\n\x0c\ny = '\x1b[0m'"),
}  # fmt: skip


@pytest.mark.parametrize("what", BYTES)
def test_bytes_become_text(what):
    data, text = BYTES[what]
    assert decode("x.py", data).text == text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x = '\xe9'\n", "E102"),
        (b"\n\n# coding: latin-1\nx = '\xe9'\n", "E102"),
        (b"# coding: rot13\nx = '\xe9'\n", "E102"),
        ("x = 1".encode("utf-16"), "E102"),
        (b"x = 1\n" * 20, "E501"),
    ],
)
def test_what_cannot_be_text_is_refused(data, code):
    with pytest.raises(DenseError) as caught:
        decode("x.py", data, LIMITS._replace(config_bytes=100))
    assert caught.value.code == code
