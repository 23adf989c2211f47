"""The note type of a question with one answer: one card, the question on its front."""

from __future__ import annotations

from importlib.resources import files

from deckgen.model import Field, NoteType
from deckgen.packing.notetypes.face import Face

_THEME = files("deckgen.packing") / "theme"
_NAMES = ("Question", "Answer", "Proof", "Verified", "Source", "Id", "Spare1", "Spare2", "Spare3", "Spare4")

# Frozen with the first release: another id, or a field added or removed, would make every learner's note conflict.
NOTE_TYPE = NoteType(
    id=1795423071184,
    name="deckgen basic",
    fields=tuple(Field(name, 1795423071200 + number) for number, name in enumerate(_NAMES)),
    template="Card 1",
    template_id=1795423071300,
    front=(_THEME / "front.html").read_text("utf-8"),
    back=(_THEME / "back.html").read_text("utf-8"),
    css=(_THEME / "card.css").read_text("utf-8"),
)


def fill(face: Face) -> tuple[str, ...]:
    """The fields in the order of the note type; the spare ones are empty."""
    return (face.question, face.answer, face.proof, face.verified, face.source, face.id, "", "", "", "")
