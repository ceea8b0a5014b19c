from __future__ import annotations

import json

import pytest

from cli.command import Command
from gigawatt.errors import CatalogError


def test_a_sound_installation_is_told_line_by_line(gigawatt: Command) -> None:
    code, out, _ = gigawatt("doctor")
    assert code == 0
    assert "broken" not in out
    for word in ("python", "numpy", "cores", "numba cache", "catalogue", "scenarios", "simulation", "disk"):
        assert any(line.startswith(word) for line in out.splitlines()), word


def test_the_same_is_data(gigawatt: Command) -> None:
    found = {row["name"]: row["state"] for row in json.loads(gigawatt("doctor", "--json").out)}
    assert found["gigawatt"] == "ok"
    assert found["simulation"] == "ok"


def test_something_broken_is_named_and_exits_with_1(gigawatt: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object, **named: object) -> None:
        raise CatalogError("claims.csv:3:1: no such unit.")

    monkeypatch.setattr("gigawatt.catalog.load", broken)
    code, out, _ = gigawatt("doctor")
    assert code == 1
    line = next(line for line in out.splitlines() if line.startswith("catalogue"))
    assert "broken" in line
    assert "claims.csv:3:1" in line
