"""A check that is not about its answer is told from the card's text, and one that is about it is left in peace."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Source
from deckgen.reading.craft import weigh
from deckgen.reading.grammar import read

CARDS = {
    "a check about what the answer names": ("`Session.get()` does.", "assert session.get(User, 1)", []),
    "a check about another thing": ("`Session.get()` does.", "assert engine.name", ["D053"]),
    "a word of SQL for its function": ("An `INSERT` does.", "assert users.insert()", []),
    "a name in the question": ("It does.", "assert engine.name", ["D053"]),
    "no check": ("`Session.get()` does.", None, []),
    "a value that is expected": ("`Session` gives `42`.", "assert Session().x == 42", []),
    "a value that is not": ("`Session` gives `42`.", "assert Session().x == 421", ["D054"]),
    "a text in other quotes": ("`Session` gives `'RED'`.", 'assert Session().x == "RED"', []),
    "a text that is not expected": ("`Session` gives `'RED'`.", 'assert Session().x == "REDDER"', ["D054"]),
    "a truth that is expected": ("`Session` gives `True`.", "assert Session().x is True", []),
    "a truth that is not": ("`Session` gives `True`.", "assert Session().x", ["D054"]),
    "the same value twice": ("`Session` gives `7`, `7`.", "assert Session().x", ["D054"]),
    "two values": ("`Session` gives `7`, then `8`.", "assert Session().x", ["D054", "D054"]),
    "nothing at all": ("`Session` gives `None`.", "assert Session().x is None", []),
    "no text": ("`Session` gives `''`.", "assert Session().x == str()", []),
    "characters that HTML writes otherwise": ("`Session` gives `'<&'`.", "assert Session().x == '<&'", []),
    "a call": ("`Session.get(1)` does.", "assert Session.get", []),
    "brackets without end": ("`Session` takes `((((((((((`.", "assert Session", []),
}


@pytest.mark.parametrize(("answer", "check", "codes"), CARDS.values(), ids=CARDS)
def test_a_check_is_held_against_its_answer(answer: str, check: str | None, codes: list[str]) -> None:
    question = "What is `autoflush`?" if answer == "It does." else "What does?"
    fence = f"\n```python check\n{check}\n```\n" if check else ""
    (card,) = read(Source.of("cards.md", f"Q1. {question} {{#one}}\n\n{answer}\n{fence}"), "cards.md").cards
    assert [each.code for each in weigh(card)] == codes


@pytest.mark.parametrize("shown", ["```text output\n42\n```", "```pycon\n>>> Session.x\n42\n```"])
def test_what_is_shown_and_held_to_is_an_expectation(shown: str) -> None:
    text = f"Q1. What? {{#one}}\n\n`Session` gives `42`.\n\n```python\nprint(Session.x)\n```\n\n{shown}\n"
    (card,) = read(Source.of("cards.md", text), "cards.md").cards
    assert list(weigh(card)) == []
