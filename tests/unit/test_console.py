"""What a stranger's file says reaches the terminal as text, and never as a command to it."""

from __future__ import annotations

import pytest

from deckgen import console

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
