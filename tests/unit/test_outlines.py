"""Outlines: questions are found below the bullets of their topics, and what their program keeps is left out."""

from __future__ import annotations

import pytest

from deckgen.reading.outlines import flattened
from tests.unit.test_choice import TITLES, questions, read

TAGGED = "- Grain\n\t- What is rye? #card\n\t  collapsed:: true\n\t\t- A grass.\n\t- Oat #card\n\t\t- A grass.\n"

OUTLINES = {
    "of Logseq": (f"title:: Grain\ntags:: [[farm]], [[food]]\n\n{TAGGED}", ["What is rye?", "Oat"]),
    "with properties of cards": (
        TAGGED.replace("collapsed:: true", "card-last-interval:: 4.0\n\t  id:: 65f0\n\t  card-repeats:: 2"),
        ["What is rye?", "Oat"],
    ),
    "with topics that are headings": (TAGGED.replace("- Grain", "- ## Grain"), ["What is rye?", "Oat"]),
    "without tags": (
        "- Grain\n  - What is rye?\n    - A grass.\n  - What is oat?\n    - A grass.\n",
        ["What is rye?", "What is oat?"],
    ),
    "with starred bullets": (TAGGED.replace("- ", "* "), ["What is rye?", "Oat"]),
    "at several depths": (
        f"{TAGGED}\t- Roots\n\t\t- What is a beet? #card\n\t\t\t- A root.\n",
        ["What is rye?", "Oat", "What is a beet?"],
    ),
    "at the margin": (TAGGED.replace("\n\t", "\n").removeprefix("- Grain\n"), ["What is rye?", "Oat"]),
    "with notes around them": (f"- From my notes.\n{TAGGED}- The end of it.\n", ["What is rye?", "Oat"]),
}


@pytest.mark.parametrize(("text", "expected"), OUTLINES.values(), ids=OUTLINES.keys())
def test_questions_are_found_in_an_outline(text: str, expected: list[str]) -> None:
    page = read(text)
    assert questions(page) == expected
    for card in page.cards:
        assert card.answered
        assert not any(word in str(card.answer) for word in ("::", "Grain", "What", "Roots", "The end"))


def test_topics_are_sections_and_columns_those_of_the_document() -> None:
    page = read(f"{TAGGED}- Trees\n\t- What is elm? #card\n\t\t- A tree.\n")
    assert [(card.section, str(card.location)) for card in page.cards] == [
        (("Grain",), "notes.md:2:2"),
        (("Grain",), "notes.md:5:2"),
        (("Trees",), "notes.md:8:2"),
    ]


def test_code_in_an_outline_stays_as_it_is() -> None:
    code = "- x\n    a:: b\n- y? #card"
    fence = "".join(f"\t\t  {line}\n" for line in f"```yaml\n{code}\n```".split("\n"))
    page = read(f"- Grain\n\t- What is rye? #card\n\t\t- See:\n{fence}\t- What is oat? #card\n\t\t- A grass.\n")
    assert questions(page) == ["What is rye?", "What is oat?"]
    assert code in str(page.cards[0].answer[1].code)  # type: ignore[union-attr]


NO_OUTLINES = {
    "bullets that ask at the margin": "- What is rye?\n  - Is it tall?\n- What is oat?\n  - Is it tall?\n",
    "lists in answers": "".join(f"## {title}\n\n- land\n  - What land?\n  - Which rain?\n\n" for title in TITLES[:2]),
}


@pytest.mark.parametrize("text", NO_OUTLINES.values(), ids=NO_OUTLINES.keys())
def test_what_is_no_outline_is_left_as_it_is(text: str) -> None:
    lines = text.split("\n")
    assert flattened(lines, text, 0) is lines


def test_a_tagged_bullet_changes_nothing_around_it() -> None:
    text = (
        "SQL:: a language  \nof queries\n\n```make\nall:  \n\tcc\n```\n\n- Sets\n  - What is a set? #card\n"
        "    id:: 65f0\n    - Many.\n\nNote:: this is said\n"
    )
    lines = text.split("\n")
    flat = flattened(lines, text, 0)
    assert [(number, line) for number, line in enumerate(flat) if line != lines[number]] == [
        (9, "- What is a set? #card"),
        (10, ""),
        (11, "  - Many."),
    ]


def test_what_is_left_out_is_said_once() -> None:
    page = read(f"title:: Grain\n\n{TAGGED}")
    found = [each for each in page.diagnostics if each.code == "D082"]
    assert [(each.location.line, each.location.column, each.excerpt) for each in found] == [(1, 1, "title:: Grain")]
    assert "2 in all" in found[0].message
