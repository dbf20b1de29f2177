"""The variables of a spec: `vars: {width: 64, half: $width//2}`, and `--set width=128` over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.errors import ArgumentError, Place, Source, did_you_mean
from densecli.read.stack import parser, tree
from densecli.read.stack.cursor import Setting
from densecli.read.text.spans import join
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from densecli.read.spec.context import Spec
    from densecli.read.spec.values import ValueReader


def read_variables(spec: Spec, values: ValueReader, given: Any, settings: Mapping[str, Any]) -> None:
    """Fill the spec's variables in order, so that later ones may use earlier ones; settings win."""
    if not isinstance(given, dict):
        spec.wrong_type("variables by name, such as {width: 64}", given, "/vars")
        given = {}
    for name, value in given.items():
        at = join("/vars", name)
        if not name.isidentifier():
            error = ArgumentError(
                f"{quote(name)} cannot be the name of a variable",
                code="E303",
                hint="use letters, digits and _; quote a value that has a comma",
            )
            spec.fail(error, at, "key")
        # 1 replaces an unreadable value, so that its users are not blamed for it.
        spec.variables[name] = setting(name, settings[name]) if name in settings else values.collect(value, at, 1)
    for name in settings:
        if name not in given:
            hint = did_you_mean(name, given) or (
                f"variables: {', '.join(given)}" if given else "the spec has no `vars:`"
            )
            raise ArgumentError(f"no variable named {quote(name)}", code="E309", hint=hint)


def setting(name: str, value: Any) -> Any:
    """The value of --set NAME=VALUE: a value of the DSL (128, relu, (3, 2), true); Python values are unchanged."""
    if not isinstance(value, str):
        return value
    text = f"({value})" if "," in value and not value.lstrip().startswith(("(", "[")) else value
    source = Source(f"--set {name}", text)
    found = parser.parse_value(text, Setting(lambda start, end: Place(source, start, end)))
    if isinstance(found, tree.Unit):
        place = Place(source, 0, len(text))
        raise ArgumentError("a variable is a number, word, list or tuple, not a layer", code="E301", place=place)
    return str(found) if isinstance(found, tree.Word) else found
