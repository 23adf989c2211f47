"""What a learner gets from one release after the other, by the official engine's own log, and what stays theirs.

The learner has studied the first release; the fixture sees to it that no test loses a review.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import deckgen as package
from tests.decks import card, deckgen, process
from tests.integration.anki.author import (
    BROKEN_CHECK,
    FIRST,
    REFUTED_CHECK,
    SECOND,
    THIRD,
    THREE,
    Author,
    part,
)
from tests.integration.anki.learner import Learner, Log, learner

EDITED = THREE | {2: card(2, "two, at last")}
WITHDRAWN = THREE | {2: card(2, "two", check=REFUTED_CHECK)}
RETIRED = {1: THREE[1], 2: THREE[2]}
BEFORE_SECOND, AFTER_SECOND = SECOND - 50_000, SECOND + 50_000


def test_the_first_import_adds_every_card_in_the_order_of_the_source(author: Author, tmp_path: Path) -> None:
    release = author.release(part({3: THREE[3], 1: THREE[1], 2: THREE[2]}))
    with learner(tmp_path / "anki") as anki:
        assert anki.get(release) == Log(found=3, new=3)
        assert anki.decks() == {"Small::Part": ["card-3", "card-1", "card-2"]}


def test_the_same_package_again_changes_nothing(anki: Learner, author: Author) -> None:
    assert anki.get(author.release(part())) == Log(found=3, same=3)


def test_the_same_source_released_later_is_the_same_package(anki: Learner, author: Author) -> None:
    again = author.release(part(), part().replace("# Part\n", "# Part\n\n\n"))
    assert again.read_bytes() == author.release(part()).read_bytes()
    assert anki.get(again) == Log(found=3, same=3)


def test_an_edited_answer_is_one_updated_note(anki: Learner, author: Author) -> None:
    assert anki.get(author.release(part(), part(EDITED))) == Log(found=3, updated=1, same=2)
    assert "two, at last" in anki.field("card-2", "Answer")


def test_a_new_card_is_added_and_nothing_else(anki: Learner, author: Author) -> None:
    assert anki.get(author.release(part(), part(THREE | {4: card(4, "four")}))) == Log(found=4, new=1, same=3)
    assert anki.rows("SELECT count() FROM cards WHERE reps = 0") == [[1]]


def test_a_reworded_question_with_an_id_is_the_same_card(anki: Learner, author: Author) -> None:
    reworded = THREE | {1: THREE[1].replace("What is number 1?", "What would number 1 be?")}
    assert anki.get(author.release(part(), part(reworded))) == Log(found=3, updated=1, same=2)
    assert anki.field("card-1", "Question") == "What would number 1 be?"


def test_a_card_moved_to_another_file_is_the_same_card_in_the_learner_s_deck(anki: Learner, author: Author) -> None:
    moved = {"part.md": part(RETIRED), "other.md": part({3: THREE[3]}, "Other")}
    assert anki.get(author.release(part(), moved)) == Log(found=3, updated=1, same=2)
    assert anki.field("card-3", "Source") == "other.md #card-3"
    assert sorted(anki.decks()["Small::Part"]) == ["card-1", "card-2", "card-3"], "an import moves no card"


def test_a_refuted_card_is_withdrawn_with_what_was_found(anki: Learner, author: Author) -> None:
    released = author.released(part(), part(WITHDRAWN))
    assert released.ran.status == 1
    assert "D062 warning: released card `card-2` is refuted: the package withdraws it" in released.ran.out
    assert "build/small.apkg: 3 notes" in released.ran.err
    assert anki.get(released.package) == Log(found=3, updated=1, same=2)
    assert anki.tags("card-2") == {"deckgen::withdrawn"}
    front, back = anki.shown("card-2")
    assert "What is number 2?" in front
    assert "No longer holds on SQLAlchemy 2.1 with SQLite" in back
    assert "expected <code>'oracle'</code>, observed <code>'sqlite'</code>" in back
    assert "two" not in back


def test_a_card_that_was_removed_is_retired(anki: Learner, author: Author) -> None:
    released = author.released(part(), part(RETIRED))
    assert released.ran.status == 0
    assert "D063 warning: released card `card-3` is not in the source any more" in released.ran.out
    assert anki.get(released.package) == Log(found=3, updated=1, same=2)
    assert anki.tags("card-3") == {"deckgen::retired"}
    front, back = anki.shown("card-3")
    assert "What is number 3?" in front
    assert "This card was retired" in back
    assert "three" not in back


@pytest.mark.parametrize("recalled", [WITHDRAWN, RETIRED], ids=["withdrawn", "retired"])
def test_what_was_recalled_once_is_carried_unchanged_by_every_later_package(
    anki: Learner, author: Author, recalled: dict[int, str]
) -> None:
    second = author.release(part(), part(recalled))
    third = author.released(part(), part(recalled), part(recalled))
    assert third.package.read_bytes() == second.read_bytes()
    assert "D06" not in third.ran.out, "what a ledger knows is news no more"
    assert anki.get(third.package) == Log(found=3, updated=1, same=2)


def test_a_withdrawn_card_whose_check_breaks_stays_withdrawn(anki: Learner, author: Author) -> None:
    broken = part(THREE | {2: card(2, "two", check=BROKEN_CHECK)})
    second, third = author.release(part(), part(WITHDRAWN)), author.release(part(), part(WITHDRAWN), broken)
    assert third.read_bytes() == second.read_bytes()
    assert anki.get(third) == Log(found=3, updated=1, same=2)


def test_recalled_cards_that_hold_again_are_as_they_were(anki: Learner, author: Author) -> None:
    recalled = part({1: THREE[1], 2: WITHDRAWN[2]})
    second, third = author.release(part(), recalled), author.release(part(), recalled, part())
    answers = anki.field("card-2", "Answer"), anki.field("card-3", "Answer")
    assert anki.get(second) == Log(found=3, updated=2, same=1)
    assert anki.get(third) == Log(found=3, updated=2, same=1)
    assert (anki.field("card-2", "Answer"), anki.field("card-3", "Answer")) == answers
    assert "deckgen::withdrawn" not in anki.tags("card-2")
    assert "deckgen::retired" not in anki.tags("card-3")


def test_a_released_card_without_a_proof_is_left_out_and_stays_as_it_was(anki: Learner, author: Author) -> None:
    released = author.released(part(), part(THREE | {2: card(2, "two?", check=BROKEN_CHECK)}))
    assert "D064 warning: released card `card-2` is broken: it is left out" in released.ran.out
    assert anki.get(released.package) == Log(found=2, same=2)
    assert "two" in anki.field("card-2", "Answer")
    assert "two?" not in anki.field("card-2", "Answer")


def test_a_new_theme_reaches_the_learner_and_touches_no_note(anki: Learner, author: Author, tmp_path: Path) -> None:
    """Another deckgen, whose style sheet differs, releases the same source."""
    shutil.copytree(author.released(part()).folder, tmp_path / "author")
    shutil.copytree(Path(package.__file__).parent, tmp_path / "author" / "deckgen")
    style = tmp_path / "author" / "deckgen" / "packing" / "theme" / "card.css"
    style.write_text(style.read_text() + "\n.answer { color: teal; }\n")
    ran = process("build", "deck", "--release", cwd=tmp_path / "author", SOURCE_DATE_EPOCH=str(SECOND))
    assert ran.status == 0, ran.err
    schema = anki.rows("SELECT scm FROM col")
    assert anki.get(tmp_path / "author" / "build" / "small.apkg") == Log(found=3, same=3)
    css = [note_type["css"] for note_type in anki.collection.models.all()]
    assert sum("color: teal" in each for each in css) == 1
    assert anki.rows("SELECT scm FROM col") == schema, "the next sync is a normal one"


def test_a_learner_s_edit_before_the_release_is_overwritten(anki: Learner, author: Author) -> None:
    """The contract: a changed note is replaced whole."""
    anki.edit("card-2", "Answer", "my own words", "my-tag", at=BEFORE_SECOND)
    assert anki.get(author.release(part(), part(EDITED))) == Log(found=3, updated=1, same=2)
    assert "two, at last" in anki.field("card-2", "Answer")
    assert "my-tag" not in anki.tags("card-2")


def test_a_learner_s_edit_of_a_note_that_did_not_change_stays(anki: Learner, author: Author) -> None:
    anki.edit("card-1", "Answer", "my own words", "my-tag", at=BEFORE_SECOND)
    assert anki.get(author.release(part(), part(EDITED))) == Log(found=3, updated=1, same=2)
    assert anki.field("card-1", "Answer") == "my own words"
    assert "my-tag" in anki.tags("card-1")


def test_a_learner_s_edit_after_the_release_keeps_the_update_out(anki: Learner, author: Author) -> None:
    """The contract: no package can do better; `deckgen push` can."""
    anki.edit("card-2", "Answer", "my own words", "my-tag", at=AFTER_SECOND)
    assert anki.get(author.release(part(), part(EDITED))) == Log(found=3, same=3)
    assert anki.field("card-2", "Answer") == "my own words"
    assert "my-tag" in anki.tags("card-2")


def test_a_learner_s_own_deck_names_are_left_alone(anki: Learner, author: Author) -> None:
    decks = anki.collection.decks
    decks.rename(decks.id_for_name("Small"), "Work")  # type: ignore[arg-type] # it is there
    anki.collection.set_deck(anki.note("card-3").card_ids(), decks.id("Elsewhere"))  # type: ignore[arg-type] # made anew
    added = THREE | {2: EDITED[2], 4: card(4, "four")}
    assert anki.get(author.release(part(), part(added))) == Log(found=4, new=1, updated=1, same=2)
    found = {deck: sorted(cards) for deck, cards in anki.decks().items()}
    assert found == {"Work::Part": ["card-1", "card-2"], "Elsewhere": ["card-3"], "Small::Part": ["card-4"]}


def test_three_releases_in_a_row_are_the_same_for_who_takes_each_and_who_takes_the_last(
    anki: Learner, author: Author, tmp_path: Path
) -> None:
    history = [part(), part(EDITED), part(EDITED | {1: card(1, "one, edited"), 4: card(4, "four")})]
    second, third = author.release(*history[:2]), author.release(*history)
    with learner(tmp_path / "another") as late:
        late.get(author.release(part()))
        assert late.get(third) == Log(found=4, new=1, updated=2, same=1)
        assert anki.get(second) == Log(found=3, updated=1, same=2)
        assert anki.get(third) == Log(found=4, new=1, updated=1, same=2)
        query = "SELECT guid, mod, flds, tags FROM notes ORDER BY guid"
        assert anki.rows(query) == late.rows(query)
    assert {modified for _, modified, _, _ in anki.rows(query)} == {FIRST, SECOND, THIRD}


def test_a_ledger_rebuilt_from_the_last_package_is_the_one_that_was_lost(
    anki: Learner, author: Author, tmp_path: Path
) -> None:
    recalled = part({1: card(1, "one, edited"), 2: WITHDRAWN[2]})
    released = author.released(part(), recalled)
    shutil.copytree(released.folder, tmp_path / "author")
    lost = tmp_path / "author" / "deck" / "ledger.json"
    lost.unlink()
    ran = deckgen("ledger", "deck", "--from", released.package, cwd=tmp_path / "author")
    assert (ran.status, ran.err) == (0, "deck/ledger.json: 3 cards\n")
    assert lost.read_bytes() == (released.folder / "deck" / "ledger.json").read_bytes()
    deckgen("build", "deck", "--release", cwd=tmp_path / "author")
    again = tmp_path / "author" / "build" / "small.apkg"
    assert again.read_bytes() == released.package.read_bytes()
    assert anki.get(again) == Log(found=3, updated=3)


def test_the_engine_shows_what_the_author_wrote(author: Author, tmp_path: Path) -> None:
    written = r"Say `[sound:x.mp3]`, `{{Question}}`, `a < b`, \(x_1\) and *this*."
    with learner(tmp_path / "anki") as anki:
        anki.get(author.release(part({1: card(1, written)})))
        front, back = anki.shown("card-1")
    assert "What is number 1?" in front
    assert "Answer" not in front
    for expected in ("sound:x.mp3]", "{{Question}}", "a &lt; b", r"\(x_1\)", "<em>this</em>", "part.md #card-1"):
        assert expected in back
    assert "verified on SQLAlchemy" in back
    assert '<hr id="answer">' in back.replace("<hr id=answer>", '<hr id="answer">')
    assert back.count("engine") >= 1, "the proof is on the back"


def test_a_draft_build_updates_only_what_the_author_changed_since_the_last(author: Author, tmp_path: Path) -> None:
    folder = tmp_path / "author"
    shutil.copytree(author.released(part()).folder, folder)
    released = (folder / "deck" / "ledger.json").read_bytes()
    with learner(tmp_path / "anki") as anki:
        for second, answer, expected in (
            (1_700_100_000, "one", Log(3, new=3)),
            (1_700_200_000, "one, edited", Log(3, updated=1, same=2)),
            (1_700_300_000, "one, edited", Log(3, same=3)),
            (1_700_400_000, "one, edited again", Log(3, updated=1, same=2)),
        ):
            (folder / "deck" / "part.md").write_text(part(THREE | {1: card(1, answer)}))
            assert deckgen("build", "deck", cwd=folder, SOURCE_DATE_EPOCH=str(second)).status == 0
            assert anki.get(folder / "build" / "small.apkg") == expected
    assert (folder / "deck" / "ledger.json").read_bytes() == released, "a draft leaves the released ledger alone"
