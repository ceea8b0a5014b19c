"""Layouts and workloads: how a model in training is cut over chips, and what it is trained on, many as arrays.

Layout       degrees of parallelism, schedule, sharding and recomputation, one entry a configuration
layouts      layouts from numbers and words
Workload     batch, sequence, format and software of training runs, one entry a configuration
workloads    workloads from numbers and words
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.formats import Codes, Floats, format_code

RECOMPUTE: Final = ("none", "selective", "full")
"""What is computed again in the backward pass: nothing, scores and their softmax, or whole layers."""

SCHEDULES: Final = ("1f1b", "zero_bubble", "dual_pipe")
"""Order of work in a pipeline; `1f1b` is interleaved where `interleave` is above 1."""

ATTENTION: Final = ("stored", "fused", "asynchronous")
"""How attention is computed: scores stored in memory; one kernel; one kernel that also uses the asynchronous
instructions which arrays of more than 2,048 FLOP a cycle need to be kept busy."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Layouts as arrays `(config,)`; build with `layouts`.

    Arguments:
        tp, pp, dp, cp: chips of a tensor-, pipeline-, data- and context-parallel group; their product is all chips.
        ep: chips the experts of a layer are spread over, taken from dp, cp and tp.
        expert_tp: chips the matrices of one expert are cut over.
        shards: chips of the data-parallel group that share one copy of sharded states; the rest are replicas.
        zero: 0 to 3, how much is sharded: nothing, optimiser states, gradients too, weights too (FSDP).
        interleave: parts of the model each stage of a pipeline holds.
        micro_batch: sequences of one pass.
        recompute: position in RECOMPUTE.
        schedule: position in SCHEDULES.
        sequence_parallel: 1 where norms and residuals are cut over the tensor-parallel group too.
    """

    tp: Floats
    pp: Floats
    dp: Floats
    cp: Floats
    ep: Floats
    expert_tp: Floats
    shards: Floats
    zero: Floats
    interleave: Floats
    micro_batch: Floats
    recompute: Floats
    schedule: Floats
    sequence_parallel: Floats

    @property
    def chips(self) -> Floats:
        """All chips, `(config,)`."""
        return self.tp * self.pp * self.dp * self.cp

    def take(self, index: ArrayLike | slice) -> Layout:
        """The layouts at some positions, in that order."""
        return Layout(**{item.name: getattr(self, item.name)[index] for item in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """Training runs as arrays `(config,)`; build with `workloads`.

    Arguments:
        batch: sequences of a step on all chips.
        tokens: of a sequence.
        number_format: format code of the products; the output layer stays in bf16.
        year: date of the software, in years.
        gradient_bytes, state_bytes: of each weight's gradient, and of its optimiser states and full-precision copy.
        attention: position in ATTENTION.
        overlapped: 1 where the software hides collectives behind computation, and sends sharded weights by layers;
            otherwise it waits, and sends them by tensors.
        frozen: 1 where only small adapters are trained and weights stay as they are (LoRA).
        predictors: layers and outputs added to predict further tokens (multi-token prediction).
    """

    batch: Floats
    tokens: Floats
    number_format: Codes
    year: Floats
    gradient_bytes: Floats
    state_bytes: Floats
    attention: Floats
    overlapped: Floats
    frozen: Floats
    predictors: Floats

    def take(self, index: ArrayLike | slice) -> Workload:
        """The workloads at some positions, in that order."""
        return Workload(**{item.name: getattr(self, item.name)[index] for item in fields(self)})


def layouts(
    *,
    tp: ArrayLike = 1,
    pp: ArrayLike = 1,
    dp: ArrayLike = 1,
    cp: ArrayLike = 1,
    ep: ArrayLike = 1,
    expert_tp: ArrayLike | None = None,
    shards: ArrayLike | None = None,
    zero: ArrayLike = 1,
    interleave: ArrayLike = 1,
    micro_batch: ArrayLike = 1,
    recompute: str | Sequence[str] = "none",
    schedule: str | Sequence[str] = "1f1b",
    sequence_parallel: ArrayLike = True,
) -> Layout:
    """Layouts from numbers and words, each one for all configurations or `(config,)`.

    Arguments:
        expert_tp: the same as `tp` without expert parallelism and 1 with it, by default.
        shards: the whole data- and context-parallel group by default.
        recompute, schedule: words of RECOMPUTE and SCHEDULES.

    Raises:
        InputError: a word is unknown, or a number is not whole and in range.
    """
    ep_array, tp_array = np.asarray(ep, np.float64), np.asarray(tp, np.float64)
    cut = np.where(ep_array > 1, 1.0, tp_array) if expert_tp is None else expert_tp
    group = np.asarray(dp, np.float64) * np.asarray(cp, np.float64) if shards is None else shards
    words = _codes("recompute", recompute, RECOMPUTE), _codes("schedule", schedule, SCHEDULES)
    numbers = [tp, pp, dp, cp, ep, cut, group, zero, interleave, micro_batch, *words, sequence_parallel]
    arrays = [np.array(part, np.float64) for part in np.broadcast_arrays(*map(np.atleast_1d, numbers))]
    built = Layout(*arrays)
    for item in fields(Layout):
        least = 0 if item.name in ("zero", "recompute", "schedule", "sequence_parallel") else 1
        most = 3 if item.name == "zero" else np.inf
        values = getattr(built, item.name)
        wrong = ~((values >= least) & (values <= most) & (values == np.floor(values)) & np.isfinite(values))
        _refuse("layout", item.name, values, wrong, f"a whole number, {least} or more" + (", at most 3" * (most == 3)))
    return built


def workloads(
    batch: ArrayLike,
    tokens: ArrayLike,
    *,
    number_format: str | Sequence[str] = "bf16",
    year: ArrayLike = 2026.0,
    gradient_bytes: ArrayLike = 4.0,
    state_bytes: ArrayLike = 12.0,
    attention: str | Sequence[str] = "asynchronous",
    overlapped: ArrayLike = True,
    frozen: ArrayLike = False,
    predictors: ArrayLike = 0,
) -> Workload:
    """Workloads from numbers and words, each one for all configurations or `(config,)`.

    Raises:
        InputError: a format is unknown, or a number is out of range.
    """
    names = [number_format] if isinstance(number_format, str) else number_format
    kinds = _codes("attention", attention, ATTENTION)
    codes = np.array([format_code(name) for name in names], dtype=np.float64)
    numbers = [batch, tokens, codes, year, gradient_bytes, state_bytes, kinds, overlapped, frozen, predictors]
    arrays = [np.array(part, np.float64) for part in np.broadcast_arrays(*map(np.atleast_1d, numbers))]
    for name, values in zip((item.name for item in fields(Workload)), arrays, strict=True):
        least = 1 if name in ("batch", "tokens") else 0
        _refuse("workload", name, values, ~((values >= least) & np.isfinite(values)), f"a number, {least} or more")
    return Workload(arrays[0], arrays[1], arrays[2].astype(np.intp), *arrays[3:])


def _codes(place: str, words: str | Sequence[str], known: Sequence[str]) -> Floats:
    given = [words] if isinstance(words, str) else list(words)
    for word in given:
        if word not in known:
            raise InputError(f"layout: {place}: no `{word}`. {did_you_mean(word, known)}")
    return np.array([known.index(word) for word in given], dtype=np.float64)


def _refuse(whose: str, place: str, values: Floats, wrong: NDArray[np.bool_], expected: str) -> None:
    if np.any(wrong):
        at = int(np.argmax(wrong))
        raise InputError(f"{whose}[{at}].{place}: {values[at]:g}; expected {expected}.")
