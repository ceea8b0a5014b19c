"""Models and systems that come with the package, by name; every row of the files names its source.

built_in_models, built_in_chips, built_in_systems    everything there is
find_model, find_system                              one, by its id, its title or what people write
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import lru_cache
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Final

from gigawatt.perf.model import Experts, Latent, Recurrent, Transformer, Window
from gigawatt.perf.names import Entry, resolve
from gigawatt.perf.system import Chip, Level, System

DATA: Final = Path(__file__).parent.parent / "data" / "perf"
"""The folder of the tables: models, chips (one row a figure), systems and their networks."""


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
    # Several systems may have one chip; it is called what the first of them is called.
    titles = {row["chip"]: row["title"] for row in reversed(rows_of("systems"))}
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
                row["title"],
                built_in_chips()[row["chip"]],
                int(row["node"]),
                tuple(levels[row["system"]]),
                float(row["host_power"]) if row["host_power"] else None,
            )
            for row in rows_of("systems")
        }
    )


def find_model(name: str) -> Transformer:
    """The model a name means: its id, its title, or what people write, such as `meta-llama/Llama-3.1-70B-Instruct`.

    Raises:
        InputError: there is none, or there are several.
    """
    return built_in_models()[resolve(name, _model_names(), "model")]


def find_system(name: str) -> System:
    """The system a name means: its id, its title, or what people write, such as `NVIDIA H100-SXM5-80GB`.

    Raises:
        InputError: there is none, or there are several.
    """
    return built_in_systems()[resolve(name, _system_names(), "system")]


@lru_cache(maxsize=1)
def _model_names() -> Mapping[str, Entry]:
    entries = {}
    for row in rows_of("models"):
        # A model is also known by the repository its dimensions were read from.
        repository = re.search(r"huggingface\.co/[^/]+/([^/]+)", row["source"])
        entries[row["model"]] = Entry(row["model"], row["title"], (repository[1],) if repository else ())
    return MappingProxyType(entries)


@lru_cache(maxsize=1)
def _system_names() -> Mapping[str, Entry]:
    return MappingProxyType(
        {
            name: Entry(name, system.name, (), system.chip.hbm_capacity, system.domain if system.domain < inf else 1.0)
            for name, system in built_in_systems().items()
        }
    )


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
        arrays=_count(figures, "arrays"),
        clock=figures.get("clock"),
        tile=(int(tile[0]), int(tile[1]), int(tile[2])) if all(tile) else None,
        sram=figures.get("sram"),
        tdp=figures.get("tdp"),
        idle=figures.get("idle"),
        available=figures.get("available"),
        process=figures.get("process"),
        dies=_count(figures, "dies"),
        hbm_stacks=_count(figures, "hbm_stacks"),
    )


def _count(figures: Mapping[str, float], name: str) -> int | None:
    return int(figures[name]) if name in figures else None
