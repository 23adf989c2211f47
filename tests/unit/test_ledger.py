"""The ledger decides what a learner's Anki updates: identity for good, a new time only where content changed."""

from __future__ import annotations

from dataclasses import replace

from deckgen.notes import Note, Retirement, Withdrawal
from deckgen.packing import ledger
from deckgen.packing.ledger import Ledger, Stamped, State
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


def test_one_id_that_two_branches_gave_to_two_cards_is_given_anew() -> None:
    """A package cannot hold both; who has either of them is found by its GUID."""
    ours, theirs = stamp(note("a")).ledger, stamp(note("b")).ledger
    both = Ledger("small", {**ours.notes, **theirs.notes}, ours.note_types)
    assert len({entry.id for entry in both.notes.values()}) == 1
    after = stamp(note("a"), note("b"), released=both, now=2_000)
    assert len({each.stamp.id for each in after.notes}) == 2
    assert changed(after) == {"a": 1_000, "b": 1_000}


def test_content_that_no_branch_is_known_to_have_shipped_last_gets_a_later_time() -> None:
    entry = stamp(note("a")).ledger.notes["a"]
    merged = Ledger("small", {"a": replace(entry, hash="", modified=5_000)})
    assert changed(stamp(note("a"), released=merged, now=2_000)) == {"a": 5_001}


def test_a_recalled_note_is_remembered_as_what_it_is() -> None:
    withdrawn = replace(note("a"), recall=Withdrawal("a", "deckgen basic", "What is a?", (), "what was found"))
    retired = replace(note("b"), recall=Retirement("b", "deckgen basic", "What is b?", ()))
    entries = stamp(withdrawn, retired).ledger.notes
    assert (entries["a"].state, entries["a"].answer) == (State.WITHDRAWN, "what was found")
    assert (entries["b"].state, entries["b"].answer) == (State.RETIRED, "")


def test_the_numbers_of_a_cloze_are_remembered_and_braces_elsewhere_are_not() -> None:
    fields = ("What?", "{{c2::a}} {{c1::b::hint}} {{c2::c}}", *[""] * 8)
    cloze = Note("a", "What?", KINDS["cloze"].note_type, "Small", fields, ())
    entries = stamp(cloze, note("b", "{{c1::x}}")).ledger.notes
    assert (entries["a"].deletions, entries["b"].deletions) == ((1, 2), ())


def test_a_new_theme_changes_the_note_type_and_no_note() -> None:
    released = stamp(note("a")).ledger
    restyled = replace(note("a"), note_type=replace(BASIC, css="p {}"))
    after = stamp(restyled, released=released, now=2_000)
    assert changed(after) == {"a": 1_000}
    assert after.note_types == {"deckgen basic": 2_000}
