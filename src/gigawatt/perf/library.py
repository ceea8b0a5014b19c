"""Models and systems that come with the package, by name; every row of the files names its source.

built_in_models, built_in_chips, built_in_systems    everything there is
find_model, find_system                              one, by its id or its title, however it is capitalised
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.model import Experts, Latent, Recurrent, Transformer, Window
from gigawatt.perf.system import Chip, Level, System

DATA: Final = Path(__file__).parent.parent / "data" / "perf"
"""The folder of the tables: models, chips (one row a figure), systems and their networks."""

Named = TypeVar("Named", Transformer, System)


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of one of the tables, sources included.

    Arguments:
        name: `models`, `chips`, `systems` or `networks`.
    """
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def built_in_models() -> Mapping[str, Transformer]:
    """All models of the package, by id."""
    return MappingProxyType({row["model"]: _model(row) for row in rows_of("models")})


@lru_cache(maxsize=1)
def built_in_chips() -> Mapping[str, Chip]:
    """All chips of the package, by id."""
    figures: dict[str, dict[str, float]] = {}
    for row in rows_of("chips"):
        figures.setdefault(row["chip"], {})[row["field"]] = float(row["value"])
    titles = {row["chip"]: row["title"] for row in rows_of("systems")}
    return MappingProxyType({name: _chip(titles[name], chip) for name, chip in figures.items()})


@lru_cache(maxsize=1)
def built_in_systems() -> Mapping[str, System]:
    """All systems of the package, by id."""
    levels: dict[str, list[Level]] = {}
    for row in rows_of("networks"):
        speed, dimensions = float(row["bandwidth"]), int(row["dimensions"])
        level = Level(row["name"], float(row["chips"]), speed, row["topology"], dimensions)
        levels.setdefault(row["system"], []).append(level)
    return MappingProxyType(
        {
            row["system"]: System(
                row["title"], built_in_chips()[row["chip"]], int(row["node"]), tuple(levels[row["system"]])
            )
            for row in rows_of("systems")
        }
    )


def find_model(name: str) -> Transformer:
    """The model of that id or title.

    Raises:
        InputError: there is none.
    """
    return _find(name, built_in_models(), "model")


def find_system(name: str) -> System:
    """The system of that id or title.

    Raises:
        InputError: there is none.
    """
    return _find(name, built_in_systems(), "system")


def _find(name: str, known: Mapping[str, Named], kind: str) -> Named:
    titles = {entry.name.lower(): entry for entry in known.values()}
    found = known.get(name) or titles.get(name.lower())
    if found is None:
        raise InputError(f"no {kind} `{name}`. {did_you_mean(name, [entry.name for entry in known.values()])}")
    return found


def _model(row: Mapping[str, str]) -> Transformer:
    def whole(name: str, default: int = 0) -> int:
        return int(row[name]) if row[name] else default

    latent = experts = window = recurrent = None
    if row["kv_rank"]:
        latent = Latent(whole("q_rank"), whole("kv_rank"), whole("rope"), whole("nope"), whole("value"))
    if row["experts"]:
        counts = whole("experts"), whole("active"), whole("expert_ffn")
        experts = Experts(*counts, whole("shared"), whole("dense_layers"), whole("every", 1))
    if row["window"]:
        window = Window(whole("window"), whole("window_period"))
    if row["linear_period"]:
        heads = whole("key_heads"), whole("value_heads")
        recurrent = Recurrent(whole("linear_period"), *heads, whole("key_dim"), whole("value_dim"))
    return Transformer(
        name=row["title"],
        layers=whole("layers"),
        hidden=whole("hidden"),
        heads=whole("heads"),
        kv_heads=whole("kv_heads"),
        head_dim=whole("head_dim"),
        ffn=whole("ffn"),
        gated=bool(whole("gated")),
        vocab=whole("vocab"),
        tied=bool(whole("tied")),
        positions=whole("positions"),
        biased=bool(whole("biased")),
        latent=latent,
        experts=experts,
        window=window,
        recurrent=recurrent,
    )


def _chip(title: str, figures: Mapping[str, float]) -> Chip:
    tile = tuple(figures.get(f"tile_{side}", 0.0) for side in ("rows", "columns", "depth"))
    return Chip(
        name=title,
        flops={name.removeprefix("flops."): value for name, value in figures.items() if name.startswith("flops.")},
        hbm_capacity=figures["hbm_capacity"],
        hbm_bandwidth=figures["hbm_bandwidth"],
        arrays=int(figures["arrays"]) if "arrays" in figures else None,
        clock=figures.get("clock"),
        tile=(int(tile[0]), int(tile[1]), int(tile[2])) if all(tile) else None,
        sram=figures.get("sram"),
        tdp=figures.get("tdp"),
        idle=figures.get("idle"),
    )
