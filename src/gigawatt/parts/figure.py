"""Figures: a number with a unit that is known, or known only as a distribution.

Data types: `Figure` (a value), `Draws` (what each path drew for every uncertain figure).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigawatt.errors import UnitError
from gigawatt.parts.stream import BLOCK, stream
from gigawatt.units import Quantity, Unit, quantity, unit

Kind = Literal["constant", "uniform", "triangular", "normal", "lognormal", "choice", "beta", "ordered", "split"]
Floats = NDArray[np.float64]

Z90 = 1.2815515655446004
"""Standard normal quantile at 0.9: turns a 10 % and a 90 % quantile into mean and spread."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the scenario: its unit, how sure it is, and which claims it rests on.

    Arguments:
        name: where it stands in the scenario, such as `deals.amd.capacity`; names its random stream.
        unit: the unit it was written in; `terms` are in internal units.
        kind: the distribution.
        terms: constant (value,); uniform (low, high); triangular (low, mode, high); normal and lognormal
            (10 % quantile, 90 % quantile); choice (value, ...); beta (alpha, beta, low, high);
            ordered (low, high, rank, count): the rank-th smallest of `count` uniform draws that share a stream;
            split (total, part, count): one part of a total cut at random (flat Dirichlet) that shares a stream.
        weights: probabilities of a choice; empty where all are equal.
        group: name of the shared stream of `ordered` and `split`.
        claims: ids of the claims it rests on.
        because: why an assumption was made, for figures without a claim.
    """

    name: str
    unit: Unit
    kind: Kind = "constant"
    terms: tuple[float, ...] = (0.0,)
    weights: tuple[float, ...] = ()
    group: str = ""
    claims: tuple[str, ...] = ()
    because: str = ""

    def __post_init__(self) -> None:
        wrong = next((v for v in (*self.terms, *self.weights) if not math.isfinite(v)), None)
        if wrong is not None:
            where = f"{self.name}: " if self.name else ""
            raise UnitError(f"{where}`{wrong}` is not finite; a figure is made of ordinary numbers.")

    @property
    def certain(self) -> bool:
        """Whether every path has the same value."""
        return self.kind == "constant"

    @property
    def central(self) -> float:
        """The middle of the distribution (median where there is a closed form), in internal units."""
        match self.kind:
            case "uniform" | "normal":
                return 0.5 * (self.terms[0] + self.terms[1])
            case "lognormal":
                return math.sqrt(self.terms[0] * self.terms[1])
            case "triangular":
                return self.terms[1]
            case "choice":
                weights = self.weights or (1.0,) * len(self.terms)
                return sum(w * v for w, v in zip(weights, self.terms, strict=True)) / sum(weights)
            case "beta":
                a, b, low, high = self.terms
                return low + (high - low) * a / (a + b)
            case "ordered":
                low, high, rank, count = self.terms
                return low + (high - low) * rank / (count + 1)
            case "split":
                return self.terms[0] / self.terms[2]
            case _:
                return self.terms[0]

    def draw(self, seed: int, block: int) -> Floats:
        """One value for each path of a block.

        Arguments:
            seed: the run's seed.
            block: index of the block.

        Returns:
            (path,) in internal units; `BLOCK` paths.
        """
        random = stream(seed, f"figure/{self.group or self.name}", block)
        t = self.terms
        match self.kind:
            case "uniform":
                return t[0] + (t[1] - t[0]) * random.random(BLOCK)
            case "triangular":
                return random.triangular(t[0], t[1], t[2], BLOCK)
            case "normal":
                return 0.5 * (t[0] + t[1]) + (t[1] - t[0]) / (2 * Z90) * random.standard_normal(BLOCK)
            case "lognormal":
                mean, spread = 0.5 * (math.log(t[0]) + math.log(t[1])), math.log(t[1] / t[0]) / (2 * Z90)
                return np.asarray(np.exp(mean + spread * random.standard_normal(BLOCK)))
            case "choice":
                weights = np.asarray(self.weights or (1.0,) * len(t))
                edges = np.cumsum(weights / weights.sum())[:-1]
                return np.array(t)[np.searchsorted(edges, random.random(BLOCK), side="right")]
            case "beta":
                return t[2] + (t[3] - t[2]) * random.beta(t[0], t[1], BLOCK)
            case "ordered":
                drawn = np.sort(random.random((int(t[3]), BLOCK)), axis=0)
                return np.asarray(t[0] + (t[1] - t[0]) * drawn[int(t[2]) - 1])
            case "split":
                parts = random.standard_exponential((int(t[2]), BLOCK))
                return np.asarray(t[0] * parts[int(t[1]) - 1] / parts.sum(axis=0))
            case _:
                return np.full(BLOCK, t[0])

    def quantile(self, u: Floats) -> Floats:
        """The values below which a share `u` of the distribution lies, for figures driven by a common factor.

        Arguments:
            u: (path,) or any shape, between 0 and 1.

        Raises:
            UnitError: `ordered` and `split` figures have no quantile of their own.
        """
        # Imported where it is needed: loading it takes longer than reading a scenario.
        t = self.terms
        match self.kind:
            case "uniform":
                return t[0] + (t[1] - t[0]) * u
            case "triangular":
                rise = (t[1] - t[0]) / (t[2] - t[0]) if t[2] > t[0] else 0.0
                up = t[0] + np.sqrt(u * (t[2] - t[0]) * (t[1] - t[0]))
                return np.where(u < rise, up, t[2] - np.sqrt((1.0 - u) * (t[2] - t[0]) * (t[2] - t[1])))
            case "normal":
                from scipy.special import ndtri

                return 0.5 * (t[0] + t[1]) + (t[1] - t[0]) / (2 * Z90) * ndtri(u)
            case "lognormal":
                from scipy.special import ndtri

                mean, spread = 0.5 * (math.log(t[0]) + math.log(t[1])), math.log(t[1] / t[0]) / (2 * Z90)
                return np.exp(mean + spread * ndtri(u))
            case "choice":
                weights = np.asarray(self.weights or (1.0,) * len(t))
                order = np.argsort(t, kind="stable")
                edges = np.cumsum(weights[order] / weights.sum())[:-1]
                return np.asarray(t)[order][np.searchsorted(edges, u, side="right")]
            case "beta":
                from scipy.special import betaincinv

                return t[2] + (t[3] - t[2]) * betaincinv(t[0], t[1], u)
            case "constant":
                return np.full_like(u, t[0])
            case _:
                raise UnitError(f"{self.name}: a delay cannot be `{self.kind}`; use uniform, triangular or lognormal.")

    def __str__(self) -> str:
        at = [str(Quantity(term, self.unit)) for term in self.terms[:2]]
        match self.kind:
            case "constant":
                return at[0]
            case "uniform":
                return f"{at[0]} to {at[1]}"
            case "triangular":
                return f"{at[0]} to {Quantity(self.terms[2], self.unit)}, most likely {at[1]}"
            case "normal" | "lognormal":
                return f"{at[0]} to {at[1]} ({self.kind}, 80 % interval)"
            case "choice":
                return "one of " + ", ".join(str(Quantity(term, self.unit)) for term in self.terms)
            case "beta":
                return f"{Quantity(self.terms[2], self.unit)} to {Quantity(self.terms[3], self.unit)} (beta)"
            case "ordered":
                return f"drawn between {at[0]} and {at[1]} in ascending order"
            case "split":
                return f"a random part of {at[0]}"


def literal(text: str | float, name: str = "") -> Figure:
    """A certain figure from text with a unit, such as `47 bnUSD/GW`, or from a plain number.

    Raises:
        UnitError: the text is no quantity.
    """
    written = quantity(text if isinstance(text, str) else repr(float(text)))
    return Figure(name=name, unit=written.unit, terms=(written.value,))


def certain(figure: Figure, value: float) -> Figure:
    """The same figure, pinned to a value in internal units."""
    return replace(figure, kind="constant", terms=(value,), weights=(), group="")


def fits(figure: Figure, expected: str | Unit, where: str) -> Figure:
    """The figure itself when its dimension is the expected one.

    Raises:
        UnitError: names both units and the place.
    """
    wanted = unit(expected) if isinstance(expected, str) else expected
    if not figure.unit.same_dimension(wanted):
        raise UnitError(f"{where}: `{figure.unit}` given, a unit such as `{wanted}` expected.")
    return figure


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """What every uncertain figure came out as on each path of one block.

    Arguments:
        values: name of the figure to its values (path,) in internal units.
        paths: number of paths kept of the block.
    """

    values: Mapping[str, Floats]
    paths: int = field(default=BLOCK)

    def of(self, figure: Figure) -> Floats:
        """Values of a figure: (path,) where it is uncertain, (1,) where every path has the same."""
        return np.array(figure.terms[:1]) if figure.certain else self.values[figure.name]

    def stack(self, figures: Iterable[Figure]) -> Floats:
        """Values of several figures: (figure, path), or (figure, 1) where all are certain."""
        rows = [self.of(figure) for figure in figures]
        return np.stack(np.broadcast_arrays(*rows)) if rows else np.zeros((0, 1))


def draw(figures: Iterable[Figure], seed: int, block: int, paths: int = BLOCK) -> Draws:
    """Draws for every uncertain figure in one block.

    Arguments:
        figures: all figures of a scenario; names are unique among the uncertain ones.
        seed: the run's seed.
        block: index of the block.
        paths: how many paths of the block are wanted.
    """
    return Draws({f.name: f.draw(seed, block)[:paths] for f in figures if not f.certain}, paths)
