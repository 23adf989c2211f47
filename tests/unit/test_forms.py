"""What is typed is the first paragraph of the answer, and short enough for a phone."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Source
from deckgen.reading import grammar


def read(answer: str) -> grammar.Page:
    return grammar.read(Source.of("notes.md", f'Q1. What? {{#a type="type-in"}}\n\n{answer}\n'), "notes.md")


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("`flush()`", "flush()"),
        ("flush\n\nIt sends what is pending.", "flush"),
        ("`a < b && c`\n\n```python\nx = 1\n```", "a < b && c"),
        ("R&amp;D", "R&D"),
        ("`" + "x" * 60 + "`", "x" * 60),
    ],
)
def test_the_first_paragraph_is_typed(written: str, typed: str) -> None:
    page = read(written)
    assert page.diagnostics == ()
    assert page.cards[0].typed == typed


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("- flush", "is missing"),
        ("```python\nx = 1\n```\n\nflush", "is missing"),
        ("It is `flush()`.", "is more than plain words"),
        ("*flush*", "is more than plain words"),
        ("one\ntwo", "has more than one line"),
        ("$x$", "holds a formula"),
        ("x" * 61, "has 61 characters"),
        ("` `\n\nflush", "shows nothing"),
    ],
)
def test_what_cannot_be_typed_is_reported(written: str, problem: str) -> None:
    page = read(written)
    [found] = page.diagnostics
    assert (found.code, found.location.line) == ("D074", 1)
    assert problem in found.message
    assert page.cards[0].defects == (found,)


def test_a_card_of_another_type_types_nothing() -> None:
    page = grammar.read(Source.of("notes.md", "Q1. What? {#a}\n\nflush\n"), "notes.md")
    assert page.cards[0].typed == ""
