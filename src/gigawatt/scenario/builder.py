"""What every part of a scenario is built with: figures, months, names, and a list of what is wrong.

Data type: `Builder`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from gigawatt import dates
from gigawatt.errors import GigawattError, Problem, did_you_mean
from gigawatt.parts.figure import Figure
from gigawatt.scenario.figures import FigureReader
from gigawatt.scenario.form import Fig
from gigawatt.scenario.nodes import Path
from gigawatt.scenario.patch import Layers

POSITIVE = ("saturation", "level", "half_life", "boom", "bust", "term", "outstanding", "price", "to_facility")
SIGNED = ("drift", "bust_drift", "mean", "improves", "interest", "slip")
SHARES = ("becomes_binding", "built", "take_or_pay", "of_revenue", "research", "common_delay", "bust_pace", "begins")
SHARES_OF = ("recovery",)


@dataclass(frozen=True, slots=True, eq=False)
class Builder:
    """Turns the parts of one scenario into values and collects problems.

    Arguments:
        layers: the scenario's text.
        reader: reads its figures.
        problems: shared with the reader.
    """

    layers: Layers
    reader: FigureReader
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: Path, message: str, key: bool = False) -> None:
        """Note a problem at a path."""
        self.problems.append(self.layers.problem(path, message, key))

    def form(self, model: type[BaseModel], raw: Any, path: Path) -> Any:
        """The raw part in its checked form, or None after its problems were noted."""
        try:
            return model.model_validate(raw)
        except ValidationError as errors:
            for error in errors.errors(include_url=False):
                at = (*path, *error["loc"])
                if error["type"] == "extra_forbidden":
                    known = _known(model, error["loc"][:-1])
                    self.wrong(at, f"unknown key. {did_you_mean(str(error['loc'][-1]), known)}", key=True)
                elif error["type"] == "missing":
                    self.wrong(at[:-1], f"`{error['loc'][-1]}` is missing.", key=True)
                else:
                    shown = "" if isinstance(error["input"], dict | list) else f", `{error['input']}` given"
                    self.wrong(at, f"{error['msg'][0].lower()}{error['msg'][1:]}{shown}.")
            return None

    def figures(self, form: BaseModel, path: Path) -> dict[str, Figure]:
        """Every figure of a form that is given, by field, with its unit and bounds checked."""
        found = {}
        for name, info in type(form).model_fields.items():
            expect = next((m for m in info.metadata if isinstance(m, Fig)), None)
            optional = info.default is None and getattr(form, name) is None
            if expect is not None and not optional:
                found[name] = self.figure(getattr(form, name), (*path, name), expect.unit)
        return found

    def figure(self, raw: Any, path: Path, expected: str) -> Figure:
        """One figure; bounds follow from what the field is."""
        name = str(path[-1])
        low = None if name in SIGNED else 0.0
        share = name in SHARES or str(path[0]) in SHARES_OF
        figure = self.reader.read(raw, path, expected, low, 1.0 if share else None)
        if name in POSITIVE and figure.certain and figure.terms[0] == 0:
            self.wrong(path, f"`{figure}` given, a value above 0 expected.")
        return figure

    def month(self, text: str, path: Path, last: bool = False) -> int:
        """A month, from a period's first or last month."""
        try:
            period = dates.period(text)
        except GigawattError as error:
            self.wrong(path, str(error))
            return 0
        return period.last if last else period.first

    def known(self, name: str, names: Iterable[str], what: str, path: Path) -> None:
        """Note a problem when a name is not among those that exist."""
        if name not in set(names):
            self.wrong(path, f"no {what} `{name}`. {did_you_mean(name, names)}")


def _known(model: type[BaseModel], way: tuple[int | str, ...]) -> list[str]:
    """Field names of the model at the end of a way through nested models."""
    for part in way:
        info = model.model_fields.get(str(part))
        if info is not None:
            inner = [a for a in (info.annotation, *_all_args(info.annotation)) if isinstance(a, type)]
            model = next((a for a in inner if issubclass(a, BaseModel)), model)
    return list(model.model_fields)


def _all_args(annotation: Any) -> list[Any]:
    return [found for arg in get_args(annotation) for found in (arg, *_all_args(arg))]
