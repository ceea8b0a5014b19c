"""Systems a user describes by a spec sheet, such as a chip that does not exist yet.

system_from    a system from a mapping, as a YAML file has it
EXAMPLE        such a file
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Final

from gigawatt.errors import InputError
from gigawatt.perf.formats import RATES
from gigawatt.perf.sheet import Sheet
from gigawatt.perf.system import TOPOLOGIES, Chip, Level, System

EXAMPLE: Final = """\
name: my-chip
node: 8
chip:
  flops: {bf16: 1500 TFLOP/s, fp8: 3000 TFLOP/s}
  hbm_capacity: 192 GB
  hbm_bandwidth: 6 TB/s
  tdp: 900 W
networks:
  - {name: links, chips: 64, bandwidth: 600 GB/s}
  - {name: scale-out, bandwidth: 50 GB/s}
"""
"""A chip of which little is known: what is left out follows the rules of `gigawatt.perf.hardware`."""

UNITS: Final = {
    "hbm_capacity": ("byte", "192 GB"),
    "hbm_bandwidth": ("byte/s", "6 TB/s"),
    "sram": ("byte", "50 MB"),
    "clock": ("1/s", "1.8 GHz"),
    "tdp": ("W", "900 W"),
    "idle": ("W", "90 W"),
}
"""Unit and example of the figures that have one; all others are plain numbers."""

COUNTS: Final = ("arrays", "dies", "hbm_stacks")
"""Figures that are whole numbers."""


def system_from(values: Mapping[str, object], name: str) -> System:
    """The system a mapping describes.

    Arguments:
        values: `name`, `node`, `host` (power of a node beside its chips), `chip` and `networks`, figures with their
            units; a network without `chips` has no bound.
        name: what to call it where it has no name of its own.

    Raises:
        SheetError: every mistake, with its place.
    """
    sheet = Sheet(values)
    sheet.only(("name", "node", "host", "chip", "networks"))
    title = sheet.word("name", name)
    inner = sheet.part("chip")
    if inner is None and "chip" not in values:
        sheet.missing("chip", "{flops: {bf16: 1500 TFLOP/s}, hbm_capacity: 192 GB, hbm_bandwidth: 6 TB/s}")
    chip = _chip(inner, title) if inner is not None else None
    networks = [_level(each) for each in sheet.parts("networks")]
    if not networks and "networks" not in values:
        sheet.missing("networks", "[{name: scale-out, bandwidth: 50 GB/s}]")
    node = sheet.whole("node", "8", default=8)
    host = sheet.number("host", "W", "2000 W")
    levels = [level for level in networks if level is not None]
    sheet.stop()
    try:
        if chip is None:
            raise InputError("empty; expected `flops`, `hbm_capacity` and `hbm_bandwidth`.")
        return System(title, chip, node, tuple(levels), host)
    except InputError as error:
        if chip is None:
            sheet.wrong("chip", str(error))
        elif "levels: " in str(error):
            # Users call them networks.
            sheet.wrong("networks", str(error).rpartition("levels: ")[2])
        else:
            sheet.refused(error)
        sheet.stop()
        raise


def _chip(sheet: Sheet, title: str) -> Chip | None:
    names = [item.name for item in fields(Chip) if item.name != "name"]
    sheet.only(names)
    rates = sheet.part("flops")
    if rates is None and "flops" not in sheet.values:
        sheet.missing("flops", "{bf16: 1500 TFLOP/s}")
    flops: dict[str, float | None] = {}
    if rates is not None:
        rates.only(RATES)
        flops = {rate: rates.number(rate, "FLOP/s", "1500 TFLOP/s") for rate in RATES if rate in rates.values}
        if not rates.values:
            sheet.wrong("flops", f"empty; expected FLOP/s of at least one of {', '.join(RATES)}.")
    for name in ("hbm_capacity", "hbm_bandwidth"):
        if sheet.values.get(name) is None:
            sheet.missing(name, UNITS[name][1])
    figures: dict[str, float | None] = {}
    for name in names:
        if name not in ("flops", "tile"):
            figures[name] = sheet.number(name, *UNITS.get(name, ("1", "128")))
    for name in COUNTS:
        value = figures.get(name)
        if value is not None and value != int(value):
            sheet.wrong(name, f"{value:g}; expected a whole number.")
    tile = _tile(sheet)
    if sheet.faults:
        return None
    given: dict[str, float] = {rate: value for rate, value in flops.items() if value is not None}
    try:
        return _built(title, given, figures, tile)
    except InputError as error:
        sheet.refused(error)
        return None


def _built(
    title: str, flops: Mapping[str, float], figures: Mapping[str, float | None], tile: tuple[int, int, int] | None
) -> Chip:
    counts = {name: None if (value := figures.get(name)) is None else int(value) for name in COUNTS}
    return Chip(
        name=title,
        flops=flops,
        hbm_capacity=figures["hbm_capacity"] or 0.0,
        hbm_bandwidth=figures["hbm_bandwidth"] or 0.0,
        arrays=counts["arrays"],
        clock=figures["clock"],
        tile=tile,
        sram=figures["sram"],
        tdp=figures["tdp"],
        idle=figures["idle"],
        available=figures["available"],
        process=figures["process"],
        dies=counts["dies"],
        hbm_stacks=counts["hbm_stacks"],
    )


def _tile(sheet: Sheet) -> tuple[int, int, int] | None:
    raw = sheet.values.get("tile")
    if raw is None:
        return None
    if isinstance(raw, list) and len(raw) == 3 and all(type(side) is int and side > 0 for side in raw):
        return raw[0], raw[1], raw[2]
    sheet.wrong("tile", f"`{raw}`; expected rows, columns and depth, such as `[64, 128, 32]`.")
    return None


def _level(sheet: Sheet) -> Level | None:
    sheet.only(item.name for item in fields(Level))
    if sheet.values.get("bandwidth") is None:
        sheet.missing("bandwidth", "600 GB/s")
    name, topology = sheet.word("name", "network"), sheet.word("topology", "switch")
    speed = sheet.number("bandwidth", "byte/s", "600 GB/s")
    chips = sheet.whole("chips", "8", default=0) or math.inf
    dimensions = sheet.whole("dimensions", "3", default=1)
    latency = sheet.number("latency", "s", "1 us")
    if topology not in TOPOLOGIES:
        sheet.wrong("topology", f"`{topology}`; expected one of {', '.join(TOPOLOGIES)}.")
        return None
    if speed is None:
        return None
    try:
        return Level(name, chips, speed, topology, dimensions, latency)
    except InputError as error:
        sheet.refused(error)
        return None
