"""The house around the package: sizes, pins, pages, and nothing in a file that belongs to one machine."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import gigawatt

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
MODULES = sorted((ROOT / "src").rglob("*.py"))
DECISIONS = sorted((ROOT / "docs" / "why").glob("*.md"))
# Written in pieces, so that this page does not find itself.
HOSTS = re.compile("|".join(("pyp" + r"i\.org", "python" + "hosted", r"registry\.npm" + "js", r"deb\.deb" + "ian")))
FOLDERS = re.compile(r"(?<![\w.\-/])/(?:work|farm|tmp|root|home|Users)/\w")


def files_of_the_project() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").split("\n")
    found = [re.fullmatch(r"([\w.-]+)==([\w.]+)(?: ; \S.*)?", line) for line in lines if line]
    assert None not in found, "a line of constraints.txt is no plain `name==version`"
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


def everything_installed_with(requirements: list[str]) -> set[str]:
    """The names of all distributions these requirements lead to on this machine, directly or not."""
    waiting, seen = [Requirement(text) for text in requirements], set[str]()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in seen or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        waiting += [Requirement(text) for text in metadata.requires(name) or []]
    return seen


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_module_is_longer_than_300_lines() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert len(lengths) > 5
    assert {path: lines for path, lines in lengths.items() if lines > 300} == {}


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8", "ignore") for path in files_of_the_project()}
    assert "pyproject.toml" in texts
    assert [name for name, text in texts.items() if HOSTS.search(text) or FOLDERS.search(text)] == []


@pytest.mark.parametrize("text", ["see /ro" + "ot/x", "'/tm" + "p/run'", "https://pyp" + "i.org/simple"])
def test_the_search_for_hosts_and_folders_finds_them(text: str) -> None:
    assert HOSTS.search(text) or FOLDERS.search(text)


def test_a_page_on_the_web_is_no_folder_of_one_machine() -> None:
    assert FOLDERS.search("https://example.org/wo" + "rk/2025") is None


def test_the_public_names_are_few_and_all_exist() -> None:
    public = getattr(gigawatt, "__all__", [])
    assert {"load", "simulate"} <= set(public)
    assert len(public) == len(set(public)) <= 45
    assert [name for name in public if not hasattr(gigawatt, name)] == []


def test_the_changelog_opens_with_what_is_unreleased() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"


def test_there_are_pages_on_decisions() -> None:
    assert {"pins.md", "csv-claims.md", "numpy-not-jax.md", "units-own-module.md"} <= {page.name for page in DECISIONS}


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_a_page_on_a_decision_opens_with_it_in_one_line(page: Path) -> None:
    first, second, *_ = page.read_text("utf-8").split("\n")
    assert len(re.findall(r"[\w'`.-]+", first)) >= 5, "the first line is a label; expected the decision as a sentence"
    assert len(first) <= 160
    assert second == ""


def test_every_dependency_of_every_extra_is_pinned() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    core, extras = project["project"]["dependencies"], project["project"]["optional-dependencies"]
    named = [*project["build-system"]["requires"], *core, *chain.from_iterable(extras.values())]
    assert {canonicalize_name(Requirement(text).name) for text in named} - pins().keys() == set()
    assert everything_installed_with([*core, *extras["dev"]]) - pins().keys() == set()


def test_the_citation_names_this_version_and_licence() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {gigawatt.__version__}\n" in citation
    assert "\nlicense: Apache-2.0\n" in citation


def test_the_licence_is_the_whole_apache_licence_and_the_notice_credits_the_data() -> None:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert "Epoch AI" in (ROOT / "NOTICE").read_text("utf-8")


def test_the_readme_names_the_commands_that_exist_and_no_others(dev: ModuleType) -> None:
    assert set(re.findall(r"python3 dev\.py (\w+)", README)) == set(dev.VERBS)
    assert all(f"dev.py {verb}" in str(dev.__doc__) for verb in dev.VERBS)


def test_an_unknown_command_is_answered_with_those_that_exist() -> None:
    done = subprocess.run([sys.executable, ROOT / "dev.py", "tset"], capture_output=True, encoding="utf-8")
    assert done.returncode == 2
    assert "dev.py test" in done.stderr


def test_all_checks_run_after_one_has_failed_and_the_first_failure_decides(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def exits(code: int) -> list[str]:
        return [sys.executable, "-c", f"import sys; print(*sys.argv[1:]); sys.exit({code})"]

    monkeypatch.setattr(dev, "CHECKS", {"lint": exits(3), "types": exits(0), "pytest": exits(1)})
    assert dev.test(["-k", "clear"]) == 3
    shown = capfd.readouterr()
    assert shown.out.split("\n") == ["== lint", "", "== types", "", "== pytest", "-k clear", ""]
    assert shown.err == "Failed: lint, pytest.\n"


def test_pytest_comes_last_so_that_its_summary_closes_the_output(dev: ModuleType) -> None:
    assert list(dev.CHECKS)[-1] == "pytest"


def test_an_installed_environment_is_used_again_until_a_pin_changes(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[str] = []

    def step(name: str, command: list[str]) -> int:
        calls.append(name)
        return 0

    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "STAMP", tmp_path / "installed")
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(dev, "has_pip", lambda: True)
    monkeypatch.setattr(dev, "step", step)
    monkeypatch.setattr(dev.os, "environ", {})
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name, "utf-8")
    assert [dev.install("[dev]"), dev.install("[dev]"), dev.install("")] == [0, 0, 0]
    assert len(calls) == 1
    (tmp_path / "constraints.txt").write_text("numpy==1", "utf-8")
    assert dev.install("") == 0
    assert len(calls) == 2


def test_a_python_that_cannot_make_environments_is_told_what_to_install(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "STAMP", tmp_path / "installed")
    monkeypatch.setattr(dev, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None)
    assert dev.install("") == 1
    assert "python3-venv" in capsys.readouterr().err
