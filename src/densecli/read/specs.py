"""The SPEC arguments of a command: DSL text, files, or standard input."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from densecli.errors import DenseError, GraphError, ReadError, Source, SpecErrors
from densecli.read.limits import beyond, raised
from densecli.read.reading import Reading, SeveralModelsError
from densecli.records import Record
from densecli.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from densecli.graph.graph import Graph
    from densecli.read.limits import Limits

ARGUMENT = "<argument>"
ONE_MODEL = (".yaml", ".yml", ".json", ".keras", ".h5", ".hdf5")
PYTHON = (".py", ".pyw", ".ipynb")
SEARCHED = (*ONE_MODEL, ".dsl", *PYTHON)  # of the files in a folder; .txt may be anything
SUFFIXES = (*SEARCHED, ".txt")
# Weights, and the files of other frameworks, which are told apart by their contents.
OTHER_SUFFIXES = (
    ".safetensors", ".npz", ".npy", ".index", ".pb", ".tflite", ".lite", ".onnx", ".pt", ".pth", ".ckpt", ".pkl", ".pickle",
    ".joblib", ".mlmodel", ".gguf", ".msgpack",
)  # fmt: skip
# train.py:NAME, train.py:build(64), train.py:*, stacks.dsl:3; a browser calls a second download "train (1).py".
_CHOSEN = r"(?is)([^\n(]+?(?:\([^()\n]*+\)[^\n(]*?)?\.(?:pyw?|ipynb|dsl|txt)):(.*)"
_STATEMENT = r"\s*+(?:from|import|[A-Za-z_][\w.]*+\s*+=[^=])"
_PATTERN = r"[\w.*?-]*+"
_SETTING = r"\d+|[^\W\d]\w*(?:\.[^\W\d]\w*)*"  # a name, an attribute, or the line of a condition
_CLOSERS = {")": "(", "]": "["}


class Held(Record):
    """A model that was read already, or why it could not be."""

    graph: Graph | None
    error: DenseError | SpecErrors | None


class Spec(Record):
    """One model to look at: DSL or Python text when `text` is set, else a file name (`-` is standard input)."""

    name: str
    text: str | None = None
    choice: str | None = None  # which model of a Python file
    held: Held | None = None
    found: bool = False  # in a folder: nobody said that it holds a model

    @property
    def of_source(self) -> bool:
        """Whether it is one of the models of a source or of a file of stacks, which hold no weights."""
        graph = None if self.held is None else self.held.graph
        return graph is not None and (graph.origin is not None or self.choice is not None)


def is_file(word: str) -> bool:
    """Whether an argument looks like a file or folder: standard input, a known suffix, a pattern, or a path separator outside parentheses."""
    if word in ("-", ".", "..") or word.lower().endswith((*SUFFIXES, *OTHER_SUFFIXES)) or _is_shell_pattern(word):
        return True
    if ":" in word and re.match(_CHOSEN, word):
        return True
    if "\n" in word:
        return False
    plain = _outside(word).replace("//", "")
    return ("/" in plain or "\\" in plain) and not re.match(_STATEMENT, word)


def _outside(word: str) -> str:
    """What stands outside quotes and brackets that are closed."""
    kept, opened = [], list[int]()
    at = 0
    while at < len(word):
        char = word[at]
        end = word.find(char, at + 1) if char in "'\"" else -1
        if end < 0:
            kept.append(char)
        if char in "([":
            opened.append(len(kept) - 1)
        elif char in _CLOSERS and opened and kept[opened[-1]] == _CLOSERS[char]:
            del kept[opened.pop() :]
        at = max(at, end) + 1
    return "".join(kept)


def _is_shell_pattern(word: str) -> bool:
    """What no stack can be: a `?`, or a `*` without the number of repeats."""
    asks = "?" in word or word.count("*") > 1 or ("*" in word and not word.rpartition("*")[2].isdecimal())
    return asks and re.fullmatch(_PATTERN, word) is not None


def specs(words: Sequence[str]) -> list[Spec]:
    """The models that the arguments name: files one by one, or DSL joined into one stack."""
    files = [word for word in words if is_file(word)]
    if not files and len(words) == 1:
        return [Spec(ARGUMENT, words[0])]
    from densecli.read import shell  # noqa: PLC0415  # a stack in quotes is the common case

    if not files:
        return [Spec(ARGUMENT, shell.joined(words))]
    if len(files) < len(words):
        if set(files) == {"-"}:
            raise shell.redirected()
        other = next(word for word in words if not is_file(word))
        raise ReadError(
            f"files and stacks cannot be mixed: {quote(files[0])} is a file, {quote(other)} is not",
            code="E111",
            hint="give one stack, as in Flatten 'Dense(4)', or files, as in a.yaml b.keras",
        )
    if files.count("-") > 1:
        raise ReadError("standard input can be read only once", code="E108", hint="use `-` only once")
    return [file_spec(word) for word in dict.fromkeys(files)]


def file_spec(word: str) -> Spec:
    """A file, with the choice behind a colon: train.py:model."""
    chosen = re.fullmatch(_CHOSEN, word)
    return Spec(word) if chosen is None else Spec(chosen[1], None, chosen[2])


def expanded(found: Sequence[Spec], reading: Reading) -> Iterator[Spec]:
    """The specs, with a Spec for each model of a source that shows several; those are read already."""
    for spec in found:
        if spec.text is None and spec.name.lower().endswith(ONE_MODEL):
            yield spec
            continue
        try:
            yield spec._replace(held=Held(read(spec, reading), None))
        except SeveralModelsError as several:
            yield from map(partial(_one_of, spec), several.models)
        except (DenseError, SpecErrors) as error:
            yield spec._replace(held=Held(None, error))


def _one_of(spec: Spec, model: Any) -> Spec:
    choice = model.variable or str(model.line)
    held = Held(model.graph, model.error)
    return spec._replace(name=f"{spec.name}:{choice}", choice=choice, held=held)


def read(spec: Spec, reading: Reading = Reading()) -> Graph:  # noqa: B008  # immutable
    """The graph of one spec. Raises DenseError or SpecErrors."""
    try:
        graph = _read(spec, reading)
    except (DenseError, SpecErrors) as error:
        _add_hint_of_sweep(reading.settings, error)
        raise
    if reading.sources or reading.layer_shapes:
        from densecli.read.told import complete  # noqa: PLC0415  # few commands tell anything

        graph = complete(graph, reading)
    check_names(graph, reading.limits)
    return graph


def _read(spec: Spec, reading: Reading) -> Graph:
    if spec.held is not None:
        return _held(spec.held)
    if spec.choice is not None:
        reading = reading._replace(choice=spec.choice)
    if spec.text is not None:
        return _read_text(spec.text, reading)
    if spec.found and spec.choice is None:
        from densecli.read.found import read_found  # noqa: PLC0415

        return read_found(spec.name, reading)
    from densecli.read.open import open_spec  # noqa: PLC0415

    return open_spec(spec.name, reading)


LONG = 100  # letters of a name; shorter ones cost no more than what is shown beside them


def check_names(graph: Graph, limits: Limits) -> None:
    """Refuse long names that are connected often, for each connection repeats the name. Raises LimitError (E505)."""
    waiting, met, letters = [graph], {id(graph)}, 0
    for each in waiting:
        long = {index: len(node.name) for index, node in enumerate(each.nodes) if len(node.name) > LONG}
        inside = {
            index: model for index, node in enumerate(each.nodes) if (model := getattr(node.layer, "graph", None))
        }
        if long:
            letters += sum(long.get(ref.node, 0) for node in each.nodes for call in node.calls for ref in call.refs)
            letters += sum(long.get(index, 0) * len(model.nodes) for index, model in inside.items())
        if letters > limits.letters:
            message = f"names of more than {LONG} letters occur in so many connections that they add up to {letters:,} letters"
            raise beyond(limits, "letters", message, "E505", each.nodes[next(iter(long))].place)
        models = {id(model): model for model in inside.values()}
        waiting += (model for key, model in models.items() if key not in met)
        met |= models.keys()


def _held(held: Held) -> Graph:
    if held.error is not None or held.graph is None:
        raise held.error or GraphError("unknown model", code="E403")
    return held.graph


def _read_text(text: str, reading: Reading) -> Graph:
    """A stack or Python on the command line."""
    from densecli.read.stack.reader import read_stack  # noqa: PLC0415

    source = Source(ARGUMENT, text)
    try:
        graph = read_stack(source, reading.input_shapes, reading.variables(), reading.limits)
    except (DenseError, SpecErrors) as error:
        from densecli.read import shell  # noqa: PLC0415
        from densecli.read.open import python_instead  # noqa: PLC0415

        shell.add_hints(text, error)
        return python_instead(source, reading, error)
    graph.warnings += _unused(text, reading.settings)
    return graph


def _unused(stack: str, settings: Mapping[str, Any]) -> list[str]:
    """Warnings of variables that are set and never mentioned: a stack does not declare them, as a spec does."""
    used = set(re.findall(r"\$(\w+)", stack)) if settings else ()
    return [f"the stack has no ${name}, so --set {name} changes nothing" for name in settings if name not in used]


def input_shapes(values: Sequence[str]) -> dict[str | None, tuple[int | None, ...]]:
    """--input-shape [NAME=]3,2 as shapes by input name; the one without a name is for the only input."""
    return dict(map(_input_shape, values))


def _input_shape(value: str) -> tuple[str | None, tuple[int | None, ...]]:
    name, equals, sizes = value.rpartition("=")
    parts = [part.strip() for part in sizes.strip().strip("()[]").split(",") if part.strip()]
    if not all(part.isdecimal() or part.lower() in ("none", "null", "?") for part in parts) or any(
        len(part) > 18 for part in parts
    ):
        raise ReadError(
            f"expected an input shape, got {quote(value)}",
            code="E112",
            hint="--input-shape 224,224,3 or NAME=224,224,3",
        )
    return name if equals else None, tuple(int(part) if part.isdecimal() else None for part in parts)


def settings(values: Sequence[str]) -> dict[str, str]:
    """--set NAME=VALUE as values by name. Raises ReadError (E112)."""
    if not values:
        return {}
    from densecli.quantity import like_range  # noqa: PLC0415  # brings fractions along

    pairs = [value.partition("=") for value in values]
    for name, equals, value in pairs:
        if not equals or not re.fullmatch(_SETTING, name):
            raise ReadError(f"expected NAME=VALUE, got {quote(name)}", code="E112", hint="--set width=128")
        if like_range(value):
            message = f"{quote(value)} is a range, and here a variable has one value"
            raise ReadError(message, code="E112", hint=_try_all(name, value))
    return {name: value for name, _, value in pairs}


def _add_hint_of_sweep(settings: Mapping[str, Any], error: DenseError | SpecErrors) -> None:
    """Numbers with commas between them are a tuple; where that is no good, several values may be meant."""
    for each in error.errors if isinstance(error, SpecErrors) else [error]:
        for name, value in settings.items():
            numbers = [number.strip() for number in str(value).split(",")]
            if each.hint is None and all(map(str.isdecimal, numbers)) and f"got ({', '.join(numbers)})" in each.message:
                each.hint = _try_all(name, value)


def _try_all(name: str, values: str) -> str:
    """Quoted for a shell: zsh takes a `*` for a pattern of file names."""
    from shlex import quote as in_shell  # noqa: PLC0415  # only on the way to an error

    return f"to try several values: densecli sweep … --set {in_shell(f'{name}={values}')}"


def reading(
    shapes: Sequence[str] | None,
    variables: Sequence[str] | None,
    limits: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    layer_shapes: Sequence[str] | None = None,
) -> Reading:
    """The options --input-shape, --set, --limit, --source and --layer-shape."""
    found = Reading(input_shapes(shapes or []), settings(variables or []), raised(limits or []))
    return found._replace(sources=tuple(sources or ()), layer_shapes=_layer_shapes(layer_shapes or ()))


def _layer_shapes(values: Sequence[str]) -> dict[str, tuple[int | None, ...]]:
    """--layer-shape NAME=3,2 as shapes by the name of a layer."""
    found = input_shapes(values)
    if None in found:
        hint = "--layer-shape NAME=28,28,3 tells what comes out of the layer NAME"
        raise ReadError("a layer shape needs the name of its layer", code="E112", hint=hint)
    return {name: shape for name, shape in found.items() if name is not None}
