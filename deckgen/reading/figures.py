"""What a deck amounts to: how many cards, how they are proved and where, and how long their answers are. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low

from deckgen.model import CHECK_ROLES, Card, Deck, Role
from deckgen.proof import within
from deckgen.reading import clozes
from deckgen.reading.brevity import words


@dataclass(frozen=True, slots=True)
class Tally:
    """Some cards, counted: `faces` is how many Anki makes of those with an answer, `words` the median of their answers.

    The rest says how many cards have a check of each kind, claim each version and each database, and have each tag; and
    how many mistakes are stated that must fail.
    """

    name: str
    cards: int
    faces: int
    checked: int
    mistakes: int
    words: int
    kinds: Mapping[str, int]
    versions: Mapping[str, int]
    databases: Mapping[str, int]
    tags: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """A whole deck, and its subdecks in study order."""

    whole: Tally
    subdecks: tuple[Tally, ...]


def of(deck: Deck) -> Figures:
    """The figures of a deck as it was read."""
    parts: dict[str, list[Card]] = {}
    for document in deck.documents:
        for card in document.cards:
            parts.setdefault("::".join(filter(None, (document.subdeck, *card.section))), []).append(card)
    subdecks = tuple(_tally(name or deck.name, cards, deck) for name, cards in parts.items())
    return Figures(_tally(deck.name, deck.cards, deck), subdecks)


def _tally(name: str, cards: Sequence[Card], deck: Deck) -> Tally:
    answered = [card for card in cards if card.answered]
    checked = [card for card in answered if card.checked]
    fences = [fence for card in cards for fence in card.fences]
    return Tally(
        name=name,
        cards=len(cards),
        faces=sum(map(_faces, answered)),
        checked=len(checked),
        mistakes=sum(fence.role is Role.REFUTE for fence in fences),
        words=median_low([len(words(card)) for card in answered] or [0]),
        kinds=_most_first(role for card in cards for role in CHECK_ROLES & {fence.role for fence in card.fences}),
        versions=Counter(each for each in deck.sqlalchemy for card in checked if within(card.claims.sqlalchemy, each)),
        databases=_most_first(each for card in checked for each in deck.databases_of(card)),
        tags=_most_first(tag for card in cards for tag in card.tags),
    )


def _most_first(found: Iterable[str]) -> Mapping[str, int]:
    return dict(sorted(Counter(found).items(), key=lambda each: (-each[1], each[0])))


def _faces(card: Card) -> int:
    match card.note_type:
        case "reversed":
            return 2
        case "cloze":
            return len(clozes.numbers(card))
        case _:
            return 1
