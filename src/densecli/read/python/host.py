"""The environment of a source: modules in its own folder, and values from the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError
from densecli.read.python.arrays import Array
from densecli.read.python.text.encoding import decode
from densecli.read.python.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.errors import Source
    from densecli.read.python.interpreter import Interpreter

MOST_MODULES = 200  # files beside the source that are read


class Host:
    """`folder` is the only place that modules are read from; without one (standard input), none are."""

    def __init__(
        self,
        folder: str | None,
        parse: Callable[[Source], Any],
        most_bytes: int,
        files: Callable[[str], bytes | None] | None = None,
    ) -> None:
        """With `files`, modules are read from there."""
        self.folder = None if folder is None else Path(folder if files is not None else os.path.realpath(folder))
        self.parse, self.most_bytes, self.files = parse, most_bytes, files
        self.codes: dict[str, Any] = {}

    # -- modules -----------------------------------------------------------------------
    def local_module(self, path: str, level: int, run: Interpreter) -> Any:
        """The code of a module in the folder, or None if it has no module of that name."""
        if self.folder is None or not all(part.isidentifier() for part in path.split(".") if path):
            return None
        if not level and path.partition(".")[0] in ("keras", "tensorflow", "numpy"):
            return None
        base = self.folder.joinpath(*path.split(".")) if path else self.folder
        for file in (base.with_suffix(".py"), base / "__init__.py"):
            code = self.code(file)
            if code is not None:
                return code
        return None

    def code(self, file: Path) -> Any:
        """A file inside the folder, read once. Links that point outside are not followed."""
        name = str(file)
        if name not in self.codes and len(self.codes) < MOST_MODULES:
            self.codes[name] = self._read(file)
        return self.codes.get(name)

    def _read(self, file: Path) -> Any:
        try:
            data = self._bytes(file) if self.files is None else self.files(str(file))
            return None if data is None or len(data) > self.most_bytes else self.parse(decode(str(file), data))
        except (OSError, DenseError):
            return None

    def _bytes(self, file: Path) -> bytes | None:
        if self.folder is None or not file.is_file() or not Path(os.path.realpath(file)).is_relative_to(self.folder):
            return None
        with file.open("rb") as stream:
            return stream.read(self.most_bytes + 1)

    # -- values from the command line ----------------------------------------------------
    def overridden(self, run: Interpreter, name: str, value: Any, scope: Any) -> Any:
        """A value that `--set NAME=…` or `--set NAME.shape=…` replaces."""
        if name in run.settings and (scope is None or scope is scope.module or name not in scope.module.names):
            run.used_settings.add(name)
            return self.literal(run, run.settings[name])
        prefix = f"{name}."
        for word, text in run.settings.items():
            if word.startswith(prefix):
                run.used_settings.add(word)
                value = self.completed(run, value, word[len(prefix) :], text)
        return value

    def completed(self, run: Interpreter, value: Any, attribute: str, text: str) -> Any:
        """A value with one attribute overridden."""
        given = self.literal(run, text)
        if attribute == "shape":
            sizes = given if isinstance(given, tuple | list) else (given,)
            return Array(tuple(sizes), getattr(value, "dtype", None) or "float32")
        if isinstance(value, Value):
            value.set(run, attribute, given)
        return value

    def literal(self, run: Interpreter, text: str) -> Any:
        """Parse a value typed by the user: 64, 0.5, relu, 60000,28,28, [1, 2]."""
        import ast  # noqa: PLC0415

        if len(text) > 10_000:
            return text
        words = {"true": True, "false": False, "none": None, "null": None}
        if text.strip().lower() in words:
            return words[text.strip().lower()]
        try:
            return ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return text
