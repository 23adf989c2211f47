"""A package is brought into a running Anki, note by note, without what its import would overwrite.

What is there already is updated in place, whoever changed it last, and keeps the learner's own tags. What is not there
comes in by an import of just that: it alone gives notes the GUIDs by which later packages know them.
"""

from __future__ import annotations

import base64
import io
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from deckgen import apkg
from deckgen.apkg import RECALLED_TAGS, Package, PackedNote
from deckgen.publishing.ankiconnect import AnkiConnect
from deckgen.publishing.changes import Change, Fate, change, fate

_OURS = re.compile(r"(?:deckgen|sqlalchemy|database)::")  # every other tag may be the learner's
_SPARE = "Spare"  # such fields are shipped empty, so that what is in them is the learner's
_SPECIAL = re.compile(r'([\\"*_:])')


class Effect(StrEnum):
    """Whether a push does what it says."""

    DONE = "done"
    DRY_RUN = "dry run"


@dataclass(frozen=True, slots=True)
class Step:
    """A note of a package, what becomes of it, and what Anki says of it where it has it."""

    note: PackedNote
    change: Change
    there: Mapping[str, Any]


def push(path: Path, deck: str, anki: AnkiConnect, effect: Effect) -> list[Change]:
    """Bring the package of a deck into Anki; what became of each note, or would.

    Raises AnkiUnreachableError, AnkiRefusedError, NotAPackageError and OSError.
    """
    package = apkg.read(path)
    steps = _plan(package, deck, anki)
    if effect is Effect.DONE:
        _store_media(package, anki)
        _restyle(package, anki)
        _update(package, [each for each in steps if each.change.parts], anki)
        _add(path, [each.note for each in steps if each.change.fate is Fate.NEW], anki)
    return [each.change for each in steps]


def _plan(package: Package, deck: str, anki: AnkiConnect) -> list[Step]:
    """What is to become of each note; one that is recalled comes to nobody who does not have it."""
    there, names = _there(package, deck, anki), _names(anki)
    steps = [_step(package, note, there.get(note.guid, {}), names.get(note.note_type)) for note in package.notes]
    return [each for each in steps if each.there or not RECALLED_TAGS.intersection(each.note.tags)]


def _there(package: Package, deck: str, anki: AnkiConnect) -> dict[str, Mapping[str, Any]]:
    """What Anki says of the notes that it has, by GUID, which it does not tell.

    A note has the id that it had in its package, or else it is the only one of its deck with its Id.
    """
    infos = anki("notesInfo", notes=[note.id for note in package.notes])
    pairs = zip(package.notes, infos, strict=True)
    found = {note.guid: info for note, info in pairs if info and _id(info) == package.field(note, "Id")}
    in_deck = anki("findNotes", query=f'"deck:{_escaped(deck)}"')
    others: dict[str, list[Mapping[str, Any]]] = {}
    for info in anki("notesInfo", notes=in_deck):
        others.setdefault(_id(info), []).append(info)
    for note in package.notes:
        same = others.get(package.field(note, "Id"), [])
        if note.guid not in found and len(same) == 1:
            found[note.guid] = same[0]
    return found


def _escaped(text: str) -> str:
    """A text that Anki's search takes as it is."""
    return _SPECIAL.sub(r"\\\1", text)


def _id(info: Mapping[str, Any]) -> str:
    return str(info["fields"].get("Id", {}).get("value", ""))


def _names(anki: AnkiConnect) -> dict[int, str]:
    """What note types are called by now."""
    return {int(key): name for name, key in anki("modelNamesAndIds").items()}


def _step(package: Package, note: PackedNote, there: Mapping[str, Any], note_type: str | None) -> Step:
    if not there:
        return Step(note, change(package, note, Fate.NEW), there)
    if there["modelName"] != note_type:
        return Step(note, change(package, note, Fate.CONFLICTING), there)
    wanted, tags = _fields(package, note), _folded(_tags(note, there))
    parts = [name for name, text in wanted.items() if there["fields"].get(name, {}).get("value") != text]
    parts += ["tags"] if tags != _folded(there["tags"]) else []
    return Step(note, change(package, note, fate(note) if parts else Fate.UNTOUCHED, parts=tuple(parts)), there)


def _fields(package: Package, note: PackedNote) -> dict[str, str]:
    names = (field["name"] for field in package.note_types[note.note_type]["flds"])
    return {name: text for name, text in zip(names, note.fields, strict=True) if text or not name.startswith(_SPARE)}


def _tags(note: PackedNote, there: Mapping[str, Any]) -> list[str]:
    """Ours as they are now, and the learner's."""
    ours = _folded(note.tags)
    kept = [tag for tag in there["tags"] if not _OURS.match(tag) and tag.lower() not in ours]
    return [*note.tags, *kept]


def _folded(tags: Iterable[str]) -> set[str]:
    """Tags as Anki compares them."""
    return {tag.lower() for tag in tags}


def _store_media(package: Package, anki: AnkiConnect) -> None:
    """Give Anki the files that it does not have; their names tell their content."""
    known = set(anki("getMediaFilesNames", pattern="*")) if package.media else set()
    for name, data in package.media:
        if name not in known:
            anki("storeMediaFile", filename=name, data=base64.b64encode(data).decode())


def _restyle(package: Package, anki: AnkiConnect) -> None:
    """Give the note types that Anki has the style and templates of the package."""
    names = _names(anki)
    for key, each in package.note_types.items():
        if (name := names.get(key)) is None:
            continue
        if anki("modelStyling", modelName=name)["css"] != each["css"]:
            anki("updateModelStyling", model={"name": name, "css": each["css"]})
        templates = {part["name"]: {"Front": part["qfmt"], "Back": part["afmt"]} for part in each["tmpls"]}
        if anki("modelTemplates", modelName=name) != templates:
            anki("updateModelTemplates", model={"name": name, "templates": templates})


def _update(package: Package, steps: Sequence[Step], anki: AnkiConnect) -> None:
    """Change notes where they are; who teaches nothing any more is suspended, and given back with its answer."""
    updates = [
        {"id": each.there["noteId"], "fields": _fields(package, each.note), "tags": _tags(each.note, each.there)}
        for each in steps
    ]
    anki.all("updateNote", [{"note": each} for each in updates])
    recalled = [each for each in steps if RECALLED_TAGS.intersection(each.note.tags)]
    restored = [each for each in steps if RECALLED_TAGS.intersection(each.there["tags"]) and each not in recalled]
    for action, found in (("suspend", recalled), ("unsuspend", restored)):
        if cards := [card for each in found for card in each.there["cards"]]:
            anki(action, cards=cards)


def _add(path: Path, notes: Sequence[PackedNote], anki: AnkiConnect) -> None:
    """Import the notes of a package that Anki does not have, from beside it: an Anki in a sandbox may see no other."""
    if not notes:
        return
    with tempfile.TemporaryDirectory(prefix="push-", dir=path.absolute().parent) as folder:
        part = Path(folder) / path.name
        part.write_bytes(_only(path, notes))
        anki("importPackage", path=str(part))


def _only(path: Path, notes: Sequence[PackedNote]) -> bytes:
    """A package without any but some of its notes."""
    kept = ", ".join(str(note.id) for note in notes)
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(path) as whole,
        zipfile.ZipFile(buffer, "w") as part,
        closing(sqlite3.connect(":memory:")) as data,
    ):
        data.deserialize(whole.read(apkg.COLLECTION))
        data.execute(f"DELETE FROM cards WHERE nid NOT IN ({kept})")
        data.execute(f"DELETE FROM notes WHERE id NOT IN ({kept})")
        data.commit()
        for name in whole.namelist():
            part.writestr(name, data.serialize() if name == apkg.COLLECTION else whole.read(name))
    return buffer.getvalue()
