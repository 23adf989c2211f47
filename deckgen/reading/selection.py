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
        path, _, card = (text, "", "") if Path(text).exists() else text.partition(SEPARATOR)
        home = decks.home(Path(path))
        return cls(path, path if home is None else shown(home), card)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that are meant whole: the document and its sidecar, none where a card or a deck is named."""
        if self.card or self.path == self.home:
            return ()
        return shown(Path(self.path)), shown(Path(self.path).with_suffix(".checks.py"))

    def means(self, card: Card) -> bool:
        """Whether a card of the target's deck is meant."""
        inside = self.path == self.home or card.location.path == shown(Path(self.path))
        return inside and self.card in ("", card.id)


def watched(targets: Sequence[str]) -> tuple[Path, ...]:
    """The folders in which a save can change what is read of some targets, whether or not these can be read by now."""
    places = [Path(Target.of(text).home) for text in targets]
    # An editor may write another file and rename it, which only the folder sees; a link may lead to another folder.
    folders = (each if each.is_dir() else each.parent for place in places for each in (place.resolve(), place))
    return tuple({each.resolve(): each for each in folders}.values())


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
        found += filter(None, (_missing(target, deck) for target in mine))
        prelude = shown(Path(deck.path) / "prelude.py")
        whole = [prelude, *(file for target in mine if not tags for file in target.files)]
        everything = any(target.path == target.home and not target.card for target in mine) and not tags
        chosen = deck if everything else only(deck, partial(_meant, mine, tags), whole)
        narrowed += [chosen] if chosen.cards or chosen.diagnostics or not deck.cards else []
    if tags and not narrowed and not found:
        words = " or ".join(f"`{tag}`" for tag in tags)
        advice = suggest(tags[0], sorted({tag for deck in reading.decks for card in deck.cards for tag in card.tags}))
        found.append(rules.NO_SUCH_TAG.at(Location(targets[0]), tags=words, advice=advice))
    return Reading(tuple(narrowed), tuple(found))


def only(deck: Deck, meant: Callable[[Card], bool], whole: Collection[str] = ()) -> Deck:
    """A deck with nothing but some of its cards, and what was found about them; the same deck if that is all of it.

    Of the files that are `whole`, all that was found is kept.
    """
    documents = tuple(
        replace(document, cards=tuple(card for card in document.cards if meant(card))) for document in deck.documents
    )
    kept = [card for document in documents for card in document.cards]
    if not whole and len(kept) == len(deck.cards):
        return deck
    said = set(about(kept, deck.diagnostics))
    diagnostics = tuple(each for each in deck.diagnostics if each in said or each.location.path in whole)
    return replace(deck, documents=documents, diagnostics=diagnostics)


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


def _missing(target: Target, deck: Deck) -> Diagnostic | None:
    """What is said of a card that is not there, and of a document that is not one of the deck's."""
    said = any(each.location.path in target.files for each in deck.diagnostics)
    if said or any(map(target.means, deck.cards)) or (target.path == target.home and not target.card):
        return None
    if target.files:
        return rules.NO_DECKS.at(Location(target.path))
    known = [card.id for card in deck.cards if replace(target, card="").means(card)]
    advice = suggest(target.card, known) if known else "it has no cards"
    return rules.NO_SUCH_CARD.at(Location(target.path), id=target.card, advice=advice)
