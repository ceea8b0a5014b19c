"""Performance: what a chip yields between the values at which that was computed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.parts.figure import Figure, Floats, literal
from gigawatt.parts.performance import Axis, Performance
from gigawatt.parts.world import Earning, Lab
from gigawatt.units import unit
from worlds import deal

FLOPS = Figure("flops", unit("FLOP/s/chip"), "uniform", (1e15, 9e15))
SPEED = Figure("bandwidth", unit("byte/s/chip"), "uniform", (1e12, 9e12))
OWN = Figure("own", unit("1"), "lognormal", (0.8, 1.25))

values = st.floats(0.3, 30.0)


def made(**changed: object) -> Performance:
    terms: dict[str, object] = {
        "system": "new",
        "sheet": "its own",
        "workload": "mix",
        "chips": literal("300_000 chip/GW"),
        "axes": (),
        "tokens": (100.0,),
        "watts": (500.0,),
        "limits": (1000.0,),
        "h100": 40.0,
        "shared": literal(1),
        "own": literal(1),
        "host": literal("0.3"),
        "pue": literal("1.2"),
    }
    return Performance(**(terms | changed))  # type: ignore[arg-type]


def at(**drawn: float | list[float]) -> dict[str, Floats]:
    return {name: np.atleast_1d(np.array(value, dtype=np.float64)) for name, value in drawn.items()}


class Drawn:
    """Gives figures the values of a test."""

    def __init__(self, **drawn: float | list[float]) -> None:
        self.drawn = at(**drawn)

    def __call__(self, figure: Figure) -> Floats:
        return np.array(figure.terms[:1]) if figure.certain else self.drawn[figure.name]


def test_a_known_sheet_yields_the_same_on_every_path() -> None:
    assert made().rate(Drawn()).tolist() == pytest.approx([100.0])
    assert made().per_gigawatt(Drawn()).tolist() == pytest.approx([3e7])
    assert made().over_h100(Drawn()).tolist() == pytest.approx([2.5])


def test_at_the_values_of_an_axis_yields_are_those_that_were_computed() -> None:
    axis = Axis(FLOPS, (1e15, 3e15, 9e15))
    one = made(axes=(axis,), tokens=(10.0, 20.0, 25.0), watts=(1.0,) * 3, limits=(1.0,) * 3)
    np.testing.assert_allclose(one.rate(Drawn(flops=[1e15, 3e15, 9e15])), [10.0, 20.0, 25.0], rtol=1e-12)


@given(values, st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_powers_of_open_figures_are_met_exactly_inside_and_beyond_the_ends(x: float, a: float, b: float) -> None:
    """A yield that is a product of powers is a plane in logarithms."""
    axes = (Axis(FLOPS, (1.0, 4.0, 9.0)), Axis(SPEED, (2.0, 5.0)))
    tokens = tuple(7.0 * f**a * s**b for f in (1.0, 4.0, 9.0) for s in (2.0, 5.0))
    one = made(axes=axes, tokens=tokens, watts=tokens, limits=tokens)
    found = one.rate(Drawn(flops=x, bandwidth=1.7 * x))
    np.testing.assert_allclose(found, 7.0 * x**a * (1.7 * x) ** b, rtol=1e-9)


def test_power_at_the_meter_has_hosts_and_the_facility_in_it() -> None:
    assert made().power(Drawn()).tolist() == pytest.approx([1.2 * (500 + 0.3 * 1000)])
    assert made().most_power(Drawn()).tolist() == pytest.approx([1.2 * 1.3 * 1000])


def test_errors_of_the_model_move_yields_but_those_that_all_share_cancel() -> None:
    one, two = made(own=OWN), made(own=replace(OWN, name="other"), shared=OWN)
    drawn = Drawn(own=1.1, other=0.9)
    assert one.rate(drawn)[0] == pytest.approx(110.0)
    assert two.rate(drawn)[0] == pytest.approx(90.0)


def lab(reference: Performance | None) -> Lab:
    zero = literal(0)
    return Lab("lab", (Earning("all", "users", ()),), zero, literal("20 bnUSD/GW/year"), zero, reference)


def test_a_gigawatt_counts_for_its_tokens_over_those_of_the_reference() -> None:
    other = made(tokens=(250.0,), chips=literal("150_000 chip/GW"))
    assert lab(made()).counts(deal(performance=other), Drawn()).tolist() == pytest.approx([1.25])


def test_a_gigawatt_of_the_reference_counts_for_exactly_one() -> None:
    axis = Axis(FLOPS, (1e15, 3e15))
    same = made(axes=(axis,), tokens=(10.0, 17.0), watts=(1.0,) * 2, limits=(1.0,) * 2, own=OWN)
    drawn = Drawn(flops=[1.1e15, 2.3e15, 7e15], own=[0.9, 1.3, 1.1])
    assert lab(same).counts(deal(performance=same), drawn).tolist() == [1.0, 1.0, 1.0]


def test_a_gigawatt_counts_for_one_where_nobody_knows_its_yield_or_names_a_reference() -> None:
    assert lab(None).counts(deal(performance=made()), Drawn()).tolist() == [1.0]
    assert lab(made()).counts(deal(), Drawn()).tolist() == [1.0]


def test_equivalents_follow_from_the_yield_where_the_scenario_has_none() -> None:
    assert deal(h100e=None, performance=made()).equivalents(Drawn()).tolist() == pytest.approx([2.5])
    assert deal(h100e=literal(4), performance=made()).equivalents(Drawn()).tolist() == [4.0]
