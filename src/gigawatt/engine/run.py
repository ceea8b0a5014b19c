"""Running a scenario: blocks in several processes, in a run folder that can be continued after any interruption."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gigawatt.catalog import Catalog
from gigawatt.engine.block import block
from gigawatt.engine.clear import warm_up
from gigawatt.engine.folder import Folder
from gigawatt.engine.layout import layout
from gigawatt.engine.month import step
from gigawatt.engine.record import Recorder
from gigawatt.engine.result import Provenance, Result
from gigawatt.engine.state import model, opening
from gigawatt.errors import InputError, RunError
from gigawatt.parts.stream import BLOCK
from gigawatt.scenario.load import rebuild
from gigawatt.scenario.scenario import Scenario
from gigawatt.version import VERSION

MONTHLY_PATHS = 20_000
"""Runs of more paths keep year ends only, because a month of everything is 25 kB a path."""

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: a result that nobody asked to keep need not wait for a disk."""

AMPLE = 200_000
"""Bytes wanted for each path, several times what a run of ordinary size keeps: containers often have little."""

DAY = 86_400.0
"""Seconds."""

Progress = Callable[[int, int], None]

T = TypeVar("T")


def simulate(
    scenario: Scenario,
    paths: int | None = None,
    seed: int | None = None,
    *,
    folder: str | Path | None = None,
    keep: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """What comes online, who pays whom and who runs dry, on many paths.

    Arguments:
        scenario: what to simulate.
        paths: how many paths; the scenario's own number by default.
        seed: names the random streams; path 3 of a seed is the same in 10 paths or 1,000,000.
        folder: where to keep the run on disk, so that it can be continued; in memory if not given.
        keep: `month` (float32, the default up to 20,000 paths), `year`, or `all` (every month in float64, with
            the ledger of every lane).
        workers: how many processes; the machine's cores by default. The result does not depend on it.
        progress: is told the number of blocks done and of all blocks.

    Returns:
        A result with labelled arrays.

    Raises:
        InputError: paths below 1, or an unknown `keep`.
        RunError: the folder cannot be written, or holds another run.
    """
    paths = scenario.paths if paths is None else paths
    seed = scenario.seed if seed is None else seed
    keep = keep or ("month" if paths <= MONTHLY_PATHS else "year")
    if paths < 1:
        raise InputError(f"paths = {paths}: at least 1 expected.")
    if keep not in ("month", "year", "all"):
        raise InputError(f"keep = `{keep}`: `month`, `year` or `all` expected.")
    provenance = Provenance(scenario.name, scenario.hash, scenario.catalog_version, VERSION, seed, paths, keep)
    blocks = -(-paths // BLOCK)
    if folder is None and blocks == 1:
        arrays = run_block(scenario, seed, 0, paths, keep)
        return Result(scenario, layout(scenario), provenance, 1, lambda _, name: arrays[name])
    temporary = _temporary(paths, keep) if folder is None else None
    store = Folder.create(Path(temporary.name if temporary else str(folder)), scenario, provenance)
    wanted = [b for b in range(blocks) if not store.has(b)]
    _run_all(store, scenario, wanted, workers or os.cpu_count() or 1, lambda n: progress and progress(n, blocks))
    # The result keeps its temporary folder alive; both go together.
    return Result(scenario, layout(scenario), provenance, blocks, store.read, temporary)


def _temporary(paths: int, keep: str) -> tempfile.TemporaryDirectory[str]:
    """A folder that goes with its result, in memory where there is such a place with ample room for the run."""
    ordinary = keep != "all" and paths <= MONTHLY_PATHS and MEMORY.is_dir()
    if not ordinary or shutil.disk_usage(MEMORY).free < paths * AMPLE:
        return tempfile.TemporaryDirectory(prefix="gigawatt-")
    for left in MEMORY.glob("gigawatt-*-*"):
        # Whoever was killed could not clear up after itself; a younger folder may belong to another container.
        gone = not Path(f"/proc/{left.name.split('-')[1]}").exists()
        if gone and time.time() - left.stat().st_mtime > DAY:
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"gigawatt-{os.getpid()}-", dir=MEMORY)


def open_run(folder: str | Path, catalog: Catalog | None = None) -> Result:
    """The result in a run folder, as far as it has come.

    Arguments:
        folder: a folder that `simulate` filled.
        catalog: the claims to read its scenario with; the built-in catalogue by default.

    Raises:
        RunError: there is no run, a block is missing, or the scenario reads differently today.
    """
    store = Folder.open(Path(folder))
    found = store.provenance
    scenario = rebuild(store.scenario, catalog)
    if scenario.hash != found.scenario_hash:
        raise RunError(
            f"{folder}: the run's scenario {found.scenario_hash} reads as {scenario.hash} with this code and catalogue "
            f"({found.catalog_version} then, {scenario.catalog_version} now). Run the scenario again."
        )
    blocks = -(-found.paths // BLOCK)
    missing = sum(not store.has(b) for b in range(blocks))
    if missing:
        raise RunError(f"{folder}: {missing} of {blocks} blocks are missing; continue with `gigawatt resume {folder}`.")
    return Result(scenario, layout(scenario), found, blocks, store.read)


def _run_all(store: Folder, scenario: Scenario, wanted: list[int], workers: int, tell: Callable[[int], object]) -> None:
    """Run blocks and keep them; tells how many of all blocks are done."""
    done = -(-store.provenance.paths // BLOCK) - len(wanted)
    for _ in over_blocks(partial(write_block, store, scenario), wanted, workers):
        done += 1
        tell(done)


def over_blocks(task: Callable[[int], T], wanted: Sequence[int], workers: int) -> Iterator[tuple[int, T]]:
    """What a task makes of each block, as they are done, each in one of several processes.

    Small array operations hold Python's lock too long for threads.

    Arguments:
        task: takes the index of a block; goes to other processes, so it is a function of a module with its arguments.
        wanted: indices of blocks.
        workers: how many processes; one works here.
    """
    count = min(workers, len(wanted))
    if count <= 1:
        for index in wanted:
            yield index, task(index)
        return
    # A fork starts at once and shares what is loaded; elsewhere a fresh interpreter does the same work.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    warm_up()
    with ProcessPoolExecutor(count, context, initializer=follow, initargs=(os.getpid(),)) as pool:
        tasks = {pool.submit(task, index): index for index in wanted}
        try:
            for done in as_completed(tasks):
                yield tasks[done], done.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def follow(parent: int) -> None:
    """Make a worker end with the process that started it, however that ends, and leave Ctrl-C to that process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def write_block(store: Folder, scenario: Scenario, index: int) -> None:
    """Run one block and keep it: the task that is handed to other processes or machines."""
    run = store.provenance
    paths = min(BLOCK, run.paths - index * BLOCK)
    store.write(index, run_block(scenario, run.seed, index, paths, run.keep))


def run_block(scenario: Scenario, seed: int, index: int, paths: int, keep: str) -> dict[str, NDArray[np.generic]]:
    """All arrays of one block: the unit of parallelism, resumption and distribution.

    Arguments:
        scenario: what is simulated.
        seed, index: name the block's random streams.
        paths: how many paths of the block are wanted.
        keep: as for `simulate`.
    """
    places = layout(scenario)
    fixed = model(scenario, places, block(scenario, places, seed, index, paths))
    state = opening(fixed)
    recorder = Recorder(fixed, keep)
    # A contract may divide by something that is zero: such paths are counted, so no warning is needed as well.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for t in range(scenario.months):
            state, tables = step(fixed, state, t)
            recorder.month(t, tables)
    return recorder.finish(state)
