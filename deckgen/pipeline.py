"""The verbs: Markdown is read into cards, cards are proved, proved cards are packed, and the package is published."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from deckgen import rules
from deckgen.checking.verify import Verification, admit
from deckgen.checking.verify import verify as prove
from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.model import (
    Card,
    Deck,
    Judgement,
    Packable,
    Progress,
    Report,
    Shipped,
    StampedNote,
    Trust,
    Verb,
    Verdict,
    VerifiedCard,
)
from deckgen.packing import archive, ledger, package, render
from deckgen.packing.ledger import Ledger, LedgerError, Stamped
from deckgen.publishing import reports
from deckgen.publishing.audit import EXTRA, EngineMissingError, audit

CACHE = Path("build/.cache")


class Ledgers(StrEnum):
    """Which ledger a build writes: the draft in the cache, or the released one in the deck's folder."""

    DRAFT = "draft"
    RELEASE = "release"


def lint(deck: Deck) -> Report:
    """Read only: the cards and what is wrong with them; nothing is run."""
    judgements = tuple(Judgement(card, _unrun(card)) for card in deck.cards)
    return Report(Verb.LINT, deck, judgements, diagnostics=deck.diagnostics)


def _unrun(card: Card) -> Verdict | None:
    """What can be said of a card that is not run."""
    if not card.answered:
        return Verdict.UNANSWERED
    return None if card.checked else Verdict.UNCHECKED


def verify(deck: Deck, progress: Progress, workers: int | None, trust: Trust) -> Report:
    """Prove every card that has a check. Raises SurroundingsError."""
    started = time.monotonic()
    return _proved(Verb.VERIFY, deck, prove(deck, progress, workers=workers, trust=trust), started)


def build(deck: Deck, out: Path, ledgers: Ledgers, progress: Progress, workers: int | None, trust: Trust) -> Report:
    """Prove a deck, pack what is proved, have the engine judge it, and write package, ledger and report into `out`.

    A package that the engine objects to is not written. Raises SurroundingsError, LedgerError and OSError.
    """
    started = time.monotonic()
    verification = prove(deck, progress, workers=workers, trust=trust)
    admitted = admit(deck, verification.judgements)
    report = _proved(Verb.BUILD, deck, verification, started)
    if any(isinstance(each, VerifiedCard) for each in admitted):
        report = _ship(report, admitted, out / f"{deck.id}.apkg", ledgers)
    report = replace(report, seconds=time.monotonic() - started)
    archive.write(out / f"{deck.id}.report.json", reports.FORMATS["json"]([report]).encode())
    return report


def _proved(verb: Verb, deck: Deck, verification: Verification, started: float) -> Report:
    results = [result for judgement in verification.judgements for result in judgement.results]
    return Report(
        verb=verb,
        deck=deck,
        judgements=verification.judgements,
        environments=tuple(dict.fromkeys(result.environment for result in results)),
        diagnostics=(*deck.diagnostics, *verification.diagnostics),
        unconfined=verification.unconfined,
        seconds=time.monotonic() - started,
    )


def _ship(report: Report, admitted: Sequence[Packable], path: Path, ledgers: Ledgers) -> Report:
    """Pack, audit and write; the report of it."""
    deck = report.deck
    stamped = _stamp(deck, admitted, ledgers)
    data = package.pack(stamped.notes, stamped.note_types, name=deck.name, description=deck.description)
    found = _judged(data, path, stamped.notes)
    report = replace(report, diagnostics=(*report.diagnostics, *found))
    if any(diagnostic.severity is Severity.ERROR for diagnostic in found):
        return report
    archive.write(path, data)
    _remember(deck, stamped.ledger, ledgers)
    shipped = Shipped(path.name, hashlib.sha256(data).hexdigest(), len(stamped.notes), media=0)
    return replace(report, package=shipped, packed=frozenset(each.card.id for each in admitted))


def _stamp(deck: Deck, admitted: Sequence[Packable], ledgers: Ledgers) -> Stamped:
    released = _ledger(Path(deck.ledger) if deck.ledger else None, deck.id)
    draft = _ledger(_draft(deck), deck.id) if ledgers is Ledgers.DRAFT else Ledger(deck.id)
    now = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    return ledger.stamp(render.render(deck, admitted), deck=deck.id, released=released, draft=draft, now=now)


def _judged(data: bytes, path: Path, notes: Sequence[StampedNote]) -> list[Diagnostic]:
    """What the engine says of a package before it is written, or that the engine is not installed."""
    trial, place = CACHE / "audit" / path.name, Location(path.as_posix())
    archive.write(trial, data)
    try:
        return [rules.AUDIT.at(place, code=each.code, message=each.message) for each in audit(trial, notes)]
    except EngineMissingError:
        return [rules.NOT_AUDITED.at(place, extra=EXTRA)]
    finally:
        trial.unlink()


def _ledger(path: Path | None, deck: str) -> Ledger:
    if path is None or not path.exists():
        return Ledger(deck)
    try:
        return ledger.parse(path.read_text("utf-8"), deck)
    except LedgerError as error:
        raise LedgerError(f"{path}: the ledger {error}") from error


def _draft(deck: Deck) -> Path:
    return CACHE / "ledgers" / f"{deck.id}.json"


def _remember(deck: Deck, written: Ledger, ledgers: Ledgers) -> None:
    path = Path(deck.ledger) if ledgers is Ledgers.RELEASE and deck.ledger else _draft(deck)
    archive.write(path, ledger.dump(written).encode())
