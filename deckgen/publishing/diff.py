"""What a learner who has one package gets from another, tried with the official engine.

Three learners import the old package, study every card, and import the new one: one who changed nothing, one who edited
every note before the new release, and one who did so after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deckgen import apkg
from deckgen.apkg import Package, PackedNote
from deckgen.publishing.changes import Change, Fate, as_dicts, change, fate, lines
from deckgen.publishing.engine import imported, rows, scratch

if TYPE_CHECKING:
    from anki.collection import Collection

_OWN_TAG = "deckgen-diff::own"


@dataclass(frozen=True, slots=True)
class Diff:
    """The changes between two packages, the note types that change, and how many reviews of how many are kept.

    `empty` is how many cards have nothing to ask any more, `since` the second of the newest change.
    """

    changes: tuple[Change, ...]
    note_types: tuple[str, ...]
    reviews: int
    kept: int
    empty: int
    since: int

    @property
    def harmless(self) -> bool:
        """Whether everybody gets what is meant, and loses no review."""
        intact = self.kept == self.reviews and not self.empty
        return intact and all(each.fate is not Fate.CONFLICTING for each in self.changes)


def diff(old: Path, new: Path) -> Diff:
    """What a learner who has `old` gets from `new`.

    Raises EngineMissingError, RefusedError, NotAPackageError and OSError.
    """
    was, now = apkg.read(old), apkg.read(new)
    since = max((note.modified for note in now.notes), default=0)
    survived_before = _own_edits_left(old, new, "mod + 1")
    survived_after = _own_edits_left(old, new, str(since + 1))
    with scratch() as collection:
        imported(collection, old)
        _study(collection)
        history, styles = _history(collection), _styles(collection)
        fates = _fates(collection, new)
        return Diff(
            changes=tuple(_changes(was, now, fates, survived_before, survived_after)),
            note_types=tuple(name for name, style in _styles(collection).items() if styles.get(name, style) != style),
            reviews=len(history),
            kept=len(history.items() & _history(collection).items()),
            empty=sum(len(each.card_ids) for each in collection.get_empty_cards().notes),
            since=since,
        )


def _study(collection: Collection) -> None:
    """Review every card, as far as the database tells."""
    assert collection.db is not None
    collection.db.execute("UPDATE cards SET type = 2, queue = 2, due = 100, ivl = 10, factor = 2500, reps = 3")
    collection.db.execute("INSERT INTO revlog SELECT id, id, -1, 3, 10, 1, 2500, 1000, 1 FROM cards")


def _history(collection: Collection) -> dict[int, tuple[int, ...]]:
    """How each card that has a review is scheduled since, with how many reviews it has."""
    joined = "cards c JOIN revlog r ON r.cid = c.id GROUP BY c.id"
    found = rows(collection)(f"SELECT c.id, c.type, c.queue, c.due, c.ivl, c.reps, count() FROM {joined}")
    return {card: tuple(row) for card, *row in found}


def _styles(collection: Collection) -> dict[str, str]:
    """All that decides how the notes of each type look; from the database, since the engine's Python keeps copies."""
    styles = "hex(n.config) || group_concat(hex(t.config))"
    return dict(
        rows(collection)(f"SELECT n.name, {styles} FROM notetypes n JOIN templates t ON t.ntid = n.id GROUP BY n.id")
    )


def _fates(collection: Collection, new: Path) -> dict[str, Fate]:
    """What the engine does with each note of a package that it imports, by GUID."""
    log = imported(collection, new)
    guids = {note.id: note.guid for note in apkg.notes(rows(collection))}
    found = {Fate.NEW: log.new, Fate.UPDATED: log.updated, Fate.UNTOUCHED: log.duplicate}
    return {guids[each.id.nid]: fate for fate, notes in found.items() for each in notes if each.id.nid in guids}


def _own_edits_left(old: Path, new: Path, second: str) -> set[str]:
    """The notes that keep what a learner changed in them at some second, after both imports."""
    with scratch() as collection:
        imported(collection, old)
        assert collection.db is not None
        collection.db.execute(f"UPDATE notes SET tags = tags || ' {_OWN_TAG} ', mod = {second}")
        imported(collection, new)
        return {note.guid for note in apkg.notes(rows(collection)) if _OWN_TAG in note.tags}


def _changes(
    was: Package, now: Package, fates: Mapping[str, Fate], survived_before: set[str], survived_after: set[str]
) -> Iterator[Change]:
    had = {note.guid: note for note in was.notes}
    for note in now.notes:
        become = fates.get(note.guid, Fate.CONFLICTING)
        before = had.pop(note.guid, None)
        if become is not Fate.UPDATED or before is None:
            yield change(now, note, become)
        else:
            yield change(
                now,
                note,
                fate(note),
                parts=_parts(was, before, note),
                overwrites=note.guid not in survived_before,
                kept_out=note.guid in survived_after,
            )
    for note in had.values():
        yield change(was, note, Fate.ABSENT)


def _parts(package: Package, before: PackedNote, after: PackedNote) -> tuple[str, ...]:
    """The names of the fields that differ, and `tags` where they do."""
    names = [field["name"] for field in package.note_types[before.note_type]["flds"]]
    found = [name for name, *sides in zip(names, before.fields, after.fields, strict=False) if sides[0] != sides[1]]
    return (*found, *(["tags"] if set(before.tags) != set(after.tags) else []))


def text(diff: Diff) -> str:
    """The changes for people, and what they mean for a learner's own edits and reviews."""
    return "".join(f"{line}\n" for line in (*lines(diff.changes), *_own(diff)))


def _own(diff: Diff) -> Iterator[str]:
    overwritten = sum(each.overwrites for each in diff.changes)
    kept_out = sum(each.kept_out for each in diff.changes)
    moment = datetime.fromtimestamp(diff.since, UTC)
    for name in diff.note_types:
        yield f"note type {name} changes how cards look; a learner's own style of it is lost"
    if overwritten:
        yield f"a learner's own edits and tags in {overwritten} of these notes are overwritten if they are older"
    if kept_out:
        yield f"they keep {kept_out} of these changes out if they are newer than {moment:%Y-%m-%d %H:%M} UTC"
    if diff.empty:
        yield f"{diff.empty} cards have nothing to ask any more; Anki offers to delete them, with their reviews"
    yield f"{diff.kept} of {diff.reviews} cards keep their reviews"


def as_json(diff: Diff) -> str:
    """The same for programs."""
    count = {fate: sum(each.fate is fate for each in diff.changes) for fate in Fate}
    found: dict[str, Any] = {
        "schema": 1,
        "summary": count,
        "changes": as_dicts(diff.changes),
        "note_types": list(diff.note_types),
        "reviews": {"cards": diff.reviews, "kept": diff.kept},
        "empty_cards": diff.empty,
        "newest_change": diff.since,
    }
    # In ASCII for the reason that reports/json.py gives.
    return json.dumps(found, indent=1) + "\n"


FORMATS = {"text": text, "json": as_json}
