"""The library: decks are read, proved and packed by three functions, and what they return is plain data."""

from __future__ import annotations

from pathlib import Path

from deckgen import pipeline
from deckgen.effort import Effort
from deckgen.model import Deck
from deckgen.proof import Verdict
from deckgen.reading import decks
from deckgen.reading.decks import Reading
from deckgen.report import Report, Step
from deckgen.shipping import Ledgers

__all__ = ("Deck", "Effort", "Ledgers", "Reading", "Report", "Verdict", "build", "read", "verify")


def read(*paths: str | Path) -> Reading:
    """The decks at some paths, and what is wrong with the paths that gave none; nothing is run."""
    return decks.read([str(path) for path in paths])


def verify(deck: Deck, effort: Effort | None = None) -> Report:
    """Prove every card of a deck that has a check.

    Raises SurroundingsError where nothing can be run, and ValueError for what cannot be a cache; one that cannot be
    used just now is a notice of the report.
    """
    return pipeline.verify(deck, _unseen, effort or Effort())


def build(deck: Deck, out: str | Path, effort: Effort | None = None, ledgers: Ledgers = Ledgers.DRAFT) -> Report:
    """Prove a deck, and write its package and reports into a folder. Raises SurroundingsError, LedgerError, OSError."""
    return pipeline.build(deck, Path(out), ledgers, _unseen, effort or Effort())


def _unseen(step: Step) -> None:
    """Nobody watches a library at work."""
