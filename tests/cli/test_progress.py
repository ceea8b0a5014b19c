from __future__ import annotations

import pytest

from gigawatt.cli.progress import duration, progress, remaining


@pytest.mark.parametrize(("seconds", "text"), [(7.6, "8 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")])
def test_a_length_of_time_is_said_in_two_words_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_rest_takes_as_long_a_block_as_what_was_done_now() -> None:
    assert remaining(10.0, done=6, total=10, already=4) == 20.0
    assert remaining(10.0, done=4, total=10, already=4) == 0.0


def test_where_nobody_watches_a_line_is_said_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("it", 0, 1000) as told:
        for done in range(1, 1001):
            told(done, 1000)
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert len(lines) == 11
    assert lines[1].startswith("it: 10 % (100 of 1000 blocks)")


def test_on_a_terminal_a_bar_is_drawn_on_standard_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress("it", 1, 4) as told:
        for done in (2, 3, 4):
            told(done, 4)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "it" in shown.err


def test_a_complete_run_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("it", 4, 4) as told:
        told(4, 4)
    assert capsys.readouterr().err == ""
