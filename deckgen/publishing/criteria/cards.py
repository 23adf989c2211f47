"""Which cards a note has, where they sit, and what each of them shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deckgen.publishing.criteria.finding import Finding
from deckgen.publishing.engine import visible
from deckgen.publishing.snapshot import Snapshot

_TEMPLATE_ERROR = "docs.ankiweb.net/templates/errors"
_DEFAULT_DECK = 1


def cards(snapshot: Snapshot) -> Iterator[Finding]:
    """The engine would make the same cards, and none of them is empty."""
    for note in snapshot.package.notes:
        if not note.cards:
            yield Finding("A009", f"note {note.guid} has no card")
    if snapshot.generated:
        yield Finding("A010", f"the engine makes {snapshot.generated} cards that the package does not have")
    for note_id in snapshot.empty:
        yield Finding("A011", f"note {note_id} has an empty card")


def place(snapshot: Snapshot) -> Iterator[Finding]:
    """New cards are studied in the order of their places; what sits in the default deck mixes with the learner's."""
    places = Counter(card.due for note in snapshot.package.notes for card in note.cards if card.template == 0)
    for due, times in places.items():
        if times > 1:
            yield Finding("A019", f"{times} notes have place {due}, so that they are studied in no order")
    for note in snapshot.package.notes:
        if any(card.deck == _DEFAULT_DECK for card in note.cards):
            yield Finding("A020", f"note {note.guid} has a card in the default deck")


def rendering(snapshot: Snapshot) -> Iterator[Finding]:
    """Each card shows a question, and an answer besides."""
    for card in snapshot.shown:
        if _TEMPLATE_ERROR in card.question + card.answer:
            yield Finding("A013", f"note {card.guid} is not shown: {visible(card.question)[:80]}")
        elif not _seen(card.question):
            yield Finding("A014", f"note {card.guid} has an empty question")
        elif _seen(card.answer) in ("", _seen(card.question)):
            yield Finding("A015", f"note {card.guid} shows no answer")


def _seen(html: str) -> str:
    """What somebody sees of a card: its text, and that there are pictures."""
    return visible(html.replace("<img", "(picture)<img"))
