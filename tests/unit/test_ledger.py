"""The ledger decides what a learner's Anki updates: identity for good, a new time only where content changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deckgen.model import Note
from deckgen.packing import ledger
from deckgen.packing.ledger import Ledger, LedgerError, Stamped
from deckgen.packing.notetypes import KINDS

EMPTY = Ledger("small")
BASIC = KINDS["basic"].note_type


def note(card_id: str, answer: str = "yes", *tags: str) -> Note:
    fields = (f"What is {card_id}?", answer, *[""] * 8)
    return Note(card_id, f"What is {card_id}?", BASIC, "Small", fields, tags)


def stamp(*notes: Note, released: Ledger = EMPTY, draft: Ledger = EMPTY, now: int = 1_000) -> Stamped:
    return ledger.stamp(notes, deck="small", released=released, draft=draft, now=now)


def changed(stamped: Stamped) -> dict[str, int]:
    return {each.note.card_id: each.stamp.modified for each in stamped.notes}


def test_new_notes_get_ids_apart_and_the_time_of_the_build() -> None:
    first, second = stamp(note("a"), note("b")).notes
    assert first.stamp.modified == second.stamp.modified == 1_000
    assert first.stamp.guid != second.stamp.guid
    assert second.stamp.id - first.stamp.id >= 10  # the ids of a note's cards follow its own


def test_only_the_edited_note_gets_a_new_time() -> None:
    released = stamp(note("a"), note("b")).ledger
    assert changed(stamp(note("a", "no"), note("b"), released=released, now=2_000)) == {"a": 2_000, "b": 1_000}


def test_a_changed_tag_is_a_change() -> None:
    released = stamp(note("a")).ledger
    assert changed(stamp(note("a", "yes", "tag"), released=released, now=2_000)) == {"a": 2_000}


def test_a_clock_that_goes_backwards_still_gives_a_newer_time() -> None:
    released = stamp(note("a"), now=5_000).ledger
    assert changed(stamp(note("a", "no"), released=released, now=4_000)) == {"a": 5_001}


def test_identity_survives_every_edit() -> None:
    before = stamp(note("a"))
    after = stamp(note("a", "no"), released=before.ledger, now=2_000)
    assert (after.notes[0].stamp.guid, after.notes[0].stamp.id) == (
        before.notes[0].stamp.guid,
        before.notes[0].stamp.id,
    )


def test_the_guid_is_a_function_of_deck_and_card() -> None:
    assert ledger.guid("small", "a") == stamp(note("a")).notes[0].stamp.guid == "3CJE-6PVet5TngCt"
    assert len({ledger.guid("small", "a"), ledger.guid("small", "b"), ledger.guid("other", "a")}) == 3


def test_a_draft_updates_only_what_changed_since_the_last_draft() -> None:
    released = stamp(note("a"), note("b")).ledger
    draft = stamp(note("a", "no"), note("b"), released=released, now=2_000).ledger
    again = stamp(note("a", "no"), note("b", "no"), released=released, draft=draft, now=3_000)
    assert changed(again) == {"a": 2_000, "b": 3_000}


def test_content_of_the_release_takes_the_time_of_the_release() -> None:
    released = stamp(note("a")).ledger
    draft = stamp(note("a", "no"), released=released, now=2_000).ledger
    assert changed(stamp(note("a"), released=released, draft=draft, now=3_000)) == {"a": 1_000}


def test_a_card_that_left_the_deck_keeps_its_entry() -> None:
    released = stamp(note("a"), note("b")).ledger
    assert set(stamp(note("a"), released=released, now=2_000).ledger.notes) == {"a", "b"}


def test_new_ids_never_meet_old_ones() -> None:
    released = stamp(*(note(f"old-{number}") for number in range(50))).ledger
    more = stamp(*(note(f"new-{number}") for number in range(50)), released=released, now=1_000)
    used = [entry.id for entry in more.ledger.notes.values()]
    assert len(set(used)) == 100


def test_a_new_theme_changes_the_note_type_and_no_note() -> None:
    released = stamp(note("a")).ledger
    restyled = replace(note("a"), note_type=replace(BASIC, css="p {}"))
    after = stamp(restyled, released=released, now=2_000)
    assert changed(after) == {"a": 1_000}
    assert after.note_types == {"deckgen basic": 2_000}


def test_a_dumped_ledger_parses_to_itself() -> None:
    written = stamp(note("a"), note("ä")).ledger
    text = ledger.dump(written)
    assert ledger.parse(text, "small") == written
    assert len(text.splitlines()) == 6, "one line for each note and note type"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ('{"schema": 1}', "damaged"),
        ('{"schema": 2, "deck": "small", "notes": {}, "note_types": {}}', "schema 2"),
        ('{"schema": 1, "deck": "other", "notes": {}, "note_types": {}}', "deck `other`"),
        ('{"schema": 1, "deck": "small", "notes": {"a": {"guid": "x"}}, "note_types": {}}', "damaged"),
    ],
)
def test_a_ledger_that_cannot_be_read_is_refused(text: str, reason: str) -> None:
    with pytest.raises(LedgerError, match=reason):
        ledger.parse(text, "small")
