"""What has been shipped: the identity of every note, and when its content last changed.

Anki matches notes by GUID alone and replaces one only if the package's `mod` is newer, so both are kept: the released
ledger in the deck's folder and in version control, the draft of an author's own builds in the cache.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from deckgen.model import Note, NoteType, Stamp, StampedNote

_SCHEMA = 1
_ROOM = 20  # note ids are milliseconds; the ids of a note's cards follow its own


class LedgerError(Exception):
    """A ledger cannot be read: it is damaged, of another deck, or was written by a newer deckgen."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A note as it was last written: identity, question in Markdown, hash of its content, second of its last change."""

    guid: str
    id: int
    question: str
    hash: str
    modified: int
    state: str = "released"


@dataclass(frozen=True, slots=True)
class TypeEntry:
    """A note type as it was last written."""

    hash: str
    modified: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The entries of a deck by card id, and of its note types by name."""

    deck: str
    notes: Mapping[str, Entry] = field(default_factory=dict)
    note_types: Mapping[str, TypeEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stamped:
    """Notes with their identity, the second each note type last changed, and the ledger that remembers both."""

    notes: tuple[StampedNote, ...]
    note_types: Mapping[str, int]
    ledger: Ledger


def parse(text: str, deck: str) -> Ledger:
    """The ledger in a JSON text; raises LedgerError."""
    try:
        data = json.loads(text)
        if data["schema"] != _SCHEMA:
            raise LedgerError(f"has schema {data['schema']}, this deckgen reads {_SCHEMA}")
        if data["deck"] != deck:
            raise LedgerError(f"belongs to deck `{data['deck']}`, not `{deck}`")
        notes = {key: Entry(**entry) for key, entry in data["notes"].items()}
        types = {key: TypeEntry(**entry) for key, entry in data["note_types"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LedgerError(f"is damaged: {error}") from error
    return Ledger(deck, notes, types)


def dump(ledger: Ledger) -> str:
    """The ledger as JSON with one line per note, so that a release reads well as a diff."""
    notes = _lines({key: asdict(entry) for key, entry in ledger.notes.items()})
    types = _lines({key: asdict(entry) for key, entry in ledger.note_types.items()})
    deck = json.dumps(ledger.deck)
    return f'{{"schema": {_SCHEMA}, "deck": {deck},\n"note_types": {{{types}}},\n"notes": {{{notes}}}}}\n'


def _lines(entries: Mapping[str, object]) -> str:
    return ",".join(
        f"\n  {json.dumps(key, ensure_ascii=False)}: {json.dumps(entry, ensure_ascii=False)}"
        for key, entry in sorted(entries.items())
    )


def stamp(notes: Sequence[Note], *, deck: str, released: Ledger, draft: Ledger, now: int) -> Stamped:
    """Give every note its identity, and as its time of change the one at which its content became what it is.

    Content that equals the released or the draft ledger's keeps the time found there; anything else gets `now`, or
    the second after its last change where that is later.
    """
    used = max((entry.id for ledger in (released, draft) for entry in ledger.notes.values()), default=0)
    following = max(now * 1000, used + _ROOM)
    entries: dict[str, Entry] = {**released.notes}
    stamped: list[StampedNote] = []
    for note in notes:
        known = [ledger.notes[note.card_id] for ledger in (released, draft) if note.card_id in ledger.notes]
        content = content_hash(note)
        entry = next((entry for entry in known if entry.hash == content), None)
        if entry is None:
            changed = max([now, *(entry.modified + 1 for entry in known)])
            entry = Entry(
                guid=known[0].guid if known else guid(deck, note.card_id),
                id=known[0].id if known else following,
                question=note.question,
                hash=content,
                modified=changed,
            )
            following += 0 if known else _ROOM
        entries[note.card_id] = entry
        stamped.append(StampedNote(note, Stamp(entry.guid, entry.id, entry.modified)))
    types = _stamp_types({note.note_type.name: note.note_type for note in notes}, released, draft, now)
    ledger = Ledger(deck, entries, {**released.note_types, **types})
    return Stamped(tuple(stamped), {name: entry.modified for name, entry in types.items()}, ledger)


def _stamp_types(types: Mapping[str, NoteType], released: Ledger, draft: Ledger, now: int) -> dict[str, TypeEntry]:
    entries: dict[str, TypeEntry] = {}
    for name, note_type in types.items():
        known = [ledger.note_types[name] for ledger in (released, draft) if name in ledger.note_types]
        content = _hash(asdict(note_type))
        same = next((entry for entry in known if entry.hash == content), None)
        entries[name] = same or TypeEntry(content, max([now, *(entry.modified + 1 for entry in known)]))
    return entries


def content_hash(note: Note) -> str:
    """The hash of what a learner sees: rendered fields and tags."""
    return _hash([note.note_type.id, note.fields, note.tags])


def guid(deck: str, card: str) -> str:
    """The GUID of a card: a function of deck id and card id, for good."""
    digest = hashlib.sha256(f"deckgen\x1f{deck}\x1f{card}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:12]).decode()


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]
