"""Running a scenario: blocks in threads, in memory or in a run folder that can be continued after any interruption."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigawatt.engine.block import block
from gigawatt.engine.folder import Folder
from gigawatt.engine.layout import Layout, layout
from gigawatt.engine.month import step
from gigawatt.engine.record import Recorder
from gigawatt.engine.result import Provenance, Result
from gigawatt.engine.state import model, opening
from gigawatt.errors import InputError
from gigawatt.parts.stream import BLOCK
from gigawatt.scenario.scenario import Scenario
from gigawatt.version import VERSION

MONTHLY_PATHS = 20_000
"""Runs of more paths keep year ends only, because a month of everything is 25 kB a path."""

Progress = Callable[[int, int], None]


def simulate(
    scenario: Scenario,
    paths: int | None = None,
    seed: int | None = None,
    *,
    folder: str | Path | None = None,
    keep: str | None = None,
    threads: int | None = None,
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
        threads: how many blocks at a time; the machine's cores by default. The result does not depend on it.
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
    places = layout(scenario)
    blocks = -(-paths // BLOCK)
    store = Folder.create(Path(folder), scenario, provenance) if folder is not None else None
    wanted = [b for b in range(blocks) if store is None or not store.has(b)]
    kept: dict[int, Mapping[str, NDArray[np.generic]]] = {}

    def work(index: int) -> None:
        arrays = run_block(scenario, places, seed, index, min(BLOCK, paths - index * BLOCK), keep)
        if store is None:
            kept[index] = arrays
        else:
            store.write(index, arrays)

    workers = max(1, min(threads or os.cpu_count() or 1, len(wanted)))
    with ThreadPoolExecutor(workers) as pool:
        for done, _ in enumerate(pool.map(work, wanted), start=blocks - len(wanted) + 1):
            if progress is not None:
                progress(done, blocks)
    read = (lambda index, name: kept[index][name]) if store is None else store.read
    return Result(scenario, places, provenance, blocks, read)


def run_block(
    scenario: Scenario, places: Layout, seed: int, index: int, paths: int, keep: str
) -> dict[str, NDArray[np.generic]]:
    """All arrays of one block: the unit of parallelism, resumption and distribution.

    Arguments:
        scenario, places: what is simulated and its layout.
        seed, index: name the block's random streams.
        paths: how many paths of the block are wanted.
        keep: as for `simulate`.
    """
    fixed = model(scenario, places, block(scenario, places, seed, index, paths))
    state = opening(fixed)
    recorder = Recorder(fixed, keep)
    for t in range(scenario.months):
        state, tables = step(fixed, state, t)
        recorder.month(t, tables)
    return recorder.finish(state)
