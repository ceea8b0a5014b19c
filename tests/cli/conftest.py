from __future__ import annotations

from pathlib import Path

import pytest

from cli.command import SCENARIO, Command, Said
from gigawatt.cli.main import main


@pytest.fixture
def gigawatt(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """The command, in an empty folder on a screen of 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*words: object) -> Said:
        code = main([str(word) for word in words])
        return Said(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small complete run, which tests only read."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    assert main(["run", SCENARIO, "--paths", "60", "--out", str(folder), "--workers", "1"]) == 0
    return folder
