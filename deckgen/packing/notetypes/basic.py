"""The note type of a question with one answer: one card, the question on its front."""

from __future__ import annotations

from deckgen.notes import Field, NoteType, Template
from deckgen.packing.notetypes import theme
from deckgen.packing.notetypes.face import Face

_NAMES = ("Question", "Answer", "Proof", "Verified", "Source", "Id", "Report", "Spare2", "Spare3", "Spare4")

NOTE_TYPE = NoteType(
    id=1795423071184,
    name="deckgen basic",
    fields=tuple(Field(name, 1795423071200 + number) for number, name in enumerate(_NAMES)),
    templates=(
        Template("Card 1", 1795423071300, theme.read("question.html"), theme.read("back.html", "evidence.html")),
    ),
    css=theme.read("card.css"),
)


def fill(face: Face) -> tuple[str, ...]:
    """The fields in the order of the note type; the spare ones are empty."""
    return (face.question, face.answer, face.proof, face.verified, face.source, face.id, face.report, "", "", "")
