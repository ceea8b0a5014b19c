"""How far a run is and how long it will take, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STEPS = 10
"""Where nobody watches a terminal, a line is printed so many times a run."""


def talk(text: str) -> None:
    """A word to the user that is no data."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def progress(title: str, already: int, blocks: int) -> Iterator[Callable[[int, int], None]]:
    """Shows the blocks done while a run goes on.

    Arguments:
        title: what runs.
        already: blocks that were done before.
        blocks: all blocks.
    """
    if already >= blocks:
        yield lambda done, total: None
    elif sys.stderr.isatty():
        yield from _bar(title, already, blocks)
    else:
        yield _lines(title, already)


def remaining(elapsed: float, done: int, total: int, already: int = 0) -> float:
    """Seconds that the rest will take if it goes on as since the start."""
    fresh = done - already
    return elapsed / fresh * (total - done) if fresh > 0 else 0.0


def duration(seconds: float) -> str:
    """A length of time for people: `8 s`, `3 min 20 s`, `2 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _bar(title: str, already: int, blocks: int) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(None),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[left]}"),
    )
    began = time.monotonic()
    with Progress(*columns, console=Console(stderr=True, markup=False), transient=True) as shown:
        task = shown.add_task(title, total=blocks, completed=already, left="")

        def told(done: int, total: int) -> None:
            left = duration(remaining(time.monotonic() - began, done, total, already))
            shown.update(task, completed=done, total=total, left=f"{left} left")

        yield told


def _lines(title: str, already: int) -> Callable[[int, int], None]:
    began, said = time.monotonic(), [-1]

    def told(done: int, total: int) -> None:
        if done * STEPS // total > said[0]:
            said[0] = done * STEPS // total
            left = remaining(time.monotonic() - began, done, total, already)
            talk(f"{title}: {100 * done // total} % ({done} of {total} blocks), {duration(left)} left")

    return told
