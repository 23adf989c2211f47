"""The verbs of an author, which run nothing: to look at a deck, to start one, and to write into its files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from deckgen import files, rules
from deckgen.diagnostics import Diagnostic, Location
from deckgen.model import Card, Deck
from deckgen.proof import Judgement, Verdict
from deckgen.publishing.engine import EngineMissingError
from deckgen.publishing.forecast import Forecast, forecast
from deckgen.reading import figures, ids, starter
from deckgen.reading.edits import Revision
from deckgen.reading.figures import Figures
from deckgen.reading.ids import MissingId
from deckgen.reading.starter import Start
from deckgen.reading.worktree import dirty
from deckgen.report import Report, Verb


class Uncommitted(StrEnum):
    """What becomes of an edit to a file that git could not bring back."""

    REFUSE = "refuse"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Edited:
    """The ids that were written, why others were not, and what forbade to write anything at all."""

    inserted: tuple[MissingId, ...]
    diagnostics: tuple[Diagnostic, ...]
    refusals: tuple[Diagnostic, ...]


def lint(deck: Deck) -> Report:
    """Read only: the cards and what is wrong with them; nothing is run."""
    judgements = tuple(Judgement(card, _unrun(card)) for card in deck.cards)
    return Report(Verb.LINT, deck, judgements, diagnostics=deck.diagnostics)


def _unrun(card: Card) -> Verdict | None:
    """What can be said of a card that is not run."""
    if not card.answered:
        return Verdict.UNANSWERED
    return None if card.checked else Verdict.UNCHECKED


def stats(deck: Deck) -> tuple[Figures, Forecast | None]:
    """What a deck amounts to, and how long it takes to learn, None where the engine is missing or there is no card."""
    found = figures.of(deck)
    try:
        return found, forecast(found.whole.faces) if found.whole.faces else None
    except EngineMissingError:
        return found, None


def start(folder: Path, document: Path | None) -> Start:
    """Write a new deck into a folder of its own, whole or not at all: one of a document, or one with a single card.

    Raises OSError, and FileExistsError where anything is in the folder's place.
    """
    begun = starter.rough(folder.name, document) if document else starter.fresh(folder.name)
    if begun.files:
        files.write_folder(folder, begun.files)
    return begun


def insert_ids(decks: Sequence[Deck], uncommitted: Uncommitted) -> Edited:
    """Write the missing ids of some decks into their files. Raises OSError."""
    plans = [ids.plan(deck) for deck in decks]
    found = tuple(diagnostic for plan in plans for diagnostic in plan.diagnostics)
    refusals = save([revision for plan in plans for revision in plan.revisions], uncommitted)
    inserted = () if refusals else tuple(each for plan in plans for each in plan.inserted)
    return Edited(inserted, found, tuple(refusals))


def save(revisions: Sequence[Revision], uncommitted: Uncommitted) -> list[Diagnostic]:
    """Write some files anew, or none of them where one may not be edited, and say why. Raises OSError.

    Each is written whole or not at all. A file may not be edited that has changed since it was read, that two revisions
    are of, or, if `uncommitted` says so, that git could not bring back.
    """
    refusals = [*_twice(revisions), *_changed(revisions)]
    if uncommitted is Uncommitted.REFUSE:
        unsafe = dirty(revision.path for revision in revisions)
        refusals += [rules.NO_WAY_BACK.at(Location(each.path.as_posix()), reason=each.reason) for each in unsafe]
    for revision in () if refusals else revisions:
        files.write(revision.path, revision.after)
    return refusals


def _twice(revisions: Sequence[Revision]) -> Iterator[Diagnostic]:
    first: dict[str, Path] = {}
    for revision in revisions:
        other = first.setdefault(os.path.realpath(revision.path), revision.path)
        if other is not revision.path:
            yield rules.ONE_FILE_TWICE.at(Location(revision.path.as_posix()), other=other.as_posix())


def _changed(revisions: Sequence[Revision]) -> Iterator[Diagnostic]:
    for revision in revisions:
        if revision.path.read_bytes() != revision.before:
            yield rules.CHANGED_MEANWHILE.at(Location(revision.path.as_posix()))
