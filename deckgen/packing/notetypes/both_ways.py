"""The note type that asks both ways: from the question to the answer, and from the answer to the question."""

from __future__ import annotations

from deckgen.notes import NoteType, Template
from deckgen.packing.notetypes import theme
from deckgen.packing.notetypes.basic import fill as fill
from deckgen.packing.notetypes.face import fields

NOTE_TYPE = NoteType(
    id=1795423072184,
    name="deckgen reversed",
    fields=fields(1795423072200, "Question", "Answer"),
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
