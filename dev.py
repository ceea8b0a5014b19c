"""Everything a fresh machine needs, with nothing but Python.

    python3 dev.py run  [options of `gigawatt run`]   install, then simulate the scenario openai-2025-10
    python3 dev.py test [options of `pytest`]         install, then check and test everything

The first call builds `.venv` with the versions of constraints.txt; later calls reuse it until a pin changes.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path

OLDEST = (3, 11)
VERBS = ("run", "test")
SCENARIO = "openai-2025-10"
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "installed"

NO_ENSUREPIP = """\
This Python cannot create a virtual environment with pip in it: the module `ensurepip` is missing.
Debian and Ubuntu ship it apart: install `python3-venv` (or `python3.11-venv`, to match your Python), then try again.
Another Python >= 3.11, from python.org, conda or pyenv, will do as well."""

CHECKS: dict[str, list[str | Path]] = {
    "ruff check": [PYTHON, "-m", "ruff", "check", "."],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "mypy": [PYTHON, "-m", "mypy", "--strict"],
    "import-linter": [BIN / "lint-imports", "--no-cache", "--no-logo"],
    "catalog": [BIN / "gigawatt", "catalog", "check"],
    "pytest": [PYTHON, "-m", "pytest"],
}


def step(name: str, command: list[str | Path], folder: Path = ROOT) -> int:
    """One command, named before it runs; returns its exit code."""
    print(f"== {name}", flush=True)
    try:
        code = subprocess.run([str(word) for word in command], cwd=folder).returncode
    except FileNotFoundError as missing:
        print(f"{missing.filename} does not exist: is its package in constraints.txt and pyproject.toml?", flush=True)
        return 127
    return code if code >= 0 else 128 - code  # killed by a signal: the shell's convention


def stamp(extras: str) -> str:
    """What an environment must have been built from to be used again; a moved folder is another environment."""
    inputs = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join([*inputs, str(ROOT).encode()])).hexdigest() + extras


def has_pip() -> bool:
    """Whether `.venv` holds a working Python with pip (an interrupted start leaves one without)."""
    return PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0


def install(extras: str) -> int:
    """Brings `.venv` to the pinned versions; the test extras serve `run` as well."""
    built = STAMP.read_text("utf-8") if PYTHON.exists() and STAMP.exists() else ""
    if built in (stamp(extras), stamp("[dev]")):
        return 0
    STAMP.unlink(missing_ok=True)
    if not has_pip():
        if importlib.util.find_spec("ensurepip") is None:
            print(NO_ENSUREPIP, file=sys.stderr)
            return 1
        print("== create .venv", flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=not PYTHON.exists(), symlinks=os.name != "nt")
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"`.venv` could not be created: {error}\nDelete the folder .venv and try again.", file=sys.stderr)
            return 1
    # Pins go through the environment, because the inner pip that fetches the build backend reads them only there.
    os.environ |= {"PIP_CONSTRAINT": "constraints.txt", "PIP_BUILD_CONSTRAINT": "constraints.txt"}
    command: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "-e", f".{extras}"]
    code = step(f"install gigawatt{extras} with pinned versions (a minute or two the first time)", command)
    if code == 0:
        STAMP.write_text(stamp(extras), "utf-8")
    return code


def test(arguments: list[str]) -> int:
    """Runs every check, failed ones included; pytest comes last, so that its summary closes the output."""
    codes = {name: step(name, [*words, *(arguments if name == "pytest" else [])]) for name, words in CHECKS.items()}
    failed = [name for name, code in codes.items() if code]
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return next((code for code in codes.values() if code), 0)


def main(words: list[str]) -> int:
    """Dispatches the two commands; returns the exit code of the first step that failed."""
    if sys.version_info < OLDEST:
        print(f"gigawatt needs Python >= {OLDEST[0]}.{OLDEST[1]}; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    verb, *arguments = words or [""]
    if verb not in VERBS:
        print(__doc__, file=sys.stderr)
        return 0 if verb in ("-h", "--help") else 2
    if code := install("" if verb == "run" else "[dev]"):
        return code
    if verb == "test":
        return test(arguments)
    return step(f"gigawatt run {SCENARIO}", [BIN / "gigawatt", "run", SCENARIO, *arguments], folder=Path.cwd())


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
