"""The command line: the only printer, the only exit codes."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from densecli import __version__
from densecli.cli import streams
from densecli.cli.command import Command, Group
from densecli.cli.complaints import complain
from densecli.cli.completion import command_of, completing
from densecli.errors import DenseError, LimitError, OutputError, SpecErrors, did_you_mean
from densecli.read.files.opened import keeping_pipes
from densecli.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

# One module per command; only the one that is called is imported, the others lend the help page their first line.
COMMANDS = {
    "summary": "The Keras-style table of a model, or the same as JSON, CSV, Markdown, …",
    "explain": "Where each shape and each parameter count comes from, layer by layer.",
    "check": "Expectations, budgets and lock files: hold models against them, for CI.",
    "diff": "What differs between two models, layer by layer.",
    "convert": "The model in another form: DSL, YAML, JSON, Keras config or code, a diagram.",
    "memory": "Whether it fits: weights, activations, a training step; the largest batch in a budget.",
    "sweep": "One table of totals over all combinations of a spec's variables.",
    "annotate": "A Python source with the shape and parameters of each layer at its line.",
    "layers": "The catalogue: types, arguments, defaults, formulas.",
    "schema": "The JSON Schemas of what goes in and what comes out.",
}
OK, FOUND, USAGE, BUG, INTERRUPTED, PIPE = 0, 1, 2, 70, 130, 141
USAGE_ERROR: Any = typer.BadParameter.__mro__[2]  # click's ClickException, which typer carries in a private module


def run(arguments: Sequence[str]) -> int:
    """Run densecli; returns the exit code. Every way out of the program goes through here."""
    streams.prepare()
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
    """Say what has to be said about the error; the exit code for it."""
    if isinstance(error, (streams.ReaderGoneError, KeyboardInterrupt, OutputError, OSError, MemoryError, SystemExit)):
        streams.discard()
    match error:
        case streams.ReaderGoneError():
            code = PIPE
        case SystemExit():  # typer's, where nobody reads its help any more, and at the end of a completion
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
        case MemoryError():  # what was foreseen fits; the machine, or a limit of the process, had less
            hint = "a smaller --batch, or a machine with more memory"
            code = fail([LimitError("there is not enough memory", code="E507", hint=hint)])
        case OSError(
            filename=None, strerror=str()
        ):  # readers turn theirs into ReadError: this is typer writing its help
            code = fail([OutputError(f"cannot write to stdout: {error.strerror}", code="E602")])
        case _:
            code = usage_error(error, arguments) if isinstance(error, USAGE_ERROR) else bug(error, arguments)
    return code


def invoke(arguments: list[str]) -> int:
    """Hand the words to the command they name, or to `summary`."""
    arguments = arguments or ["--help"]
    if arguments[0] not in COMMANDS and arguments[0] not in (
        "-h",
        "--help",
        "--version",
        "--install-completion",
        "--show-completion",
    ):
        arguments = ["summary", *arguments]
    if completing():
        named = command_of(COMMANDS)
        app = build([named] if named else [], others=True)
    else:
        app = build([arguments[0]] if arguments[0] in COMMANDS else list(COMMANDS))
    command = typer.main.get_command(app)
    code = command.main(arguments, prog_name="densecli", standalone_mode=False)
    if code == INTERRUPTED:  # what typer makes of Ctrl-C
        raise KeyboardInterrupt
    return code if isinstance(code, int) else OK


def build(names: Sequence[str], *, others: bool = False) -> typer.Typer:
    """The app with these commands; the others, if wanted, by name only."""
    app = typer.Typer(
        name="densecli",
        cls=Group,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=HELP)(root)
    for name in names:
        function = import_module(f"densecli.cli.{name}").command
        app.command(name, cls=Command, help=COMMANDS[name], short_help=COMMANDS[name])(function)
    for name in COMMANDS.keys() - set(names) if others else ():
        app.command(name, help=COMMANDS[name])(lambda: None)
    return app


HELP = """Model summaries with Keras' exact numbers, without Keras.

\b
  densecli 'Dense(16)@(3,2) -> Flatten -> Dense(4)'    a layer stack: @ gives the input shape
  densecli model.keras                                 a Keras file, or a YAML or JSON spec
  densecli explain 'Conv2D(8, 3)@(28,28,1)'            where the numbers come from

Without a command, SPEC goes to `summary`.
"""


def show_version(wanted: bool) -> None:
    if wanted:
        streams.write(f"densecli {__version__}\n")
        raise typer.Exit


def root(
    version: bool = typer.Option(False, "--version", help="Show the version.", callback=show_version, is_eager=True),
) -> None:
    """What stands before the commands; its help is HELP."""


def fail(errors: Sequence[DenseError]) -> int:
    complain(errors)
    return USAGE


def usage_error(error: Any, arguments: Sequence[str]) -> int:
    """A wrong option or a missing argument, in the same form as every other error."""
    likely = getattr(error, "possibilities", None)  # of an option that there is not
    message = " ".join(safe(line) for line in (error.message if likely else error.format_message()).split())
    lines = [f"error: {message if message[1:2].isupper() else message[:1].lower() + message[1:]}"]
    hint = getattr(error, "hint", None) or (likely and did_you_mean(error.option_name, likely)) or usage_hint(arguments)
    if hint is not None:
        lines.append(f"  help: {hint}")
    name = error.ctx.command_path if getattr(error, "ctx", None) is not None else "densecli"
    streams.complain("\n".join([*lines, f"  usage: `{name} --help` shows the options"]))
    return USAGE


def usage_hint(arguments: Sequence[str]) -> str | None:
    """What was probably meant: another command, or a spec that looks like an option."""
    first = arguments[0] if arguments else ""
    if first.startswith("-") and ">" in first:
        return "a spec that starts with - needs -- before it; a stack starts with a layer"
    return did_you_mean(first, COMMANDS) if len(arguments) > 1 and first not in COMMANDS else None


def bug(error: BaseException, arguments: Sequence[str]) -> int:
    """A mistake of ours: one line, and the traceback for those who ask for it."""
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
