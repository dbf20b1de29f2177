"""The command line: the only package that prints or chooses an exit code."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from densecli import __version__
from densecli.cli import meant, streams
from densecli.cli.command import Command, Group
from densecli.cli.complaints import complain
from densecli.cli.completion import SHELL_OPTIONS, commands_of, completing
from densecli.cli.painting import color_option
from densecli.errors import DenseError, LimitError, OutputError, SpecErrors, did_you_mean
from densecli.read.files.opened import keeping_pipes
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

# One module per command; only the one in use is imported, and the help page needs no more than these lines.
COMMANDS = {
    "summary": "Print a model's summary, as Keras does: a table, or JSON, CSV, Markdown, …",
    "explain": "Show how each output shape and parameter count is computed.",
    "check": "Check models against expectations, budgets and a lock file.",
    "diff": "Compare two models, layer by layer.",
    "convert": "Convert a model to a stack, a spec, a Keras config or code, or a diagram.",
    "draw": "Draw a figure of a model, as in a paper: SVG, PNG or TikZ.",
    "memory": "Estimate the memory for inference and training, and the largest batch that fits.",
    "sweep": "Tabulate totals for every combination of a spec's variables.",
    "annotate": "Show the shapes and parameters of layers beside the Python code that makes them.",
    "layers": "List the layer types, or the arguments and formulas of one.",
    "schema": "Print the JSON Schema of an input or output format.",
}
OK, FOUND, USAGE, BUG, INTERRUPTED, PIPE = 0, 1, 2, 70, 130, 141
USAGE_ERROR: Any = typer.BadParameter.__mro__[2]  # click's ClickException, which typer carries in a private module


def run(arguments: Sequence[str]) -> int:
    """Run densecli; returns the exit code. Every way out of the program goes through here."""
    streams.prepare()
    streams.color = color_option(arguments)
    try:
        with keeping_pipes():
            code = invoke(list(arguments))
        streams.flush()
    except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001  # the last line of defence
        return left(error, arguments)
    return code


def left(error: BaseException, arguments: Sequence[str]) -> int:
    try:
        return leave(error, arguments)
    except Exception as another:  # noqa: BLE001  # a bug in saying what went wrong
        return bug(another, arguments)


def leave(error: BaseException, arguments: Sequence[str]) -> int:
    """Report the error; returns the exit code for it."""
    if isinstance(error, (streams.ReaderGoneError, KeyboardInterrupt, OutputError, OSError, MemoryError, SystemExit)):
        streams.discard()
    match error:
        case streams.ReaderGoneError():
            code = PIPE
        case SystemExit():  # typer's: the reader of its help went away, or a completion ended
            code = PIPE if isinstance(error.__context__, BrokenPipeError) else int(error.code or OK)
        case KeyboardInterrupt():
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            code = INTERRUPTED
        case DenseError():
            code = fail([error])
        case SpecErrors():
            code = fail(error.errors)
        case typer.Exit():
            code = int(error.exit_code)
        case MemoryError():  # the estimate fit, but the machine or a limit on the process allowed less
            hint = "use a smaller --batch, or a machine with more memory"
            code = fail([LimitError("out of memory", code="E507", hint=hint)])
        case OSError(
            filename=None, strerror=str()
        ):  # readers turn theirs into ReadError: this is typer writing its help
            code = fail([OutputError(f"cannot write to stdout: {error.strerror}", code="E602")])
        case _:
            code = usage_error(error, arguments) if isinstance(error, USAGE_ERROR) else bug(error, arguments)
    return code


def invoke(arguments: list[str]) -> int:
    """Run the command that the arguments name, or `summary`."""
    arguments = meant.command_line(arguments or ["--help"], COMMANDS)
    if arguments[0] in SHELL_OPTIONS:
        from densecli.cli.shells import completion_for  # noqa: PLC0415  # once in a lifetime

        return completion_for(*arguments[:2])
    if arguments[0] not in COMMANDS and arguments[0] not in ("-h", "--help", "--version"):
        arguments = ["summary", *arguments]
    if completing():
        app = build(commands_of(COMMANDS), others=True)
    else:
        named = arguments[0] in COMMANDS  # else the help page or the version is asked for
        app = build([arguments[0]] if named else [], others=not named)
    command = typer.main.get_command(app)
    code = command.main(arguments, prog_name="densecli", standalone_mode=False)
    if code == INTERRUPTED:  # typer's exception for Ctrl-C
        raise KeyboardInterrupt
    return code if isinstance(code, int) else OK


def build(names: Sequence[str], *, others: bool = False) -> typer.Typer:
    """The app with these commands; with `others`, the rest by name and help only."""
    app = typer.Typer(
        name="densecli",
        cls=Group,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=HELP)(root)
    for name in names:
        module = import_module(f"densecli.cli.{name}")
        words: Any = {"help": COMMANDS[name], "short_help": COMMANDS[name], "epilog": getattr(module, "EXAMPLES", "")}
        app.command(name, cls=Command, **words)(module.command)
    for name in [name for name in COMMANDS if others and name not in names]:
        app.command(name, help=COMMANDS[name], short_help=COMMANDS[name])(lambda: None)
    return app


HELP = """Model summaries with Keras' exact numbers, without Keras.

\b
  densecli train.py                          the model in a Python source
  densecli 'Dense(16)@(3,2) -> Flatten'      a stack: @ gives the input shape
  densecli model.keras                       a Keras file, or a YAML spec
  densecli explain 'Conv2D(8, 3)@(28,28,1)'  how its numbers are computed
  densecli check train.py --max-params 1M    a budget, for CI

Without a command, densecli runs `summary`.
"""


def show_version(wanted: bool) -> None:
    if wanted:
        streams.write(f"densecli {__version__}\n")
        raise typer.Exit


def root(
    version: bool = typer.Option(False, "--version", help="Show the version.", callback=show_version, is_eager=True),
) -> None:
    """The options before a command; their help page is HELP."""


def fail(errors: Sequence[DenseError]) -> int:
    complain(errors)
    return USAGE


def usage_error(error: Any, arguments: Sequence[str]) -> int:
    """Report a wrong option or a missing argument in the form of every other error."""
    option = getattr(error, "option_name", None) if hasattr(error, "possibilities") else None  # of an unknown option
    message = " ".join(safe(line) for line in (error.message if option else error.format_message()).split())
    message = message if message.endswith("...") else message.removesuffix(".")
    lines = [f"error: {message if message[1:2].isupper() else message[:1].lower() + message[1:]}"]
    hint = getattr(error, "hint", None)
    if hint is None and option is not None:
        hint = meant.option(option, error.ctx.command, every_command)
    elif hint is None and getattr(error, "given", None) is not None:
        other = meant.converted(error.given.lower(), every_command())
        hint = other and f"did you mean `{other}`?"
    hint = hint or usage_hint(arguments)
    if hint is not None:
        lines.append(f"  help: {hint}")
    command = f"densecli {arguments[0]}" if arguments and arguments[0] in COMMANDS else "densecli"
    name = error.ctx.command_path if getattr(error, "ctx", None) is not None else command
    streams.complain("\n".join([*lines, f"  usage: `{name} --help` shows the options"]))
    return USAGE


def every_command() -> Any:
    """All commands by name."""
    return typer.main.get_command(build(list(COMMANDS))).commands  # type: ignore[attr-defined]  # a group


def usage_hint(arguments: Sequence[str]) -> str | None:
    """The likely intent: another command, or a spec that looks like an option."""
    first = arguments[0] if arguments else ""
    if first.startswith("-") and ">" in first:
        return "put -- before a spec that starts with -; a stack starts with a layer"
    return did_you_mean(first, COMMANDS) if len(arguments) > 1 and first not in COMMANDS else None


def bug(error: BaseException, arguments: Sequence[str]) -> int:
    """Report a bug of our own in one line, with the traceback under --debug."""
    if "--debug" in arguments:
        import traceback  # noqa: PLC0415

        streams.complain(safe_lines("".join(traceback.format_exception(error))))
    streams.complain(
        f"internal error: {type(error).__name__}: this is a bug in densecli {__version__} "
        f"(Python {sys.version.split()[0]}); please report it with the output of the same command and --debug"
    )
    return BUG


def safe_lines(text: str) -> str:
    return "\n".join(map(safe, text.splitlines()))
