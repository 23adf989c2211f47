"""A report for people: every finding with its place, and for each card that failed what was expected and observed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from deckgen.diagnostics import Diagnostic, Severity, excerpt
from deckgen.proof import Failure, Judgement, Refuted, Verdict
from deckgen.report import Report, Verb, failures

_QUIET = {Verdict.VERIFIED, Verdict.UNCHECKED, Verdict.UNANSWERED, None}


def render(reports: Sequence[Report]) -> str:
    """The findings of some reports, empty where there is nothing to say."""
    return "".join(f"{paragraph}\n\n" for report in reports for paragraph in _paragraphs(report))


def _paragraphs(report: Report) -> Iterator[str]:
    for diagnostic in report.diagnostics:
        if report.verb is Verb.LINT or diagnostic.severity is not Severity.NOTE:
            yield paragraph(diagnostic)
    for judgement in report.judgements:
        if judgement.verdict not in _QUIET and not judgement.card.defects:
            yield from _judgement(judgement)
        yield from _weak(judgement)


def _weak(judgement: Judgement) -> Iterator[str]:
    """How many mutants of a card's check are killed, where some are not."""
    card, mutation = judgement.card, judgement.mutation
    if mutation and mutation.survivors:
        killed = f"{mutation.mutants - len(mutation.survivors)} of {mutation.mutants} mutants killed"
        yield f"{card.location}: {killed}: {card.label} {card.question} (#{card.id})"


def paragraph(diagnostic: Diagnostic) -> str:
    """A diagnostic in full: place, code, what is wrong, the line it is about, and what to do."""
    head = f"{diagnostic.location}: {diagnostic.code} {diagnostic.severity}: {diagnostic.message}"
    return "\n".join(filter(None, (head, _indented(excerpt(diagnostic)), f"  hint: {diagnostic.hint}")))


def _judgement(judgement: Judgement) -> Iterator[str]:
    """Each way in which a card failed, with where; else why it has its verdict all the same."""
    card = judgement.card
    title = f"{card.label} {card.question} (#{card.id})"
    found = failures(judgement)
    for outcome, environments in found.items():
        head = f"{outcome.location or card.location}: {outcome.name}: {title}"
        names = ", ".join(environment.id for environment in environments)
        yield "\n".join([head, *_lines(outcome), f"  on: {names}"])
    if not found:
        reason = judgement.reason or "it claims no environment of this run"
        yield f"{card.location}: {judgement.verdict}: {title}\n  {reason}"


def _lines(outcome: Failure) -> Iterator[str]:
    yield _indented(outcome.message)
    if isinstance(outcome, Refuted) and outcome.expected is not None and outcome.observed is not None:
        yield from _sides(outcome.expected, outcome.observed)


def _sides(expected: str, observed: str) -> Iterator[str]:
    """What was expected and observed, side by side, or line by line where one of them has several."""
    if "\n" not in expected + observed:
        yield f"  expected: {expected}"
        yield f"  observed: {observed}"
        return
    yield "  - expected"
    yield "  + observed"
    for line in difflib.ndiff(expected.split("\n"), observed.split("\n")):
        yield f"  {line.rstrip()}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n")) if text else ""
