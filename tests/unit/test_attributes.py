"""What the braces behind a question say, and every mistake in them."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Source
from deckgen.model import Claims
from deckgen.reading import grammar
from deckgen.reading.grammar import Page


def read(text: str) -> Page:
    return grammar.read(Source.of("notes.md", text), "notes.md")


def mistakes(page: Page) -> list[str]:
    return [diagnostic.code for diagnostic in page.diagnostics if diagnostic.code not in ("D013", "D018")]


ATTRIBUTES = {
    "id": ("{#tea}", "tea", (), Claims(), None),
    "id with signs": ("{#tea-leaf_2:a}", "tea-leaf_2:a", (), Claims(), None),
    "white space": ("{  #tea   .hot  }", "tea", ("hot",), Claims(), None),
    "tags in order, each once": ("{.hot .cold #tea .hot}", "tea", ("hot", "cold"), Claims(), None),
    "versions": ('{#tea sqlalchemy=">=1.4,<2.1"}', "tea", (), Claims(">=1.4,<2.1"), None),
    "one database": ("{#tea database=sqlite}", "tea", (), Claims(None, ("sqlite",)), None),
    "databases": (
        '{#tea database="postgresql  mariadb"}',
        "tea",
        (),
        Claims(None, ("postgresql", "mariadb")),
        None,
    ),
    "timeout": ('{#tea timeout="2.5"}', "tea", (), Claims(), 2.5),
    "timeout without quotes": ("{#tea timeout=3600}", "tea", (), Claims(), 3600.0),
    "type": ('{#tea type="basic"}', "tea", (), Claims(), None),
    "braces in a value": ('{#tea sqlalchemy=">=2.0" .a}', "tea", ("a",), Claims(">=2.0"), None),
}


@pytest.mark.parametrize(
    ("written", "card_id", "tags", "claims", "timeout"), ATTRIBUTES.values(), ids=ATTRIBUTES.keys()
)
def test_attributes_are_read(
    written: str, card_id: str, tags: tuple[str, ...], claims: Claims, timeout: float | None
) -> None:
    page = read(f"Q1. What is {{x}} tea? {written}   \n\nA plant.\n")
    [card] = page.cards
    assert (card.question, card.id, card.tags) == ("What is {x} tea?", card_id, tags)
    assert (card.claims, card.timeout, card.note_type) == (claims, timeout, "basic")
    assert page.diagnostics == ()


NOT_ATTRIBUTES = ["{1, 2}", "{}", "{ }", "{x}", "{x: y}", "{{tea}}", "{#tea", "#tea}", "{#tea}.", "{#tea} {x}"]


@pytest.mark.parametrize("written", NOT_ATTRIBUTES)
def test_other_braces_stay_in_the_question(written: str) -> None:
    page = read(f"Q1. What is {written}\n\nA plant.\n")
    assert [card.question for card in page.cards] == [f"What is {written}"]
    assert mistakes(page) == []


PREFIX = "Q1. What is tea? "
AT = len(PREFIX) + 1
MISTAKES = {
    "unknown key": ("{#tea colour=red}", "D016", AT, "unknown key `colour`", "known are `sqlalchemy`"),
    "mistyped key": ("{#tea timeuot=3}", "D016", AT, "unknown key `timeuot`", "did you mean `timeout`?"),
    "no version range": ("{#tea sqlalchemy=2}", "D017", AT, "`2` is not a version range", '">=2.0"'),
    "unknown database": ("{#tea database=oracle}", "D017", AT, "unknown database `oracle`", "known are `sqlite`"),
    "mistyped database": ("{#tea database=sqlight}", "D017", AT, "database `sqlight`", "did you mean `sqlite`?"),
    "databases with a comma": ('{#tea database="sqlite,mariadb"}', "D017", AT, "`sqlite,mariadb`", "`"),
    "unknown type": ("{#tea type=bsaic}", "D017", AT, "note type `bsaic`", "did you mean `basic`?"),
    "no time": ("{#tea timeout=soon}", "D017", AT, "`soon` is not a number of seconds", "at most 3600"),
    "zero seconds": ("{#tea timeout=0}", "D017", AT, "`0` is not", "more than 0"),
    "negative seconds": ("{#tea timeout=-1}", "D017", AT, "`-1` is not", "more than 0"),
    "more than an hour": ("{#tea timeout=3601}", "D017", AT, "`3601` is not", "at most 3600"),
    "infinite seconds": ("{#tea timeout=inf}", "D017", AT, "`inf` is not", "at most 3600"),
    "no value": ("{#tea timeout=}", "D015", AT, "whilst scanning value", "double quotes"),
    "single quotes": ("{#tea type='basic'}", "D015", AT, "whilst scanning value", "double quotes"),
    "an id with a slash": ("{#tea/leaf}", "D015", AT, "whilst scanning id", "double quotes"),
    "two ids without a space": ("{#tea#leaf}", "D015", AT, "whilst scanning id", "double quotes"),
}


@pytest.mark.parametrize(("written", "code", "column", "message", "hint"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_attributes_is_reported_where_it_stands(
    written: str, code: str, column: int, message: str, hint: str
) -> None:
    page = read(f"Text.\n\n{PREFIX}{written}\n\nA plant.\n")
    [card] = page.cards
    [mistake] = [diagnostic for diagnostic in page.diagnostics if diagnostic.code not in ("D013", "D018")]
    assert (mistake.code, mistake.location.line, mistake.location.column) == (code, 3, column)
    assert message in mistake.message
    assert " + " not in mistake.message
    assert hint in mistake.hint
    assert card.question == "What is tea?"
    assert card.defects == (mistake,)


def test_all_mistakes_of_a_question_are_reported_at_once() -> None:
    page = read('Q1. What? {#tea a="1" timeout="x" database="oracle sqlite" b="2" sqlalchemy="?" type="?"}\n\nYes.\n')
    assert sorted(mistakes(page)) == ["D016", "D016", "D017", "D017", "D017", "D017"]
    [card] = page.cards
    assert (card.claims, card.timeout, card.note_type) == (Claims(None, ("sqlite",)), None, "basic")


@pytest.mark.parametrize("bold", ["**Q1. Tea? ", "Q1.** Tea? ", "**Q1.** **Tea**? "], ids=["opened", "closed", "both"])
def test_stray_stars_do_not_move_a_mistake(bold: str) -> None:
    page = read(f"{bold}{{#tea colour=red}}\n\nYes.\n")
    assert [(each.code, each.location.column) for each in page.diagnostics] == [("D016", len(bold) + 1)]
