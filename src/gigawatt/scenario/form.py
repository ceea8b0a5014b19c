"""What all forms of a scenario file share: strict fields, and marks for figures and months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

FIGURE_KEYS = {
    "claim": "id of a claim",
    "claims": "ids of rival claims",
    "choose": "value, median, newest, any, or range",
    "figure": "name of a shared figure under `figures`",
    "hindsight": "true for a claim published later, or not dated exactly; say why it is no news",
    "times": "a literal to multiply a claim by",
    "uniform": "[low, high]",
    "triangular": "[low, most likely, high]",
    "normal": "[10 % quantile, 90 % quantile]",
    "lognormal": "[10 % quantile, 90 % quantile]",
    "choice": "[value, ...]",
    "weights": "[probability, ...] of a choice",
    "beta": "[alpha, beta, low, high]",
    "ordered": "[low, high]; with rank, of and group",
    "split": "a total; with part, of and group",
    "rank": "which of the ordered draws, from 1",
    "part": "which part, from 1",
    "of": "how many draws or parts there are",
    "group": "name shared by figures that are drawn together",
    "because": "why this is assumed",
}

FIGURE_SCHEMA: dict[str, Any] = {
    "description": "A figure: text with a unit (`47 bnUSD/GW`), a claim's id, a plain ratio, or a distribution.",
    "anyOf": [
        {"type": "string"},
        {"type": "number"},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {key: {"description": meaning} for key, meaning in FIGURE_KEYS.items()},
        },
    ],
}


@dataclass(frozen=True, slots=True)
class Fig:
    """Marks a field that holds a figure in this kind of unit (any unit where it is empty)."""

    unit: str

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """What editors are told about the field."""
        return {**FIGURE_SCHEMA, "title": f"figure in {self.unit}" if self.unit else "figure"}


Month = Annotated[str, Field(description="a month or period such as `2026-07`, `2026-H2` or `2027Q2`")]
PositiveMonths = Annotated[int, Field(ge=0, le=600)]


class Form(BaseModel):
    """What all models share: no unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)
