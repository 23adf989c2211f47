"""Which notes there are: each once, whole, and as it was meant, so that Anki updates what it should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deckgen.apkg import RECALLED_TAGS
from deckgen.diagnostics import Severity
from deckgen.publishing.criteria.finding import Finding
from deckgen.publishing.snapshot import Snapshot


def package_name(snapshot: Snapshot) -> Iterator[Finding]:
    """Anki takes some names for a backup of everything."""
    if snapshot.name == "collection.apkg" or snapshot.name.startswith("backup-"):
        yield Finding("A003", f"a package called {snapshot.name} would replace the learner's whole collection")


def guid_twice(snapshot: Snapshot) -> Iterator[Finding]:
    """Of two notes with one GUID, Anki imports both."""
    for guid, times in Counter(note.guid for note in snapshot.package.notes).items():
        if times > 1:
            yield Finding("A004", f"GUID {guid} occurs {times} times: Anki would import each of them")


def as_intended(snapshot: Snapshot) -> Iterator[Finding]:
    """The notes are those that the package was made of, and arrive as such."""
    if snapshot.intent is None:
        return
    intended = {each.stamp.guid: each.note for each in snapshot.intent}
    written = {note.guid for note in snapshot.package.notes}
    for guid in sorted(intended.keys() ^ written):
        yield Finding("A005", f"note {guid} is {'missing' if guid in intended else 'not intended'}")
    for note in snapshot.imported:
        meant = intended.get(note.guid)
        if meant is not None and (note.fields, set(note.tags)) != (meant.fields, set(meant.tags)):
            yield Finding("A006", f"note {note.guid} is not what it was meant to be once imported")


def imported_whole(snapshot: Snapshot) -> Iterator[Finding]:
    """Each note arrives in an empty collection, and nothing of it changes on the way."""
    arrived = {note.guid: (note.fields, set(note.tags), len(note.cards)) for note in snapshot.imported}
    for note in snapshot.package.notes:
        if arrived.get(note.guid) != (note.fields, set(note.tags), len(note.cards)):
            yield Finding("A007", f"note {note.guid} changed during its import")


def question_twice(snapshot: Snapshot) -> Iterator[Finding]:
    """Anki marks notes of one type as duplicates whose first fields are equal; a recalled one may have a successor."""
    live = (note for note in snapshot.package.notes if not RECALLED_TAGS.intersection(note.tags))
    for (_, question), times in Counter((note.note_type, note.fields[0]) for note in live).items():
        if times > 1:
            yield Finding("A018", f"{times} notes ask the same: {question[:80]}", Severity.WARNING)
