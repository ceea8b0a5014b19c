"""All tables of a valuation, by name."""

from __future__ import annotations

from gigawatt.catalog import load
from gigawatt.value.ladder_table import moves, payoffs, required, summary, tranches
from gigawatt.value.movers import movers
from gigawatt.value.published import implied
from gigawatt.value.table import exposure, fan, worth
from gigawatt.value.valuation import Valuation
from gigawatt.views.table import Table


def overview(found: Valuation) -> dict[str, Table]:
    """The tables that are shown: what contracts are worth; more of those that were asked for by name.

    Arguments:
        found: a valuation.
    """
    tables = {f"worth_{measure}": worth(values) for measure, values in found.contracts.items()}
    first = next(iter(found.flows.values()))
    if not found.chosen:
        tables["exposure"] = exposure(first)
    values = {value.contract.name: value for value in next(iter(found.contracts.values()))}
    for name in found.chosen:
        tables[f"{name}_by_year"] = fan(first, name)
        tables[f"{name}_movers"] = movers(first, values[name])
    catalog = load(found.scenario.as_of)
    for detail in found.details:
        name, value = detail.contract.name, detail.value
        if value is None:
            continue
        tables[f"{name}_tranches"] = tranches(value)
        tables[f"{name}_sum"] = summary(value)
        if value.sensitivities:
            tables[f"{name}_moves"] = moves(value)
        if name in found.chosen:
            tables[f"{name}_payoffs"] = payoffs(detail)
            if detail.rebate is not None:
                tables[f"{name}_rebate"] = detail.rebate
            if detail.books is not None:
                tables[f"{name}_books"] = detail.books
            tables[f"{name}_published"] = implied(value, catalog)
        if detail.truths:
            tables[f"{name}_required"] = required(detail)
    return tables
