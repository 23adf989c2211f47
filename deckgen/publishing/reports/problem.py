"""What a report complains of, one thing at a time, as the formats for reading it line by line need it."""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.model import Card
from deckgen.proof import Environment, Failure, Judgement, Refuted, Verdict
from deckgen.report import Report, Verb, failures

# The verdicts that say more than a diagnostic or the summary does; those that fail no run are warnings.
FAILED: Mapping[Verdict, Severity] = {
    Verdict.REFUTED: Severity.ERROR,
    Verdict.BROKEN: Severity.ERROR,
    Verdict.VACUOUS: Severity.ERROR,
    Verdict.CRASHED: Severity.ERROR,
    Verdict.TIMED_OUT: Severity.ERROR,
    Verdict.UNAVAILABLE: Severity.WARNING,
    Verdict.NOT_CLAIMED: Severity.WARNING,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place, named by a code or a verdict.

    A diagnostic's title says what is wrong, and its details what to do; a card's title is its question, and its details
    say what happened, in the first line, and where.
    `card` is the one that failed, or the one in whose lines a source is wrong, None where there is none.
    """

    name: str
    severity: Severity
    location: Location
    title: str
    details: str
    card: Card | None

    @property
    def message(self) -> str:
        """The title, and below it the details."""
        return f"{self.title}\n{self.details}"


def problems(report: Report) -> Iterator[Problem]:
    """All that a report complains of: what is wrong in the sources, then each way in which a card failed."""
    cards: dict[str, list[Card]] = {}
    for judgement in report.judgements:
        cards.setdefault(judgement.card.location.path, []).append(judgement.card)
    for found in shown(report):
        card = _above(found.location, cards.get(found.location.path, ()))
        yield misread(found, card)
    for judgement in report.judgements:
        yield from failed(judgement)


def misread(found: Diagnostic, card: Card | None = None) -> Problem:
    """What is wrong in a source, in the lines of a card where it is in any."""
    return Problem(found.code, found.severity, found.location, found.message, f"hint: {found.hint}", card)


def _above(location: Location, cards: Sequence[Card]) -> Card | None:
    """The last card that begins at a place or above it."""
    number = bisect_right(cards, location.line, key=lambda card: card.location.line)
    return cards[number - 1] if number else None


def shown(report: Report) -> Iterator[Diagnostic]:
    """The diagnostics that are worth a reader's time: once cards are run, notes are not."""
    for diagnostic in report.diagnostics:
        if report.verb is Verb.LINT or diagnostic.severity is not Severity.NOTE:
            yield diagnostic


def failed(judgement: Judgement) -> Iterator[Problem]:
    """Each way in which a card failed, else why it has its verdict; nothing where a diagnostic says so already."""
    card, verdict = judgement.card, judgement.verdict
    if verdict is None or verdict not in FAILED or card.defects:
        return
    title = f"{card.label} {card.question} (#{card.id})"
    found = failures(judgement)
    for outcome, environments in found.items():
        severity, place = FAILED[Verdict(outcome.name)], outcome.location or card.location
        yield Problem(outcome.name, severity, place, title, _details(outcome, environments), card)
    if not found:
        why = judgement.reason or "it claims no environment of this run"
        yield Problem(verdict, FAILED[verdict], card.location, title, why, card)


def _details(outcome: Failure, environments: Sequence[Environment]) -> str:
    """What happened, what was expected and observed where that is known, and in which environments."""
    names = ", ".join(environment.id for environment in environments)
    return "\n".join((outcome.message, *_sides(outcome), f"on: {names}"))


def _sides(outcome: Failure) -> Iterator[str]:
    """What was expected and observed, side by side, or line by line where one of them has several."""
    if not isinstance(outcome, Refuted) or outcome.expected is None or outcome.observed is None:
        return
    if "\n" not in outcome.expected + outcome.observed:
        yield f"expected: {outcome.expected}"
        yield f"observed: {outcome.observed}"
        return
    yield "- expected"
    yield "+ observed"
    for line in difflib.ndiff(outcome.expected.split("\n"), outcome.observed.split("\n")):
        yield line.rstrip()
