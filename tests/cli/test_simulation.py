from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.command import SCENARIO, Command
from gigawatt.parts.stream import BLOCK

SMALL = ["--paths", "40", "--workers", "1"]
HEADINGS = (
    "Energised gigawatts of OpenAI by supplier",
    "Working accelerators",
    "Operations per second",
    "Payments from the start to 2030-12",
    "Funding gap",
    "First missed payment",
    "Vesting of shares",
    "What moves energised gigawatts of OpenAI in 2030-12 most",
    "What moves the funding gap of openai in 2030-12 most",
    "Note: ",
    "Rests on: ",
    "gigawatt report ",
)


def test_a_run_shows_everything_on_one_screen(kept: Path, gigawatt: Command) -> None:
    code, out, _ = gigawatt("show", kept)
    assert code == 0
    assert [out.find(heading) for heading in HEADINGS] == sorted(out.find(heading) for heading in HEADINGS)
    assert out.find(HEADINGS[0]) == 0
    assert max(len(line.rstrip()) for line in out.splitlines() if str(kept) not in line) <= 80


def test_a_run_is_kept_below_the_folder_one_is_in(gigawatt: Command) -> None:
    code, out, err = gigawatt("run", SCENARIO, *SMALL)
    (folder,) = Path("runs").iterdir()
    assert code == 0
    assert folder.name.startswith(f"{SCENARIO}-") and folder.name.endswith("-1")
    assert f"gigawatt report runs/{folder.name}" in out
    assert "100 %" in err


def test_the_same_run_is_not_simulated_twice_and_another_gets_a_number(gigawatt: Command) -> None:
    first = gigawatt("run", SCENARIO, *SMALL)
    again = gigawatt("run", SCENARIO, *SMALL)
    assert "this very run is complete" in again.err
    assert again.out == first.out
    gigawatt("run", SCENARIO, "--paths", "30")
    names = sorted(path.name for path in Path("runs").iterdir())
    assert names[1] == f"{names[0]}-2"


def test_another_seed_or_setting_has_a_folder_of_its_own(gigawatt: Command) -> None:
    for words in ([], ["--seed", "2"], ["--set", "deals.amd.capacity=5 GW"]):
        assert gigawatt("run", SCENARIO, "--paths", "5", *words).code == 0
    assert len(list(Path("runs").iterdir())) == 3


def test_a_run_as_json_holds_the_tables_and_what_they_rest_on(gigawatt: Command) -> None:
    code, out, _ = gigawatt("run", SCENARIO, *SMALL, "--json", "--no-folder")
    assert code == 0
    found = json.loads(out)
    assert found["folder"] is None
    assert found["provenance"]["paths"] == 40
    assert {"energised", "payments", "funding_gaps", "vesting", "power_drivers"} <= set(found["tables"])
    assert not Path("runs").exists()


def test_the_same_seed_gives_the_same_screen_with_one_process_or_several(gigawatt: Command) -> None:
    words = ["run", SCENARIO, "--paths", str(BLOCK + 40), "--no-folder", "--json"]
    assert gigawatt(*words, "--workers", "1").out == gigawatt(*words, "--workers", "2").out


def test_a_run_that_lost_blocks_is_continued_to_the_same_bytes(gigawatt: Command) -> None:
    paths = str(BLOCK + 40)
    gigawatt("run", SCENARIO, "--paths", paths, "--out", "whole")
    shutil.copytree("whole", "part")
    lost = sorted(Path("part").glob("block-*"))[-1]
    expected = lost.read_bytes()
    lost.write_bytes(b"")
    lost.rename(lost.with_name(f"{lost.name}.part"))
    shown = gigawatt("show", "part")
    assert shown.code == 2
    assert "gigawatt resume part" in shown.err
    code, _, err = gigawatt("resume", "part")
    assert code == 0
    assert "1 of 2 blocks are there" in err
    assert lost.read_bytes() == expected
    assert {path.name for path in Path("part").iterdir()} == {path.name for path in Path("whole").iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are those of POSIX")
def test_a_run_that_was_killed_is_continued_to_the_same_bytes(tmp_path: Path, gigawatt: Command) -> None:
    words = ["run", SCENARIO, "--paths", str(2 * BLOCK + 20), "--keep", "year", "--workers", "1", "--out"]
    command = [sys.executable, "-m", "gigawatt", *words, str(tmp_path / "killed")]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)
    assert running.stderr is not None
    running.stderr.readline()
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    assert len(list((tmp_path / "killed").glob("block-*.bin"))) in (1, 2)
    assert gigawatt("resume", tmp_path / "killed").code == 0
    assert gigawatt(*words, tmp_path / "whole").code == 0
    whole = {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()}
    assert whole == {path.name: path.read_bytes() for path in (tmp_path / "killed").iterdir()}


def test_an_interrupted_run_says_how_to_go_on(gigawatt: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gigawatt.engine.run.simulate", interrupted)
    code, out, err = gigawatt("run", SCENARIO, "--out", "mine")
    assert (code, out) == (130, "")
    assert "continue with `gigawatt resume mine`" in err
    assert "kept in memory only" in gigawatt("run", SCENARIO, "--no-folder").err


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are those of POSIX")
def test_a_full_disk_during_a_run_loses_nothing(tmp_path: Path) -> None:
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
        "from gigawatt.cli.main import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", script, "run", SCENARIO, *SMALL, "--out", "r"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 2
    assert "gigawatt resume r" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["manifest.json"]


@pytest.mark.parametrize(
    ("key", "value"), [("code_version", "9.9"), ("catalog_version", "0" * 12), ("scenario_hash", "0" * 12)]
)
def test_a_run_of_other_code_claims_or_scenario_is_not_continued(
    key: str, value: str, kept: Path, gigawatt: Command, tmp_path: Path
) -> None:
    copy = shutil.copytree(kept, tmp_path / "copy")
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    (copy / "manifest.json").write_text(json.dumps({**manifest, key: value}), "utf-8")
    code, out, err = gigawatt("resume", copy)
    assert (code, out) == (2, "")
    assert (
        f"was made with {key.split('_')[0].replace('code', 'gigawatt').replace('catalog', 'catalogue')} {value}" in err
    )


@pytest.mark.parametrize("verb", ["resume", "report"])
def test_a_folder_without_a_run_is_refused(verb: str, gigawatt: Command) -> None:
    Path("empty").mkdir()
    code, _, err = gigawatt(verb, "empty")
    assert code == 2
    assert "no run here" in err


def test_a_damaged_manifest_is_refused(gigawatt: Command) -> None:
    Path("r").mkdir()
    Path("r/manifest.json").write_text("{", "utf-8")
    code, _, err = gigawatt("resume", "r")
    assert code == 2
    assert "not the manifest of a run" in err


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (["--paths", "0"], "greater than or equal to 1"),
        (["--keep", "week"], "month"),
        (["--out", "a", "--no-folder"], "exclude each other"),
        (["--out", "file.txt"], "is no run folder"),
    ],
)
def test_a_bad_option_is_refused(words: list[str], fix: str, gigawatt: Command) -> None:
    Path("file.txt").write_text("mine", "utf-8")
    code, out, err = gigawatt("run", SCENARIO, *words)
    assert (code, out) == (2, "")
    assert fix in err
    assert Path("file.txt").read_text("utf-8") == "mine"


def test_a_folder_with_another_run_is_not_overwritten(kept: Path, gigawatt: Command) -> None:
    before = (kept / "manifest.json").read_bytes()
    code, _, err = gigawatt("run", SCENARIO, "--paths", "10", "--out", kept)
    assert code == 2
    assert "holds another run" in err
    assert (kept / "manifest.json").read_bytes() == before


def test_a_report_is_written_beside_its_run_or_where_one_says(kept: Path, gigawatt: Command) -> None:
    assert gigawatt("report", kept).code == 0
    assert kept.with_name("small.html").read_text("utf-8").startswith("<!")
    assert gigawatt("report", kept, "--out", "page.html").code == 0
    assert Path("page.html").exists()


def test_a_report_that_cannot_be_written_is_told(kept: Path, gigawatt: Command) -> None:
    code, _, err = gigawatt("report", kept, "--out", "no/such/folder/page.html")
    assert code == 2
    assert "cannot be written" in err
