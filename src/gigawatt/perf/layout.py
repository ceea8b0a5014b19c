"""Layouts and workloads: how a model in training is cut over chips, and what it is trained on, many as arrays.

Layout       degrees of parallelism, schedule, sharding and recomputation, one entry a configuration
layouts      layouts from numbers and words
Workload     batch, sequence, format and software of training runs, one entry a configuration
workloads    workloads from numbers and words
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from numpy.typing import ArrayLike

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.arrays import xp
from gigawatt.perf.bounds import require_lengths
from gigawatt.perf.check import COUNT, FLAG, FROM_ZERO, SHARE, YEAR, Bounds, numbers
from gigawatt.perf.formats import Codes, Floats, format_code

RECOMPUTE: Final = ("none", "selective", "full")
"""What is computed again in the backward pass: nothing; scores and their softmax where they are stored, and otherwise
norms and activations; or whole layers."""

SCHEDULES: Final = ("1f1b", "zero_bubble", "dual_pipe")
"""Order of work in a pipeline; `1f1b` is interleaved where `interleave` is above 1."""

ATTENTION: Final = ("stored", "fused", "asynchronous")
"""How attention is computed: scores stored in memory; one kernel; one kernel that also uses the asynchronous
instructions which arrays of more than 2,048 FLOP a cycle need to be kept busy."""

STAGES: Final = Bounds(0, 3, whole=True)
"""Stages of sharding (Rajbhandari et al. 2020)."""


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
            where it is 0 it waits, and sends them by tensors; between the two where it hides some of them.
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
        InputError: a word is unknown, a number is not whole and in range, or lengths differ.
    """
    given = {"tp": tp, "pp": pp, "dp": dp, "cp": cp, "ep": ep, "expert_tp": expert_tp, "shards": shards}
    given |= {"zero": zero, "interleave": interleave, "micro_batch": micro_batch}
    given |= {"sequence_parallel": sequence_parallel}
    bounds = {"zero": STAGES, "sequence_parallel": FLAG}
    columns = {
        name: numbers(name, values, bounds.get(name, COUNT), whose="layout")
        for name, values in given.items()
        if values is not None
    }
    columns["recompute"] = _codes("layout", "recompute", recompute, RECOMPUTE)
    columns["schedule"] = _codes("layout", "schedule", schedule, SCHEDULES)
    columns = _lined_up("layout", columns)
    if expert_tp is None:
        columns["expert_tp"] = xp.where(columns["ep"] > 1, 1.0, columns["tp"])
    if shards is None:
        columns["shards"] = columns["dp"] * columns["cp"]
    return Layout(**columns)


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

    Arguments:
        overlapped: True, False, or a share of the collectives that may hide.

    Raises:
        InputError: a word is unknown, a number is out of range, or lengths differ.
    """
    hides = xp.asarray(overlapped)
    given = {
        "batch": (batch, COUNT),
        "tokens": (tokens, COUNT),
        "year": (year, YEAR),
        "gradient_bytes": (gradient_bytes, FROM_ZERO),
        "state_bytes": (state_bytes, FROM_ZERO),
        "overlapped": (hides.astype(xp.float64) if hides.dtype == xp.bool_ else overlapped, SHARE),
        "frozen": (frozen, FLAG),
        "predictors": (predictors, Bounds(0, whole=True)),
    }
    columns = {name: numbers(name, values, bounds, whose="workload") for name, (values, bounds) in given.items()}
    words = _words("workload", "number_format", number_format)
    columns["number_format"] = xp.array([format_code(word) for word in words], dtype=xp.float64)
    columns["attention"] = _codes("workload", "attention", attention, ATTENTION)
    columns = _lined_up("workload", columns)
    return Workload(number_format=columns.pop("number_format").astype(xp.intp), **columns)


def _words(whose: str, place: str, given: str | Sequence[str]) -> list[str]:
    words = [given] if isinstance(given, str) or not isinstance(given, Sequence | xp.ndarray) else list(given)
    if not words:
        raise InputError(f"{whose}.{place}: no words; expected one for all configurations, or one each.")
    for word in words:
        if not isinstance(word, str):
            raise InputError(f"{whose}.{place}: {word!s:.40}; expected a word.")
    return words


def _codes(whose: str, place: str, given: str | Sequence[str], known: Sequence[str]) -> Floats:
    words = _words(whose, place, given)
    for word in words:
        if word not in known:
            raise InputError(f"{whose}: {place}: no `{word:.40}`. {did_you_mean(word.lower(), known)}")
    return xp.array([known.index(word) for word in words], dtype=xp.float64)


def _lined_up(whose: str, columns: Mapping[str, Floats]) -> dict[str, Floats]:
    """Columns of one length, each with memory of its own."""
    count = require_lengths(whose, **columns)
    return {name: xp.array(xp.broadcast_to(values, (count,))) for name, values in columns.items()}
