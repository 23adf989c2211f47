"""What a learner gets from one release and from the next, by the official engine."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.decks import card, deck, deckgen
from tests.integration.learner import Log, learner

THREE = [card(1, "one"), card(2, "two"), card(3, "three")]


def release(folder: Path, cards: list[str], second: int, *, blank_lines: int = 0) -> Path:
    """Release a deck at a second, in a folder that the next release finds again; a copy of the package."""
    deck(folder / "deck", "# Part\n\n" + "\n" * blank_lines + "\n".join(cards))
    ran = deckgen("build", "deck", "--release", cwd=folder, SOURCE_DATE_EPOCH=str(second))
    assert ran.status == 0, ran.err
    kept = folder / f"release-{second}.apkg"
    shutil.copy(folder / "build" / "small.apkg", kept)
    return kept


def test_one_edited_answer_is_one_updated_note_and_every_review_survives(tmp_path: Path) -> None:
    first = release(tmp_path, THREE, 1_800_000_000)
    second = release(tmp_path, [card(1, "one"), card(2, "two, at last"), card(3, "three")], 1_800_100_000)
    with learner(tmp_path / "anki") as anki:
        assert anki.get(first) == Log(found=3, new=3, updated=0, same=0, conflicting=0)
        assert anki.review_all() == 3
        before = anki.history()
        assert before == [("card-1", 1), ("card-2", 1), ("card-3", 1)]
        assert anki.get(second) == Log(found=3, new=0, updated=1, same=2, conflicting=0)
        assert anki.history() == before
        assert "two, at last" in anki.field("card-2", "Answer")


def test_moving_every_card_down_a_line_changes_nothing(tmp_path: Path) -> None:
    first = release(tmp_path, THREE, 1_800_000_000)
    moved = release(tmp_path, THREE, 1_800_100_000, blank_lines=1)
    assert moved.read_bytes() == first.read_bytes()
    with learner(tmp_path / "anki") as anki:
        anki.get(first)
        assert anki.get(moved) == Log(found=3, new=0, updated=0, same=3, conflicting=0)


def test_a_reworded_question_with_an_id_is_the_same_note(tmp_path: Path) -> None:
    first = release(tmp_path, THREE, 1_800_000_000)
    reworded = [THREE[0].replace("What is number 1?", "What would number 1 be?"), *THREE[1:]]
    second = release(tmp_path, reworded, 1_800_100_000)
    with learner(tmp_path / "anki") as anki:
        anki.get(first)
        assert anki.get(second) == Log(found=3, new=0, updated=1, same=2, conflicting=0)


def test_new_cards_are_studied_in_the_order_of_the_source(tmp_path: Path) -> None:
    package = release(tmp_path, [THREE[2], THREE[0], THREE[1]], 1_800_000_000)
    with learner(tmp_path / "anki") as anki:
        anki.get(package)
        assert anki.decks() == {"Small::Part": ["card-3", "card-1", "card-2"]}


def test_the_engine_shows_what_the_author_wrote(tmp_path: Path) -> None:
    written = r"Say `[sound:x.mp3]`, `{{Question}}`, `a < b`, \(x_1\) and *this*."
    package = release(tmp_path, [card(1, written)], 1_800_000_000)
    with learner(tmp_path / "anki") as anki:
        anki.get(package)
        front, back = anki.shown("card-1")
    assert "What is number 1?" in front
    assert "Answer" not in front
    for part in ("sound:x.mp3]", "{{Question}}", "a &lt; b", r"\(x_1\)", "<em>this</em>", "cards.md #card-1"):
        assert part in back
    assert "verified on SQLAlchemy" in back
    assert '<hr id="answer">' in back.replace("<hr id=answer>", '<hr id="answer">')
    assert back.count("engine") >= 1, "the proof is on the back"


def test_a_draft_build_updates_only_what_the_author_changed_since_the_last(tmp_path: Path) -> None:
    release(tmp_path, THREE, 1_800_000_000)
    with learner(tmp_path / "anki") as anki:
        for second, answer, expected in (
            (1_800_100_000, "one", Log(3, 3, 0, 0, 0)),
            (1_800_200_000, "one, edited", Log(3, 0, 1, 2, 0)),
            (1_800_300_000, "one, edited", Log(3, 0, 0, 3, 0)),
            (1_800_400_000, "one, edited again", Log(3, 0, 1, 2, 0)),
        ):
            deck(tmp_path / "deck", "# Part\n\n" + "\n".join([card(1, answer), *THREE[1:]]))
            assert deckgen("build", "deck", cwd=tmp_path, SOURCE_DATE_EPOCH=str(second)).status == 0
            assert anki.get(tmp_path / "build" / "small.apkg") == expected
    ledger = (tmp_path / "deck" / "ledger.json").read_text()
    assert "1800100000" not in ledger, "a draft leaves the released ledger alone"
