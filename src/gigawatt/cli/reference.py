"""The reference of the command line as a page: `python -m gigawatt.cli.reference > docs/guide/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from gigawatt.cli.main import app

WIDTH = 100

HEAD = """\
# The command line

This page is what the program says of itself; `python -m gigawatt.cli.reference` writes it anew.

Data go to standard output, talk and progress to standard error. `--json` prints data for programs, `NO_COLOR` turns
colours off, and `gigawatt --install-completion` teaches your shell the verbs and the names of the scenarios.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the input is sound and the model says no, or a check has failed |
| 2 | wrong input; the message names the place and the likely fix |
| 130 | interrupted; a run in a folder continues with `gigawatt resume` |
"""


def reference() -> str:
    """The whole page in Markdown."""
    command = typer.main.get_command(app)
    return "\n".join([HEAD, *(section for section in _sections(command, None, "gigawatt"))])


def _sections(command: Any, parent: Any, name: str) -> Iterator[str]:
    """A command and its subcommands; contexts are those of the library under Typer, which has no public types."""
    context = command.context_class(
        command,
        info_name=name.split(" ")[-1],
        parent=parent,
        max_content_width=WIDTH,
        terminal_width=WIDTH,
        help_option_names=["--help", "-h"],
    )
    usage = command.get_help(context).rstrip()
    yield f"## `{name}`\n\n```text\n{usage}\n```\n"
    for inner in getattr(command, "commands", {}).values():
        yield from _sections(inner, context, f"{name} {inner.name}")


if __name__ == "__main__":
    print(reference(), end="")
