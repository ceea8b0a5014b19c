"""Speed of the performance model: configurations a second, searches, and the sizes of blocks.

    python3 bench/perf.py [--quick]

prints, each the median CPU time of repeats in one process:

1. configurations a second of the full training model and of serving, many in one call and one in each call, against
   the plain scalar reference of the tests in a Python loop and against llm-analysis (`pip install llm-analysis`;
   skipped where it is missing), all on the same random layouts of GPT-3 175B on 1,024 chips;
2. the same for different sizes of a block;
3. searches of whole spaces of layouts with their front, each in a process of its own for its peak memory, with and
   without bounds, for different sizes of a block;
4. a search of deployments.

`--quick` repeats less and leaves out the searches without bounds. Everything runs on one core.
"""

from __future__ import annotations

import json
import logging
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "perf"))

from training_reference import step

from gigawatt.perf import training
from gigawatt.perf.deployment import Formats, deployments, formats
from gigawatt.perf.deployment_search import search_deployments
from gigawatt.perf.deployment_space import deployment_space
from gigawatt.perf.hardware import hardware
from gigawatt.perf.layout import Layout, workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.search import search
from gigawatt.perf.serving import Requests, serve
from gigawatt.perf.shape import shapes
from gigawatt.perf.space import Space, training_space
from gigawatt.perf.training import train

BATCH, TOKENS, CHIPS = 1536, 2048, 1024
BLOCKS = (1024, 2048, 4096, 8192, 16384, 32768)
SEARCH_BLOCKS = (16384, 32768, 65536, 131072)
USUAL = 65536

GPT3, A100 = shapes([find_model("GPT3-175B")]), hardware([find_system("A100-SXM-80GB")])


def study(kind: str) -> Space:
    """Layouts of GPT-3 175B on 1,024 chips, interleaved in `even` or also in `uneven` parts."""
    return training_space(GPT3, CHIPS, workloads(BATCH, TOKENS), uneven=kind == "uneven")


def drawn(count: int) -> Layout:
    """Random layouts of the study."""
    space = study("uneven")
    return space.layout(np.random.default_rng(1).integers(0, space.size, count))


def seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def medians(runs: dict[str, tuple[int, Callable[[], object]]], repeats: int) -> dict[str, float]:
    """Configurations a CPU second of each, in turns, so that a busy machine slows all of them alike."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _, run in runs.values():
        run()
    for _ in range(repeats):
        for name, (_, run) in runs.items():
            times[name].append(seconds(run))
    return {name: count / statistics.median(times[name]) for name, (count, _) in runs.items()}


def training_runs(many: int, few: int) -> dict[str, tuple[int, Callable[[], object]]]:
    layout, work = drawn(many), workloads(BATCH, TOKENS)
    some = layout.take(slice(0, few))
    # The reference wants one entry for each configuration in all of its arguments.
    wide = GPT3.take([0] * few), A100.take([0] * few), some, work.take([0] * few)
    runs: dict[str, tuple[int, Callable[[], object]]] = {
        "train, many in one call": (many, lambda: train(GPT3, A100, layout, work, strict=False)),
        "train, one in each call": (
            few,
            lambda: [train(GPT3, A100, some.take([at]), work, strict=False) for at in range(few)],
        ),
        "plain reference in a loop": (few, lambda: [step(*wide, at) for at in range(few)]),
    }
    peer = llm_analysis(some)
    return runs | ({"llm-analysis in a loop": (few, peer)} if peer else {})


def llm_analysis(layout: Layout) -> Callable[[], object] | None:
    """The same layouts by llm-analysis, as far as it knows their fields; None where it is not installed."""
    try:
        from llm_analysis import analysis, config, logger
    except ImportError:
        print("llm-analysis is not installed: skipped")
        return None
    logger.logger.setLevel(logging.ERROR)
    model = config.ModelConfig("gpt3", 96, 96, 12288, 50257, max_seq_len=TOKENS)
    chip, dtype = config.get_gpu_config_by_name("a100-sxm-80gb"), config.get_dtype_config_by_name("w16a16e16")
    rows = list(zip(layout.tp, layout.pp, layout.dp * layout.cp, layout.micro_batch, layout.zero, strict=True))
    policies = list(zip(layout.recompute.astype(int), strict=True))

    def run() -> None:
        for (tp, pp, dp, micro, zero), (policy,) in zip(rows, policies, strict=True):
            cut = config.ParallelismConfig(tp_size=int(tp), pp_size=int(pp), dp_size=int(dp))
            # Its refusal of what does not fit costs less than an answer, so that some room is given to every layout.
            chip.mem_per_GPU_in_GB = 1e6
            each = analysis.LLMAnalysis(model, chip, dtype, cut, flops_efficiency=0.5)
            each.training(
                batch_size_per_gpu=int(micro),
                gradient_accumulation_steps=max(int(BATCH // (dp * micro)), 1),
                seq_len=TOKENS,
                activation_recomputation=analysis.ActivationRecomputation(policy),
                ds_zero=analysis.DSZeRO(int(zero)),
            )

    return run


def serving_runs(many: int, few: int) -> dict[str, tuple[int, Callable[[], object]]]:
    model, chips = shapes([find_model("Llama3-70B")]), hardware([find_system("H100-SXM-80GB")])
    draw = np.random.default_rng(1)
    tp, pp, users = (draw.choice(values, many) for values in ([1, 2, 4, 8], [1, 2, 4], [1, 16, 64, 256]))
    number: Formats = formats("fp8")

    def run(index: slice) -> object:
        asked = Requests(isl=2048, osl=512, concurrency=users[index])
        return serve(model, chips, deployments(tp[index], pp[index]), number, asked)

    return {
        "serve, many in one call": (many, lambda: run(slice(0, many))),
        "serve, one in each call": (few, lambda: [run(slice(at, at + 1)) for at in range(few)]),
    }


def speeds(repeats: int) -> None:
    for runs in (training_runs(65536, 200), serving_runs(8192, 100)):
        found = medians(runs, repeats)
        fastest = next(iter(found.values()))
        print(f"\n{'configurations a CPU second':34s} {'':>10s} {'ratio':>8s}")
        for name, rate in found.items():
            print(f"{name:34s} {rate:10,.0f} {fastest / rate:8,.0f}")


def blocks(repeats: int) -> None:
    layout, work = drawn(65536), workloads(BATCH, TOKENS)
    runs: dict[str, tuple[int, Callable[[], object]]] = {}
    usual = training.BLOCK
    for size in BLOCKS:

        def run(size: int = size) -> None:
            training.BLOCK = size
            train(GPT3, A100, layout, work, strict=False)

        runs[f"blocks of {size:,}"] = (65536, run)
    print("\ntraining by size of a block")
    for name, rate in medians(runs, repeats).items():
        print(f"{name:34s} {rate:10,.0f}")
    training.BLOCK = usual


def one_search(kind: str, bounded: bool, block: int) -> None:
    """A search in this process; prints what it took as JSON."""
    start, wall = time.process_time(), time.perf_counter()
    found = search(study(kind), A100, bounded=bounded, block=block)
    spent = {"cpu": time.process_time() - start, "wall": time.perf_counter() - wall}
    peak = _peak() / 2**20
    print(json.dumps(spent | {"peak": peak, "front": found.edge.size, "counts": str(found.counts)}))


def _peak() -> float:
    """Peak memory of this process, KiB; `getrusage` would count what it was before it became this program."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(status.read_text().split("VmHWM:")[1].split()[0])
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def searches(cases: Sequence[tuple[str, bool, int]], repeats: int) -> None:
    print(f"\n{'search of layouts':28s} {'block':>8s} {'CPU':>8s} {'wall':>8s} {'peak':>8s} {'front':>6s}")
    for kind, bounded, block in cases:
        command = [sys.executable, __file__, "--one", kind, str(int(bounded)), str(block)]
        done = [
            json.loads(subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout)
            for _ in range(repeats)
        ]
        cpu, wall, peak = (statistics.median(run[name] for run in done) for name in ("cpu", "wall", "peak"))
        name = f"{kind}, {'bounds' if bounded else 'everything that fits'}"
        print(f"{name:28s} {block:8,d} {cpu:6.1f} s {wall:6.1f} s {peak:5.2f} GiB {done[0]['front']:6d}", flush=True)
        if block == USUAL and bounded:
            print(f"    {done[0]['counts']}")


def deployment_searches() -> None:
    model, chips = shapes([find_model("DeepSeek-V3")]), hardware([find_system("H100-SXM-80GB")])
    number = [formats("fp8"), formats("fp8", kv="fp8")]
    space = deployment_space(model, chips, Requests(isl=2048, osl=512, concurrency=4096), 128, number)
    for bounded in (True, False):
        start = time.process_time()
        found = search_deployments(space, tpot=0.05, bounded=bounded)
        print(f"\n{space.size:,} deployments, {time.process_time() - start:.1f} s of CPU, {found.counts}")


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["--one"]:
        one_search(arguments[1], arguments[2] == "1", int(arguments[3]))
        return
    quick = "--quick" in arguments
    repeats = 3 if quick else 7
    speeds(repeats)
    blocks(repeats)
    cases = [("even", True, USUAL), *(("uneven", True, block) for block in SEARCH_BLOCKS)]
    searches(cases, 1 if quick else 3)
    if not quick:
        searches([("uneven", False, USUAL)], 1)
    deployment_searches()


if __name__ == "__main__":
    main(sys.argv[1:])
