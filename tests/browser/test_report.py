"""Pages in a real browser: no errors, no requests, nothing wider than a phone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from gigawatt.report import render
from gigawatt.report.page import SECTIONS
from gigawatt.report.valuation import render as render_valuation
from report.valued import chosen
from report.world import run_market

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = "disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync"
PROBE = """<script>
addEventListener("load", () => setTimeout(() => {
  const frame = document.getElementById("page").contentWindow, page = frame.document;
  const wide = [...page.querySelectorAll("body *")].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.right > frame.innerWidth + 1 && box.width > 0 && !node.closest(".scroll, svg, .skip, .unseen");
  });
  const boxes = [...page.querySelectorAll("svg text")].map((node) => node.getBoundingClientRect());
  const text = boxes.filter((box) => box.width);
  const boxed = [...page.querySelectorAll(".scroll")].filter((box) => box.clientWidth && !box.closest(".cards"));
  const picture = page.querySelector("svg[data-hover]:not(.wide)");
  picture.dispatchEvent(new frame.KeyboardEvent("keydown", { key: "ArrowLeft" }));
  const found = {
    width: frame.innerWidth,
    scroll: page.documentElement.scrollWidth,
    wide: wide.map((node) => node.tagName + "." + node.className),
    cut: text.filter((box) => box.left < -1 || box.right > frame.innerWidth + 1).length,
    texts: text.length,
    tables: boxed.length,
    cropped: boxed.filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.ariaLabel),
    smallest: Math.min(...text.map((box) => box.height)),
    theme: page.getElementById("theme").hidden,
    background: frame.getComputedStyle(page.body).backgroundColor,
    tip: page.getElementById("tip").textContent,
    shown: [...page.querySelectorAll("section")].filter((node) => node.getBoundingClientRect().height > 40).length,
    requests: frame.performance.getEntriesByType("resource").length,
  };
  const out = document.createElement("pre");
  out.id = "found";
  out.textContent = JSON.stringify(found);
  document.body.append(out);
}, 300));
</script>"""

Look = Callable[[Path, int, str], dict[str, object]]


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(f"no browser: install Debian's `chromium` so that one of {', '.join(NAMES)} is in PATH")
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(render(run_market()), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def valuation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("valuation") / "valuation.html"
    file.write_text(render_valuation(chosen()), encoding="utf-8")
    return file


def start(browser: str, profile: Path, *words: str) -> subprocess.CompletedProcess[str]:
    flags = [f"--{word}" for word in QUIET.split()]
    command = [browser, "--headless", "--no-sandbox", *flags, "--hide-scrollbars", f"--user-data-dir={profile}"]
    command += ["--enable-logging=stderr", "--v=0", "--virtual-time-budget=4000", "--allow-file-access-from-files"]
    done = subprocess.run([*command, *words], capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def look(browser: str, tmp_path_factory: pytest.TempPathFactory) -> Look:
    """The page in a frame of a given width, since a window cannot be as narrow as a phone, and what was measured."""

    def at(page: Path, width: int, fragment: str = "") -> dict[str, object]:
        outer = page.with_name(f"{page.stem}-{width}{fragment.strip('#')}.html")
        frame = f'<iframe id="page" src="{page.name}{fragment}" width="{width}" height="900" style="border:0"></iframe>'
        outer.write_text(f"<!doctype html><body style='margin:0'>{frame}{PROBE}", encoding="utf-8")
        done = start(
            browser, tmp_path_factory.mktemp("profile"), "--dump-dom", "--window-size=1400,1000", outer.as_uri()
        )
        told = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
        assert told is not None, f"the page was not measured:\n{done.stderr}"
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return {**json.loads(unescape(told[1])), "console": console}

    return at


@pytest.fixture(scope="module")
def phone(look: Look, page: Path) -> dict[str, object]:
    return look(page, 390, "")


@pytest.fixture(scope="module")
def desk(look: Look, page: Path) -> dict[str, object]:
    return look(page, 1280, "#dark")


def test_the_console_stays_empty(phone: dict[str, object], desk: dict[str, object]) -> None:
    assert (phone["console"], desk["console"]) == ([], [])


def test_a_page_with_mistakes_would_be_found(look: Look, page: Path) -> None:
    mistakes = (
        '<script>throw new Error("x")</script><img src="https://example.org/x.png" alt="">'
        f'<table class="broad"><tr><td>{"x" * 300}</table>'
    )
    broken = page.with_name("broken.html")
    broken.write_text(page.read_text("utf-8").replace("<main>", f"<main>{mistakes}"), encoding="utf-8")
    found = look(broken, 390, "")
    assert str(found["console"]).count("violates the following Content Security Policy") == 2
    assert "TABLE.broad" in str(found["wide"])
    assert found["scroll"] != 390


def test_nothing_is_requested(phone: dict[str, object], page: Path) -> None:
    assert phone["requests"] == 0
    text = page.read_text("utf-8")
    elsewhere = re.findall(r'<(?!a )\w+[^>]*\b(?:src|href|srcset|data|poster)="[^"]*http[^"]*"', text)
    assert elsewhere == []
    assert re.findall(r"@import|url\(", text) == []


def test_a_phone_scrolls_down_only(phone: dict[str, object]) -> None:
    assert phone["width"] == 390
    assert phone["wide"] == []
    assert phone["scroll"] == 390


def test_no_label_of_a_picture_leaves_the_screen(phone: dict[str, object], desk: dict[str, object]) -> None:
    assert isinstance(phone["texts"], int)
    assert phone["texts"] > 100
    assert (phone["cut"], desk["cut"]) == (0, 0)


def test_no_table_is_cropped_on_a_desk(phone: dict[str, object], desk: dict[str, object]) -> None:
    assert isinstance(desk["tables"], int)
    assert desk["tables"] > 5
    assert desk["cropped"] == []
    assert phone["cropped"] != []


def test_labels_are_large_enough_to_read_on_a_phone(phone: dict[str, object]) -> None:
    assert isinstance(phone["smallest"], float | int)
    assert phone["smallest"] >= 11


def test_every_section_shows(phone: dict[str, object], desk: dict[str, object]) -> None:
    assert phone["shown"] == desk["shown"] == len(SECTIONS)


def test_the_arrow_keys_read_a_picture_month_by_month(phone: dict[str, object]) -> None:
    assert re.match(r"2032-11 \(GW\)", str(phone["tip"]))
    assert "median" in str(phone["tip"])


def test_a_reader_can_choose_the_dark_page(phone: dict[str, object], desk: dict[str, object]) -> None:
    assert phone["theme"] is desk["theme"] is False
    assert (phone["background"], desk["background"]) == ("rgb(253, 252, 250)", "rgb(21, 24, 27)")


def test_the_file_is_small(page: Path) -> None:
    assert page.stat().st_size < 1_500_000


def test_a_screenshot_shows_ink_in_every_part(browser: str, page: Path, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    start(browser, tmp_path / "profile", f"--screenshot={shot}", "--window-size=1280,3000", page.as_uri())
    # An empty page of that size compresses to a few kB.
    assert shot.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert shot.stat().st_size > 100_000


def test_a_valuation_fits_a_phone_and_a_desk(look: Look, valuation: Path) -> None:
    phone, desk = look(valuation, 390, ""), look(valuation, 1280, "#dark")
    assert (phone["console"], desk["console"]) == ([], [])
    assert (phone["requests"], desk["requests"]) == (0, 0)
    assert (phone["wide"], phone["scroll"]) == ([], 390)
    assert (phone["cut"], desk["cut"]) == (0, 0)
    assert isinstance(phone["texts"], int)
    assert phone["texts"] > 100
    assert desk["cropped"] == []
    assert isinstance(phone["smallest"], float | int)
    assert phone["smallest"] >= 11
    assert phone["shown"] == desk["shown"] == 4
    assert re.match(r"2031 \(bn USD\)mean", str(phone["tip"]))
