"""The note type of a question with one answer: one card, the question on its front."""

from __future__ import annotations

from deckgen.notes import NoteType, Template
from deckgen.packing.notetypes import theme
from deckgen.packing.notetypes.face import Face, fields

NOTE_TYPE = NoteType(
    id=1795423071184,
    name="deckgen basic",
    fields=fields(1795423071200, "Question", "Answer"),
    templates=(
        Template("Card 1", 1795423071300, theme.read("question.html"), theme.read("back.html", "evidence.html")),
    ),
    css=theme.read("card.css"),
)


def fill(face: Face) -> tuple[str, ...]:
    """The fields in the order of the note type; the spare ones are empty."""
    return (face.question, face.answer, *face.evidence)
