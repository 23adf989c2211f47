"""What can be told of a card from its form: whether it asks something, and whether its answer fits a phone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

from deckgen import rules
from deckgen.diagnostics import Diagnostic
from deckgen.model import DIAGRAMS, Card, Fence, Html
from deckgen.reading.clozes import filled

MOST_WORDS = 60
MOST_LINES = 12
MOST_COLUMNS = 44

_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W_]+")
_ASKS = re.compile("[?\uff1f\u061f\u037e]")
_DEMANDS = frozenset({"compare", "complete", "define", "describe", "explain", "give", "list", "name", "show", "write"})
_LEAST_WORDS = 3  # of a question without a question mark
_RESTATED = 5  # words in a row that an answer takes from its question
_OPENING = 1  # a word that may come before them


def weigh(card: Card) -> Iterator[Diagnostic]:
    """Warnings about a card with an answer that is hard to learn as it is."""
    if not card.answered:
        return
    asked, answered = _words(card.heading), words(card)
    if not _asks(card, asked):
        yield rules.ASKS_NOTHING.at(card.location, card.line, title=card.question)
    if len(answered) > MOST_WORDS:
        yield rules.LONG_ANSWER.at(card.location, card.line, words=len(answered))
    if _restates(asked, answered):
        yield rules.RESTATED_QUESTION.at(card.location, card.line)
    shown = [each for each in card.answer if isinstance(each, Fence) and each.language not in DIAGRAMS]
    blocks = [(each.location, filled(each.display or each.code).rstrip().split("\n")) for each in shown]
    if (total := sum(len(lines) for _, lines in blocks)) > MOST_LINES:
        yield rules.LONG_CODE.at(card.location, card.line, lines=total)
    for place, lines in blocks:
        widest = max(range(len(lines)), key=lambda number: len(lines[number]))
        if len(lines[widest]) > MOST_COLUMNS:
            where = replace(place, line=place.line + widest)
            yield rules.WIDE_CODE.at(where, lines[widest], columns=len(lines[widest]))


def words(card: Card) -> list[str]:
    """The words of an answer's prose, in lower case."""
    return _words(filled(" ".join(each.text for each in card.answer if isinstance(each, Html))))


def _words(text: str) -> list[str]:
    return _WORD.findall(html.unescape(_TAG.sub(" ", text)).casefold())


def _asks(card: Card, words: list[str]) -> bool:
    """Whether a question asks or demands something; a title of what follows needs not."""
    if card.note_type != "basic" or not words or _ASKS.search(card.question):
        return True
    return len(words) >= _LEAST_WORDS or not _DEMANDS.isdisjoint(words[:1])


def _restates(asked: list[str], answered: list[str]) -> bool:
    """Whether an answer begins with words of its question."""
    runs = {tuple(asked[start : start + _RESTATED]) for start in range(len(asked) - _RESTATED + 1)}
    return any(tuple(answered[start : start + _RESTATED]) in runs for start in range(_OPENING + 1))
