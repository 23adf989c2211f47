"""Proved cards become a package that Anki's engine has judged, and a ledger that remembers what was in it."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from deckgen import apkg, files, rules
from deckgen.diagnostics import Diagnostic, Location, Rule, Severity
from deckgen.folders import CACHE
from deckgen.model import Deck
from deckgen.notes import Packable, StampedNote
from deckgen.packing import ledgerfile, package, render
from deckgen.packing.ledger import Ledger, Stamped, State, stamp
from deckgen.packing.ledgerfile import LedgerError
from deckgen.packing.rebuild import rebuild
from deckgen.packing.recall import deliver, emptied
from deckgen.proof import Admitted, Verdict
from deckgen.publishing.audit import audit
from deckgen.publishing.criteria.finding import Finding
from deckgen.publishing.engine import EXTRA, EngineMissingError
from deckgen.report import Report, Shipped

_NAMED = 3


class Ledgers(StrEnum):
    """Which ledger a build writes: the draft in the cache, the released one in the deck's folder, or none.

    Under a locked ledger, a package is made as for a release, and only where the released ledger has all of it already.
    """

    DRAFT = "draft"
    RELEASE = "release"
    LOCKED = "locked"


def ship(report: Report, admitted: Sequence[Admitted], path: Path, ledgers: Ledgers) -> Report:
    """Pack what is admitted and what is to be recalled, audit it, and write package and ledger; the report of it.

    Neither is written where that is a mistake. Raises LedgerError and OSError.
    """
    deck = report.deck
    released = _ledger(Path(deck.ledger) if deck.ledger else None, deck.id)
    delivery = deliver(deck, report.judgements, admitted, released)
    stamped = _stamp(deck, delivery.packables, released, ledgers)
    data = package.pack(stamped.notes, stamped.note_types, name=deck.name, description=deck.description)
    found = [*emptied(deck, released, stamped.ledger), *_judged(data, path, stamped.notes)]
    if ledgers is Ledgers.LOCKED:
        found += _changes(deck, released, stamped.ledger)
    report = replace(report, diagnostics=(*report.diagnostics, *delivery.diagnostics, *found))
    if any(diagnostic.severity is Severity.ERROR for diagnostic in found):
        return report
    _remember(deck, stamped.ledger, ledgers)  # first: without it the next package would date these notes anew
    files.write(path, data)
    media = {medium.name for each in stamped.notes for medium in each.note.media}
    shipped = Shipped(path.name, hashlib.sha256(data).hexdigest(), len(stamped.notes), len(media))
    packed = frozenset(each.card.id for each in delivery.packables if isinstance(each, Admitted))
    withdrawn = _withdrawn(report, released) if ledgers is Ledgers.LOCKED else frozenset[str]()
    return replace(report, package=shipped, packed=packed, withdrawn=withdrawn)


def _withdrawn(report: Report, released: Ledger) -> frozenset[str]:
    recalled = {card for card, entry in released.notes.items() if entry.state is State.WITHDRAWN}
    return frozenset(each.card.id for each in report.judgements if each.verdict is Verdict.REFUTED) & recalled


def _stamp(deck: Deck, packables: Sequence[Packable], released: Ledger, ledgers: Ledgers) -> Stamped:
    draft = _ledger(_draft(deck), deck.id) if ledgers is Ledgers.DRAFT else Ledger(deck.id)
    now = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    return stamp(render.render(deck, packables), deck=deck.id, released=released, draft=draft, now=now)


def _judged(data: bytes, path: Path, notes: Sequence[StampedNote]) -> list[Diagnostic]:
    """What the engine says of a package before it is written, or that the engine is not installed."""
    place = Location(path.as_posix())
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="audit-", dir=CACHE) as folder:  # another build may be at it as well
        trial = Path(folder) / path.name
        trial.write_bytes(data)
        try:
            found = audit(trial, notes)
        except EngineMissingError:
            return [rules.NOT_AUDITED.at(place, extra=EXTRA)]
    return [_rule(each).at(place, code=each.code, message=each.message) for each in found]


def _rule(finding: Finding) -> Rule:
    return rules.AUDIT if finding.severity is Severity.ERROR else rules.AUDIT_WARNING


def _changes(deck: Deck, released: Ledger, now: Ledger) -> list[Diagnostic]:
    """What a release would write into a ledger that is to stay as it is."""
    changed = [f"`{card}`" for card, entry in sorted(now.notes.items()) if released.notes.get(card) != entry]
    changed += [f"`{name}`" for name, entry in now.note_types.items() if released.note_types.get(name) != entry]
    if not changed:
        return []
    more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    place = Location(deck.ledger or deck.path)
    return [rules.LEDGER_WOULD_CHANGE.at(place, cards=", ".join(changed[:_NAMED]) + more)]


def restore(decks: Sequence[Deck], path: Path) -> dict[Path, int]:
    """Write the ledgers that decks have lost, from the package of a release; how many cards stand in which.

    Raises LedgerError where one of them is not lost, or the package is of none of these decks, NotAPackageError and
    OSError.
    """
    packed = apkg.read(path)
    found = {Path(deck.ledger): rebuild(packed, deck.id) for deck in decks if deck.ledger}
    lost = {place: ledger for place, ledger in found.items() if ledger.notes}
    if not lost:
        raise LedgerError(f"{path} is no package of {', '.join(deck.name for deck in decks) or 'any deck here'}")
    for place in lost:
        if place.exists():
            raise LedgerError(f"{place} is there: remove it first, if it is to be written anew")
    for place, ledger in lost.items():
        files.write(place, ledgerfile.dump(ledger).encode())
    return {place: len(ledger.notes) for place, ledger in lost.items()}


def _ledger(path: Path | None, deck: str) -> Ledger:
    if path is None or not path.exists():
        return Ledger(deck)
    try:
        return ledgerfile.parse(path.read_text("utf-8"), deck)
    except LedgerError as error:
        raise LedgerError(f"{path}: the ledger {error}") from error


def _draft(deck: Deck) -> Path:
    return CACHE / "drafts" / f"{deck.id}.json"


def _remember(deck: Deck, written: Ledger, ledgers: Ledgers) -> None:
    match ledgers:
        case Ledgers.DRAFT:
            files.write(_draft(deck), ledgerfile.dump(written).encode())
        case Ledgers.RELEASE:
            files.write(Path(deck.ledger) if deck.ledger else _draft(deck), ledgerfile.dump(written).encode())
        case Ledgers.LOCKED:
            pass
