"""What has been shipped: the identity of every note, and when its content last changed.

Anki matches notes by GUID alone and replaces one only if the package's `mod` is newer, so both are kept: the released
ledger in the deck's folder and in version control, the draft of an author's own builds in the cache.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from deckgen.notes import Makes, Note, NoteType, Retirement, Stamp, StampedNote, Withdrawal
from deckgen.packing.notetypes import cloze

_ROOM = 20  # note ids are milliseconds; the ids of a note's cards follow its own


class State(StrEnum):
    """What a note was when it was last written."""

    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Entry:
    """A note as it was last written: identity, note type, question as HTML, hash of its content, second of its change.

    A withdrawn note's `answer` is kept too, as HTML: what was found is said in the same words from then on. So are the
    numbers of a cloze's `deletions`, whatever becomes of its text.
    """

    guid: str
    id: int
    note_type: str
    question: str
    hash: str
    modified: int
    state: State = State.RELEASED
    answer: str = ""
    deletions: tuple[int, ...] = ()


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


def stamp(notes: Sequence[Note], *, deck: str, released: Ledger, draft: Ledger, now: int) -> Stamped:
    """Give every note its identity, and as its time of change the one at which its content became what it is.

    Content that equals the released or the draft ledger's keeps the time found there; anything else gets `now`, or
    the second after its last change where that is later.
    """
    ids = _unused({entry.id for ledger in (released, draft) for entry in ledger.notes.values()}, now * 1000)
    entries: dict[str, Entry] = {**released.notes}
    for note in notes:
        known = [ledger.notes[note.card_id] for ledger in (released, draft) if note.card_id in ledger.notes]
        entries[note.card_id] = _entry(note, known, deck=deck, now=now, ids=ids)
    entries = _with_ids_apart(entries, ids)
    types = _stamp_types({note.note_type.name: note.note_type for note in notes}, released, draft, now)
    return Stamped(
        notes=tuple(StampedNote(note, _stamp(entries[note.card_id])) for note in notes),
        note_types={name: entry.modified for name, entry in types.items()},
        ledger=Ledger(deck, entries, {**released.note_types, **types}),
    )


def _unused(used: set[int], first: int) -> Iterator[int]:
    """Note ids that nothing has, nor any card of a note: the first is that of the moment where that is the latest."""
    following = max(first, max(used, default=0) + _ROOM)
    while True:
        yield following
        following += _ROOM


def _entry(note: Note, known: Sequence[Entry], *, deck: str, now: int, ids: Iterator[int]) -> Entry:
    """What is remembered of a note from now on, which is what is `known` of it already where that has its content."""
    content = content_hash(note)
    for entry in known:
        if entry.hash == content:
            return entry
    return Entry(
        guid=known[0].guid if known else guid(deck, note.card_id),
        id=known[0].id if known else next(ids),
        note_type=note.note_type.name,
        question=note.question,
        hash=content,
        modified=max([now, *(entry.modified + 1 for entry in known)]),
        state=_state(note),
        answer=note.recall.answer if isinstance(note.recall, Withdrawal) else "",
        deletions=cloze.numbers(note.fields) if note.note_type.makes is Makes.DELETIONS else (),
    )


def _state(note: Note) -> State:
    match note.recall:
        case Withdrawal():
            return State.WITHDRAWN
        case Retirement():
            return State.RETIRED
        case None:
            return State.RELEASED


def _with_ids_apart(entries: Mapping[str, Entry], ids: Iterator[int]) -> dict[str, Entry]:
    """The entries, of which no two have one note id, as those of two branches may: Anki knows notes by their GUIDs."""
    used: set[int] = set()
    apart: dict[str, Entry] = {}
    for card, entry in sorted(entries.items()):
        apart[card] = replace(entry, id=next(ids)) if entry.id in used else entry
        used.add(entry.id)
    return apart


def _stamp(entry: Entry) -> Stamp:
    return Stamp(entry.guid, entry.id, entry.modified)


def _stamp_types(types: Mapping[str, NoteType], released: Ledger, draft: Ledger, now: int) -> dict[str, TypeEntry]:
    entries: dict[str, TypeEntry] = {}
    for name, note_type in types.items():
        known = [ledger.note_types[name] for ledger in (released, draft) if name in ledger.note_types]
        content = type_hash(note_type)
        same = next((entry for entry in known if entry.hash == content), None)
        entries[name] = same or TypeEntry(content, max([now, *(entry.modified + 1 for entry in known)]))
    return entries


def content_hash(note: Note) -> str:
    """The hash of what a learner sees: rendered fields and tags."""
    return hash_of(note.note_type.id, note.fields, note.tags)


def hash_of(note_type: int, fields: Iterable[str], tags: Iterable[str]) -> str:
    """The hash of a note's content: id of its note type, fields, and tags in alphabetical order."""
    return _hash([note_type, list(fields), list(tags)])


def type_hash(note_type: NoteType) -> str:
    """The hash of all that a note type is."""
    return _hash(asdict(note_type))


def guid(deck: str, card: str) -> str:
    """The GUID of a card: a function of deck id and card id, for good."""
    digest = hashlib.sha256(f"deckgen\x1f{deck}\x1f{card}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:12]).decode()


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]
