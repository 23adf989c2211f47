"""What of some decks is to be proved: all of it, a document, one card, cards with a tag, or those that failed last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Location, suggest
from deckgen.model import Card, Deck
from deckgen.reading import decks
from deckgen.reading.decks import Reading
from deckgen.reading.sources import shown

SEPARATOR = "::"


@dataclass(frozen=True, slots=True)
class Target:
    """`PATH` or `PATH::card-id`: a place, the deck it is read with, and the card meant, empty for all of them.

    A document in a deck's folder is read with its deck, whose prelude its checks need.
    """

    path: str
    home: str
    card: str

    @classmethod
    def of(cls, text: str) -> Target:
        """The target that a user named."""
        path, _, card = text.partition(SEPARATOR)
        place = Path(path)
        folders = place.resolve().parents if place.suffix == ".md" else ()
        home = next((folder for folder in folders if (folder / "deck.toml").exists()), None)
        return cls(path, path if home is None else shown(home), card)

    def means(self, card: Card) -> bool:
        """Whether a card of the target's deck is meant."""
        inside = self.path == self.home or card.location.path == shown(Path(self.path))
        return inside and self.card in ("", card.id)


def read(targets: Sequence[str], tags: Sequence[str] = (), known: Path | None = None) -> Reading:
    """The decks of some targets with nothing but the cards meant, and those tagged so where there are tags.

    A card that is not there is reported; `known` is a folder of pages that were read before.
    """
    wanted = [Target.of(text) for text in targets]
    reading = decks.read(list(dict.fromkeys(target.home for target in wanted)), known)
    found = list(reading.diagnostics)
    narrowed = []
    for deck in reading.decks:
        mine = [target for target in wanted if Path(deck.path).resolve().is_relative_to(Path(target.home).resolve())]
        found += [_missing(target, deck) for target in mine if not any(map(target.means, deck.cards)) and target.card]
        chosen = only(deck, partial(_meant, mine, tags))
        narrowed += [chosen] if chosen.cards or not deck.cards else []
    if tags and not narrowed and not found:
        words = " or ".join(f"`{tag}`" for tag in tags)
        advice = suggest(tags[0], sorted({tag for deck in reading.decks for card in deck.cards for tag in card.tags}))
        found.append(rules.NO_SUCH_TAG.at(Location(targets[0]), tags=words, advice=advice))
    return Reading(tuple(narrowed), tuple(found))


def only(deck: Deck, meant: Callable[[Card], bool]) -> Deck:
    """A deck with nothing but some of its cards, and what was found about them; the same deck if that is all of it."""
    documents = tuple(
        replace(document, cards=tuple(card for card in document.cards if meant(card))) for document in deck.documents
    )
    kept = [card for document in documents for card in document.cards]
    if len(kept) == len(deck.cards):
        return deck
    return replace(deck, documents=documents, diagnostics=about(kept, deck.diagnostics))


def about(cards: Sequence[Card], diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What of some diagnostics is about some cards: their defects, and what is said of the lines of their questions."""
    defects = {defect for card in cards for defect in card.defects}
    lines = {(card.location.path, card.location.line) for card in cards}
    found = (each for each in diagnostics if each in defects or (each.location.path, each.location.line) in lines)
    return tuple(found)


def exchanged(deck: Deck, cards: Mapping[Location, Card]) -> Deck:
    """A deck with other cards in the places of some."""
    documents = (
        replace(document, cards=tuple(cards.get(card.location, card) for card in document.cards))
        for document in deck.documents
    )
    return replace(deck, documents=tuple(documents))


def failed(deck: Deck, last: Mapping[str, Collection[str]]) -> Deck:
    """A deck with nothing but the cards that failed last, by deck and card; the whole deck where none did."""
    ids = last.get(deck.id, ())
    return only(deck, lambda card: card.id in ids) if any(card.id in ids for card in deck.cards) else deck


def _meant(targets: Sequence[Target], tags: Collection[str], card: Card) -> bool:
    return any(target.means(card) for target in targets) and (not tags or bool(set(tags) & set(card.tags)))


def _missing(target: Target, deck: Deck) -> Diagnostic:
    known = [card.id for card in deck.cards if replace(target, card="").means(card)]
    advice = suggest(target.card, known) if known else "it has no cards"
    return rules.NO_SUCH_CARD.at(Location(target.path), id=target.card, advice=advice)
