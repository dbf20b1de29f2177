"""argparse: a script run without arguments has the defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python.catalog import known
from densecli.read.python.values import Known, Namespace, Value

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter


class Parser(Value):
    """An ArgumentParser or one of its groups."""

    __slots__ = ("values",)
    kind = "parser"

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def get(self, run: Interpreter, name: str) -> Any:
        rules: dict[str, Any] = {
            "add_argument": self.add, "parse_args": self.parsed, "parse_known_args": self.parsed_known,
            "add_argument_group": self.group, "add_mutually_exclusive_group": self.group, "set_defaults": self.defaults,
        }  # fmt: skip
        rule = rules.get(name)
        return (
            Known("argparse", lambda run, *args, **kwargs: None)
            if rule is None
            else Known(f"ArgumentParser.{name}", rule)
        )

    def add(self, run: Interpreter, *flags: Any, **options: Any) -> None:
        names = [each for each in flags if isinstance(each, str)]
        long = next((each for each in names if each.startswith("--")), names[0] if names else "")
        name = options.get("dest") or long.lstrip("-").replace("-", "_")
        if isinstance(name, str):
            self.values.setdefault(name, _default(run, names, name, options))

    def group(self, run: Interpreter, *_: Any, **__: Any) -> Parser:
        return self

    def defaults(self, run: Interpreter, **values: Any) -> None:
        self.values.update(values)

    def parsed(self, run: Interpreter, *_: Any, **__: Any) -> Namespace:
        return Namespace(dict(self.values), "the parsed arguments")

    def parsed_known(self, run: Interpreter, *_: Any, **__: Any) -> Any:
        return self.parsed(run), []


class Options(Parser):
    """optparse's parser: its options are None without a default, and come with the rest of the words."""

    __slots__ = ()

    def get(self, run: Interpreter, name: str) -> Any:
        return super().get(run, {"add_option": "add_argument", "parse_args": "parse_known_args"}.get(name, name))


def _default(run: Interpreter, flags: list[str], name: str, options: dict[str, Any]) -> Any:
    if "default" in options:
        kind = options.get("type")
        return (
            run.call(kind, [options["default"]], {})
            if isinstance(options["default"], str) and isinstance(kind, Value)
            else options["default"]
        )
    action = options.get("action")
    if action in ("store_true", "store_false"):
        return action == "store_false"
    if (flags and flags[0].startswith("-") and options.get("required") is not True) or options.get("nargs") in (
        "?",
        "*",
    ):
        return None
    unknown = run.unknown("it is an argument of the command line")
    unknown.name = f"args.{name}"
    return unknown


@known("optparse.OptionParser")
def option_parser(run: Interpreter, *_: Any, **__: Any) -> Parser:
    return Options({})


@known("argparse.ArgumentParser")
def argument_parser(run: Interpreter, *_: Any, **__: Any) -> Parser:
    return Parser({})
