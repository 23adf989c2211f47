"""What is packed: a note as Anki knows it, and a card that is recalled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from deckgen.model import Card, Medium
from deckgen.proof import Admitted


@dataclass(frozen=True, slots=True)
class Retirement:
    """A released card that its deck no longer has: note type and question, as HTML, as they were last shipped.

    `deletions` are the numbers of a cloze, each of which somebody may have a card of.
    """

    card_id: str
    note_type: str
    question: str
    deletions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Withdrawal(Retirement):
    """A released card that was refuted: its answer, as HTML, says what was found."""

    answer: str


Packable = Admitted | Withdrawal | Retirement


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A card that is looked at before it is proved, and marked so; it is never packed."""

    card: Card


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a note type; its id never changes, so that a renamed field keeps its content in Anki."""

    name: str
    id: int


@dataclass(frozen=True, slots=True)
class Template:
    """What a card of a note type shows; its id never changes, so that a renamed template keeps its cards."""

    name: str
    id: int
    front: str
    back: str


class Makes(StrEnum):
    """What a note makes cards of: each of its templates, or each number of its deletions."""

    TEMPLATES = "templates"
    DELETIONS = "deletions"


@dataclass(frozen=True, slots=True)
class NoteType:
    """An Anki note type; its ids are constants of the first release."""

    id: int
    name: str
    fields: tuple[Field, ...]
    templates: tuple[Template, ...]
    css: str
    makes: Makes = Makes.TEMPLATES


@dataclass(frozen=True, slots=True)
class Note:
    """What a learner gets of a card: question as HTML, fields in the order of the note type, tags, and its deck.

    `media` are the files that its fields name; the question names none. `recall` is why it no longer teaches anything.
    """

    card_id: str
    question: str
    note_type: NoteType
    deck: str
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    media: tuple[Medium, ...] = ()
    recall: Withdrawal | Retirement | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """The identity of a note in Anki: GUID, note id in milliseconds, and the second its content last changed."""

    guid: str
    id: int
    modified: int


@dataclass(frozen=True, slots=True)
class StampedNote:
    """A note with its identity."""

    note: Note
    stamp: Stamp
