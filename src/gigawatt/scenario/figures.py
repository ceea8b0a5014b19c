"""Figures as they are written in a scenario: text with a unit, a claim, a shared figure or a distribution.

Data type: `FigureReader`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from gigawatt.catalog import Catalog, Claim
from gigawatt.errors import GigawattError, Problem, UnitError, did_you_mean
from gigawatt.parts.figure import Figure, Kind, fits
from gigawatt.scenario.form import FIGURE_KEYS
from gigawatt.scenario.nodes import Path, dotted
from gigawatt.scenario.patch import Layers
from gigawatt.units import ONE, Unit, quantity, unit

DISTRIBUTIONS: dict[str, tuple[int, str]] = {
    "uniform": (2, "[low, high]"),
    "triangular": (3, "[low, most likely, high]"),
    "normal": (2, "[10 % quantile, 90 % quantile]"),
    "lognormal": (2, "[10 % quantile, 90 % quantile]"),
    "beta": (4, "[alpha, beta, low, high]"),
    "ordered": (2, "[low, high]"),
}
KINDS: dict[str, Kind] = {
    "uniform": "uniform",
    "triangular": "triangular",
    "normal": "normal",
    "lognormal": "lognormal",
    "beta": "beta",
}
SOURCES = ("claim", "claims", "figure", "choice", "split", *DISTRIBUTIONS)
CHOOSE = ("value", "median", "newest", "any", "range", "band")


class FigureError(Exception):
    """What is wrong with one figure; always turned into a problem with its place."""


@dataclass(frozen=True, slots=True, eq=False)
class FigureReader:
    """Reads figures of one scenario and collects everything that is wrong with them.

    Arguments:
        catalog: the claims as of the scenario's date.
        everything: all claims, for figures that say `hindsight: true`.
        layers: the scenario's text, for places.
        shared: raw shared figures by name.
        problems: what was found wrong so far.
    """

    catalog: Catalog
    everything: Catalog
    layers: Layers
    shared: Mapping[str, Any]
    problems: list[Problem] = field(default_factory=list)

    def read(self, raw: Any, path: Path, expected: str, low: float | None = None, high: float | None = None) -> Figure:
        """The figure written at a path.

        Arguments:
            raw: as it was parsed.
            path: where it stands.
            expected: the kind of unit it must have; empty for any.
            low, high: bounds that every value must keep, in internal units.

        Returns:
            The figure, or a harmless stand-in after a problem was noted.
        """
        try:
            figure = self._any(raw, dotted(path))
            if expected:
                fits(figure, expected, dotted(path))
            _bounded(figure, low, high)
        except (FigureError, GigawattError) as error:
            message = str(error).removeprefix(f"{dotted(path)}: ")
            self.problems.append(self.layers.problem(path, message))
            return Figure(dotted(path), unit(expected) if expected else ONE)
        return figure

    def _any(self, raw: Any, name: str) -> Figure:
        if isinstance(raw, bool) or raw is None or isinstance(raw, list):
            raise FigureError("a figure expected, such as `47 bnUSD/GW`, a claim's id, or `{uniform: [1 GW, 2 GW]}`.")
        if isinstance(raw, int | float):
            return Figure(name, ONE, terms=(float(raw),))
        if isinstance(raw, str):
            return self._text(raw, name)
        return self._mapping(raw, name)

    def _text(self, raw: str, name: str) -> Figure:
        if raw[:1].isdigit() or raw[:1] in "+-.":
            written = quantity(raw)
            return Figure(name, written.unit, terms=(written.value,))
        return self._claim(raw, name, "value")

    def _mapping(self, raw: dict[str, Any], name: str) -> Figure:
        for key in raw:
            if key not in FIGURE_KEYS:
                comma = "A comma ends a text inside braces: quote the text. " if raw[key] is None else ""
                raise FigureError(f"`{key}` is nothing a figure has. {comma}{did_you_mean(key, FIGURE_KEYS)}")
        given = [key for key in SOURCES if key in raw]
        if len(given) != 1:
            what = f"both {' and '.join(f'`{g}`' for g in given)}" if given else "none"
            raise FigureError(f"exactly one of {', '.join(SOURCES)} expected, {what} given.")
        kind = given[0]
        figure = self._source(kind, raw, name)
        if "times" in raw:
            factor = quantity(str(raw["times"]))
            if factor.value <= 0:
                raise FigureError(f"times: `{factor}` given, a factor above 0 expected.")
            scaled = _scale(figure, factor.value)
            if kind == "figure":
                # Another figure, but on each path the same draw as the one it is a multiple of.
                scaled = replace(scaled, name=f"{figure.name} x {factor}", group=figure.group or figure.name)
            figure = replace(scaled, unit=figure.unit * factor.unit)
        return replace(figure, because=str(raw.get("because", figure.because)))

    def _source(self, kind: str, raw: dict[str, Any], name: str) -> Figure:
        if kind == "figure":
            return self._shared(str(raw["figure"]))
        choose = str(raw.get("choose", "value" if kind == "claim" else "any"))
        if choose not in CHOOSE:
            raise FigureError(f"choose: `{choose}` is unknown. {did_you_mean(choose, CHOOSE)}")
        if kind == "claim":
            return self._claim(str(raw["claim"]), name, choose, raw.get("hindsight") is True)
        if kind == "claims":
            return self._rivals(_list(raw["claims"], "claims", None), name, choose)
        if kind == "split":
            total = self._number(raw["split"], "split")
            return self._joint("split", (total[0], *_places(raw, "part")), total[1], name, raw, total[2])
        if kind == "choice":
            terms, of, claims = self._numbers(_list(raw["choice"], "choice", None), "choice")
            weights = tuple(_probability(w) for w in _list(raw.get("weights", []), "weights", None))
            if weights and len(weights) != len(terms):
                raise FigureError(f"weights: {len(weights)} given for {len(terms)} values.")
            if weights and abs(sum(weights) - 1.0) > 1e-9:
                raise FigureError(f"weights: they sum to {sum(weights):g}, 1 expected.")
            return Figure(name, of, "choice", terms, weights, claims=claims)
        return self._distribution(kind, raw, name)

    def _distribution(self, kind: str, raw: dict[str, Any], name: str) -> Figure:
        count, form = DISTRIBUTIONS[kind]
        written = _list(raw[kind], kind, count)
        shape: tuple[float, ...] = ()
        if kind == "beta":
            shape, written = tuple(self._number(w, kind)[0] for w in written[:2]), written[2:]
        terms, of, claims = self._numbers(written, kind)
        if list(terms) != sorted(terms) or (len(set(terms)) == 1 and kind != "ordered"):
            raise FigureError(f"{kind}: values in rising order expected, {form}.")
        if kind == "lognormal" and terms[0] <= 0:
            raise FigureError("lognormal: values above 0 expected.")
        if any(s <= 0 for s in shape):
            raise FigureError("beta: alpha and beta above 0 expected.")
        if kind == "ordered":
            return self._joint("ordered", (*terms, *_places(raw, "rank")), of, name, raw, claims)
        return Figure(name, of, KINDS[kind], shape + terms, claims=claims)

    def _joint(
        self, kind: Kind, terms: tuple[float, ...], of: Unit, name: str, raw: dict[str, Any], claims: tuple[str, ...]
    ) -> Figure:
        if "group" not in raw:
            raise FigureError(f"{kind}: `group` expected, the name under which these figures are drawn together.")
        return Figure(name, of, kind, terms, group=f"group/{raw['group']}", claims=claims)

    def _shared(self, name: str) -> Figure:
        if name not in self.shared:
            raise FigureError(f"no shared figure `{name}`. {did_you_mean(name, self.shared)}")
        raw = self.shared[name]
        if isinstance(raw, dict) and "figure" in raw:
            raise FigureError(f"the shared figure `{name}` is itself a reference; write its value there.")
        return self._any(raw, f"figures.{name}")

    def _rivals(self, ids: Sequence[Any], name: str, choose: str) -> Figure:
        claims = [self.catalog[str(i)] for i in ids]
        if not claims:
            raise FigureError("claims: at least one id expected.")
        figures = [self._from(c, name, "value") for c in claims]
        for other in figures[1:]:
            fits(other, figures[0].unit, other.claims[0])
        values, found = [f.terms[0] for f in figures], tuple(c.id for c in claims)
        if choose == "newest":
            newest = max(range(len(claims)), key=lambda i: (claims[i].published, claims[i].as_of))
            return figures[newest]
        if choose == "median":
            return replace(figures[0], terms=(median(values),), claims=found)
        if choose == "range":
            return _range(name, figures[0].unit, min(values), max(values), found)
        return Figure(name, figures[0].unit, "choice", tuple(values), claims=found)

    def _claim(self, claim_id: str, name: str, choose: str, hindsight: bool = False) -> Figure:
        return self._from((self.everything if hindsight else self.catalog)[claim_id], name, choose)

    def _from(self, claim: Claim, name: str, choose: str) -> Figure:
        of, found = unit(claim.unit), (claim.id,)
        if choose == "range" and claim.low is not None and claim.high is not None:
            low, high = claim.low * of.factor, claim.high * of.factor
            if claim.value is not None and low < claim.value * of.factor < high:
                return Figure(name, of, "triangular", (low, claim.value * of.factor, high), claims=found)
            return _range(name, of, low, high, found)
        if choose == "band" and claim.value is not None:
            factor = claim.factor ** (1.2815515655446004 / 1.6448536269514722)
            centre = claim.value * of.factor
            return Figure(name, of, "lognormal", (centre / factor, centre * factor), claims=found)
        if claim.value is None:
            ends = f"{claim.low} to {claim.high} {claim.unit}"
            raise FigureError(
                f"`{claim.id}` has no single value ({ends}); write `{{claim: {claim.id}, choose: range}}`."
            )
        if choose == "range":
            raise FigureError(f"`{claim.id}` has no range; use `choose: value` or `choose: band`.")
        return Figure(name, of, terms=(claim.value * of.factor,), claims=found)

    def _number(self, raw: Any, where: str) -> tuple[float, Unit, tuple[str, ...]]:
        figure = self._any(raw, where)
        if not figure.certain:
            raise FigureError(f"{where}: a single value expected inside a distribution, not another distribution.")
        return figure.terms[0], figure.unit, figure.claims

    def _numbers(self, raw: Sequence[Any], where: str) -> tuple[tuple[float, ...], Unit, tuple[str, ...]]:
        read = [self._number(item, where) for item in raw]
        if not read:
            raise FigureError(f"{where}: at least one value expected.")
        for _, of, _ in read[1:]:
            if not of.same_dimension(read[0][1]):
                raise UnitError(f"{where}: `{read[0][1]}` and `{of}` do not go together.")
        return tuple(v for v, _, _ in read), read[0][1], tuple(c for _, _, claims in read for c in claims)


def _range(name: str, of: Unit, low: float, high: float, claims: tuple[str, ...]) -> Figure:
    return Figure(
        name, of, "uniform" if high > low else "constant", (low, high) if high > low else (low,), claims=claims
    )


def _scale(figure: Figure, factor: float) -> Figure:
    fixed = {"beta": (0, 2), "ordered": (2, 4), "split": (1, 3)}.get(figure.kind, (0, 0))
    terms = tuple(t if fixed[0] <= i < fixed[1] else t * factor for i, t in enumerate(figure.terms))
    return replace(figure, terms=terms)


def _list(raw: Any, where: str, count: int | None) -> list[Any]:
    if not isinstance(raw, list) or (count is not None and len(raw) != count):
        raise FigureError(f"{where}: a list{f' of {count} values' if count else ''} expected.")
    return raw


def _places(raw: dict[str, Any], which: str) -> tuple[float, float]:
    at, count = raw.get(which), raw.get("of")
    if not isinstance(at, int) or not isinstance(count, int) or isinstance(at, bool) or not 1 <= at <= count <= 1000:
        raise FigureError(f"`{which}` and `of` expected, whole numbers with 1 <= {which} <= of.")
    return float(at), float(count)


def _probability(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= 1:
        raise FigureError(f"weights: `{raw}` is no probability, a number from 0 to 1 expected.")
    return float(raw)


def _bounded(figure: Figure, low: float | None, high: float | None) -> None:
    if figure.kind in ("normal", "lognormal"):
        ends: tuple[float, ...] = (figure.central,) if figure.kind == "normal" else figure.terms
    elif figure.kind in ("beta", "ordered"):
        ends = figure.terms[2:] if figure.kind == "beta" else figure.terms[:2]
    else:
        ends = figure.terms[:1] if figure.kind == "split" else figure.terms
    if low is not None and min(ends) < low:
        raise FigureError(f"`{figure}` is too small: at least {low:g} expected.")
    if high is not None and max(ends) > high:
        raise FigureError(f"`{figure}` is too large: at most {high:g} expected.")
