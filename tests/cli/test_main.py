from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.command import Command
from gigawatt.cli import main as module
from gigawatt.cli.main import app
from gigawatt.version import VERSION

VERBS = (
    "init",
    "check",
    "run",
    "resume",
    "show",
    "explain",
    "value",
    "catalog",
    "perf",
    "cite",
    "schema",
    "report",
    "doctor",
)
PROGRAM = [sys.executable, "-m", "gigawatt"]


def shell(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "80"}
    return subprocess.run([*PROGRAM, *words], capture_output=True, encoding="utf-8", env=environment, **options)  # type: ignore[call-overload,no-any-return]


def test_help_names_every_verb_with_what_it_does() -> None:
    told = CliRunner().invoke(app, ["--help"]).stdout
    lines = {line.split()[0]: line for line in told.splitlines() if line.startswith("  ") and line.split()}
    for verb in VERBS:
        assert len(lines[verb].split()) > 4, verb
        assert "..." not in lines[verb]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str) -> None:
    done = CliRunner().invoke(app, [verb, "--help"])
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: root {verb}") or f" {verb} " in done.stdout


def test_help_needs_none_of_the_heavy_libraries() -> None:
    script = (
        "import sys; from gigawatt.cli.main import main; code = main(['--help']); "
        "print(sorted({'numpy', 'numba', 'scipy', 'pydantic', 'yaml', 'rich'} & set(sys.modules))); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_printed(gigawatt: Command) -> None:
    assert gigawatt("--version") == (0, f"gigawatt {VERSION}\n", "")


@pytest.mark.parametrize("words", [["rnu"], ["run"], ["run", "--paths", "many", "x"], ["catalog", "lsit"], ["--wrong"]])
def test_wrong_usage_exits_with_2_and_says_why(words: list[str], gigawatt: Command) -> None:
    code, out, err = gigawatt(*words)
    assert (code, out) == (2, "")
    assert "Error: " in err


def test_a_misspelt_verb_is_answered_with_the_right_one(gigawatt: Command) -> None:
    assert "Did you mean 'run'?" in gigawatt("rnu").err


def test_no_words_at_all_show_the_help() -> None:
    done = shell()
    assert "Usage: gigawatt" in done.stdout + done.stderr


def test_the_module_is_the_command() -> None:
    assert shell("--version").stdout == f"gigawatt {VERSION}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close differently there")
def test_a_closed_pipe_is_quiet() -> None:
    command = " ".join([*PROGRAM, "catalog", "list"])
    done = subprocess.run(f"{command} | head -n 1", shell=True, capture_output=True, encoding="utf-8")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
@pytest.mark.parametrize("words", [["schema"], ["catalog", "list"], ["schema", "--out", "/dev/full"]])
def test_a_full_disk_is_told_in_a_sentence_and_exits_with_2(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_without_unicode_gets_its_tables_all_the_same() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "80"}
    done = subprocess.run([*PROGRAM, "catalog", "coverage"], capture_output=True, env=environment)
    assert done.returncode == 0
    assert b"accelerators" in done.stdout


def test_an_interrupt_exits_with_130(monkeypatch: pytest.MonkeyPatch, gigawatt: Command) -> None:
    def interrupted(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gigawatt.catalog.load", interrupted)
    assert gigawatt("catalog", "check").code == 130


def test_too_little_memory_is_told_with_a_way_out(monkeypatch: pytest.MonkeyPatch, gigawatt: Command) -> None:
    def exhausted(*given: object, **named: object) -> None:
        raise MemoryError

    monkeypatch.setattr("gigawatt.catalog.load", exhausted)
    code, _, err = gigawatt("catalog", "check")
    assert code == 1
    assert "fewer paths" in err


def test_a_mistake_of_ours_shows_one_line_and_no_traceback() -> None:
    script = (
        "import sys, gigawatt.cli.main as m, gigawatt.cli.claims, gigawatt.catalog as c\n"
        "c.load = lambda *given, **named: [][0]\n"
        "sys.exit(m.main(['catalog', 'check']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "this is a mistake in gigawatt" in done.stderr
    loud = os.environ | {"GIGAWATT_TRACEBACK": "1"}
    again = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=loud)
    assert "Traceback" in again.stderr


def test_verbs_are_those_of_the_module() -> None:
    assert {verb.__name__ for verb in module.VERBS} | {"catalog", "perf"} == set(VERBS)
