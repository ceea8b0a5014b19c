"""Where a run keeps what nobody asked to keep."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import gigawatt as gw
from gigawatt.engine import run
from gigawatt.engine.result import Result
from gigawatt.parts.stream import BLOCK


def simulated(memory: Path, room: int, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setattr(run, "MEMORY", memory)
    monkeypatch.setattr(run, "AMPLE", room)
    return gw.simulate(gw.load("openai-2025-10"), paths=BLOCK + 1, seed=1, keep="year", workers=1)


def test_a_result_lives_in_memory_and_goes_with_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = simulated(tmp_path, 1, monkeypatch)
    assert [folder.name.split("-")[1] for folder in tmp_path.iterdir()] == [str(os.getpid())]
    assert result["online"].shape[-1] == BLOCK + 1
    del result
    assert list(tmp_path.iterdir()) == []


def test_a_place_in_memory_with_little_room_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = simulated(tmp_path, 10**12, monkeypatch)
    assert list(tmp_path.iterdir()) == []
    assert result["online"].shape[-1] == BLOCK + 1


def test_what_a_killed_run_left_is_cleared_after_a_day_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, age in (("old", 2 * run.DAY), ("young", 0.0)):
        left = tmp_path / f"gigawatt-999999999-{name}"
        left.mkdir()
        os.utime(left, (left.stat().st_mtime - age,) * 2)
    result = simulated(tmp_path, 1, monkeypatch)
    assert {folder.name for folder in tmp_path.iterdir() if "999999999" in folder.name} == {"gigawatt-999999999-young"}
    assert result.blocks == 2
