"""An Anki package as it stands on disk: its notes, its note types and its media, read without Anki's engine."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deckgen.errors import InputError

WITHDRAWN_TAG = "deckgen::withdrawn"
RETIRED_TAG = "deckgen::retired"
RECALLED_TAGS = frozenset({WITHDRAWN_TAG, RETIRED_TAG})

COLLECTION = "collection.anki2"
_NOTES = "SELECT id, guid, mid, mod, flds, tags FROM notes ORDER BY id"
_CARDS = "SELECT nid, ord, did, due FROM cards ORDER BY nid, ord"


class NotAPackageError(InputError):
    """A file is no Anki package, or none that this deckgen reads."""


@dataclass(frozen=True, slots=True)
class PackedCard:
    """A card as a package holds it: which template, the id of its deck, its place among the new ones."""

    template: int
    deck: int
    due: int


@dataclass(frozen=True, slots=True)
class PackedNote:
    """A note as a package holds it: the id of its note type, the second of its last change, its cards."""

    id: int
    guid: str
    note_type: int
    modified: int
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    cards: tuple[PackedCard, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """What a package holds: notes in the order of their ids, note types as Anki's own JSON by id, and media files.

    Media are pairs of name and content, since nothing keeps a package from having a name twice.
    """

    notes: tuple[PackedNote, ...]
    note_types: Mapping[int, Mapping[str, Any]]
    media: tuple[tuple[str, bytes], ...] = ()

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
            media = [(name, archive.read(member)) for member, name in json.loads(archive.read("media")).items()]
            with contextlib.closing(sqlite3.connect(":memory:")) as connection:
                connection.deserialize(archive.read(COLLECTION))
                [(models,)] = connection.execute("SELECT models FROM col")
                types = {int(key): model for key, model in json.loads(models).items()}
                return Package(notes(connection.execute), types, tuple(media))
    except (zipfile.BadZipFile, zlib.error, sqlite3.Error, KeyError, ValueError, AttributeError) as error:
        raise NotAPackageError(f"not an Anki package: {error}") from error


def notes(query: Callable[[str], Iterable[Sequence[Any]]]) -> tuple[PackedNote, ...]:
    """The notes of a collection, by what answers a query to its database."""
    cards: dict[int, list[PackedCard]] = {}
    for note, *rest in query(_CARDS):
        cards.setdefault(note, []).append(PackedCard(*rest))
    return tuple(
        PackedNote(
            note,
            guid,
            note_type,
            modified,
            tuple(fields.split("\x1f")),
            tuple(tags.split()),
            tuple(cards.get(note, ())),
        )
        for note, guid, note_type, modified, fields, tags in query(_NOTES)
    )
