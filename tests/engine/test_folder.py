"""A run folder holds whole blocks or none, and says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gigawatt as gw
from gigawatt.engine.folder import MANIFEST, Folder
from gigawatt.errors import RunError

SCENARIO = "openai-2025-10"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "small"
    gw.simulate(gw.load(SCENARIO), paths=5, seed=3, folder=folder)
    return folder


def test_a_run_is_a_manifest_and_block_files_and_nothing_else(kept: Path) -> None:
    assert sorted(file.name for file in kept.iterdir()) == ["block-00000.bin", MANIFEST]


def test_an_opened_run_gives_the_numbers_of_the_run(kept: Path) -> None:
    fresh = gw.simulate(gw.load(SCENARIO), paths=5, seed=3)
    found = gw.open_run(kept)
    assert found.provenance == fresh.provenance
    for name in fresh.keys():  # noqa: SIM118 - a result is no mapping
        np.testing.assert_array_equal(found[name].values, fresh[name].values)


def test_a_folder_with_another_run_is_left_alone(kept: Path) -> None:
    before = (kept / MANIFEST).read_bytes()
    with pytest.raises(RunError, match=r"holds another run"):
        gw.simulate(gw.load(SCENARIO), paths=5, seed=4, folder=kept)
    assert (kept / MANIFEST).read_bytes() == before


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(RunError, match=r"no run folder"):
        gw.simulate(gw.load(SCENARIO), paths=5, folder=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_without_a_run_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no run here.*gigawatt run"):
        gw.open_run(tmp_path)


@pytest.mark.parametrize("damage", ["", "[]", "{}", "not json", '{"text": 1, "seed": 2}'])
def test_a_damaged_manifest_is_named(tmp_path: Path, damage: str) -> None:
    (tmp_path / MANIFEST).write_text(damage)
    with pytest.raises(RunError, match=r"not the manifest of a run"):
        Folder.open(tmp_path)


@pytest.mark.parametrize("cut", [0, 7, 100, 20_000])
def test_a_block_that_was_cut_short_is_named(tmp_path: Path, cut: int) -> None:
    folder = tmp_path / "run"
    gw.simulate(gw.load(SCENARIO), paths=3, seed=3, folder=folder)
    file = folder / "block-00000.bin"
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(RunError, match=r"damaged.*gigawatt resume"):
        gw.open_run(folder)["online"]


def test_a_missing_block_says_how_to_continue(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    gw.simulate(gw.load(SCENARIO), paths=3, seed=3, folder=folder)
    (folder / "block-00000.bin").unlink()
    with pytest.raises(RunError, match=r"1 of 1 blocks are missing.*gigawatt resume"):
        gw.open_run(folder)


def test_a_disk_that_refuses_is_told_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder.create(tmp_path / "run", gw.load(SCENARIO), gw.simulate(gw.load(SCENARIO), paths=2).provenance)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RunError, match=r"No space left on device.*Blocks already written are safe"):
        folder.write(0, {"x": np.zeros(3)})
    assert [file.name for file in folder.path.iterdir()] == [MANIFEST]
