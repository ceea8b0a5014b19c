"""Exogenous randomness: share prices, regimes, demand, rental prices, interest.

A process sees its figures, its own shocks and the market regime; it sees no books.
Data types: `Process` and its final forms `Regime`, `SharePrice`, `MeanReverting`, `SCurve`; `Surroundings`, `Jumps`.
Values are (month, path); row t is the value at the end of month t.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigawatt.errors import Problem, ScenarioError
from gigawatt.parts.figure import Draws, Figure, Floats
from gigawatt.parts.stream import BLOCK, stream
from gigawatt.units import Unit

DAYS = 30.4375
"""Days in the month that all rates and averages use (365.25 / 12)."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What a process is given besides its figures.

    Arguments:
        seed, block: name the random streams.
        months: length of the horizon.
        shocks: (month, path) standard normals, correlated with those of other processes where the scenario says so.
        bust: (month, path) 1 in months of bust.
        draws: values of the uncertain figures.
    """

    seed: int
    block: int
    months: int
    shocks: Floats
    bust: Floats
    draws: Draws


@dataclass(frozen=True, slots=True, eq=False)
class Jumps:
    """The jumps of a share price.

    Arguments:
        counts: (month, path) how many in each month.
        sums: (month, path) what they add up to, in logarithms.
        spread: (path or 1,) of one jump, in logarithms.
    """

    counts: Floats
    sums: Floats
    spread: Floats


@dataclass(frozen=True, slots=True)
class Process(ABC):
    """An exogenous quantity that moves by month."""

    name: str
    unit: Unit

    @abstractmethod
    def run(self, world: Surroundings) -> Floats:
        """Values (month, path) in internal units."""

    @property
    @abstractmethod
    def opening(self) -> Figure:
        """The value before the first month."""


@dataclass(frozen=True, slots=True)
class Regime(Process):
    """A two-state Markov chain: 1 in a bust, 0 in a boom.

    Arguments:
        boom, bust: mean lengths (months); a month's chance to leave a state is 1 - exp(-1 / length).
        opening: 0 or 1.
    """

    boom: Figure
    bust: Figure
    begins: Figure

    @property
    def opening(self) -> Figure:
        return self.begins

    def run(self, world: Surroundings) -> Floats:
        into, out = (1.0 - np.exp(-1.0 / world.draws.of(length)) for length in (self.boom, self.bust))
        uniform = stream(world.seed, f"process/{self.name}", world.block).random((world.months, BLOCK))
        state = np.zeros(world.draws.paths) + world.draws.of(self.begins)
        states = np.empty((world.months, world.draws.paths))
        for month, u in enumerate(uniform[:, : world.draws.paths]):
            state = np.where(state > 0, u >= out, u < into).astype(np.float64)
            states[month] = state
        return states


@dataclass(frozen=True, slots=True)
class SharePrice(Process):
    """Geometric Brownian motion with optional jumps and another drift in a bust (Merton 1976).

    Arguments:
        first: price before the first month (USD/share).
        drift: expected growth in a boom (1/month); jumps are compensated, so this is the whole expected growth.
        volatility: of the diffusion, annualised (ratio).
        bust_drift: expected growth in a bust (1/month).
        jumps: how many a month (1/month), their mean and spread in logarithms (ratio).
        carry: expected growth of each month in place of the drifts, as a pricing measure asks for; empty otherwise.
    """

    first: Figure
    drift: Figure
    volatility: Figure
    bust_drift: Figure
    jumps: tuple[Figure, Figure, Figure] | None = None
    carry: tuple[float, ...] = ()

    @property
    def opening(self) -> Figure:
        return self.first

    def run(self, world: Surroundings) -> Floats:
        return self.moves(world)[0]

    def moves(self, world: Surroundings) -> tuple[Floats, Jumps | None]:
        """Month-end prices (month, path), and the jumps among the moves that led to them."""
        of, jumps = world.draws.of, None
        sigma = of(self.volatility) / np.sqrt(12.0)
        steps = world.shocks * sigma
        if self.carry:
            steps += np.array(self.carry)[:, np.newaxis] - 0.5 * sigma**2
        else:
            steps += of(self.drift) - 0.5 * sigma**2
            steps += (of(self.bust_drift) - of(self.drift)) * world.bust
        if self.jumps is not None:
            rate, mean, spread = (of(figure) for figure in self.jumps)
            random = stream(world.seed, f"jumps/{self.name}", world.block)
            counts = poisson(random.random((world.months, BLOCK))[:, : world.draws.paths], rate)
            sizes = random.standard_normal((world.months, BLOCK))[:, : world.draws.paths]
            jumps = Jumps(counts, counts * mean + np.sqrt(counts) * spread * sizes, spread)
            steps += jumps.sums
            steps -= rate * (np.exp(mean + 0.5 * spread**2) - 1.0)
        np.cumsum(steps, axis=0, out=steps)
        np.exp(steps, out=steps)
        return np.asarray(steps * of(self.first)), jumps

    def average(self, prices: Floats, days: int, world: Surroundings) -> Floats:
        """Geometric mean over the last days of each month, exact given the month-end prices without jumps.

        Arguments:
            prices: (month, path) from `run`.
            days: length of the window, at most a month.
            world: as given to `run`.

        Returns:
            (month, path). Between month ends the log price is a Brownian bridge; its mean over the last share u of
            the month is normal around the line between the ends with variance s^2 (u/3 - u^2/4), s by month.
        """
        u = min(days / DAYS, 1.0)
        logs = np.log(prices)
        before = np.vstack((np.broadcast_to(np.log(world.draws.of(self.first)), logs.shape[1:])[None], logs[:-1]))
        spread = world.draws.of(self.volatility) / np.sqrt(12.0) * np.sqrt(u / 3 - u * u / 4)
        random = stream(world.seed, f"average/{self.name}/{days}", world.block)
        noise = random.standard_normal((world.months, BLOCK))[:, : world.draws.paths]
        return np.asarray(np.exp(logs - (logs - before) * (u / 2) + spread * noise))


@dataclass(frozen=True, slots=True)
class MeanReverting(Process):
    """A price whose logarithm is pulled back to a level (Ornstein-Uhlenbeck, exact in months; Schwartz 1997).

    Arguments:
        first, level: opening value and the value it returns to.
        half_life: months in which half of a deviation is gone.
        volatility: annualised (ratio).
    """

    first: Figure
    level: Figure
    half_life: Figure
    volatility: Figure

    @property
    def opening(self) -> Figure:
        return self.first

    def run(self, world: Surroundings) -> Floats:
        of = world.draws.of
        pull = np.log(2.0) / of(self.half_life)
        kept = np.exp(-pull)
        spread = of(self.volatility) / np.sqrt(12.0) * np.sqrt((1.0 - kept**2) / (2.0 * pull))
        mean = np.log(of(self.level))
        gap = np.log(of(self.first)) - mean
        values = world.shocks * spread
        for month in range(world.months):
            values[month] += kept * (values[month - 1] if month else gap)
        return np.asarray(np.exp(values + mean))


@dataclass(frozen=True, slots=True)
class SCurve(Process):
    """Logistic growth to an uncertain saturation, at another pace in a bust (Verhulst 1838).

    Arguments:
        first: opening value.
        saturation: the value it tends to.
        growth: relative growth while still far from saturation (1/month).
        bust_pace: how fast time passes in a bust (ratio; 0 = growth stops).
    """

    first: Figure
    saturation: Figure
    growth: Figure
    bust_pace: Figure

    @property
    def opening(self) -> Figure:
        return self.first

    def run(self, world: Surroundings) -> Floats:
        of = world.draws.of
        elapsed = np.cumsum(1.0 - world.bust * (1.0 - of(self.bust_pace)), axis=0)
        first, top = of(self.first), of(self.saturation)
        return top / (1.0 + (top / first - 1.0) * np.exp(-of(self.growth) * elapsed))


def poisson(u: Floats, rate: Floats) -> Floats:
    """Poisson counts by inversion: a path's counts depend on its own uniform numbers and rate alone.

    Arguments:
        u: (month, path) uniform numbers from 0 to 1.
        rate: (path,) or (1,) expected count.

    Returns:
        (month, path).
    """
    counts, term = np.zeros_like(u), np.exp(-rate)
    total, most = term, 0
    while (beyond := u > total).any():
        counts += beyond
        most += 1
        term = term * rate / most
        # Rounding may leave the sum a hair below 1 for ever.
        if most > rate.max() and (total + term == total).all():
            break
        total = total + term
    return counts


def mixing(names: Sequence[str], correlations: dict[tuple[str, str], float], file: str = "<scenario>") -> Floats:
    """The lower triangular matrix that turns independent normals into correlated ones (Cholesky).

    Arguments:
        names: processes, in the order in which they are declared.
        correlations: correlation of pairs; absent pairs are uncorrelated.
        file: names the place in an error.

    Returns:
        (process, process).

    Raises:
        ScenarioError: the matrix is not positive semi-definite; names the pair to change.
    """
    matrix = np.eye(len(names))
    for (a, b), value in correlations.items():
        i, j = names.index(a), names.index(b)
        matrix[i, j] = matrix[j, i] = value
    lowest = np.linalg.eigvalsh(matrix)[0] if len(names) else 1.0
    if lowest < -1e-10:
        vector = np.linalg.eigh(matrix)[1][:, 0]
        pull = {pair: _pull(names, matrix, vector, pair) for pair in correlations}
        worst = min(pull, key=lambda pair: pull[pair])
        raise ScenarioError(
            [
                Problem(
                    file,
                    0,
                    0,
                    "correlation",
                    f"these correlations cannot hold together (lowest eigenvalue {lowest:.3f}, at least 0 expected). "
                    f"The pair `{worst[0]}`, `{worst[1]}` ({correlations[worst]:+.2f}) pulls most: move it towards 0.",
                )
            ]
        )
    return np.asarray(np.linalg.cholesky(matrix + 1e-12 * np.eye(len(names))), dtype=np.float64)


def _pull(names: Sequence[str], matrix: Floats, vector: Floats, pair: tuple[str, str]) -> float:
    i, j = names.index(pair[0]), names.index(pair[1])
    return float(matrix[i, j] * vector[i] * vector[j])
