"""From mixes of work and the spec sheets of systems to what their chips yield, for all systems of a scenario at once.

Data types: `Uses` (the mixes of a scenario), `Performances` (what systems yield, by system and mix).
An open figure of a sheet is one with a range: yields are computed at some quantiles of each, in all combinations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product

import numpy as np

from gigawatt.errors import InputError, ModelError, UnitError
from gigawatt.parts.figure import Z90, Figure
from gigawatt.parts.performance import Axis, Performance
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.yields import Error, Use, Yields, errors, yields
from gigawatt.scenario import schema
from gigawatt.scenario.builder import Builder
from gigawatt.scenario.nodes import Path
from gigawatt.scenario.spec import H100, MOST, UNITS, Spec
from gigawatt.units import ONE, unit

QUANTILES = {"flops": (0.01, 0.15, 0.5, 0.99), "bandwidth": (0.01, 0.5, 0.99)}
"""Where yields of the figures that matter most are computed; of others at ENDS."""

ENDS = (0.05, 0.95)

DIGITS = 6
"""Significant digits of yields, so that a scenario reads the same on every machine."""


Uses = dict[str, tuple[Use, ...]]
"""The mixes of a scenario, by name."""

Performances = Mapping[tuple[str, str], Performance]
"""What systems yield, by system and mix."""


def mix_of(form: schema.ScenarioForm, lab: str | None) -> str:
    """The mix of a lab: the one it names, or the first of the scenario; the latter for deals that feed no lab."""
    own = form.labs[lab].workload if lab in form.labs else None
    return own or next(iter(form.workloads), "")


def performances(b: Builder, form: schema.ScenarioForm) -> Performances:
    """What the systems of deals, and those that `earns` of a lab speaks of, yield on the mixes of the labs.

    Arguments:
        b: notes what is wrong.
        form: the scenario.
    """
    for name, system in form.systems.items():
        if system.performance is None and system.h100e is None:
            b.wrong(("systems", name), "`h100e` is missing; it follows only where there is a `performance`.", key=True)
        elif system.performance is not None and not form.workloads:
            b.wrong(("systems", name, "performance"), "yields on what? `workloads` is missing.", key=True)
    able = [name for name, system in form.systems.items() if system.performance is not None]
    for name, lab in form.labs.items():
        if lab.workload is not None:
            b.known(lab.workload, form.workloads, "workload", ("labs", name, "workload"))
        if lab.earns_on is not None:
            b.known(lab.earns_on, able, "system with a performance", ("labs", name, "earns_on"))
    wanted: dict[str, list[str]] = {}
    users = [(deal.system, deal.lab) for deal in form.deals.values()]
    users += [(lab.earns_on, name) for name, lab in form.labs.items() if lab.earns_on is not None]
    for used, user in dict.fromkeys(users):
        if used in able and used not in wanted.setdefault(mix_of(form, user), []):
            wanted[mix_of(form, user)].append(used)
    return _computed(b, form, wanted, _workloads(b, form))


def _workloads(b: Builder, form: schema.ScenarioForm) -> Uses:
    found: Uses = {}
    for name, uses in form.workloads.items():
        read = [_use(b, use, ("workloads", name, key)) for key, use in uses.items()]
        if not read:
            b.wrong(("workloads", name), "no use; at least one model with its share expected.")
        elif all(use is not None for use in read):
            found[name] = tuple(use for use in read if use is not None)
    return found


def _use(b: Builder, form: schema.UseForm, path: Path) -> Use | None:
    figures = b.figures(form, path)
    for name, figure in figures.items():
        if not figure.certain:
            b.wrong((*path, name), f"`{figure}` given, a single value expected: all systems answer the same questions.")
    try:
        model = find_model(form.model)
    except InputError as error:
        b.wrong((*path, "model"), str(error))
        return None
    second = unit("s").factor
    try:
        return Use(
            model=model,
            share=form.share,
            isl=form.isl,
            osl=form.osl,
            ttft=figures["ttft"].terms[0] / second,
            tpot=figures["tpot"].terms[0] / second,
            format=form.format,
            cache=form.cache,
            cached=form.cached,
            most=math.inf if form.most is None else form.most,
        )
    except InputError as error:
        b.wrong(path, str(error))
        return None


def _computed(
    b: Builder, form: schema.ScenarioForm, wanted: Mapping[str, Sequence[str]], mixes: Uses
) -> dict[tuple[str, str], Performance]:
    open_: dict[str, tuple[tuple[Axis, ...], list[Spec]]] = {}
    for name in dict.fromkeys(name for names in wanted.values() for name in names):
        read = _sheets(b, form.systems[name], ("systems", name))
        if read is not None:
            open_[name] = read
    found: dict[tuple[str, str], Performance] = {}
    for workload, names in wanted.items():
        known = [name for name in names if name in open_]
        if workload not in mixes or not known:
            continue
        try:
            table, where = _table_of({name: open_[name][1] for name in known}, mixes[workload])
        except (InputError, ModelError):
            _blame(b, {name: open_[name][1] for name in known}, mixes[workload], ("workloads", workload))
            continue
        for name in known:
            rows = slice(where[name], where[name] + len(open_[name][1]))
            found[name, workload] = _performance(
                b, name, form.systems[name], workload, open_[name], table, rows, float(table.tokens[0])
            )
    return found


def _table_of(sheets: Mapping[str, list[Spec]], mix: tuple[Use, ...]) -> tuple[Yields, dict[str, int]]:
    """Yields of an H100 and then of all sheets, and where those of each system begin."""
    flat, like, where = [H100], [0], {}
    for name, own in sheets.items():
        where[name] = len(flat)
        like += [len(flat) + len(own) // 2] * len(own)
        flat += own
    return _table(tuple(flat), tuple(like), mix), where


@lru_cache(maxsize=16)
def _table(sheets: tuple[Spec, ...], like: tuple[int, ...], mix: tuple[Use, ...]) -> Yields:
    """Yields of sheets; remembered, as a scenario is read again and again with other settings."""
    return yields([sheet.system() for sheet in sheets], mix, like)


def _blame(b: Builder, sheets: Mapping[str, list[Spec]], mix: tuple[Use, ...], path: Path) -> None:
    """Note which systems cannot do the work, or that not even the yardstick can."""
    try:
        _table((H100,), (0,), mix)
    except (InputError, ModelError) as error:
        b.wrong(path, f"{error} Yields are held against that system.")
        return
    for name, own in sheets.items():
        try:
            _table_of({name: own}, mix)
        except ModelError as error:
            blamed = [figure for figure, less in own[len(own) // 2].without() if _works(less, mix)]
            at = _place(("systems", name), blamed[0]) if blamed else ("systems", name, "performance")
            b.wrong(at, str(error))
        except InputError:
            # The call that failed has the sheets of all systems, so its own words name none of them.
            b.wrong(("systems", name, "performance"), "figures so large or so small that no rate follows; check them.")


def _works(spec: Spec, mix: tuple[Use, ...]) -> bool:
    try:
        _table((spec,), (0,), mix)
    except (InputError, ModelError):
        return False
    return True


def _sheets(b: Builder, form: schema.SystemForm, path: Path) -> tuple[tuple[Axis, ...], list[Spec]] | None:
    """Open figures of a system's sheet, and the sheets at all combinations of their values."""
    own, at = form.performance, (*path, "performance")
    if own is None:
        return None
    between = (own.sheet,) if isinstance(own.sheet, str) else tuple(own.sheet or ())
    before = len(b.problems)
    for i, name in enumerate(between):
        try:
            find_system(name)
        except InputError as error:
            b.wrong((*at, "sheet") if isinstance(own.sheet, str) else (*at, "sheet", i), str(error))
    missing = [name for name in ("bandwidth", "memory", "scale_up", "domain") if getattr(own, name) is None]
    if not between and missing:
        b.wrong(at, f"a sheet of its own lacks {', '.join(f'`{m}`' for m in missing)}; or name a system with `sheet`.")
    figures = {"flops": b.figure(form.flops, (*path, "flops"), UNITS["flops"])}
    for name in ("bandwidth", "memory", "scale_up", "limit"):
        if getattr(own, name) is not None:
            figures[name] = b.figure(getattr(own, name), (*at, name), UNITS[name])
    axes = {}
    for name, figure in figures.items() if len(b.problems) == before else ():
        axis = _axis(b, name, figure, path)
        if axis is not None:
            axes[name] = axis
    if len(b.problems) > before:
        return None
    steps = [[(name, value) for value in axis.values] for name, axis in axes.items()]
    fixed = {name: figure.terms[0] for name, figure in figures.items()}
    combined = [fixed | dict(combination) for combination in product(*steps)]
    numbers = [{name: value / unit(UNITS[name]).factor for name, value in figures.items()} for figures in combined]
    specs = [Spec(between, domain=own.domain, **values) for values in numbers]
    wrong = next((found for spec in specs if (found := spec.mistake()) is not None), None)
    if wrong is None:
        return tuple(axes.values()), specs
    given = f"`{figures[wrong.figure]}` given: " if wrong.figure in figures else ""
    b.wrong(_place(path, wrong.figure) if wrong.figure else at, f"{given}{wrong.said}")
    return None


def _place(path: Path, name: str) -> Path:
    """Where a figure of a sheet stands in a system."""
    return (*path, name) if name == "flops" else (*path, "performance", name)


def _axis(b: Builder, name: str, figure: Figure, path: Path) -> Axis | None:
    """The values of an open figure at which yields are computed; none for a figure that is known."""
    at = _place(path, name)
    if figure.certain and figure.terms[0] <= 0:
        b.wrong(at, f"`{figure}` given, a value above 0 expected.")
    if figure.certain and figure.terms[0] / unit(UNITS[name]).factor > MOST[name]:
        b.wrong(at, f"`{figure}` given, at most {MOST[name]:g} {UNITS[name]} expected; check its exponent.")
    if figure.certain:
        return None
    try:
        values = np.unique(figure.quantile(np.array(QUANTILES.get(name, ENDS))))
    except UnitError:
        b.wrong(at, f"a figure of a spec sheet cannot be `{figure.kind}`; use uniform, triangular or lognormal.")
        return None
    if values[0] <= 0 or values[-1] / unit(UNITS[name]).factor > MOST[name]:
        b.wrong(at, f"`{figure}` given, values above 0 and up to {MOST[name]:g} {UNITS[name]} expected.")
        return None
    return Axis(figure, tuple(values.tolist())) if len(values) > 1 else None


def _performance(
    b: Builder,
    name: str,
    form: schema.SystemForm,
    workload: str,
    read: tuple[tuple[Axis, ...], list[Spec]],
    table: Yields,
    rows: slice,
    h100: float,
) -> Performance:
    own, path = form.performance, ("systems", name, "performance")
    axes, sheets = read
    chips = b.figure(form.chips, ("systems", name, "chips"), "chip/GW")
    if chips.certain and not 0 < chips.terms[0] <= 1e9:
        b.wrong(("systems", name, "chips"), f"`{chips}` given, a value above 0 and up to 1e9 chip/GW expected.")
    shared, alone = errors(sheets[0].system())
    around = sheets[0].host()
    host = Figure(".".join((*path, "host")), ONE, terms=(around.share,), because=around.because)
    if own is not None and own.host is not None:
        host = b.figure(own.host, (*path, "host"), "1")
    return Performance(
        system=name,
        sheet=" to ".join(sheets[0].between) or "its own",
        workload=workload,
        chips=chips,
        axes=axes,
        tokens=_rounded(table.tokens[rows]),
        watts=_rounded(table.power[rows]),
        limits=_rounded(table.limit[rows]),
        h100=_rounded(np.array([h100]))[0],
        shared=_error("performance.error", shared, "errors that all systems share"),
        own=_error(f"systems.{name}.performance.error", alone, "errors of a system of its own"),
        host=host,
        pue=b.reader.read(own.pue if own is not None else 1, (*path, "pue"), "1", 1.0),
    )


def _rounded(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS}g}") for value in values.tolist())


def _error(name: str, error: Error, what: str) -> Figure:
    """How far the performance model is off, as a factor on tokens a second."""
    because = f"{what}: from residuals of measured tokens a second, half of whose variance is taken as shared"
    end = math.exp(Z90 * error.deviation)
    if end <= 1.0:
        return Figure(name, ONE, terms=(error.median,), because=because)
    return Figure(name, ONE, "lognormal", (error.median / end, error.median * end), because=because)
