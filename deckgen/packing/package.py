"""Notes become an Anki package: genanki writes the collection, with the times and ids of the ledger."""

from __future__ import annotations

import hashlib
import itertools
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import genanki

from deckgen.notes import Makes, NoteType, StampedNote
from deckgen.packing import archive

_EPOCH = 1_600_000_000  # what genanki dates by itself, and nobody reads
_SQLITE_VERSION = (3_040_001).to_bytes(4, "big")


class _Note(genanki.Note):  # type: ignore[misc] # genanki has no types
    """A note with the id and the time of change that its ledger says."""

    def __init__(self, stamped: StampedNote, model: genanki.Model, due: int) -> None:
        super().__init__(
            model=model,
            fields=list(stamped.note.fields),
            tags=list(stamped.note.tags),
            guid=stamped.stamp.guid,
            due=due,
        )
        self.stamp = stamped.stamp

    def write_to_db(self, cursor: Any, _timestamp: float, deck_id: int, _ids: Iterator[int]) -> None:
        self.cards.sort(key=lambda card: card.ord)  # a set's order would differ from run to run
        super().write_to_db(cursor, self.stamp.modified, deck_id, itertools.count(self.stamp.id))


class _Model(genanki.Model):  # type: ignore[misc] # genanki has no types
    """A note type whose fields and templates have ids, and the time of change that its ledger says."""

    def __init__(self, note_type: NoteType, modified: int) -> None:
        super().__init__(
            model_id=note_type.id,
            name=note_type.name,
            fields=[{"name": field.name, "id": field.id} for field in note_type.fields],
            templates=[
                {"name": each.name, "id": each.id, "qfmt": each.front, "afmt": each.back}
                for each in note_type.templates
            ],
            model_type=self.CLOZE if note_type.makes is Makes.DELETIONS else self.FRONT_BACK,
            css=note_type.css,
        )
        self.modified = modified

    def to_json(self, _timestamp: float, deck_id: int) -> dict[str, Any]:
        written: dict[str, Any] = super().to_json(self.modified, deck_id)
        return written


class _Deck(genanki.Deck):  # type: ignore[misc] # genanki has no types
    """A deck that writes its notes alone: genanki reads and writes all decks and note types anew for each deck."""

    def write_to_db(self, cursor: Any, timestamp: float, ids: Iterator[int]) -> None:
        for note in self.notes:
            note.write_to_db(cursor, timestamp, self.deck_id, ids)


def pack(notes: Sequence[StampedNote], note_types: Mapping[str, int], *, name: str, description: str) -> bytes:
    """The bytes of a package that holds the notes in their order; `note_types` says when each type last changed.

    The same arguments give the same bytes. Raises ValueError for two notes with one GUID: Anki would import both.
    """
    if len({each.stamp.guid for each in notes}) != len(notes):
        raise ValueError("two notes have the same GUID")
    types = {each.note.note_type.name: each.note.note_type for each in notes}
    models = {key: _Model(note_type, note_types[key]) for key, note_type in types.items()}
    decks = {name: _Deck(_deck_id(name), name, description)}
    for due, each in enumerate(notes):
        deck = decks.setdefault(each.note.deck, _Deck(_deck_id(each.note.deck), each.note.deck))
        deck.add_note(_Note(each, models[each.note.note_type.name], due))
    media = {medium.name: medium.data for each in notes for medium in each.note.media}
    names = sorted(media)
    members = {
        "collection.anki2": _collection(list(decks.values())),
        "media": json.dumps(dict(enumerate(names))).encode(),
    }
    return archive.zipped(members | {str(number): media[name] for number, name in enumerate(names)})


def is_written(note_type: NoteType, written: Mapping[str, Any]) -> bool:
    """Whether Anki's JSON of a note type is that which a package gets of this one."""
    return _Model(note_type, written["mod"]).to_json(0, written["did"]) == written


def _deck_id(name: str) -> int:
    """A number for a deck; Anki matches decks by name, so that it only has to differ from deck to deck."""
    return _EPOCH * 1000 + int(hashlib.sha256(name.encode()).hexdigest()[:9], 16)


def _collection(decks: list[_Deck]) -> bytes:
    """The SQLite database of a package: vacuumed, and without SQLite's own marks, so that only content decides."""
    connection = sqlite3.connect(":memory:")
    try:
        genanki.Package(decks).write_to_db(connection.cursor(), _EPOCH, itertools.count(_EPOCH * 1000))
        _describe(connection, decks)
        connection.commit()
        connection.execute("VACUUM")
        data = bytearray(connection.serialize())
    finally:
        connection.close()
    data[24:28] = data[92:96] = (1).to_bytes(4, "big")  # change counter, and the counter its version is valid for
    data[96:100] = _SQLITE_VERSION
    return bytes(data)


def _describe(connection: sqlite3.Connection, decks: list[_Deck]) -> None:
    """Write what the decks and the note types in them are."""
    [(default,)] = connection.execute("SELECT decks FROM col")
    described = json.loads(default) | {str(deck.deck_id): deck.to_json() for deck in decks}
    models = {note.model: deck.deck_id for deck in decks for note in deck.notes}
    types = {str(model.model_id): model.to_json(_EPOCH, deck) for model, deck in models.items()}
    connection.execute("UPDATE col SET decks = ?, models = ?", (json.dumps(described), json.dumps(types)))
