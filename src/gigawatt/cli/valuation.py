"""The verb that values: contracts of a scenario to each side, or one warrant from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gigawatt.cli.options import Json, Settings, Workers, print_json, scenario_names, settings
from gigawatt.cli.progress import progress, talk

if TYPE_CHECKING:
    from gigawatt.value.valuation import Valuation


def value(
    scenario: Annotated[
        str | None,
        typer.Argument(metavar="[SCENARIO]", help="A built-in scenario or a YAML file.", autocompletion=scenario_names),
    ] = None,
    contract: Annotated[
        list[str] | None,
        typer.Option("--contract", metavar="NAME", help="Only this contract, in detail; may be repeated."),
    ] = None,
    measure: Annotated[
        Literal["real-world", "risk-neutral", "both"],
        typer.Option(help="Probabilities: for planning, for the price of what is traded, or both."),
    ] = "both",
    greeks: Annotated[bool, typer.Option("--greeks", help="Add how values move with what they rest on.")] = False,
    worth: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Say what must be true for a warrant to be worth this.")
    ] = None,
    warrant: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Value one warrant from a file, with no scenario.")
    ] = None,
    debt: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Show debt contracts from a file in ACTUS terms.")
    ] = None,
    rate: Annotated[
        str | None, typer.Option(metavar="RATE", help="Discounts debt contracts, such as `4 %/year`.")
    ] = None,
    paths: Annotated[
        int | None, typer.Option(min=1, help="How many paths; the scenario's own number if not given.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Names the random draws; the scenario's own if not given.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write everything up as one page that needs no network.")
    ] = None,
    set_: Settings = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Say what contracts are worth to each side, with errors and bands.

    Two measures answer two questions: what a plan expects a contract to bring, and what it would cost to replace.
    """
    from gigawatt.errors import InputError

    given = [name for name, what in (("a scenario", scenario), ("--warrant", warrant), ("--debt", debt)) if what]
    if len(given) != 1:
        raise InputError("name a scenario, one warrant with `--warrant FILE`, or debt with `--debt FILE`; one of them.")
    if scenario is None:
        _refuse(given[0], {"--contract": contract, "--set": set_, "--out": out})
    if rate is not None and debt is None:
        raise InputError("`--rate` belongs to `--debt FILE`; a scenario and a warrant bring their own.")
    if debt is not None:
        _refuse("--debt", {"--greeks": greeks, "--worth": worth, "--paths": paths, "--seed": seed})
        _debt(debt, rate, json)
        return
    if warrant is not None:
        if measure == "real-world":
            raise InputError("a warrant on its own is valued risk-neutral; a plan's expectations need a scenario.")
        _instrument(warrant, greeks, worth, json, paths, seed)
        return
    from gigawatt.scenario.load import load
    from gigawatt.value.valuation import valuation

    loaded = load(str(scenario), settings(set_))
    with progress(f"{loaded.name}, values", 0, 1) as told:
        found = valuation(
            loaded, measure, contract, paths, seed, greeks=greeks, worth=worth, workers=workers, progress=told
        )
    _show(found, json)
    if out is not None:
        from gigawatt.report.valuation import write

        write(found, out)
        talk(f"Written: {out}")


def _show(found: Valuation, as_json: bool) -> None:
    """All tables of a valuation, on the terminal or as JSON."""
    from gigawatt.cli.screen import draw, say
    from gigawatt.value.overview import overview

    tables = overview(found)
    if as_json:
        print_json(
            {
                "scenario": found.scenario.name,
                "rests_on": str(found),
                "notes": list(found.scenario.notes),
                "tables": {name: table.to_dict() for name, table in tables.items()},
            }
        )
        return
    draw(tables.values())
    print()
    say(
        f"`{detail.contract.name}` is valued by the monthly simulation alone: {detail.why}"
        for detail in found.details
        if detail.why
    )
    say((f"Rests on: {found}",))


def _refuse(with_: str, options: dict[str, object]) -> None:
    """Options that mean nothing beside another are refused, not ignored."""
    from gigawatt.errors import InputError

    named = [name for name, value in options.items() if value]
    if named:
        raise InputError(f"`{named[0]}` says nothing about {with_}; leave one of them out.")


def _debt(file: Path, rate: str | None, as_json: bool) -> None:
    """Debt contracts from a file."""
    from gigawatt.cli.screen import draw
    from gigawatt.errors import InputError, UnitError
    from gigawatt.parts.pricing import Curve
    from gigawatt.scenario.debt_file import load
    from gigawatt.units import number
    from gigawatt.value.debt_table import loans, schedule

    try:
        curve = None if rate is None else Curve((1.0,), (12.0 * number(rate, "%/year"),))
    except UnitError as error:
        raise InputError(f"--rate `{rate}`: a rate such as `4 %/year` expected. {error}") from error
    found = load(file)
    tables = {"contracts": loans(found, curve)}
    if len(found) == 1:
        tables["events"] = schedule(found[0])
    if as_json:
        print_json({"file": str(file), "tables": {name: table.to_dict() for name, table in tables.items()}})
        return
    draw(tables.values())


def _instrument(
    file: Path, greeks: bool, worth: str | None, as_json: bool, paths: int | None, seed: int | None
) -> None:
    """One warrant from a file."""
    from gigawatt.cli.screen import draw, say
    from gigawatt.scenario.instrument import load
    from gigawatt.value.instrument import value_instrument
    from gigawatt.value.instrument_table import overview

    instrument = load(file)
    with progress(f"{instrument.warrant.issuer} to {instrument.warrant.holder}, values", 0, 1) as told:
        found = value_instrument(
            instrument,
            log2_paths=None if paths is None else max((paths - 1).bit_length(), 4),
            seed=1 if seed is None else seed,
            greeks=greeks,
            worth=worth,
            progress=told,
        )
    tables = overview(found)
    if as_json:
        print_json(
            {
                "warrant": str(file),
                "policy": found.policy,
                "method": found.method,
                "draws": found.draws,
                "notes": list(found.notes),
                "tables": {name: table.to_dict() for name, table in tables.items()},
            }
        )
        return
    draw(tables.values())
    print()
    say(found.notes)
