"""The result of a run: labelled arrays with units and their provenance, read block by block.

Data types: `Provenance`, `Result`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gigawatt.dates import month_text
from gigawatt.engine.array import Labelled
from gigawatt.engine.layout import Layout
from gigawatt.engine.record import KEPT, labels, names, rhythm
from gigawatt.errors import InputError, did_you_mean
from gigawatt.scenario.scenario import Scenario

Read = Callable[[int, str], NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a result rests on: enough to make the same bytes again."""

    scenario: str
    scenario_hash: str
    catalog_version: str
    code_version: str
    seed: int
    paths: int
    keep: str

    def __str__(self) -> str:
        return (
            f"{self.scenario} {self.scenario_hash}, catalogue {self.catalog_version}, "
            f"gigawatt {self.code_version}, seed {self.seed}, {self.paths:,} paths"
        )


@dataclass(frozen=True, eq=False)
class Result:
    """Everything a run kept; `result["online"]` is a labelled array (month, deal, path).

    Arguments:
        scenario, places: what was simulated.
        provenance: what it rests on.
        blocks: how many blocks there are.
        read: gives one array of one block; arrays are read when they are asked for.
        kept: whatever must live as long as the result, such as a temporary folder.
    """

    scenario: Scenario
    places: Layout
    provenance: Provenance
    blocks: int
    read: Read
    kept: object = None

    @cached_property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Labels of every axis."""
        return labels(self.scenario, self.places)

    def keys(self) -> tuple[str, ...]:
        """Quantities this result holds."""
        return names(self.provenance.keep)

    def months(self, name: str) -> tuple[str, ...]:
        """The months in which a quantity was kept, such as `2026-07`."""
        kept = rhythm(self.scenario, self.provenance.keep, KEPT[name])
        return tuple(month_text(self.scenario.first + t) for t in kept)

    def array(self, name: str, rows: slice | Sequence[int] | None = None) -> NDArray[np.generic]:
        """One raw array over all paths, optionally only some months of it (first axis)."""
        pick = slice(None) if rows is None else rows
        return np.concatenate([self.read(block, name)[pick] for block in range(self.blocks)], axis=-1)

    def __getitem__(self, name: str) -> Labelled:
        """A quantity as a labelled array (month, entity, path).

        Raises:
            InputError: no such quantity, with the nearest that exists.
        """
        if name not in self.keys():
            raise InputError(f"a result has no quantity `{name}`. {did_you_mean(name, self.keys())}")
        kept = KEPT[name]
        axis = "party" if kept.axis == "funded" else kept.axis
        return Labelled(
            name=name,
            values=np.asarray(self.array(name), dtype=None),
            dims=("month", axis, "path"),
            labels={"month": self.months(name), axis: self.labels[kept.axis]},
            unit=kept.unit,
            source=str(self.provenance),
        )

    def at(self, name: str, month: str) -> Labelled:
        """A quantity in one month (entity, path), reading nothing else: cheap for results that stand on disk.

        Raises:
            InputError: the quantity was not kept in that month.
        """
        months = self.months(name)
        if month not in months:
            raise InputError(f"`{name}` was not kept for {month}. {did_you_mean(month, months)}")
        axis = "party" if KEPT[name].axis == "funded" else KEPT[name].axis
        return Labelled(
            name=name,
            values=np.asarray(self.array(name, [months.index(month)])[0]),
            dims=(axis, "path"),
            labels={axis: self.labels[KEPT[name].axis]},
            unit=KEPT[name].unit,
            source=str(self.provenance),
        )

    @property
    def broken(self) -> int:
        """Paths on which some contract stated a due that is not a finite number; it counted as nothing there."""
        return int(self.array("broken").sum())

    @property
    def year_ends(self) -> tuple[str, ...]:
        """Months in which every quantity was kept."""
        return self.months("paid")

    def __repr__(self) -> str:
        return f"<Result {self.provenance}>"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{k}</td><td>{v}</td></tr>" for k, v in asdict(self.provenance).items())
        return f"<table>{rows}</table>"
