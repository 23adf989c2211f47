"""A learner: a collection of the official engine that imports packages, reviews, edits, and looks at its notes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anki.lang
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.notes import Note

from tests.reviewer import with_comparison, with_input

if TYPE_CHECKING:
    from anki.cards import Card  # which cannot be imported first


@dataclass(frozen=True)
class Log:
    """How many notes an import found, and what it did with them."""

    found: int
    new: int = 0
    updated: int = 0
    same: int = 0
    conflicting: int = 0


class Learner:
    """Somebody's Anki."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    def get(self, package: Path) -> Log:
        """Import a package as a double click would."""
        options = ImportAnkiPackageOptions()
        request = ImportAnkiPackageRequest(package_path=str(package), options=options)
        log = self.collection.import_anki_package(request).log
        return Log(log.found_notes, len(log.new), len(log.updated), len(log.duplicate), len(log.conflicting))

    def review_all(self) -> int:
        """Answer every card once; how many there were."""
        cards = [self.collection.get_card(card_id) for card_id in self.collection.find_cards("")]
        for card in cards:
            self.answer(card)
        return len(cards)

    def answer(self, card: Card) -> None:
        """Answer a card well, not at the end of a second.

        A review whose millisecond is taken gets the next one. Where that lies in the next second, the engine's check
        finds that the card was last reviewed a second too early, and mends it: without a package of ours as well.
        """
        while time.time() % 1 > 0.9:
            time.sleep(0.01)
        card.start_timer()
        self.collection.sched.answerCard(card, 3)

    def history(self) -> tuple[list[Any], list[Any]]:
        """Every review so far, and how each card that has one is scheduled since, by the GUID of its note.

        Whether it is suspended is no part of that.
        """
        scheduled = (
            "SELECT n.guid, c.type, c.due, c.ivl, c.factor, c.reps, c.lapses, c.left, c.flags, c.data "
            "FROM cards c JOIN notes n ON n.id = c.nid WHERE c.reps > 0 ORDER BY n.guid, c.ord"
        )
        return self.rows("SELECT id, cid, ease, ivl, factor, type FROM revlog ORDER BY id"), self.rows(scheduled)

    def field(self, card_id: str, name: str) -> str:
        """A field of the note whose Id field says so."""
        return str(self.note(card_id)[name])

    def tags(self, card_id: str) -> set[str]:
        """The tags of the note whose Id field says so."""
        return set(self.note(card_id).tags)

    def edit(self, card_id: str, field: str, text: str, *tags: str, at: int) -> None:
        """Change a field of a note and add tags, at a second."""
        note = self.note(card_id)
        note[field] = text
        note.tags += tags
        self.collection.update_note(note)
        self.rows("UPDATE notes SET mod = ? WHERE id = ?", at, note.id)

    def decks(self) -> dict[str, list[str]]:
        """The Ids of the notes in each deck, in the order in which new cards are studied."""
        found: dict[str, list[str]] = {}
        cards = [self.collection.get_card(card_id) for card_id in self.collection.find_cards("")]
        for card in sorted(cards, key=lambda card: card.due):
            found.setdefault(self.collection.decks.name(card.did), []).append(card.note()["Id"])
        return found

    def shown(self, card_id: str) -> tuple[str, str]:
        """Front and back of a note's first card as the engine renders them."""
        output = self.note(card_id).cards()[0].render_output()
        return output.question_text, output.answer_text

    def sides(self, card_id: str) -> list[tuple[str, str]]:
        """Front and back of each of a note's cards as the engine renders them, without the style sheet."""
        outputs = [card.render_output() for card in self.note(card_id).cards()]
        return [(output.question_text, output.answer_text) for output in outputs]

    def complaints(self) -> list[str]:
        """What the engine's own checks find: cards that are missing or empty, media that are missing or not used."""
        before = self.collection.card_count()
        everything = list(self.collection.find_notes(""))
        self.collection.after_note_updates(everything, mark_modified=False, generate_cards=True)
        media = self.collection.media.check()
        return [
            *[f"{self.collection.card_count() - before} cards more"] * (self.collection.card_count() != before),
            *(f"note {each.note_id} has an empty card" for each in self.collection.get_empty_cards().notes),
            *(f"media {name} is missing" for name in media.missing),
            *(f"media {name} is not used" for name in media.unused),
            *[self.collection.fix_integrity()[0]] * (not self.collection.fix_integrity()[1]),
        ]

    def backs(self) -> list[tuple[str, str]]:
        """The Id of every card's note, and the card's back as the reviewer gets it."""
        cards = [self.collection.get_card(card_id) for card_id in self.collection.find_cards("")]
        return [(card.note()["Id"], card.answer()) for card in cards]

    def reviewed(self, typed: str = "") -> Iterator[tuple[str, str]]:
        """Name and HTML of both sides of every card, as the reviewer shows them to who typed something."""
        for card_id in self.collection.find_cards(""):
            card = self.collection.get_card(card_id)
            note = card.note()
            compared = self.collection.compare_answer(dict(note.items()).get("Typed", ""), typed)
            name = f"{note['Id']}-{card.ord + 1}"
            escape = self.collection.media.escape_media_filenames
            yield f"{name}-front", escape(with_input(card.question()))
            yield f"{name}-back", escape(with_comparison(card.answer(), compared))

    def note(self, card_id: str) -> Note:
        """The note whose Id field says so."""
        [note_id] = self.collection.find_notes(f'"Id:{card_id}"')
        return self.collection.get_note(note_id)

    def rows(self, query: str, *values: str | int) -> list[Any]:
        """What the collection's database answers."""
        assert self.collection.db is not None
        return list(self.collection.db.all(query, *values))


@contextmanager
def learner(folder: Path) -> Iterator[Learner]:
    """A new collection in a folder."""
    folder.mkdir(parents=True)
    with existing(folder) as somebody:
        yield somebody


@contextmanager
def existing(folder: Path) -> Iterator[Learner]:
    """The collection in a folder, which is made where there is none."""
    anki.lang.set_lang("en")
    collection = Collection(str(folder / "collection.anki2"))
    try:
        yield Learner(collection)
    finally:
        collection.close()
