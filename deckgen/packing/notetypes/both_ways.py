"""The note type that asks both ways: from the question to the answer, and from the answer to the question."""

from __future__ import annotations

from deckgen.notes import Field, NoteType, Template
from deckgen.packing.notetypes import theme
from deckgen.packing.notetypes.basic import fill as fill

_NAMES = ("Question", "Answer", "Proof", "Verified", "Source", "Id", "Report", "Spare2", "Spare3", "Spare4")

NOTE_TYPE = NoteType(
    id=1795423072184,
    name="deckgen reversed",
    fields=tuple(Field(name, 1795423072200 + number) for number, name in enumerate(_NAMES)),
    templates=(
        Template("Card 1", 1795423072300, theme.read("question.html"), theme.read("back.html", "evidence.html")),
        Template(
            "Card 2",
            1795423072301,
            theme.read("reversed-front.html"),
            theme.read("reversed-back.html", "evidence.html"),
        ),
    ),
    css=theme.read("card.css"),
)
