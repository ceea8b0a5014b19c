"""The verbs `perf models` and `perf systems`: what the library has, with its sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.cli.options import Json, print_json

if TYPE_CHECKING:
    from gigawatt.views.table import Table

Words = Annotated[list[str] | None, typer.Argument(metavar="WORDS", help="Words that must all occur.")]


def models(words: Words = None, json: Json = False) -> None:
    """List the models of the library with their size and source."""
    from gigawatt.cli.screen import draw
    from gigawatt.perf.library import built_in_models, rows_of
    from gigawatt.perf.shape import shapes
    from gigawatt.views.table import Column, Table

    known = built_in_models()
    shape = shapes(list(known.values()))
    whole, active = shape.parameters, shape.active_parameters
    sources = {row["model"]: row["source"] for row in rows_of("models")}
    rows = tuple(
        (
            one.name,
            float(whole[at]) / 1e9,
            float(active[at]) / 1e9,
            one.layers,
            one.hidden,
            one.attention,
            0 if one.experts is None else one.experts.count,
            sources[name],
        )
        for at, (name, one) in enumerate(known.items())
        if _meant(words, one.name, name, one.attention)
    )
    columns = (
        Column("model"),
        Column("parameters", "bn"),
        Column("active", "bn"),
        Column("layers", "1"),
        Column("hidden", "1"),
        Column("attention"),
        Column("experts", "1"),
        Column("source"),
    )
    _show(Table(f"{len(rows)} models", columns, rows, _none(rows)), json, draw)


def systems(words: Words = None, json: Json = False) -> None:
    """List the systems of the library with their figures and source."""
    from gigawatt.cli.screen import draw
    from gigawatt.perf.library import built_in_systems, rows_of
    from gigawatt.views.table import Column, Table

    sources = {row["system"]: row["source"] for row in rows_of("systems")}

    def rate(flops: dict[str, float], name: str) -> float | None:
        return flops[name] / 1e12 if name in flops else None

    rows = tuple(
        (
            one.name,
            rate(dict(one.chip.flops), "bf16"),
            rate(dict(one.chip.flops), "fp8"),
            rate(dict(one.chip.flops), "fp4"),
            one.chip.hbm_capacity / 1e9,
            one.chip.hbm_bandwidth / 1e12,
            one.levels[0].bandwidth / 1e9,
            f"{one.domain:,.0f}" if one.domain < 1e9 else "all",
            one.chip.tdp,
            sources[name],
        )
        for name, one in built_in_systems().items()
        if _meant(words, one.name, name)
    )
    columns = (
        Column("system"),
        Column("bf16", "TFLOP/s"),
        Column("fp8", "TFLOP/s"),
        Column("fp4", "TFLOP/s"),
        Column("HBM", "GB"),
        Column("HBM", "TB/s"),
        Column("scale-up", "GB/s"),
        Column("domain", "chip"),
        Column("limit", "W"),
        Column("source"),
    )
    note = _none(rows) or "Dense FLOP/s; – is a figure that no source states, which a rule fills in."
    _show(Table(f"{len(rows)} systems", columns, rows, note), json, draw)


def _meant(words: list[str] | None, *texts: str) -> bool:
    text = " ".join(texts).lower()
    return all(word.lower() in text for word in words or ())


def _none(rows: tuple[object, ...]) -> str:
    return "" if rows else "Nothing has all these words in its name."


def _show(table: Table, as_json: bool, draw: Callable[[tuple[Table, ...]], None]) -> None:
    if as_json:
        print_json(table.to_dict())
        return
    draw((table,))
