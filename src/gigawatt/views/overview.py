"""The views of a run that fit on one screen, in the order in which people ask for them."""

from __future__ import annotations

from gigawatt.engine.result import Result
from gigawatt.views.band import year_end
from gigawatt.views.compute import accelerators, operations
from gigawatt.views.drivers import gap_drivers, power_drivers
from gigawatt.views.money import funding_gaps, missed_payments, payments
from gigawatt.views.power import energised, stages
from gigawatt.views.table import Table
from gigawatt.views.tokens import answers
from gigawatt.views.warrant import vested_shares, vesting


def overview(result: Result) -> dict[str, Table]:
    """The main tables of a run by name.

    Arguments:
        result: a run; its tables on single dates are for December 2030 or the last month before.
    """
    month = year_end(result)
    tables = {
        "energised": energised(result),
        "stages": stages(result, (month,)),
        "accelerators": accelerators(result),
        "operations": operations(result),
        **answers(result),
        "payments": payments(result, month),
        "funding_gaps": funding_gaps(result),
        "missed_payments": missed_payments(result),
    }
    if result.labels["grant"]:
        tables |= {"vesting": vesting(result), "vested_shares": vested_shares(result)}
    tables["power_drivers"] = power_drivers(result, month)
    for lab in result.scenario.labs:
        if lab.party in result.labels["funded"]:
            tables[f"gap_drivers.{lab.party}"] = gap_drivers(result, lab.party, month)
    return tables
