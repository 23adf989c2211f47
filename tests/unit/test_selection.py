"""What a user names is what is proved: a document with its deck, one card, cards with a tag, those that failed last."""

from __future__ import annotations

from pathlib import Path

import pytest

from deckgen.reading import selection
from deckgen.reading.decks import Reading
from tests.decks import deck

FIRST = "Q1. One? {#one .pool}\n\nOne.\n\nQ2. Two? {#two .orm .pool}\n\nTwo.\n\nQ3. Three?\n\n"
SECOND = "Q1. Four? {#four .orm}\n\nFour.\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    deck(Path("source/small"), FIRST, name="first.md")
    Path("source/small/sub").mkdir()
    Path("source/small/sub/second.md").write_text(SECOND)
    Path("source/small/prelude.py").write_text("x = 1\n")
    deck(Path("source/other"), "Q1. Five? {#one}\n\nFive.\n", toml='[deck]\nid = "other"\nname = "Other"\n')
    Path("source/small/README.md").write_text("How this deck came to be.\n")
    Path("alone.md").write_text(FIRST)


def cards(reading: Reading) -> dict[str, list[str]]:
    return {each.id: [card.id for card in each.cards] for each in reading.decks}


ALL = ["one", "two", "three", "four"]
TARGETS: dict[str, tuple[list[str], list[str], dict[str, list[str]]]] = {
    "a folder of decks": (["source"], [], {"small": ALL, "other": ["one"]}),
    "a deck": (["source/small"], [], {"small": ALL}),
    "a document": (["source/small/first.md"], [], {"small": ["one", "two", "three"]}),
    "a document in a folder of it": (["source/small/sub/second.md"], [], {"small": ["four"]}),
    "a card of a document": (["source/small/first.md::two"], [], {"small": ["two"]}),
    "a card by the id made of its words": (["source/small/first.md::three"], [], {"small": ["three"]}),
    "a card of a deck": (["source/small::four"], [], {"small": ["four"]}),
    "cards of several documents": (
        ["source/small/first.md::two", "source/small/sub/second.md::four"],
        [],
        {"small": ["two", "four"]},
    ),
    "a deck and a card of it": (["source/small", "source/small/first.md::two"], [], {"small": ALL}),
    "a document that is a deck": (["alone.md"], [], {"alone": ["one", "two", "three"]}),
    "a card of one": (["alone.md::one"], [], {"alone": ["one"]}),
    "a path with dots": (["./source/../source/small/first.md::one"], [], {"small": ["one"]}),
    "a tag": (["source"], ["orm"], {"small": ["two", "four"]}),
    "either tag": (["source/small"], ["orm", "pool"], {"small": ["one", "two", "four"]}),
    "a tag of a document": (["source/small/first.md"], ["orm"], {"small": ["two"]}),
}


@pytest.mark.parametrize(("targets", "tags", "expected"), TARGETS.values(), ids=TARGETS)
def test_the_cards_that_are_meant(targets: list[str], tags: list[str], expected: dict[str, list[str]]) -> None:
    reading = selection.read(targets, tags)
    assert cards(reading) == expected
    assert reading.diagnostics == ()


def test_a_document_is_proved_with_its_deck_s_prelude() -> None:
    (chosen,) = selection.read(["source/small/first.md::two"]).decks
    assert chosen.prelude is not None


def test_of_a_chosen_card_nothing_is_said_but_what_is_about_it() -> None:
    (chosen,) = selection.read(["source/small/first.md::two"]).decks
    assert chosen.diagnostics == ()
    (chosen,) = selection.read(["source/small/first.md::three"]).decks
    assert [each.code for each in chosen.diagnostics] == ["D012", "D013"]


def test_of_a_chosen_document_everything_is_said_and_nothing_of_others() -> None:
    Path("source/small/sub/second.md").write_text("Lost.\n\n" + SECOND)
    Path("source/small/sub/second.checks.py").write_text("def check_q9(): ...\n")
    Path("source/small/sub/rest.md").write_text("No question.\n")
    reading = selection.read(["source/small/sub/second.md"])
    said = {(each.code, Path(each.location.path).name) for deck in reading.decks for each in deck.diagnostics}
    assert said == {("D018", "second.md"), ("D028", "second.checks.py")}
    (chosen,) = selection.read(["source/small/sub/rest.md"]).decks
    assert [each.code for each in chosen.diagnostics] == ["D018", "D011"]


def test_of_the_only_document_with_cards_nothing_is_said_of_the_others() -> None:
    Path("source/other/rest.md").write_text("No question.\n")
    (chosen,) = selection.read(["source/other/cards.md"]).decks
    assert [each.code for each in chosen.diagnostics if Path(each.location.path).name == "rest.md"] == []
    (chosen,) = selection.read(["source/other"]).decks
    assert [each.code for each in chosen.diagnostics if Path(each.location.path).name == "rest.md"] == ["D018", "D011"]


def test_a_prelude_that_cannot_be_read_concerns_every_card() -> None:
    Path("source/small/prelude.py").write_bytes(b"\xff")
    for target in ("source/small/sub/second.md", "source/small/first.md::two"):
        (chosen,) = selection.read([target]).decks
        assert ("D003", "prelude.py") in [(each.code, Path(each.location.path).name) for each in chosen.diagnostics]


def test_a_name_may_hold_what_parts_a_card_from_its_document() -> None:
    Path("a::b.md").write_text(FIRST)
    assert [len(each.cards) for each in selection.read(["a::b.md"]).decks] == [3]


NO_DECK = "name a folder with a deck.toml, a folder of such folders, or a .md file"
MISTAKES = {
    "a card that is not there": (["source/small/first.md::tow"], [], "D046", "did you mean `two`?"),
    "a card of another document": (["source/small/sub/second.md::one"], [], "D046", "known are `four`"),
    "a document that is about the deck": (["source/small/README.md"], [], "D008", NO_DECK),
    "a tag that no card has": (["source"], ["pol"], "D047", "did you mean `pool`?"),
}


@pytest.mark.parametrize(("targets", "tags", "code", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_what_is_not_there_is_reported(targets: list[str], tags: list[str], code: str, hint: str) -> None:
    reading = selection.read(targets, tags)
    assert [(each.code, each.hint) for each in reading.diagnostics] == [(code, hint)]
    assert reading.decks == ()


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"small": ["two", "four", "gone"]}, ["two", "four"]),
        ({"small": []}, ALL),
        ({"small": ["gone"]}, ALL),
        ({"other": ["one"]}, ALL),
    ],
)
def test_the_cards_that_failed_last_or_all(last: dict[str, list[str]], expected: list[str]) -> None:
    (chosen,) = selection.read(["source/small"]).decks
    assert [card.id for card in selection.failed(chosen, last).cards] == expected
