"""A report for people: every finding with its place, and for each card that failed what was expected and observed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deckgen.diagnostics import Diagnostic, excerpt
from deckgen.proof import Judgement, Verdict
from deckgen.publishing.reports.problem import Problem, failed, shown
from deckgen.report import Report


def render(reports: Sequence[Report]) -> str:
    """The findings of some reports, empty where there is nothing to say."""
    return "".join(f"{paragraph}\n\n" for report in reports for paragraph in _paragraphs(report))


def _paragraphs(report: Report) -> Iterator[str]:
    yield from map(paragraph, shown(report))
    lacking: dict[str, list[Problem]] = {}
    for judgement in report.judgements:
        for problem in failed(judgement):
            if problem.name == Verdict.UNAVAILABLE:
                lacking.setdefault(problem.details, []).append(problem)
            else:
                yield failure(problem)
        yield from _weak(judgement)
    for details, found in lacking.items():  # what is missing is missing for many, and is said once
        yield "\n".join((*map(_head, found), _indented(details)))


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


def failure(problem: Problem) -> str:
    """A way in which a card failed: place, verdict, question, and below it the details."""
    return f"{_head(problem)}\n{_indented(problem.details)}"


def _head(problem: Problem) -> str:
    return f"{problem.location}: {problem.name}: {problem.title}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n")) if text else ""
