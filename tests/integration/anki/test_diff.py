"""`deckgen diff`: what a learner who has one package gets from another, as the official engine does it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from deckgen.model import NOTE_TYPES
from deckgen.notes import Field
from deckgen.publishing.changes import Fate
from deckgen.publishing.diff import diff
from tests.decks import card, deckgen
from tests.integration.anki.author import BROKEN_CHECK, REFUTED_CHECK, Author, part
from tests.integration.anki.lives import CARDS, LIFE
from tests.integration.test_audit import BASIC, packed, stamped

FIVE = {number: card(number, f"answer {number}") for number in range(1, 6)}
CHANGED = {
    1: FIVE[1],
    2: card(2, "another answer"),
    3: card(3, "answer 3", check=REFUTED_CHECK),
    5: card(5, "answer 5", check=BROKEN_CHECK),
    6: card(6, "answer 6"),
}


@pytest.fixture(scope="module")
def pair(author: Author, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of two releases, between which everything happened."""
    folder = tmp_path_factory.mktemp("pair")
    shutil.copy(author.release(part(FIVE)), folder / "old.apkg")
    shutil.copy(author.release(part(FIVE), part(CHANGED)), folder / "new.apkg")
    return folder


def test_every_fate_is_named_with_what_it_touches(pair: Path) -> None:
    ran = deckgen("diff", "old.apkg", "new.apkg", cwd=pair)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "new          #card-6  What is number 6?",
        "updated      #card-2  What is number 2?  (Answer)",
        "withdrawn    #card-3  What is number 3?  (Answer, Proof, Verified, Source, tags)",
        "retired      #card-4  What is number 4?  (Answer, Proof, Verified, Source, tags)",
        "absent       #card-5  What is number 5?",
        "1 new, 1 updated, 1 withdrawn, 1 retired, 1 untouched, 1 absent, 0 conflicting",
        "a learner's own edits and tags in 3 of these notes are overwritten if they are older",
        "they keep 3 of these changes out if they are newer than 2023-11-16 02:00 UTC",
        "5 of 5 cards keep their reviews",
    ]


def test_a_program_gets_the_same_as_json(pair: Path) -> None:
    found = deckgen("diff", "old.apkg", "new.apkg", "--format", "json", cwd=pair).json
    assert found["schema"] == 1
    assert found["summary"]["updated"] == 1
    assert found["reviews"] == {"cards": 5, "kept": 5}
    assert {each["card"]: each["fate"] for each in found["changes"]} == {
        "card-1": "untouched",
        "card-2": "updated",
        "card-3": "withdrawn",
        "card-4": "retired",
        "card-5": "absent",
        "card-6": "new",
    }
    [updated] = [each for each in found["changes"] if each["fate"] == "updated"]
    assert (updated["parts"], updated["overwrites_edits"], updated["kept_out_by_edits"]) == (["Answer"], True, True)
    [untouched] = [each for each in found["changes"] if each["fate"] == "untouched"]
    assert (untouched["overwrites_edits"], untouched["kept_out_by_edits"]) == (False, False)


def test_a_program_gets_json_whatever_a_stranger_asks(tmp_path: Path) -> None:
    strange = stamped(1)
    strange = replace(strange, note=replace(strange.note, fields=("\x1b[31m\x7f\x9b", *strange.note.fields[1:])))
    packed(tmp_path, [strange], name="new.apkg")
    packed(tmp_path, [stamped(2)], name="old.apkg")
    found = deckgen("diff", "old.apkg", "new.apkg", "--format", "json", cwd=tmp_path).json
    assert [each["question"] for each in found["changes"]] == ["\x1b[31m\x7f\x9b", "question 2"]


def test_each_note_type_has_its_fate_and_keeps_its_reviews(author: Author) -> None:
    for steps, fate in ((3, Fate.WITHDRAWN), (5, Fate.RETIRED)):
        found = diff(author.release(*LIFE[: steps - 1]), author.release(*LIFE[:steps]))
        expected = dict.fromkeys(NOTE_TYPES, fate) | {"stays": Fate.UNTOUCHED}
        assert {each.card: each.fate for each in found.changes} == expected
        assert found.kept == found.reviews == sum(CARDS.values()) + 1
        assert found.harmless


def test_the_older_package_after_the_newer_one_changes_nothing_that_is_there(pair: Path) -> None:
    """The time of a note decides, so that a late import does no harm."""
    ran = deckgen("diff", "new.apkg", "old.apkg", cwd=pair)
    assert "1 new, 0 updated, 0 withdrawn, 0 retired, 4 untouched, 1 absent, 0 conflicting" in ran.out


def test_a_note_type_that_has_another_field_is_a_conflict(tmp_path: Path) -> None:
    packed(tmp_path, name="old.apkg")
    other = replace(BASIC, fields=(*BASIC.fields, Field("More", 1)))
    notes = [
        replace(each, note=replace(each.note, note_type=other, fields=(*each.note.fields, "")))
        for each in (stamped(1, "another answer"), stamped(2))
    ]
    notes = [replace(each, stamp=replace(each.stamp, modified=each.stamp.modified + 60)) for each in notes]
    packed(tmp_path, notes, name="new.apkg")
    ran = deckgen("diff", "old.apkg", "new.apkg", cwd=tmp_path)
    assert ran.status == 1
    assert "conflicting  #card-1  question 1\n" in ran.out


def test_a_change_of_style_is_named(tmp_path: Path) -> None:
    packed(tmp_path, name="old.apkg")
    restyled = [
        replace(each, note=replace(each.note, note_type=replace(BASIC, css="p {}"))) for each in map(stamped, (1, 2))
    ]
    packed(tmp_path, restyled, name="new.apkg", types=1_800_000_000)
    ran = deckgen("diff", "old.apkg", "new.apkg", cwd=tmp_path)
    assert "note type deckgen basic changes how cards look" in ran.out
    assert "0 new, 0 updated" in ran.out


def test_what_is_no_package_is_a_usage_error(pair: Path) -> None:
    (pair / "none.apkg").write_bytes(b"none")
    ran = deckgen("diff", "old.apkg", "none.apkg", cwd=pair)
    assert (ran.status, ran.err) == (2, "error: not an Anki package: File is not a zip file\n")


def test_without_the_engine_it_is_a_matter_of_the_surroundings(pair: Path, tmp_path: Path) -> None:
    (tmp_path / "anki.py").write_text("raise ImportError('this stands for a machine without the engine')")
    ran = deckgen("diff", "old.apkg", "new.apkg", cwd=pair, PYTHONPATH=str(tmp_path))
    assert ran.status == 3
    assert "deckgen-verified[audit]" in ran.err
