"""Each note type from its first release to its last, with media in it: nobody loses a card or a review.

The engine has the last word on what a release may not do to a note.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deckgen import apkg, files
from deckgen.model import NOTE_TYPES
from deckgen.notes import Note, Stamp, StampedNote
from deckgen.packing import ledgerfile, package
from deckgen.packing.notetypes import KINDS
from deckgen.packing.rebuild import rebuild
from deckgen.publishing.audit import audit
from deckgen.publishing.diff import diff, text
from tests.decks import card
from tests.integration.anki.author import THREE, Author, part
from tests.integration.anki.learner import Learner, Log, learner
from tests.integration.anki.lives import ALL, CARDS, LIFE


@pytest.mark.parametrize("note_type", NOTE_TYPES)
def test_a_whole_life(author: Author, tmp_path: Path, note_type: str) -> None:
    with learner(tmp_path / "anki") as anki:
        assert anki.get(author.release(ALL)) == Log(found=5, new=5)
        assert anki.review_all() == sum(CARDS.values()) + 1
        reviews, first = anki.history(), sides(anki, note_type)
        assert anki.get(author.release(ALL)) == Log(found=5, same=5)
        for number, words in enumerate(
            ("flush(x)", "No longer holds", "flush(x)", "This card was retired", "flush()"), 2
        ):
            assert anki.get(author.release(*LIFE[:number])) == Log(found=5, updated=4, same=1)
            assert all(words in back for _, back in sides(anki, note_type))
            assert anki.history() == reviews
            assert [each for each in anki.complaints() if not each.endswith("is not used")] == []
        assert sides(anki, note_type) == first


def sides(anki: Learner, note_type: str) -> list[tuple[str, str]]:
    """The sides of a note's cards; none is more, and none is less."""
    found = anki.sides(note_type)
    assert len(found) == CARDS[note_type]
    return found


@pytest.mark.parametrize(("steps", "state"), [(3, "withdrawn"), (5, "retired")])
def test_what_is_recalled_keeps_its_question_in_words_and_names_no_file(
    author: Author, tmp_path: Path, steps: int, state: str
) -> None:
    """The files may be gone from the deck; who gets it for the first time must miss nothing."""
    packed = author.release(*LIFE[:steps])
    assert [name.rpartition(".")[2] for name, _ in apkg.read(packed).media] == ["gif"]
    with learner(tmp_path / "anki") as anki:
        assert anki.get(packed) == Log(found=5, new=5)
        assert anki.complaints() == []
        for note_type in NOTE_TYPES:
            assert anki.tags(note_type) == {f"deckgen::{state}"}
            for front, back in sides(anki, note_type):
                assert f"What is a state with (sound) a bell in {note_type}?" in back
                assert not any(each in front + back for each in ("<img", "[anki:play", "flush(", "commit(", "[[type"))


@pytest.mark.parametrize("steps", [1, 3, 5], ids=["released", "withdrawn", "retired"])
def test_the_audit_has_nothing_against_any_release(author: Author, steps: int) -> None:
    assert audit(author.release(*LIFE[:steps])) == []


@pytest.mark.parametrize("steps", [1, 3, 5], ids=["released", "withdrawn", "retired"])
def test_a_ledger_rebuilt_from_a_package_is_the_one_that_was_lost(author: Author, steps: int) -> None:
    released = author.released(*LIFE[:steps])
    ledger = (released.folder / "deck" / "ledger.json").read_text("utf-8")
    assert ledgerfile.dump(rebuild(apkg.read(released.package), "small")) == ledger


def test_another_note_type_is_a_conflict_that_the_engine_leaves_as_it_was(tmp_path: Path) -> None:
    """This is why a released card keeps its type: not even a package with the same GUID and a later time changes it."""
    fields = ("What?", "An answer.", *[""] * 3, "a", *[""] * 4)
    old = StampedNote(Note("a", "What?", KINDS["basic"].note_type, "Small", fields, ()), Stamp("guid", 1_000, 1_000))
    with learner(tmp_path / "anki") as anki:
        assert anki.get(packed(tmp_path, old)) == Log(found=1, new=1)
        anki.review_all()
        before = anki.rows("SELECT * FROM notes"), anki.history()
        for other in ("reversed", "cloze"):
            new = replace(old.note, note_type=KINDS[other].note_type, fields=("What?", "{{c1::Another}}.", *fields[2:]))
            assert anki.get(packed(tmp_path, replace(old, note=new, stamp=Stamp("guid", 1_000, 2_000)))) == Log(
                found=1, conflicting=1
            )
            assert (anki.rows("SELECT * FROM notes"), anki.history()) == before


def test_a_deletion_that_is_gone_leaves_an_empty_card_and_is_reported(author: Author, tmp_path: Path) -> None:
    """No package can take the card away; the engine counts it."""
    cloze = card(1, "{{c1::a}} {{c2::b}}", attributes='#card-1 type="cloze"')
    first = author.release(cloze)
    second = author.released(cloze, cloze.replace("{{c2::b}}", "b {{c3::c}}"))
    assert second.ran.status == 0
    assert "D069 warning: `card-1` was released with the deletion c2, which is gone" in second.ran.out
    with learner(tmp_path / "anki") as anki:
        assert anki.get(first) == Log(found=1, new=1)
        anki.review_all()
        before = anki.history()
        assert anki.get(second.package) == Log(found=1, updated=1)
        assert (len(anki.sides("card-1")), anki.history()) == (3, before)
    found = diff(first, second.package)
    assert (found.empty, found.harmless) == (1, False)
    assert "1 cards have nothing to ask any more" in text(found)


def packed(folder: Path, note: StampedNote) -> Path:
    """A package with one note."""
    path = folder / "one.apkg"
    files.write(path, package.pack([note], {note.note.note_type.name: 1_000}, name="Small", description=""))
    return path


def test_a_released_card_of_another_note_type_is_left_out_and_reported(author: Author, tmp_path: Path) -> None:
    reversed_card = card(2, "two, both ways", attributes='#card-2 type="reversed"')
    released = author.released(part(), part(THREE | {2: reversed_card}))
    assert released.ran.status == 1
    assert "D067 error: `card-2` was released with the note type `deckgen basic` and now has" in released.ran.out
    with learner(tmp_path / "anki") as anki:
        anki.get(author.release(part()))
        anki.review_all()
        before = anki.history(), anki.shown("card-2")
        assert anki.get(released.package) == Log(found=2, same=2)
        assert (anki.history(), anki.shown("card-2")) == before
