"""The documentation runs: its Python, its console lines, its reference and its promises."""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide"
README = ROOT / "README.md"
PAGES = [README, *sorted(GUIDE.glob("*.md"))]
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```[ \t]*$\n?(?P<gap>\s*)", re.MULTILINE | re.DOTALL)
ENVIRONMENT = os.environ | {"COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `output` is the `text` block that follows it without a word between, if there is one."""

    info: tuple[str, ...]
    line: int
    text: str
    output: str | None


@dataclass(frozen=True, slots=True)
class Command:
    """A `$` line of a console block, the exit code it promises, and the output below it."""

    words: tuple[str, ...]
    exit_code: int
    output: str


def blocks(page: str) -> Iterator[Block]:
    fences = list(FENCE.finditer(page))
    for here, after in zip(fences, [*fences[1:], None], strict=False):
        follows = after is not None and after.start() == here.end() and after["info"].strip() == "text"
        line = page.count("\n", 0, here.start("text"))
        yield Block(tuple(here["info"].split()), line, here["text"], after["text"] if after and follows else None)


def commands(text: str) -> Iterator[Command]:
    joined = text.replace("\\\n", " ")
    for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        promised = re.search(r"#\s*exit (\d+)\s*$", line)
        yield Command(tuple(shlex.split(line, comments=True)), int(promised[1]) if promised else 0, output)


def gigawatt(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    script = "import sys; from gigawatt.cli.main import main; sys.argv[0] = 'gigawatt'; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
    )


def same(expected: str, actual: str) -> bool:
    return doctest.OutputChecker().check_output(expected.rstrip() + "\n", actual.rstrip() + "\n", doctest.ELLIPSIS)


def check_python(block: Block, place: str, namespace: dict[str, object]) -> None:
    printed = io.StringIO()
    # Leading newlines make a traceback point at the line of the page.
    code = compile("\n" * block.line + block.text, place, "exec")
    with contextlib.redirect_stdout(printed):
        exec(code, namespace)
    if block.output is not None and not same(block.output, printed.getvalue()):
        pytest.fail(f"{place}:{block.line}: the page shows\n{block.output}\nand Python prints\n{printed.getvalue()}")


def check_console(block: Block, place: str, folder: Path) -> None:
    for command in commands(block.text):
        if command.words[:1] != ("gigawatt",):
            continue
        done = gigawatt(*command.words[1:], folder=folder)
        said = f"{place}:{block.line}: `{shlex.join(command.words)}`"
        if done.returncode != command.exit_code:
            pytest.fail(f"{said} promises exit {command.exit_code} and gives {done.returncode}:\n{done.stdout}")
        if "exact" in block.info and not same(command.output, done.stdout):
            pytest.fail(f"{said}: the page shows\n{command.output}\nand the command prints\n{done.stdout}")


def check_page(text: str, place: str, folder: Path) -> list[str]:
    """Runs a page in order in one namespace and one folder; returns the kinds of the blocks it ran."""
    namespace: dict[str, object] = {"__name__": "__page__"}
    ran = []
    for block in blocks(text):
        match block.info[:1]:
            case ("python",):
                check_python(block, place, namespace)
            case ("console",):
                check_console(block, place, folder)
            case _:
                continue
        ran.append(block.info[0])
    return ran


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_runs_as_written(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_page(page.read_text("utf-8"), page.name, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_starts_a_line_names_its_language_and_is_closed(page: Path) -> None:
    text = page.read_text("utf-8")
    assert len(re.findall(r"^[ \t]*```", text, re.MULTILINE)) == 2 * len(list(blocks(text)))
    assert all(block.info for block in blocks(text))


def test_the_readme_shows_python_and_console() -> None:
    assert {"python", "console"} <= {block.info[0] for block in blocks(README.read_text("utf-8"))}


def test_the_command_line_reference_is_what_the_command_line_says_of_itself() -> None:
    command = [sys.executable, "-m", "gigawatt.cli.reference"]
    printed = subprocess.run(command, env=ENVIRONMENT, capture_output=True, encoding="utf-8", timeout=120, check=True)
    assert (GUIDE / "cli.md").read_text("utf-8") == printed.stdout, "write it anew: python -m gigawatt.cli.reference"


def test_every_verb_of_the_readme_exists() -> None:
    verbs = re.findall(r"^\| `gigawatt (\w+)`", README.read_text("utf-8"), re.MULTILINE)
    told = gigawatt("--help").stdout
    assert len(verbs) >= 11
    assert [verb for verb in verbs if not re.search(rf"\b{verb}\b", told)] == []


def test_a_page_keeps_its_names_from_block_to_block(tmp_path: Path) -> None:
    page = "```python\nx = 6\n```\nwords\n```python\nprint(x * 7)\n```\n\n```text\n42\n```\n"
    assert check_page(page, "page", tmp_path) == ["python", "python"]


def test_wrong_output_on_a_page_is_found(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"page:1: the page shows\n43"):
        check_page("```python\nprint(42)\n```\n```text\n43\n```\n", "page", tmp_path)


def test_a_text_block_after_a_sentence_is_not_taken_for_output() -> None:
    assert [b.output for b in blocks("```python\n1\n```\nAnd:\n```text\n2\n```\n")] == [None, None]


def test_a_console_line_carries_its_exit_code_and_its_output() -> None:
    found = list(commands("$ gigawatt check \\\n  'a b.yaml'  # exit 2\nno such file\n$ gigawatt doctor\n"))
    assert found == [
        Command(("gigawatt", "check", "a b.yaml"), 2, "no such file\n"),
        Command(("gigawatt", "doctor"), 0, ""),
    ]
