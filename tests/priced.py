"""Worlds with something to discount by."""

from __future__ import annotations

from dataclasses import replace

from gigawatt.parts.figure import literal
from gigawatt.parts.pricing import Curve, Pricing
from gigawatt.scenario.scenario import Scenario
from worlds import toy

FLAT = Curve((5.0,), (0.04,))


def priced(world: Scenario, curve: Curve = FLAT, premium: str = "0", **spreads: str) -> Scenario:
    """A world with a curve and spreads by party."""
    return replace(
        world,
        pricing=Pricing(
            curve,
            tuple((party, literal(spread)) for party, spread in spreads.items()),
            (),
            literal("0"),
            literal(premium),
        ),
    )


def valued_toy(premium: str = "0", **spreads: str) -> Scenario:
    """The world with everything in it, ready to be valued."""
    return priced(toy(), Curve((1.0, 6.0), (0.03, 0.05)), premium, **spreads)
