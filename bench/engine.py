"""How fast the engine is, what it needs, how that grows, and how it compares with SimPy doing the same work.

Run with `python bench/engine.py`; `--quick` takes a minute, `--million` adds a run of 1,000,000 paths. Speeds are
medians of CPU time over repeats in one process; waits are wall time with 2 workers. Nothing is asserted about time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import simpy_world
from numpy.typing import NDArray

import worlds
from gigawatt.engine.layout import layout
from gigawatt.engine.run import run_block
from gigawatt.parts.stream import BLOCK
from gigawatt.scenario.load import load
from gigawatt.scenario.scenario import Scenario

HERE = Path(__file__).resolve().parent
REAL = "openai-2025-10"
AGREE = 4.5
"""Standard errors by which two means may differ; some fifty are compared."""

SIMULATE = "import gigawatt as gw; gw.simulate(gw.load({name!r}), paths={paths}, {more})"
WARM = """
import os, time, gigawatt as gw
scenario = gw.load({name!r})
gw.simulate(scenario, paths={paths}, workers=2)
before, start = os.times(), time.perf_counter()
gw.simulate(scenario, paths={paths}, workers=2)
print(time.perf_counter() - start, sum(os.times()[:4]) - sum(before[:4]))
"""


def median_cpu(work: Callable[[], object], repeats: int) -> float:
    """Median CPU seconds, after one call that warms up."""
    work()
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def speed(scenario: Scenario, paths: int, repeats: int) -> float:
    """Path-months per CPU second of one block, from the draws to the arrays that a run keeps."""
    return paths * scenario.months / median_cpu(lambda: run_block(scenario, 1, 1, paths, "month"), repeats)


def cleared(scenario: Scenario) -> float:
    """Share of path-months in which somebody is short, so that payments are cleared."""
    kept = run_block(scenario, 1, 1, 500, "all")
    return float(np.less(kept["told"], kept["due"]).any(axis=1).mean())


def measured(command: list[str], folder: Path) -> tuple[float, float, float, str]:
    """Wall and CPU seconds, and peak memory (GB) of a fresh process and its children; and what it printed."""
    before, start = os.times(), time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    peak = 0.0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            # Adding up memory costs the system time, which must not show in the figures.
            time.sleep(0.25)

    watcher = threading.Thread(target=watch)
    watcher.start()
    printed, _ = process.communicate()
    watcher.join()
    after = os.times()
    if process.returncode:
        raise SystemExit(f"{command}: failed with {process.returncode}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, cpu, peak / 1e9, printed


def _memory(pid: int) -> float:
    """Memory of a process and its children (bytes); what forks share is counted once where the system can tell."""
    total = 0.0
    try:
        for process in (root := psutil.Process(pid), *root.children(recursive=True)):
            info = process.memory_full_info()
            total += getattr(info, "pss", info.uss)
    except psutil.Error:
        return total
    return total


def throughput(repeats: int, sizes: tuple[int, ...]) -> None:
    print(f"\nPath-months per CPU second (millions), blocks of {BLOCK:,} paths unless said otherwise\n")
    print(f"{'scenario':34s} {'lanes':>5s} {'cleared':>8s} " + " ".join(f"{size:>7,}" for size in sizes))
    for name, kind in ((REAL, REAL), ("12 deals, 16 campuses, 16 parties", "rare"), ("  the same, strained", "common")):
        scenario = chosen(kind)
        found = [_in_blocks(kind, size, repeats) for size in sizes]
        lanes = len(layout(scenario).lanes)
        print(f"{name:34s} {lanes:5d} {cleared(scenario):8.1%} " + " ".join(f"{v / 1e6:7.2f}" for v in found))


def chosen(kind: str) -> Scenario:
    return load(REAL) if kind == REAL else worlds.world(strained=kind == "common")


def _in_blocks(kind: str, size: int, repeats: int) -> float:
    """The speed with another block size, which a process can only be given before anything else is imported."""
    code = (
        f"import gigawatt.parts.stream as s; s.BLOCK = {size}; import engine; "
        f"print(engine.speed(engine.chosen({kind!r}), {size}, {repeats}))"
    )
    return float(subprocess.run([sys.executable, "-c", code], cwd=HERE, check=True, stdout=subprocess.PIPE).stdout)


def first_result(repeats: int) -> None:
    print(f"\nWaiting for {REAL}, 10,000 paths, 2 workers: medians, and peak memory of all processes together\n")
    print(f"{'':34s} {'wall s':>8s} {'CPU s':>8s} {'peak GB':>8s}")
    cold = [sys.executable, "-m", "gigawatt", "run", REAL, "--paths", "10000", "--workers", "2", "--no-folder"]
    direct = [sys.executable, "-c", SIMULATE.format(name=REAL, paths=10_000, more="workers=2")]
    warm = [sys.executable, "-c", WARM.format(name=REAL, paths=10_000)]
    with tempfile.TemporaryDirectory() as folder:
        for name, command in (
            ("gigawatt run, fresh process", cold),
            ("simulate, fresh process", direct),
            ("simulate again in one process", warm),
        ):
            runs = []
            for _ in range(repeats):
                wall, cpu, peak, printed = measured(command, Path(folder))
                if command is warm:
                    wall, cpu = (float(number) for number in printed.split())
                runs.append((wall, cpu, peak))
            wall, cpu = (statistics.median(run[i] for run in runs) for i in (0, 1))
            print(f"{name:34s} {wall:8.2f} {cpu:8.2f} {max(run[2] for run in runs):8.2f}")


def growth_with_paths(counts: tuple[int, ...]) -> None:
    print(f"\n{REAL} by number of paths, 2 workers, year ends kept in a folder\n")
    print(f"{'paths':>10s} {'CPU s':>8s} {'ms/path':>8s} {'wall s':>8s} {'peak GB':>8s} {'disk GB':>8s}")
    for paths in counts:
        with tempfile.TemporaryDirectory() as folder:
            more = 'folder="run", keep="year", workers=2'
            command = [sys.executable, "-c", SIMULATE.format(name=REAL, paths=paths, more=more)]
            wall, cpu, peak, _ = measured(command, Path(folder))
            disk = sum(file.stat().st_size for file in Path(folder, "run").iterdir()) / 1e9
        print(f"{paths:10,d} {cpu:8.1f} {1000 * cpu / paths:8.3f} {wall:8.1f} {peak:8.2f} {disk:8.2f}")


def growth_with_world(deals: tuple[int, ...], repeats: int) -> None:
    paths = 500
    print(f"\nSynthetic worlds, {paths} paths: CPU time per deal must not grow with the number of deals\n")
    print(f"{'deals':>6s} {'campuses':>8s} {'parties':>8s} {'lanes':>6s} {'CPU s':>8s} {'ms/deal':>8s}")
    for count, parties in (*((d, 16) for d in deals), (12, 8), (12, 30)):
        scenario = worlds.world(count, count, parties, 5 * count)
        cpu = median_cpu(partial(run_block, scenario, 1, 0, paths, "year"), repeats)
        print(f"{count:6d} {count:8d} {parties:8d} {5 * count:6d} {cpu:8.3f} {1000 * cpu / count:8.2f}")


def against_simpy(paths: int, repeats: int) -> None:
    print("\nThe same world in SimPy (bench/simpy_world.py), one environment a path: path-months per CPU second\n")
    print(f"{'clouds':>6s} {'SimPy':>10s} {'gigawatt':>12s} {'ratio':>6s}  largest difference of means")
    for clouds in (1, 12):
        scenario = simpy_world.scenario(clouds)
        count = max(paths // clouds, 50)
        start = time.process_time()
        peer = np.array([simpy_world.path(seed, clouds).record for seed in range(count)])
        theirs = count * scenario.months / (time.process_time() - start)
        ours = speed(scenario, BLOCK, repeats)
        far = _differ(scenario, clouds, peer)
        print(f"{clouds:6d} {theirs:10,.0f} {ours:12,.0f} {ours / theirs:6.0f}  {far:.1f} standard errors")
        if far > AGREE:
            raise SystemExit("SimPy and gigawatt do not agree: the comparison is void.")


def _differ(scenario: Scenario, clouds: int, peer: NDArray[np.float64]) -> float:
    """How many standard errors the means of energised gigawatts and cash differ, at the worst of the year ends."""
    found = run_block(scenario, 1, 1, BLOCK, "all")
    online, cash = found["online"].astype(np.float64).sum(axis=1), found["cash"].astype(np.float64)
    ours = np.stack((online, cash[:, 0], cash[:, 2 : 2 + clouds].sum(axis=1), cash[:, 1]), axis=-1)
    if np.greater_equal(found["missed"], 0).any():
        raise SystemExit("Somebody misses a payment: the worlds are not the same.")
    theirs = np.swapaxes(peer, 0, 1)
    error = np.sqrt(ours.var(axis=1) / ours.shape[1] + theirs.var(axis=1) / theirs.shape[1])
    gap = np.abs(ours.mean(axis=1) - theirs.mean(axis=1)) / np.maximum(error, 1e-9 * np.abs(ours).mean(axis=1))
    return float(gap[11::12].max())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repeats and sizes")
    parser.add_argument("--million", action="store_true", help="also run 1,000,000 paths (minutes, gigabytes of disk)")
    parser.add_argument("--repeats", type=int, default=5, help="timings each median is taken over")
    given = parser.parse_args()
    repeats = 3 if given.quick else given.repeats
    print(f"numpy {np.__version__}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it began")
    throughput(repeats, (BLOCK,) if given.quick else (1024, 2048, BLOCK, 4096))
    first_result(1 if given.quick else 3)
    growth_with_paths((1_000, 10_000) if given.quick else (1_000, 10_000, 100_000))
    if given.million:
        growth_with_paths((1_000_000,))
    growth_with_world((10, 50, 200) if given.quick else (10, 50, 200, 1_000), repeats)
    against_simpy(300 if given.quick else 2_000, repeats)


if __name__ == "__main__":
    main()
