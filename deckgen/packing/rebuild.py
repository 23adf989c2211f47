"""A lost ledger is rebuilt from the last package that was released."""

from __future__ import annotations

import re

from deckgen.apkg import RETIRED_TAG, WITHDRAWN_TAG, Package, PackedNote
from deckgen.packing import media, package
from deckgen.packing.ledger import Entry, Ledger, State, TypeEntry, guid, hash_of, type_hash
from deckgen.packing.notetypes import KINDS

_NOTICE = re.compile(r'<p class="withdrawn">.*?</p>', re.DOTALL)
_CLOZE = 1  # of the two kinds of note types that Anki has
_STATES = {WITHDRAWN_TAG: State.WITHDRAWN, RETIRED_TAG: State.RETIRED}


def rebuild(packed: Package, deck: str) -> Ledger:
    """What a release wrote into the ledger of a deck, by its package; no entries where the package is of another."""
    cards = {note.guid: packed.field(note, "Id") for note in packed.notes}
    own = [note for note in packed.notes if note.guid == guid(deck, cards[note.guid])]
    used = {note.note_type for note in own}
    return Ledger(
        deck,
        {cards[note.guid]: _entry(packed, note) for note in own},
        {str(each["name"]): _type_entry(packed, key) for key, each in packed.note_types.items() if key in used},
    )


def _entry(packed: Package, note: PackedNote) -> Entry:
    note_type = packed.note_types[note.note_type]
    state = next((_STATES[tag] for tag in note.tags if tag in _STATES), State.RELEASED)
    return Entry(
        guid=note.guid,
        id=note.id,
        note_type=note_type["name"],
        question=media.described(packed.field(note, "Question")),
        hash=hash_of(note.note_type, note.fields, note.tags),
        modified=note.modified,
        state=state,
        answer=_notice(note) if state is State.WITHDRAWN else "",
        deletions=tuple(card.template + 1 for card in note.cards) if note_type["type"] == _CLOZE else (),
    )


def _notice(note: PackedNote) -> str:
    """What a withdrawn note says was found; the deletions of a cloze follow it."""
    [notice] = _NOTICE.findall("".join(note.fields))
    return str(notice)


def _type_entry(packed: Package, key: int) -> TypeEntry:
    """A note type that is not one of today's has changed since, so that any other hash will do."""
    written = packed.note_types[key]
    now = next((kind.note_type for kind in KINDS.values() if package.is_written(kind.note_type, written)), None)
    return TypeEntry(type_hash(now) if now else "", int(written["mod"]))
