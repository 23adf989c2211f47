"""How well a document is read: its questions against a list of titles, by words alone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from deckgen.diagnostics import Source
from deckgen.reading import grammar, sources


@dataclass(frozen=True, slots=True)
class Score:
    """The titles that were found in vain, those that were missed, and those whose state is another."""

    right: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]
    misjudged: tuple[str, ...]

    @property
    def precision(self) -> float:
        found = self.right + len(self.wrong)
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        wanted = self.right + len(self.missed)
        return self.right / wanted if wanted else 1.0


def score(document: Path, titles: Path) -> Score:
    """The score of a document; each line of `titles` is a title, a tab, and `answered` or `unanswered`."""
    rows = [line.rsplit("\t", 1) for line in titles.read_text("utf-8").splitlines() if line.strip()]
    source = sources.decode(document.read_bytes(), document.name)
    cards = grammar.read(source, document.name).cards if isinstance(source, Source) else ()
    wanted, found = Counter(_words(title) for title, _ in rows), Counter(_words(card.question) for card in cards)
    states = {_words(title): state for title, state in rows}
    misjudged = [
        card.question
        for card in cards
        if states.get(_words(card.question), "") == ("unanswered" if card.answered else "answered")
    ]
    return Score(
        right=(wanted & found).total(),
        wrong=tuple((found - wanted).elements()),
        missed=tuple((wanted - found).elements()),
        misjudged=tuple(misjudged),
    )


def _words(title: str) -> str:
    """The letters, digits and signs of a title, whatever its spacing, emphasis and end."""
    return re.sub(r"[\s*_`]+", "", title).casefold().rstrip(".:?!\u2026\uff1f")
