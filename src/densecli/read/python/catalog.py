"""Everything that densecli knows beyond the source: builtins, methods of plain values, and libraries.

A library is a file in `modules/`, imported when one of its names is first looked up. In it a function is one entry: its names and
a short rule. `known` enters one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densecli.read.python import plain
from densecli.read.python.values import Foreign, Known, Value
from densecli.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from densecli.read.python.interpreter import Interpreter

ENTRIES: dict[str, Any] = {}


class Resolver(Record):
    """How a library finds names without an entry: by path, all of a module, and those that are not imported."""

    entry: Callable[[str], Any]
    public: Callable[[str], dict[str, Any]]
    usual: Callable[[Interpreter, str], Any]


RESOLVERS: dict[str, Resolver] = {}
# Which file defines the names of a library, by the first word of its path.
LIBRARIES = {
    "builtins": "builtins", "objects": "objects", "keras": "keras", "tensorflow": "tensorflow", "numpy": "numpy", "pandas": "pandas",
    "sklearn": "sklearn", "math": "standard", "os": "standard", "sys": "standard", "random": "standard",
    "argparse": "arguments", "collections": "standard", "itertools": "standard", "functools": "standard",
    "dataclasses": "standard", "types": "standard", "typing": "standard", "time": "standard", "operator": "standard",
    "copy": "standard", "tqdm": "standard", "tensorflow_functions": "tensorflow_functions", "legacy_backend": "legacy_backend", "optparse": "arguments", "abc": "standard",
}  # fmt: skip
# Parts of Keras and TensorFlow that have a file of their own.
INSIDE = (
    ("tensorflow.data", "tensorflow_data"), ("keras.utils.image_dataset_from_directory", "tensorflow_data"),
    ("keras.preprocessing.image_dataset_from_directory", "tensorflow_data"), ("keras.datasets", "datasets"), ("keras.ops", "operations"), ("keras.backend", "operations"), ("keras.random", "operations"),
    ("keras.applications", "applications"),
)  # fmt: skip
ALONG = {
    "builtins": ("objects",),
    "tensorflow": ("keras.ops", "tensorflow_functions"),
    "operations": ("keras", "legacy_backend"),
    "applications": ("keras",),
}  # files that need others
# Aliases of paths.
SAME = (
    ("tensorflow.compat.v1.keras", "keras"), ("tensorflow.compat.v2.keras", "keras"), ("tensorflow.python.keras", "keras"),
    ("tensorflow.contrib.keras.api.keras", "keras"), ("tensorflow.contrib.keras", "keras"), ("tensorflow.keras", "keras"),
    ("tensorflow._api.v2.keras", "keras"), ("tensorflow.compat.v1", "tensorflow"), ("tensorflow.compat.v2", "tensorflow"),
    ("keras_applications", "keras.applications"), ("tf_keras", "keras"), ("keras.src", "keras"), ("keras.api", "keras"), ("keras._tf_keras.keras", "keras"),
    ("keras.engine.topology", "keras.layers"), ("keras.engine", "keras.models"), ("keras.legacy.layers", "keras.layers"),
    ("keras.layers.experimental.preprocessing", "keras.layers"), ("numpy.random.mtrand", "numpy.random"),
    *((f"tensorflow.{name}_initializer", f"keras.initializers.{name}") for name in ("constant", "ones", "random_normal", "random_uniform", "zeros")),
    ("tensorflow.initializers", "keras.initializers"), ("keras.ops.numpy", "keras.ops"), ("keras.ops.nn", "keras.ops"),
)  # fmt: skip
# Names that are not imported: their usual meaning in snippets that leave the imports out.
USUAL = {
    "np": "numpy", "numpy": "numpy", "pd": "pandas", "tf": "tensorflow", "tensorflow": "tensorflow", "keras": "keras",
    "K": "keras.backend", "layers": "keras.layers", "models": "keras.models", "plt": "matplotlib.pyplot", "math": "math",
    "os": "os", "sys": "sys", "random": "random", "optimizers": "keras.optimizers", "regularizers": "keras.regularizers",
    "initializers": "keras.initializers", "losses": "keras.losses", "metrics": "keras.metrics",
    "callbacks": "keras.callbacks", "applications": "keras.applications", "datasets": "keras.datasets",
    "utils": "keras.utils", "preprocessing": "keras.preprocessing", "activations": "keras.activations",
}  # fmt: skip


def known(*names: str, partial: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function under its full names. Without `partial`, an unknown argument makes the result unknown."""

    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        ENTRIES.update({name: Known(name, rule, partial=partial) for name in names})
        return rule

    return enter


class Catalog:
    """Looks up names; imports a library at the first lookup of one of its names."""

    def __init__(self, bring: Callable[[str], object]) -> None:
        self.bring = bring  # imports the file of a library
        self.loaded: set[str] = set()

    def load(self, path: str) -> None:
        top = path.partition(".")[0]
        library = next((room for prefix, room in INSIDE if path.startswith(prefix)), LIBRARIES.get(top))
        if library is not None and library not in self.loaded:
            self.loaded.add(library)
            self.bring(library)
            for other in ALONG.get(library, ()):
                self.load(other)

    def canonical(self, path: str) -> str:
        for prefix, short in SAME:
            if path == prefix or path.startswith(f"{prefix}."):
                return self.canonical(short + path[len(prefix) :])
        return path

    def module(self, run: Interpreter, path: str) -> Any:
        path = self.canonical(path)
        self.load(path)
        return self.entry(run, path) or Foreign(path)

    def member(self, run: Interpreter, path: str, name: str) -> Any:
        """Look up `name` in the module or class at that path."""
        full = self.canonical(f"{path}.{name}")
        self.load(full)
        if full in ENTRIES:
            return ENTRIES[full]  # which may be None: numpy.newaxis
        found = self.entry(run, full)
        return Foreign(full) if found is None else found

    def entry(self, run: Interpreter, path: str) -> Any:
        found = ENTRIES.get(path)
        resolver = RESOLVERS.get(path.partition(".")[0])
        return resolver.entry(path) if found is None and resolver is not None and "." in path else found

    def public(self, run: Interpreter, path: str) -> dict[str, Any]:
        """The names that `from path import *` imports."""
        path = self.canonical(path)
        self.load(path)
        found = {key.rpartition(".")[2]: value for key, value in ENTRIES.items() if key.rpartition(".")[0] == path}
        resolver = RESOLVERS.get(path.partition(".")[0])
        return found if resolver is None else found | resolver.public(path)

    def builtin(self, run: Interpreter, name: str) -> Any:
        """A name that the source does not define: a Python builtin, or its usual meaning among Keras users."""
        self.load("builtins")
        if f"builtins.{name}" in ENTRIES:
            return ENTRIES[f"builtins.{name}"]
        if name in USUAL:
            return self.module(run, USUAL[name])
        self.load("keras")
        usual = RESOLVERS["keras"].usual(run, name)
        return run.session.undefined(name) if usual is None else usual

    # -- plain values: in a file of their own ------------------------------------------
    def plain_attribute(self, run: Interpreter, value: Any, name: str) -> Any:
        return plain.attribute(run, value, name)

    def formatted(self, run: Interpreter, value: Any, form: Any, conversion: str = "") -> Any:
        return plain.formatted(run, value, form, conversion)

    def percent(self, run: Interpreter, template: str, values: Any) -> Any:
        return plain.percent(run, template, values)

    def decorated(self, run: Interpreter, decorator: Any, made: Any) -> Any:
        """Apply a decorator that the source does not define: all but a few return the function unchanged."""
        if isinstance(decorator, Known):
            return decorator.call(run, [made], {})
        if isinstance(decorator, Value) and hasattr(decorator, "way"):
            return decorator
        return made

    def field_default(self, run: Interpreter, default: Any) -> Any:
        """The default of a dataclass' field: a value, or what `field(default_factory=…)` makes."""
        factory = getattr(default, "attributes", {}).get("default_factory") if isinstance(default, Value) else None
        return default if factory is None else run.call(factory, [], {})
