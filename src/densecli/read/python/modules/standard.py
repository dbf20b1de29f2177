"""Python's own library, as far as it decides about models."""

from __future__ import annotations

import math
import posixpath
from typing import TYPE_CHECKING, Any

from densecli.read.python.catalog import ENTRIES, known
from densecli.read.python.modules.builtins import safely, zip_
from densecli.read.python.signals import Stop
from densecli.read.python.values import Foreign, Known, Namespace, Unknown, Value

if TYPE_CHECKING:
    from densecli.read.python.interpreter import Interpreter

# -- math ------------------------------------------------------------------------------
for _name in (
    "ceil",
    "floor",
    "sqrt",
    "log",
    "log2",
    "log10",
    "exp",
    "pow",
    "sin",
    "cos",
    "tan",
    "gcd",
    "trunc",
    "fabs",
    "prod",
    "isclose",
):
    known(f"math.{_name}", partial=False)(
        lambda run, *args, _name=_name: (
            run.unknown(f"densecli does not know math.{_name} of this")
            if any(isinstance(each, Value) for each in args)
            else safely(run, getattr(math, _name), *args)
        )
    )
ENTRIES.update({"math.pi": math.pi, "math.e": math.e, "math.inf": math.inf, "math.nan": math.nan})


# -- sys and os ------------------------------------------------------------------------
@known("sys.exit", "os._exit", "builtins.exit", "builtins.quit", "os.abort")
def exit_(run: Interpreter, *_: Any) -> None:
    raise Stop


ENTRIES["sys.argv"] = ["model.py"]
ENTRIES["sys.version_info"] = (3, 13, 0, "final", 0)
ENTRIES["sys.version"] = "3.13.0"
ENTRIES["sys.maxsize"] = 2**63 - 1
ENTRIES["sys.platform"] = "linux"
ENTRIES["sys.path"] = []
ENTRIES["os.sep"] = "/"
ENTRIES["os.name"] = "posix"
ENTRIES["os.environ"] = Foreign("os.environ")


@known("os.path.join", partial=False)
def path_join(run: Interpreter, *parts: Any) -> Any:
    if not all(isinstance(each, str) for each in parts):
        return run.unknown("densecli does not know this path")
    return safely(run, posixpath.join, *parts)


@known("os.path.basename", partial=False)
def basename(run: Interpreter, path: Any) -> Any:
    return path.rpartition("/")[2] if isinstance(path, str) else run.unknown("densecli does not know this path")


@known("os.path.exists", "os.path.isfile", "os.path.isdir")
def exists(run: Interpreter, path: Any = None) -> Any:
    """Nobody looks. Where the answer decides what is built, the source is followed as in an empty folder."""
    found = run.unknown("it depends on which files exist")
    found.fresh = False
    return found


@known("os.listdir", "os.getcwd", "os.getenv", "os.cpu_count")
def machine(run: Interpreter, *_: Any) -> Any:
    return run.unknown("it depends on the machine that runs the file")


@known("os.makedirs", "os.mkdir", "os.remove", "os.system", "os.chdir", "random.seed", "time.sleep", "random.shuffle")
def nothing(run: Interpreter, *_: Any, **__: Any) -> None:
    return None


@known(
    "random.random",
    "random.randint",
    "random.choice",
    "random.uniform",
    "random.sample",
    "random.randrange",
    "random.gauss",
)
def random(run: Interpreter, *_: Any, **__: Any) -> Any:
    return run.unknown("it is random")


@known("time.time", "time.perf_counter", "time.strftime")
def time(run: Interpreter, *_: Any) -> Any:
    return run.unknown("it is the time of day")


# -- collections, functools, itertools --------------------------------------------------
ENTRIES["collections.OrderedDict"] = ENTRIES["builtins.dict"]


@known("collections.namedtuple")
def namedtuple(run: Interpreter, name: Any, fields: Any, **_: Any) -> Any:
    names = fields.replace(",", " ").split() if isinstance(fields, str) else run.listed(fields)
    if isinstance(names, Unknown):
        return names.derived("…")
    return Known(
        f"{name}", lambda run, *args, **kwargs: Namespace({**dict(zip(names, args, strict=False)), **kwargs}, str(name))
    )


@known("types.SimpleNamespace")
def namespace(run: Interpreter, **attributes: Any) -> Any:
    return Namespace(attributes)


@known("functools.partial")
def partial(run: Interpreter, function: Any, *args: Any, **kwargs: Any) -> Any:
    return Known(
        "functools.partial", lambda run, *more, **named: run.call(function, [*args, *more], {**kwargs, **named})
    )


@known("functools.reduce")
def reduce(run: Interpreter, function: Any, items: Any, *start: Any) -> Any:
    found = run.listed(items)
    if isinstance(found, Unknown):
        return found.derived("…")
    values = [*start, *found]
    value = values.pop(0) if values else None
    for each in values:
        value = run.call(function, [value, each], {})
    return value


@known("functools.wraps")
def wraps(run: Interpreter, *_: Any, **__: Any) -> Any:
    return Known("decorator", lambda run, function=None, *_, **__: function)


@known("functools.lru_cache", "functools.cache")
def cache(run: Interpreter, function: Any = None, *_: Any, **__: Any) -> Any:
    """A decorator, with or without settings of its own."""
    if isinstance(function, Value):
        return function
    return Known("decorator", lambda run, function=None, *_, **__: function)


@known("itertools.chain")
def chain(run: Interpreter, *several: Any) -> Any:
    lists: list[Any] = [run.listed(each) for each in several]
    unknown = next((each for each in lists if isinstance(each, Unknown)), None)
    return unknown.derived("…") if unknown else [each for items in lists for each in items]


@known("itertools.product", partial=False)
def product(run: Interpreter, *several: Any, repeat: int = 1) -> Any:
    import itertools  # noqa: PLC0415

    lists: list[Any] = [run.listed(each) for each in several] * (repeat if isinstance(repeat, int) else 1)
    count = math.prod(len(each) for each in lists)
    run.count(min(count, 10**9))
    return [tuple(each) for each in itertools.product(*lists)]


ENTRIES["itertools.izip"] = Known("itertools.izip", zip_)


@known("copy.copy", "copy.deepcopy")
def copy(run: Interpreter, value: Any, *_: Any) -> Any:
    if isinstance(value, list | dict | set):
        return value.copy()
    return (
        value
        if not isinstance(value, Value) or isinstance(value, Unknown)
        else run.unknown("densecli does not copy objects")
    )


# -- progress bars ---------------------------------------------------------------------
@known("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.tqdm_notebook", "tqdm.std.tqdm")
def progress(run: Interpreter, items: Any = (), *_: Any, **__: Any) -> Any:
    return items


@known("tqdm.trange", "tqdm.auto.trange", "tqdm.notebook.trange", "tqdm.tnrange")
def progress_range(run: Interpreter, *bounds: Any, **_: Any) -> Any:
    return ENTRIES["builtins.range"].call(run, list(bounds), {})


# -- dataclasses -----------------------------------------------------------------------
@known("dataclasses.dataclass")
def dataclass(run: Interpreter, cls: Any = None, **_: Any) -> Any:
    return Known("dataclass", lambda run, cls: cls) if cls is None else cls


@known("dataclasses.field")
def field(run: Interpreter, **options: Any) -> Any:
    return Namespace(options, "field") if "default_factory" in options else options.get("default")
