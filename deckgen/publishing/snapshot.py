"""What the official engine makes of a package, as plain data for those who judge it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen import apkg
from deckgen.apkg import Package, PackedNote
from deckgen.notes import StampedNote
from deckgen.publishing.engine import RefusedError, imported, plain, rows

if TYPE_CHECKING:
    from anki.collection import Collection


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as the engine shows it."""

    guid: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A package, what it was made of where that is known, and the collection after its import.

    `generated` is how many cards the engine makes of the notes beyond those of the package.
    """

    name: str
    package: Package
    intent: Sequence[StampedNote] | None
    imported: Sequence[PackedNote]
    shown: Sequence[Shown]
    bad_templates: Sequence[str]
    generated: int
    empty: Sequence[int]
    media: Mapping[str, bytes]
    missing_media: Sequence[str]
    sound: bool


def take(collection: Collection, path: Path, package: Package, intent: Sequence[StampedNote] | None) -> Snapshot:
    """Import a package into a scratch collection; raises RefusedError."""
    imported(collection, path)
    try:
        notes = apkg.notes(rows(collection))
        cards = collection.card_count()
        bad_templates = list(_bad_templates(collection))
        collection.after_note_updates(list(collection.find_notes("")), mark_modified=False, generate_cards=True)
        return Snapshot(
            name=path.name,
            package=package,
            intent=intent,
            imported=notes,
            shown=list(_shown(collection)),
            bad_templates=bad_templates,
            generated=collection.card_count() - cards,
            empty=[each.note_id for each in collection.get_empty_cards().notes],
            media={file.name: file.read_bytes() for file in Path(collection.media.dir()).iterdir()},
            missing_media=list(collection.media.check().missing),
            sound=collection.fix_integrity()[1],
        )
    except Exception as error:  # the engine's own errors have no common base that is public
        raise RefusedError(plain(error)) from error


def _bad_templates(collection: Collection) -> Iterator[str]:
    """The engine checks templates when a note type is saved."""
    for name_id in collection.models.all_names_and_ids():
        note_type = collection.models.get(name_id.id)  # type: ignore[arg-type] # anki's own ids are NewType'd ints
        if note_type is None or not collection.models.use_count(note_type):
            continue
        try:
            collection.models.update_dict(note_type)
        except Exception as error:  # anki.errors differs from release to release
            yield f"{name_id.name}: {plain(error)}"


def _shown(collection: Collection) -> Iterator[Shown]:
    for card_id in collection.find_cards(""):
        card = collection.get_card(card_id)
        output = card.render_output()
        yield Shown(card.note().guid, output.question_text, output.answer_text)
