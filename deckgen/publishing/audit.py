"""The official engine judges a package: it imports it into a scratch collection and shows every card.

The engine is the `anki` package of the extra `audit`; it is imported here alone, and only when an audit is asked for.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sqlite3
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen.model import StampedNote

if TYPE_CHECKING:
    from anki.collection import Collection

EXTRA = "audit"
_TEMPLATE_ERROR = "docs.ankiweb.net/templates/errors"
_ISOLATES = re.compile("[\u2068\u2069]")
_MARKUP = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL)


class EngineMissingError(Exception):
    """The official engine is not installed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the official engine holds against a package."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Written:
    """A note as a package holds it: its fields and tags, and how many cards it has."""

    fields: tuple[str, ...]
    tags: frozenset[str]
    cards: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as the engine shows it."""

    guid: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A package before its import and the collection after it, as plain data for the rules."""

    name: str
    written: Mapping[str, Written]
    guids: Counter[str]
    intended: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] | None
    imported: Mapping[str, Written]
    found: int
    new: int
    shown: Sequence[Shown]
    bad_templates: Sequence[str]
    generated: int
    empty: Sequence[str]
    missing_media: Sequence[str]
    sound: bool


def audit(path: Path, intent: Sequence[StampedNote] | None = None) -> list[Finding]:
    """What the engine holds against a package, and where it differs from the notes it was made of.

    Raises EngineMissingError, and OSError where the file cannot be read.
    """
    try:
        import anki.collection  # noqa: F401 - an early answer, before the package is read
    except ImportError as error:
        raise EngineMissingError(f"the official engine is missing: install deckgen-verified[{EXTRA}]") from error
    try:
        written, guids = _read(path)
    except (zipfile.BadZipFile, sqlite3.Error, KeyError, ValueError) as error:
        return [Finding("A001", f"not an Anki package: {error}")]
    intended = None
    if intent is not None:
        intended = {each.stamp.guid: (each.note.fields, frozenset(each.note.tags)) for each in intent}
    try:
        snapshot = _imported(path, written, guids, intended)
    except Exception as error:  # the engine's own errors have no common base that is public
        return [Finding("A002", f"the engine refuses the package: {_ISOLATES.sub('', str(error))}")]
    return [finding for rule in RULES for finding in rule(snapshot)]


def _read(path: Path) -> tuple[dict[str, Written], Counter[str]]:
    """The notes of a package by GUID, straight from its database, and how often each GUID occurs."""
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        if damaged := archive.testzip():
            raise zipfile.BadZipFile(f"member {damaged} is damaged")
        json.loads(archive.read("media"))
        with contextlib.closing(sqlite3.connect(archive.extract("collection.anki2", folder))) as connection:
            return _notes(connection.execute(_NOTES).fetchall())


_NOTES = "SELECT guid, flds, tags, (SELECT count() FROM cards WHERE nid = notes.id) FROM notes"


def _notes(rows: Sequence[Sequence[object]]) -> tuple[dict[str, Written], Counter[str]]:
    notes = {
        str(guid): Written(tuple(str(fields).split("\x1f")), frozenset(str(tags).split()), int(str(cards)))
        for guid, fields, tags, cards in rows
    }
    return notes, Counter(str(row[0]) for row in rows)


def _imported(
    path: Path,
    written: Mapping[str, Written],
    guids: Counter[str],
    intended: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] | None,
) -> Snapshot:
    import anki.lang
    from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

    logging.getLogger("anki").setLevel(logging.ERROR)
    anki.lang.set_lang("en")
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(os.path.join(folder, "collection.anki2"))
        try:
            request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
            log = collection.import_anki_package(request).log
            database = collection.db
            assert database is not None
            imported, _ = _notes(database.all(_NOTES))
            cards = collection.card_count()
            bad_templates = list(_bad_templates(collection))
            collection.after_note_updates(list(collection.find_notes("")), mark_modified=False, generate_cards=True)
            return Snapshot(
                name=path.name,
                written=written,
                guids=guids,
                intended=intended,
                imported=imported,
                found=log.found_notes,
                new=len(log.new),
                shown=list(_shown(collection)),
                bad_templates=bad_templates,
                generated=collection.card_count() - cards,
                empty=[str(each.note_id) for each in collection.get_empty_cards().notes],
                missing_media=list(collection.media.check().missing),
                sound=collection.fix_integrity()[1],
            )
        finally:
            collection.close()


def _bad_templates(collection: Collection) -> Iterator[str]:
    """The engine checks templates when a note type is saved."""
    for name_id in collection.models.all_names_and_ids():
        note_type = collection.models.get(name_id.id)  # type: ignore[arg-type] # anki's own ids are NewType'd ints
        if note_type is None or not collection.models.use_count(note_type):
            continue
        try:
            collection.models.update_dict(note_type)
        except Exception as error:  # anki.errors differs from release to release
            yield f"{name_id.name}: {_ISOLATES.sub('', _MARKUP.sub(' ', str(error)))}"


def _shown(collection: Collection) -> Iterator[Shown]:
    for card_id in collection.find_cards(""):
        card = collection.get_card(card_id)
        output = card.render_output()
        yield Shown(card.note().guid, output.question_text, output.answer_text)


def _package_name(snapshot: Snapshot) -> Iterator[Finding]:
    if snapshot.name == "collection.apkg" or snapshot.name.startswith("backup-"):
        yield Finding("A003", f"a package called {snapshot.name} would replace the learner's whole collection")


def _guid_twice(snapshot: Snapshot) -> Iterator[Finding]:
    for guid, times in snapshot.guids.items():
        if times > 1:
            yield Finding("A004", f"GUID {guid} occurs {times} times: Anki would import each of them")


def _as_intended(snapshot: Snapshot) -> Iterator[Finding]:
    if snapshot.intended is None:
        return
    for guid in snapshot.intended.keys() ^ snapshot.written.keys():
        yield Finding("A005", f"note {guid} is {'missing' if guid in snapshot.intended else 'not intended'}")
    for guid, (fields, tags) in snapshot.intended.items():
        note = snapshot.imported.get(guid)
        if note is not None and (note.fields, note.tags) != (fields, tags):
            yield Finding("A006", f"note {guid} is not what it was meant to be once imported")


def _imported_whole(snapshot: Snapshot) -> Iterator[Finding]:
    if (snapshot.found, snapshot.new) != (len(snapshot.written), len(snapshot.written)):
        yield Finding("A007", f"of {len(snapshot.written)} notes the engine found {snapshot.found}, new {snapshot.new}")
    for guid, note in snapshot.written.items():
        if snapshot.imported.get(guid) != note:
            yield Finding("A008", f"note {guid} changed during its import")


def _cards(snapshot: Snapshot) -> Iterator[Finding]:
    for guid, note in snapshot.written.items():
        if note.cards == 0:
            yield Finding("A009", f"note {guid} has no card")
    if snapshot.generated:
        yield Finding("A010", f"the engine makes {snapshot.generated} cards that the package does not have")
    for note_id in snapshot.empty:
        yield Finding("A011", f"note {note_id} has an empty card")


def _rendering(snapshot: Snapshot) -> Iterator[Finding]:
    for name in snapshot.bad_templates:
        yield Finding("A012", f"bad template: {name}")
    for card in snapshot.shown:
        if _TEMPLATE_ERROR in card.question + card.answer:
            yield Finding("A013", f"note {card.guid} is not shown: {_MARKUP.sub(' ', card.question)[:80]}")
        elif not _visible(card.question):
            yield Finding("A014", f"note {card.guid} has an empty question")
        elif _visible(card.answer) in ("", _visible(card.question)):
            yield Finding("A015", f"note {card.guid} shows no answer")


def _visible(html: str) -> str:
    return " ".join(_MARKUP.sub(" ", html).split())


def _collection(snapshot: Snapshot) -> Iterator[Finding]:
    for name in snapshot.missing_media:
        yield Finding("A016", f"media file {name} is missing")
    if not snapshot.sound:
        yield Finding("A017", "the collection is damaged by the import")


RULES: tuple[Callable[[Snapshot], Iterator[Finding]], ...] = (
    _package_name,
    _guid_twice,
    _as_intended,
    _imported_whole,
    _cards,
    _rendering,
    _collection,
)
