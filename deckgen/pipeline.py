"""The verbs: Markdown is read into cards, cards are proved, proved cards are packed, and the package is published."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.version import Version

from deckgen import files
from deckgen.checking.verify import Verification, admit, judge_beside
from deckgen.checking.verify import verify as prove
from deckgen.diagnostics import Diagnostic, Location
from deckgen.drafting import Uncommitted, save
from deckgen.effort import Effort
from deckgen.errors import SurroundingsError
from deckgen.folders import FAILED, OUT
from deckgen.model import Card, Deck
from deckgen.proof import Judgement, Refuted, Unavailable, Verdict, VerifiedCard
from deckgen.publishing import push as pushing
from deckgen.publishing import reports, upstream
from deckgen.publishing.ankiconnect import AnkiConnect
from deckgen.publishing.changes import Change
from deckgen.publishing.push import Effect
from deckgen.publishing.reports import problem
from deckgen.reading import acceptance, diagrams, selection
from deckgen.reading.acceptance import Acceptance
from deckgen.reading.edits import Revision
from deckgen.report import Progress, Report, Step, Verb, age, environments
from deckgen.shipping import Ledgers, ship

_ROUNDS = 100  # what differs each time it is observed must come to an end


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was observed and taken, why it could not be written, and what forbade to write anything at all.

    `left` are the cards with such fences that fail for another reason, or cannot be run, and what became of them.
    """

    acceptances: tuple[Acceptance, ...]
    left: tuple[Judgement, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    refusals: tuple[Diagnostic, ...] = ()


def observe(deck: Deck, progress: Progress, effort: Effort) -> Accepted:
    """What the fences of a deck would be if they expected what is observed; nothing is written.

    A card is proved again with what was taken, since a check ends at the first thing that is not as expected. Raises
    SurroundingsError.
    """
    taken: dict[Location, Acceptance] = {}
    left: list[Judgement] = []
    for _ in range(_ROUNDS):
        judgements = prove(deck, progress, effort).judgements
        found = list(_observed(judgements))
        differing = {each.card.location for each in found}
        left += [each for each in judgements if each.card.location not in differing and _is_left(each)]
        if not found:
            break
        for each in found:
            first = taken.get(each.before.location, each)
            taken[each.before.location] = replace(each, before=first.before)
        deck = _with(deck, {each.card.location: acceptance.replaced(each.card, each) for each in found})
    return Accepted(tuple(taken.values()), tuple(left))


def _observed(judgements: Sequence[Judgement]) -> Iterator[Acceptance]:
    for judgement in judgements:
        refuted = [each.outcome for each in judgement.results if isinstance(each.outcome, Refuted)]
        found = next(filter(None, (acceptance.accepted(judgement.card, outcome) for outcome in refuted)), None)
        if found is not None and found.before != found.after:
            yield found


def _is_left(judgement: Judgement) -> bool:
    return judgement.verdict in problem.FAILED and any(
        fence.role in acceptance.ACCEPTABLE for fence in judgement.card.fences
    )


def _with(deck: Deck, cards: Mapping[Location, Card]) -> Deck:
    """A deck with nothing but some cards, which stand where others of it stood."""
    return selection.exchanged(selection.only(deck, lambda card: card.location in cards), cards)


def accept(deck: Deck, taken: Accepted, uncommitted: Uncommitted) -> Accepted:
    """Write what was taken into the files of a deck. Raises OSError."""
    revisions: list[Revision] = []
    found: list[Diagnostic] = []
    for document in deck.documents:
        own = {card.location: card for card in document.cards}
        here = [replace(each, card=own[each.card.location]) for each in taken.acceptances if each.card.location in own]
        match acceptance.revise(document, here) if here else None:
            case Revision() as revision:
                revisions.append(revision)
            case Diagnostic() as diagnostic:
                found.append(diagnostic)
    return replace(taken, diagnostics=tuple(found), refusals=tuple(save(revisions, uncommitted)))


def failed_last() -> dict[str, list[str]]:
    """The cards that failed when they were last proved, by the id of their deck."""
    try:
        found: dict[str, list[str]] = json.loads(FAILED.read_text("utf-8"))
        return {str(deck): list(map(str, cards)) for deck, cards in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):  # it serves convenience alone
        return {}


def _remember_failures(deck: Deck, judgements: Sequence[Judgement]) -> None:
    """Note which cards have failed, and forget those that no longer do."""
    harmless = (Verdict.VERIFIED, Verdict.UNAVAILABLE, Verdict.NOT_CLAIMED, Verdict.UNCHECKED, Verdict.UNANSWERED)
    judged = {each.card.id: each.verdict not in harmless for each in judgements if each.verdict is not None}
    last = failed_last()
    old = [card for card in last.get(deck.id, ()) if card not in judged]
    found = last | {deck.id: [*old, *(card for card, failed in judged.items() if failed)]}
    if found != last:
        with suppress(OSError):  # a run that keeps nothing may have nowhere to write
            files.write(FAILED, json.dumps(found).encode())


def verify(deck: Deck, progress: Progress, effort: Effort) -> Report:
    """Prove every card that has a check. Raises SurroundingsError."""
    started = time.monotonic()
    return _proved(Verb.VERIFY, prove(deck, progress, effort), started)


def ahead(deck: Deck, sqlalchemy: str, progress: Progress, effort: Effort) -> tuple[Report, list[upstream.Turn] | None]:
    """Prove a deck as `verify` does, and on another SQLAlchemy: the cards that turn there, None where it is not newer.

    Raises SurroundingsError, also where cards that can be run now cannot be run there.
    """
    report = verify(deck, progress, effort)
    if any(Version(each.sqlalchemy) >= Version(sqlalchemy) for each in report.environments):
        return report, None
    there = prove(deck, progress, replace(effort, sqlalchemy=(sqlalchemy,)))
    beside = {each.card.location: each.results for each in report.judgements}
    judged = [judge_beside(each, beside[each.card.location]) for each in there.judgements]
    turns = upstream.turns(report.judgements, judged)
    if lacking := [each.there for each in turns if each.there.verdict is Verdict.UNAVAILABLE]:
        raise SurroundingsError(f"{len(lacking)} cards of {deck.name} could not be proved there: {_lack(lacking)}")
    return replace(report, notices=tuple(dict.fromkeys([*report.notices, *there.notices]))), turns


def build(deck: Deck, out: Path, ledgers: Ledgers, progress: Progress, effort: Effort) -> Report:
    """Prove a deck, pack what is proved, have the engine judge it, and write package, ledger and reports into `out`.

    A package that the engine objects to is not written, nor one of a run that was stopped, nor, under a locked ledger,
    one of which a part could not be proved here. Raises SurroundingsError, LedgerError and OSError.
    """
    started = time.monotonic()
    deck = diagrams.drawn(deck)
    report = _proved(Verb.BUILD, prove(deck, progress, effort), started)
    admitted = admit(deck, report.judgements)
    lacking = ledgers is Ledgers.LOCKED and report.count(Verdict.UNAVAILABLE)
    if any(isinstance(each, VerifiedCard) for each in admitted) and not report.stopped and not lacking:
        progress(Step(0, 0, "packing, and having Anki's engine judge the package"))
        report = ship(report, admitted, out / f"{deck.id}.apkg", ledgers)
    report = replace(report, seconds=time.monotonic() - started)
    for form in ("json", "html"):
        files.write(out / f"{deck.id}.report.{form}", reports.FORMATS[form]([report]).encode())
    if lacking:
        raise SurroundingsError(f"{lacking} cards of {deck.name} could not be proved: {_lack(report.judgements)}")
    return report


def push(
    deck: Deck, anki: AnkiConnect, effect: Effect, progress: Progress, effort: Effort
) -> tuple[Report, list[Change]]:
    """Build a deck into `OUT`, and bring its package into a running Anki; what became of each note there, or would.

    Raises what `build` does, AnkiUnreachableError and AnkiRefusedError.
    """
    report = build(deck, OUT, Ledgers.DRAFT, progress, effort)
    found = pushing.push(OUT / report.package.path, deck.name, anki, effect) if report.package else []
    return report, found


def _lack(judgements: Sequence[Judgement]) -> str:
    """Why the first card that is unavailable is so."""
    outcomes = (result.outcome for judgement in judgements for result in judgement.claimed)
    return next(each.message for each in outcomes if isinstance(each, Unavailable))


def _proved(verb: Verb, verification: Verification, started: float) -> Report:
    """A report in an order of its own: results arrive in that in which workers end."""
    judgements = tuple(
        replace(each, results=tuple(sorted(each.results, key=lambda result: age(result.environment))))
        for each in verification.judgements
    )
    _remember_failures(verification.deck, judgements)
    return Report(
        verb=verb,
        deck=verification.deck,
        judgements=judgements,
        environments=environments(judgements),
        diagnostics=(*verification.deck.diagnostics, *sorted(verification.diagnostics, key=lambda each: each.location)),
        unconfined=verification.unconfined,
        notices=verification.notices,
        seconds=time.monotonic() - started,
    )
