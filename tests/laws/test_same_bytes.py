"""Law 5: the same seed gives the same bytes, however a run is cut, interrupted or spread over processes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.engine.record import KEPT
from gigawatt.engine.result import Result
from gigawatt.engine.run import simulate
from gigawatt.parts.stream import BLOCK
from gigawatt.scenario.scenario import Scenario
from worlds import toy, worlds

PATHS = BLOCK + 500
EXTRA = ("missed", "vested", "ready", "figures", "bust")


def arrays(result: Result, paths: int) -> dict[str, bytes]:
    names = (*KEPT, *EXTRA)
    return {name: np.ascontiguousarray(result.array(name)[..., :paths]).tobytes() for name in names}


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def world() -> Scenario:
    return toy(24)


@pytest.fixture(scope="module")
def whole(world: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an uninterrupted run in one process."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    simulate(world, PATHS, 5, folder=folder, workers=1)
    return folder


def test_ten_paths_are_the_first_ten_of_many(world: Scenario) -> None:
    few, many = simulate(world, 10, 5), simulate(world, PATHS, 5, workers=1)
    assert arrays(few, 10) == arrays(many, 10)


@settings(max_examples=10, deadline=None)
@given(worlds(), st.integers(1, 30))
def test_the_first_paths_of_any_world_do_not_depend_on_how_many_there_are(world: Scenario, paths: int) -> None:
    few, many = simulate(world, paths, world.seed), simulate(world, 31, world.seed)
    assert arrays(few, paths) == arrays(many, paths)


def test_another_seed_gives_other_paths(world: Scenario) -> None:
    assert arrays(simulate(world, 10, 5), 10)["price"] != arrays(simulate(world, 10, 6), 10)["price"]


def test_two_processes_write_the_same_bytes_as_one(world: Scenario, whole: Path, tmp_path: Path) -> None:
    simulate(world, PATHS, 5, folder=tmp_path / "run", workers=2)
    assert files(tmp_path / "run") == files(whole)


def test_a_run_in_memory_and_one_in_a_folder_hold_the_same_bytes(world: Scenario, whole: Path) -> None:
    stored = simulate(world, PATHS, 5, folder=whole, workers=1)
    assert arrays(simulate(world, PATHS, 5, workers=1), PATHS) == arrays(stored, PATHS)


def test_a_run_killed_while_writing_a_block_continues_to_the_same_bytes(
    world: Scenario, whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    simulate(world, PATHS, 5, folder=folder, workers=1)
    *_, last = sorted(folder.glob("block-*"))
    (folder / f"{last.name}.part").write_bytes(last.read_bytes()[:1000])
    last.unlink()
    kept = {name: (folder / name).stat().st_mtime_ns for name in files(folder) if not name.endswith(".part")}
    simulate(world, PATHS, 5, folder=folder, workers=1)
    assert files(folder) == files(whole)
    assert kept == {name: (folder / name).stat().st_mtime_ns for name in kept}, "what was complete is not run again"


def test_a_run_killed_before_its_first_block_continues_to_the_same_bytes(
    world: Scenario, whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    simulate(world, PATHS, 5, folder=folder, workers=1)
    for file in folder.glob("block-*"):
        file.unlink()
    simulate(world, PATHS, 5, folder=folder, workers=2)
    assert files(folder) == files(whole)
