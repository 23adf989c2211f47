"""The note type whose answer is typed, and compared letter by letter by Anki."""

from __future__ import annotations

from deckgen.notes import NoteType, Template
from deckgen.packing.notetypes import theme
from deckgen.packing.notetypes.face import Face, fields

NOTE_TYPE = NoteType(
    id=1795423073184,
    name="deckgen type-in",
    fields=fields(1795423073200, "Question", "Answer", "Typed"),
    templates=(
        Template(
            "Card 1",
            1795423073300,
            theme.read("question.html", "typed-front.html"),
            theme.read("question.html", "typed-back.html", "evidence.html"),
        ),
    ),
    css=theme.read("card.css"),
)


def fill(face: Face) -> tuple[str, ...]:
    """The fields in the order of the note type; the paragraph that is typed has a class, the spare fields are empty."""
    answer = face.answer.replace("<p>", '<p class="typed">', 1)
    return (face.question, answer, face.typed, *face.evidence)
