"""Questions that ask the same in other words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deckgen import rules
from deckgen.diagnostics import Diagnostic
from deckgen.model import Card

_WORD = re.compile(r"\w+|[^\w\s`*?!.:,'\u2019]+")  # C is not C++
_EMPTY = frozenset(
    {"a", "an", "the", "of", "in", "is", "are", "what", "whats", "s", "do", "does", "you", "mean", "meant", "by", "and"}
    | {"explain", "define", "describe", "briefly", "please", "tell", "me", "about", "to", "your", "own", "words"}
)


def alike(cards: Iterable[Card]) -> Iterator[Diagnostic]:
    """A warning for each card whose question has the words of an earlier one that has another id."""
    first: dict[frozenset[str], Card] = {}
    for card in cards:
        words = frozenset(_words(card.question))
        other = first.setdefault(words, card)
        if words and other.id != card.id:
            yield rules.ASKED_BEFORE.at(card.location, card.line, other=other.location)


def _words(question: str) -> Iterator[str]:
    """The words that carry a question, in the singular."""
    for word in _WORD.findall(question.casefold()):
        if word not in _EMPTY:
            yield word[:-1] if len(word) > 3 and word.endswith("s") else word
