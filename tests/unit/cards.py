"""Cards and decks that were never read from anywhere, for the tests of the checking room."""

from __future__ import annotations

from dataclasses import replace

from deckgen.diagnostics import Location
from deckgen.model import Card, Deck, Document, Fence, Role

HERE = Location("cards.md", 1)
CHECK = Fence(Role.CHECK, "python", "assert x", Location("cards.md", 5))


def card(name: str, *fences: Fence, **changes: object) -> Card:
    """An answered card with some fences, the usual one but for some changes."""
    usual = Card(
        id=name,
        label="Q1",
        question=name,
        heading=name,
        answer=(),
        fences=fences,
        location=HERE,
        line=f"Q1. {name}",
        document="cards.md",
    )
    return replace(usual, **changes)  # type: ignore[arg-type] # whoever names a field gives it what it takes


def deck(*cards: Card, **changes: object) -> Deck:
    """A deck of one document, with eight seconds for each run."""
    usual = Deck(
        id="deck",
        name="Deck",
        description="",
        path="deck",
        ledger=None,
        documents=(Document("cards.md", "", cards),),
        diagnostics=(),
        timeout=8.0,
    )
    return replace(usual, **changes)  # type: ignore[arg-type] # whoever names a field gives it what it takes
