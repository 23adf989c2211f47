"""An Anki package as it stands on disk: its notes, its note types and its media, read without Anki's engine."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_COLLECTION = "collection.anki2"
_NOTES = (
    "SELECT id, guid, mid, mod, flds, tags, (SELECT count() FROM cards WHERE nid = notes.id) FROM notes ORDER BY id"
)


class NotAPackageError(Exception):
    """A file is no Anki package, or none that this deckgen reads."""


@dataclass(frozen=True, slots=True)
class PackedNote:
    """A note as a package holds it: the id of its note type, the second of its last change, how many cards it has."""

    id: int
    guid: str
    note_type: int
    modified: int
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    cards: int


@dataclass(frozen=True, slots=True)
class Package:
    """What a package holds: notes by their ids, note types as Anki's own JSON by id, media by file name."""

    notes: tuple[PackedNote, ...]
    note_types: Mapping[int, Mapping[str, Any]]
    media: Mapping[str, bytes]

    def field(self, note: PackedNote, name: str) -> str:
        """A field of a note by its name; empty where its note type has none of that name."""
        names = [each["name"] for each in self.note_types[note.note_type]["flds"]]
        return note.fields[names.index(name)] if name in names else ""


def read(path: Path) -> Package:
    """What the package in a file holds; raises NotAPackageError and OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            if damaged := archive.testzip():
                raise NotAPackageError(f"member {damaged} is damaged")
            media = {name: archive.read(member) for member, name in json.loads(archive.read("media")).items()}
            with contextlib.closing(sqlite3.connect(":memory:")) as connection:
                connection.deserialize(archive.read(_COLLECTION))
                return Package(_notes(connection), _note_types(connection), media)
    except (zipfile.BadZipFile, sqlite3.Error, KeyError, ValueError, AttributeError) as error:
        raise NotAPackageError(f"not an Anki package: {error}") from error


def _notes(connection: sqlite3.Connection) -> tuple[PackedNote, ...]:
    return tuple(
        PackedNote(note_id, guid, note_type, modified, tuple(fields.split("\x1f")), tuple(tags.split()), cards)
        for note_id, guid, note_type, modified, fields, tags, cards in connection.execute(_NOTES)
    )


def _note_types(connection: sqlite3.Connection) -> dict[int, Mapping[str, Any]]:
    [(models,)] = connection.execute("SELECT models FROM col")
    return {int(key): model for key, model in json.loads(models).items()}
