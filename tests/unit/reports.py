"""Reports that no run made: every outcome, in several environments."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.model import Fence, Role
from deckgen.proof import (
    Broken,
    Crashed,
    Environment,
    Judgement,
    Mutant,
    Mutation,
    NotClaimed,
    Outcome,
    Passed,
    Refuted,
    Result,
    TimedOut,
    Unavailable,
    Vacuous,
    Verdict,
)
from deckgen.report import Report, Verb
from tests.unit.cards import card, deck

ENVIRONMENTS = tuple(
    Environment("3.11.7", release, database, ("seccomp", "landlock-7"))
    for release, database in product(("2.0.58", "2.1.9"), ("sqlite 3.40.1", "postgresql 18.1"))
)
PASSED = Passed(2)
ELSEWHERE = NotClaimed("the card does not say that it is true there")
HOLDS_TOO = replace(ELSEWHERE, holds=True)
REFUTED = Refuted("assert rows == 1", Location("cards.md", 9), "1", "<script>alert(1)</script>")
LINES = Refuted(
    "what was sent is not what is expected",
    Location("cards.md", 19),
    "SELECT a\nFROM t\nWHERE x < 1",
    "SELECT a, b\nFROM t\nWHERE x < 1",
)
FAILURES: tuple[tuple[Verdict, Outcome], ...] = (
    (Verdict.REFUTED, REFUTED),
    (Verdict.REFUTED, LINES),
    (Verdict.BROKEN, Broken("NameError: <b>", Location("cards.md", 11))),
    (Verdict.VACUOUS, Vacuous("the check also passes on the stand-in", Location("cards.md", 12))),
    (Verdict.CRASHED, Crashed("signal 11")),
    (Verdict.TIMED_OUT, TimedOut("did not end within 10 s")),
    (Verdict.UNAVAILABLE, Unavailable("no server")),
)
CHECKED = Fence(Role.CHECK, "python", "assert x", Location("cards.md", 5))


def judged(question: str, verdict: Verdict | None, *outcomes: Outcome) -> Judgement:
    """A card with an outcome in each of the first environments."""
    asked = card(re.sub(r"\W+", "-", question.lower()), CHECKED, question=question)
    found = zip(ENVIRONMENTS, outcomes, strict=False)
    results = (Result(asked, where, each, 0.25 * number) for number, (where, each) in enumerate(found))
    return Judgement(asked, verdict, tuple(results))


# A card of each verdict, and one that was not run.
EVERY_VERDICT = (
    judged("Good?", Verdict.VERIFIED, PASSED, HOLDS_TOO, ELSEWHERE, PASSED),
    judged("Weak?", Verdict.VERIFIED, Passed(1, (), Mutation(3, (Mutant(Location("cards.md", 6), "=="),)))),
    *(judged(f"Bad {number}?", verdict, PASSED, outcome) for number, (verdict, outcome) in enumerate(FAILURES)),
    judged("Elsewhere?", Verdict.NOT_CLAIMED, ELSEWHERE),
    judged("No check?", Verdict.UNCHECKED),
    judged("No answer?", Verdict.UNANSWERED),
    judged("Not run?", None),
)


def report(*judgements: Judgement, verb: Verb = Verb.VERIFY, **changes: object) -> Report:
    """A report of some cards in the four environments, the usual one but for some changes."""
    cards = tuple(each.card for each in judgements)
    found = Diagnostic("D055", Severity.WARNING, Location("cards.md", 3), "also holds <there>", "widen", "Q1. <it>?")
    usual = Report(verb, deck(*cards), judgements, ENVIRONMENTS, (found,), seconds=2.5)
    return replace(usual, **changes)  # type: ignore[arg-type] # whoever names a field gives it what it takes
