"""Runs in training: a model on the chips of a system, in a layout given or found, with power and what binds it.

Trained        the run
train_on       the run in a layout, or in the best of a small grid
layout_words   a layout as people write it
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gigawatt.errors import InputError
from gigawatt.perf.candidates import training_candidates
from gigawatt.perf.explain import Sensitivity, hastened, sensitivities
from gigawatt.perf.fault import refuse_faults
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.kernels import CALIBRATED
from gigawatt.perf.layout import RECOMPUTE, SCHEDULES, Layout, Workload
from gigawatt.perf.memory import PARTS
from gigawatt.perf.model import Transformer
from gigawatt.perf.power import chip_power, node_power
from gigawatt.perf.roofline import Roofline, training_roofline
from gigawatt.perf.shape import Shape, shapes
from gigawatt.perf.software import FITTED
from gigawatt.perf.system import System
from gigawatt.perf.training import Training, train

ALWAYS: Final = ("tp", "pp", "dp")
PLAIN: Final = {"cp": 1.0, "ep": 1.0, "zero": 1.0, "interleave": 1.0, "micro_batch": 1.0, "sequence_parallel": 1.0}
"""Degrees that are only written where they differ from these."""

MOST_CHIPS: Final = 1 << 20
"""Chips up to which a number is looked for that would do."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A training run; arrays have one configuration.

    Arguments:
        model, system: what is trained on what.
        chips: all chips that are paid for; a layout may leave some of them idle.
        work, layout, done: the workload, the layout and one step in it.
        roofline: the kernels of the step.
        watts: power of the nodes while it runs, before the facility's own.
        tried, fitting: layouts looked at, and those of them that fit.
    """

    model: Transformer
    system: System
    chips: int
    work: Workload
    layout: Layout
    done: Training
    roofline: Roofline
    watts: float
    tried: int
    fitting: int

    @property
    def step(self) -> float:
        """Seconds of a step."""
        return float(self.done.step[0])

    @property
    def rate(self) -> float:
        """Tokens a second on all chips."""
        return float(self.done.tokens[0] / self.done.step[0])

    @property
    def mfu(self) -> float:
        """Share of the peak that does work for the model, attention counted to earlier tokens only."""
        return float(self.done.mfu(shapes([self.model]), self.work)[0])

    def with_more_memory(self, more: float) -> float:
        """Tokens a second over those of now, with more memory a chip and the fastest candidate that then fits.

        Arguments:
            more: factor by which the memory grows.
        """
        larger = replace(self.system, chip=replace(self.system.chip, hbm_capacity=more * self.system.chip.hbm_capacity))
        # A layout that a search of more than the candidates has found may be faster than they are.
        return max(train_on(self.model, larger, self.chips, self.work).rate / self.rate, 1.0)

    def sensitivities(self) -> tuple[Sensitivity, ...]:
        """What each resource is worth in this layout, by tokens a second."""
        shape = shapes([self.model])

        def rate(chips: Hardware, quicker: float) -> Floats:
            software, kernels = hastened(FITTED, quicker), hastened(CALIBRATED, quicker)
            return train(shape, chips, self.layout, self.work, strict=False, software=software, kernels=kernels).rate

        return sensitivities(rate, hardware([self.system]))


def train_on(
    model: Transformer,
    system: System,
    chips: int,
    work: Workload,
    layout: Layout | None = None,
    *,
    spare: bool = False,
) -> Trained:
    """A model in training on some chips.

    Arguments:
        model, system: what is trained on what.
        chips: all chips.
        work: one workload.
        layout: one layout; the fastest of `training_candidates` by default.
        spare: whether the layout may leave chips idle.

    Raises:
        InputError: no layout divides, none fits, or the given one does not; with the nearest that does.
    """
    shape, hard = shapes([model]), hardware([system])
    if layout is not None:
        refuse_faults(shape, layout, work)
        done = train(shape, hard, layout, work)
        if not done.feasible[0]:
            raise InputError(_too_large(model, system, chips, work, layout, done))
        return _run(model, system, chips, work, layout, done, (1, 1))
    grid = training_candidates(model, system, chips, work, spare=spare)
    if not grid.tp.size:
        raise InputError(_indivisible(model, system, chips, work))
    done = train(shape, hard, grid, work, strict=False)
    if not np.any(done.feasible):
        raise InputError(_nowhere(model, system, chips, work, grid, done))
    best = int(np.argmin(np.where(done.feasible, done.step, np.inf)))
    one = grid.take([best])
    counts = int(grid.tp.size), int(np.sum(done.feasible))
    return _run(model, system, chips, work, one, train(shape, hard, one, work), counts)


def layout_words(layout: Layout) -> str:
    """The first layout as people write it: `tp=8,pp=4,dp=32,interleave=2`."""
    given = {name: float(getattr(layout, name)[0]) for name in (*ALWAYS, *PLAIN)}
    words = [f"{name}={value:g}" for name, value in given.items() if name in ALWAYS or value != PLAIN[name]]
    usual = layout.tp[0] if given["ep"] == 1 else 1.0
    if layout.expert_tp[0] != usual:
        words.append(f"expert_tp={layout.expert_tp[0]:g}")
    if layout.shards[0] != layout.dp[0] * layout.cp[0]:
        words.append(f"shards={layout.shards[0]:g}")
    for name, known in (("recompute", RECOMPUTE), ("schedule", SCHEDULES)):
        code = int(getattr(layout, name)[0])
        words += [f"{name}={known[code]}"] if code else []
    return ",".join(words)


def _run(
    model: Transformer,
    system: System,
    chips: int,
    work: Workload,
    layout: Layout,
    done: Training,
    counts: tuple[int, int],
) -> Trained:
    shape, hard = shapes([model]), hardware([system])
    roof = training_roofline(shape, hard, layout, work)
    step = float(done.step[0])
    streamed = float((done.vector + done.optimiser)[0]) * roof.bandwidth
    drawn = chip_power(hard, work.number_format, roof.flops / step, (roof.moved + streamed) / step)
    idle = (chips - float(layout.chips[0])) * hard.idle
    watts = float((node_power(hard, drawn) / hard.node * layout.chips + idle)[0])
    return Trained(model, system, chips, work, layout, done, roof, watts, *counts)


def _listing(done: Training, at: int) -> tuple[str, str]:
    """The largest part of the memory, and all of them in words."""
    parts = {name: float(getattr(done.memory, name)[at]) / 1e9 for name in PARTS}
    largest = max(parts, key=lambda name: parts[name])
    words = ", ".join(f"{name} {size:.1f} GB" for name, size in parts.items() if size >= 0.05)
    return largest, f"{words}; together {sum(parts.values()):.1f} GB of {done.capacity[at] / 1e9:.0f} GB"


def _too_large(model: Transformer, system: System, chips: int, work: Workload, layout: Layout, done: Training) -> str:
    largest, words = _listing(done, 0)
    found = _fitting(shapes([model]), hardware([system]), training_candidates(model, system, chips, work), work)
    near = "" if found is None else f" Nearest layout that fits: `{layout_words(_nearest(found, layout))}`."
    if found is None:
        near = f" No other layout of {chips:,} chips fits either.{_enough(model, system, chips, work)}"
    return f"layout `{layout_words(layout)}`: no room for {largest} on a {system.name}: {words}.{near}"


def _nowhere(model: Transformer, system: System, chips: int, work: Workload, grid: Layout, done: Training) -> str:
    over = done.memory.total / done.capacity
    at = int(np.argmin(over))
    largest, words = _listing(done, at)
    close = f"The closest is `{layout_words(grid.take([at]))}`, with no room for {largest}: {words}."
    enough = _enough(model, system, chips, work)
    tried = f"in any of {grid.tp.size:,} layouts"
    return f"chips: {model.name} does not fit on {chips:,} {system.name} {tried}. {close}{enough}"


def _indivisible(model: Transformer, system: System, chips: int, work: Workload) -> str:
    batch = int(work.batch[0])
    grid = training_candidates(model, system, chips, work, spare=True)
    near = f" Nearest number of chips below: {int(np.max(grid.chips)):,}." if grid.tp.size else ""
    odd = chips // (chips & -chips)
    other = odd * (1 << max(0, math.ceil(math.log2(batch / odd)) + (batch == odd)))
    return (
        f"chips: {chips:,} do not divide into tensor, pipeline and data-parallel groups of {model.name} with a batch "
        f"of {batch:,} sequences.{near} Or choose another batch, such as {other:,}."
    )


def _enough(model: Transformer, system: System, chips: int, work: Workload) -> str:
    """The next number of chips, doubled again and again, that would do."""
    many = chips * 2
    while many <= max(MOST_CHIPS, chips):
        grid = training_candidates(model, system, many, work)
        if grid.tp.size and _fitting(shapes([model]), hardware([system]), grid, work) is not None:
            return f" {many:,} chips would do."
        many *= 2
    return ""


def _fitting(shape: Shape, hard: Hardware, grid: Layout, work: Workload) -> Layout | None:
    if not grid.tp.size:
        return None
    fine = np.flatnonzero(train(shape, hard, grid, work, strict=False).feasible)
    return grid.take(fine) if fine.size else None


def _nearest(found: Layout, layout: Layout) -> Layout:
    far = np.zeros(found.tp.size)
    for name in (*ALWAYS, *PLAIN, "recompute"):
        far += np.abs(np.log2((getattr(found, name) + 1) / (getattr(layout, name) + 1)))
    return found.take([int(np.argmin(far))])
