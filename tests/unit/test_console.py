"""What is printed: a table that fits, and a stranger's text as text and never as a command to the terminal."""

from __future__ import annotations

import re

import pytest

from deckgen import console
from deckgen.proof import Verdict
from deckgen.report import Report, Step
from tests.unit.cards import deck
from tests.unit.reports import ENVIRONMENTS, HOLDS_TOO, PASSED, REFUTED, judged, report

TEXTS = {
    "a title": ("\x1b]0;evil\x07", "\\x1b]0;evil\\x07"),
    "a colour of eight bits": ("\x9b31m", "\\x9b31m"),
    "an earlier line": ("hidden\r\x1b[A", "hidden\\r\\x1b[A"),
    "text turned round": ("\u202eevil\u2069", "\\u202eevil\\u2069"),
    "lines, tabs and other scripts": ("a\tb\nדגל ✓\n", "a\tb\nדגל ✓\n"),
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.values(), ids=TEXTS.keys())
def test_commands_to_the_terminal_are_shown(text: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.out(text)
    console.say(text)
    assert capsys.readouterr() == (shown, f"{shown}\n")


HOSTILE = "[red]Is[/red] \x1b[31m it " + "long " * 40
TABLE = report(
    judged(HOSTILE, Verdict.REFUTED, PASSED, REFUTED, HOLDS_TOO), judged("Two?", None), deck=deck(name="[b]x")
)
MANY = report(judged(HOSTILE, Verdict.VERIFIED, PASSED), environments=ENVIRONMENTS * 3)


@pytest.mark.parametrize("shown", [TABLE, MANY, report()], ids=["all", "more environments than names fit", "no cards"])
def test_a_matrix_fits_the_terminal_and_is_plain_where_it_is_piped(
    shown: Report, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    console.matrix([shown])
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    assert "\x1b" not in printed


def test_a_matrix_says_what_became_of_each_card_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    console.matrix([TABLE])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[:3] == ["2.0 2.1", "2.0 postgresql 2.1 postgresql", "[b]x sqlite 18 sqlite 18 verdict"]
    assert lines[4].startswith("Q1 [red]Is[/red] \\x1b[31m it long")
    assert lines[4].endswith("… ✓ R + - refuted")
    assert lines[5] == "Q1 Two? · · · · not run"
    assert lines[7] == "passed 1/1 0/1 0/0 0/0"
    assert lines[8] == "✓ passed R refuted - not claimed + not claimed, but holds · not run"


def test_environments_without_room_for_their_names_are_numbered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    console.matrix([MANY])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0].endswith("1 2 3 4 5 6 7 8 9 10 11 12 verdict")
    assert "2 2.0 postgresql 18: 0/0 passed" in lines


def test_progress_says_what_is_run_and_when_it_will_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress("Small") as progress:
        progress(Step(0, 0, "looking for its environments"))
        assert capsys.readouterr().err == ""
        for done in range(40, 101):  # forty are known
            progress(Step(done, 100, "on SQLAlchemy 2.1 with sqlite"))
    lines = capsys.readouterr().err.splitlines()
    told = [re.fullmatch(r"Small: (\d+) of 100 checks run on SQLAlchemy 2.1 with sqlite(.*)", line) for line in lines]
    assert [each and each[1] for each in told] == ["50", "60", "70", "80", "90", "100"]
    assert [each and re.sub(r"\d+", "N", each[2]) for each in told] == [*[", about N s left"] * 5, ""]
