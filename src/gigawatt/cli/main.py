"""The command `gigawatt`: its verbs, and what becomes of everything that can go wrong.

Exit codes: 0 done; 1 the model says no; 2 wrong input; 130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Annotated

import typer

from gigawatt.cli import claims, doctor, perf, scenarios, simulation, valuation
from gigawatt.errors import GigawattError
from gigawatt.version import VERSION

INTERRUPTED = 130

# Without rich in the help, `gigawatt --help` needs a third of the time, and the reference page is its plain text.
app = typer.Typer(
    name="gigawatt",
    help="Plan, simulate, price and stress-test gigawatt-scale AI-compute build-outs.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"gigawatt {VERSION}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Plan, simulate, price and stress-test gigawatt-scale AI-compute build-outs."""


VERBS: tuple[Callable[..., None], ...] = (
    scenarios.init,
    scenarios.check,
    simulation.run,
    simulation.resume,
    scenarios.show,
    scenarios.explain,
    valuation.value,
    claims.cite,
    scenarios.schema,
    simulation.report,
    doctor.doctor,
)
for verb in VERBS:
    app.command()(verb)
app.add_typer(claims.app, name="catalog")
app.add_typer(perf.app, name="perf")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; no traceback reaches the user.

    Arguments:
        arguments: the words after `gigawatt`; those of the process by default.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign gets a question mark, not an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = _run(arguments)
    finally:
        sys.excepthook = _unexpected
    return _flushed(code)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        app(args=arguments, prog_name="gigawatt")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    except GigawattError as error:
        return _said(str(error), error.exit_code)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return _said("Interrupted.", INTERRUPTED)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _said(f"{place}{error.strerror or error}", 2)
    except MemoryError:
        return _said("Out of memory: run fewer paths, or fewer threads at a time (`--workers 1`).", 1)
    return 0


def _said(message: str, code: int) -> int:
    with contextlib.suppress(BrokenPipeError):
        print(message, file=sys.stderr)
    return code


def _flushed(code: int) -> int:
    """The same code once everything is written, or quietly given up when nobody reads it any more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            # Python flushes once more at its end; a closed pipe must not speak then.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            code = _said(f"the output cannot be written: {error.strerror or error}", 2)
    return code


def _unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A mistake of ours: one line for the user, the traceback for whoever asks for it."""
    if os.environ.get("GIGAWATT_TRACEBACK"):
        sys.__excepthook__(kind, error, trace)
        return
    print(
        f"gigawatt: this is a mistake in gigawatt {VERSION}, not yours: {kind.__name__}: {error}\n"
        "Nothing that was written is lost. Please report it with the output of the same command "
        "under GIGAWATT_TRACEBACK=1.",
        file=sys.stderr,
    )
