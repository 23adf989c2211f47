"""Plan, run, and decide: the verdict of a card over all its environments, and who is admitted to the deck."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from deckgen import rules
from deckgen.checking.environments import places
from deckgen.checking.executors.zygote import Zygotes
from deckgen.checking.forkserver import PreludeError
from deckgen.checking.matrix import plan
from deckgen.diagnostics import Diagnostic, Location
from deckgen.model import (
    Broken,
    Card,
    Deck,
    Judgement,
    MarkedCard,
    Packable,
    Passed,
    Progress,
    Result,
    Trust,
    Unchecked,
    Verdict,
    VerifiedCard,
)


@dataclass(frozen=True, slots=True)
class Verification:
    """A judgement for every card of a deck in order, and what is wrong with the deck as a whole."""

    judgements: tuple[Judgement, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    unconfined: tuple[str, ...] = ()


def verify(deck: Deck, progress: Progress, *, workers: int | None = None, trust: Trust = Trust.NONE) -> Verification:
    """Prove every card that has a check; `workers` defaults to the number of cores. Raises SurroundingsError."""
    jobs, missing = plan(deck, places(deck))
    results = list(missing)
    diagnostics: list[Diagnostic] = []
    unconfined: tuple[str, ...] = ()
    if jobs:
        workers = workers or len(os.sched_getaffinity(0))
        zygotes = Zygotes(deck.prelude, workers=workers, prelude_timeout=deck.timeout, trust=trust)
        try:
            with zygotes as executor:
                unconfined = executor.unconfined
                for done, result in enumerate(executor.run(jobs), 1):
                    results.append(result)
                    progress(done, len(jobs))
        except PreludeError as error:
            rule = rules.PRELUDE_ON_STANDIN if error.standin else rules.PRELUDE_FAILED
            diagnostics.append(rule.at(error.location, reason=error))
            outcome = Broken(f"the prelude {error}", error.location)
            results = [*missing, *(Result(job.card, job.environment, outcome) for job in jobs)]
    by_place: dict[Location, list[Result]] = {}
    for result in results:
        by_place.setdefault(result.card.location, []).append(result)
    judgements = (judge(card, tuple(by_place.get(card.location, ()))) for card in deck.cards)
    return Verification(tuple(judgements), tuple(diagnostics), unconfined)


def judge(card: Card, results: tuple[Result, ...]) -> Judgement:
    """The verdict of a card: what is known without running it, else the worst of its results."""
    if card.defects:
        return Judgement(card, Verdict.BROKEN, reason=card.defects[0].message)
    if not card.answered:
        return Judgement(card, Verdict.UNANSWERED)
    if not card.checked:
        return Judgement(card, Verdict.UNCHECKED)
    if not results:
        return Judgement(card, Verdict.NOT_CLAIMED)
    order = list(Verdict)
    worst = min((_verdict(result) for result in results), key=order.index)
    idle = _never_executed(results)
    if worst is Verdict.VERIFIED and idle:
        return Judgement(card, Verdict.VACUOUS, results, f"the assertion in line {idle[0].line} is never executed")
    return Judgement(card, worst, results)


def admit(deck: Deck, judgements: Sequence[Judgement]) -> list[Packable]:
    """The cards that may be packed, in order: the verified, and the unchecked where the deck marks them."""
    admitted: list[Packable] = []
    for judgement in judgements:
        if judgement.verdict is Verdict.VERIFIED:
            admitted.append(VerifiedCard(judgement.card, judgement.results))
        elif judgement.verdict is Verdict.UNCHECKED and deck.unchecked is Unchecked.MARK:
            admitted.append(MarkedCard(judgement.card))
    return admitted


def _never_executed(results: Sequence[Result]) -> list[Location]:
    """The expectations that rested in every environment."""
    idle = [set(result.outcome.idle) for result in results if isinstance(result.outcome, Passed)]
    return sorted(set.intersection(*idle)) if idle else []


def _verdict(result: Result) -> Verdict:
    """What a single result makes of its card."""
    return Verdict.VERIFIED if isinstance(result.outcome, Passed) else Verdict(result.outcome.name)
