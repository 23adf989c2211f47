"""Plan, run, and decide: the verdict of a card over all its environments, and who is admitted to the deck."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deckgen import rules
from deckgen.checking import executors
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.environments import places
from deckgen.checking.executors import Pool
from deckgen.checking.forkserver import PreludeError, confinement
from deckgen.checking.matrix import plan, weighed
from deckgen.diagnostics import Diagnostic, Location
from deckgen.effort import Effort, OnFailure
from deckgen.model import Card, Deck, Unchecked
from deckgen.proof import (
    Admitted,
    Broken,
    Environment,
    Job,
    Judgement,
    MarkedCard,
    NotClaimed,
    Outcome,
    Passed,
    Result,
    Unavailable,
    Verdict,
    VerifiedCard,
    minor,
)
from deckgen.report import Progress, Step

if TYPE_CHECKING:
    from deckgen.checking.cache import Cache

EFFORT = Effort()


@dataclass(frozen=True, slots=True)
class Verification:
    """A judgement for every card of a deck in order, and what is wrong with the deck as a whole.

    `deck` is as it was proved: with what the effort asks for in the place of its own. Where a run was to stop at the
    first failure, the cards that it did not come to have no verdict. `unconfined` and `notices` are those of a
    `Report`.
    """

    deck: Deck
    judgements: tuple[Judgement, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    unconfined: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def verify(deck: Deck, progress: Progress, effort: Effort = EFFORT) -> Verification:
    """Prove every card that has a check, or take what is known of it; raises SurroundingsError."""
    deck = replace(
        deck,
        sqlalchemy=effort.sqlalchemy or deck.sqlalchemy,
        databases=effort.databases or deck.databases,
        timeout=effort.timeout or deck.timeout,
    )
    progress(Step(0, 0, "looking for its environments"))
    jobs, missing = plan(deck, places(deck, effort))
    run = _Run(deck, [replace(job, mutate=effort.mutate) for job in jobs], missing, progress, effort)
    if effort.cache is None or effort.mutate or not jobs:
        run.execute(None)
    else:
        from deckgen.checking.cache import Cache  # here, since it takes SQLAlchemy, which reading does not

        with Cache(effort.cache, effort.access) as cache:
            run.recall(cache)
            run.execute(cache)
        run.notices += cache.notices
    judgements = tuple(run.judgement(card) or Judgement(card, None) for card in deck.cards)
    weak = (weakness for judgement in judgements for weakness in _weaknesses(judgement))
    diagnostics = (*run.diagnostics, *weak, *_wider(run.results))
    return Verification(deck, judgements, diagnostics, run.unconfined, tuple(run.notices))


class _Run:
    """One run over the jobs of a deck: the results so far, the jobs without one, and what was noticed on the way."""

    def __init__(
        self, deck: Deck, jobs: Sequence[Job], missing: Sequence[Result], progress: Progress, effort: Effort
    ) -> None:
        self.deck, self.effort, self.progress = deck, effort, progress
        self.waiting = list(jobs)
        self.total = len(jobs)
        self.results: list[Result] = []
        self._lacking = Counter(job.card.location for job in jobs)
        self._found: defaultdict[Location, list[Result]] = defaultdict(list)
        for result in missing:
            self._found[result.card.location].append(result)
        self.diagnostics: list[Diagnostic] = []
        self.unconfined: tuple[str, ...] = ()
        self.notices: list[str] = []

    def recall(self, cache: Cache) -> None:
        """Take the results that are known for the confinement that a run would have here."""
        layers, self.unconfined = confinement()
        found = cache.find(self.waiting, self.deck.prelude, layers)
        known = list(zip(self.waiting, found, strict=True))
        self.waiting = [job for job, result in known if result is None]
        for job, result in known:
            if result is not None:
                self._keep(job, result)

    def judgement(self, card: Card) -> Judgement | None:
        """The judgement of a card, None where a job of it has no result yet."""
        return None if self._lacking[card.location] else judge(card, tuple(self._found[card.location]))

    def _keep(self, job: Job, result: Result) -> None:
        self.results.append(weighed(job, result))
        self._found[job.card.location].append(self.results[-1])
        self._lacking[job.card.location] -= 1

    def execute(self, cache: Cache | None) -> None:
        """Run the jobs without a result, environment by environment, until a failure that is to end it."""
        groups: dict[str, list[Job]] = {}
        for job in self.waiting:
            groups.setdefault(job.environment.id, []).append(job)
        self.waiting = []
        if not groups:
            return
        with executors.pool(self.deck, self.effort) as pool:
            for jobs in groups.values():
                if any(map(self._ends, self.results)):
                    self.waiting += jobs
                else:
                    self._execute(jobs, pool, cache)
            self.notices += pool.notices

    def _execute(self, jobs: Sequence[Job], pool: Pool, cache: Cache | None) -> None:
        """Run the jobs of one environment."""
        environment = jobs[0].environment
        self._tell(environment)
        with ExitStack() as stack:
            try:
                executor = stack.enter_context(pool.executor(environment))
            except MissingServerError as error:
                self._all_are(Unavailable(str(error)), jobs)
            except PreludeError as error:
                rule = rules.PRELUDE_ON_STANDIN if error.standin else rules.PRELUDE_FAILED
                self.diagnostics.append(rule.at(error.location, reason=error))
                self._all_are(Broken(f"the prelude {error}", error.location), jobs)
            else:
                self._collect(jobs, executor.run(jobs), cache)
                self.unconfined = executor.unconfined

    def _all_are(self, outcome: Outcome, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._keep(job, Result(job.card, job.environment, outcome))

    def _collect(self, jobs: Sequence[Job], results: Iterator[Result], cache: Cache | None) -> None:
        left = {job.card.location: job for job in jobs}
        for result in results:
            job = left.pop(result.card.location)
            if cache is not None:
                cache.keep(job, self.deck.prelude, result)
            self._keep(job, result)
            self._tell(job.environment, self.judgement(job.card))
            if self._ends(self.results[-1]):
                break
        self.waiting += left.values()

    def _tell(self, environment: Environment, judgement: Judgement | None = None) -> None:
        self.progress(Step(len(self.results), self.total, f"on {_where(environment)}", judgement))

    def _ends(self, result: Result) -> bool:
        harmless = isinstance(result.outcome, Passed | NotClaimed | Unavailable)
        return self.effort.on_failure is OnFailure.STOP and not harmless


def _wider(results: Sequence[Result]) -> Iterator[Diagnostic]:
    """A warning for each card that also holds where it does not say so."""
    places: dict[Location, list[Result]] = {}
    for result in results:
        if isinstance(result.outcome, NotClaimed) and result.outcome.holds:
            places.setdefault(result.card.location, []).append(result)
    for found in places.values():
        card = found[0].card
        names = ", ".join(sorted(_where(result.environment) for result in found))
        yield rules.WIDER_THAN_CLAIMED.at(card.location, card.line, places=names)


def _where(environment: Environment) -> str:
    return f"SQLAlchemy {minor(environment.sqlalchemy)} with {environment.server}"


def _weaknesses(judgement: Judgement) -> Iterator[Diagnostic]:
    """A warning for each mutant of its check that a card lets pass."""
    for mutant in judgement.mutation.survivors if judgement.mutation else ():
        place = mutant.location
        lines = (
            line
            for fence in judgement.card.fences
            if fence.location.path == place.path
            for number, line in enumerate(fence.code.split("\n"), fence.location.line)
            if number == place.line
        )
        yield rules.SURVIVING_MUTANT.at(place, next(lines, ""), what=mutant.what)


def judge(card: Card, results: tuple[Result, ...]) -> Judgement:
    """The verdict of a card: what is known without running it, else the worst of its results."""
    if card.defects:
        return Judgement(card, Verdict.BROKEN, reason=card.defects[0].message)
    if not card.answered:
        return Judgement(card, Verdict.UNANSWERED)
    if not card.checked:
        return Judgement(card, Verdict.UNCHECKED)
    judgement = Judgement(card, Verdict.NOT_CLAIMED, results)
    claimed = judgement.claimed
    if not claimed:
        return judgement
    order = list(Verdict)
    worst = min((_verdict(result) for result in claimed), key=order.index)
    idle = _never_executed(claimed)
    if worst is Verdict.VERIFIED and idle:
        return Judgement(card, Verdict.VACUOUS, results, f"the assertion in line {idle[0].line} is never executed")
    return Judgement(card, worst, results)


def judge_beside(judgement: Judgement, others: Sequence[Result]) -> Judgement:
    """A judgement of some environments alone, by one who knows what became of the card in others.

    An assertion that rests in the ones may be meant for the others.
    """
    if not judgement.claimed or not all(isinstance(each.outcome, Passed) for each in judgement.claimed):
        return judgement
    passed = (each for each in others if isinstance(each.outcome, Passed))
    return judge(judgement.card, (*passed, *judgement.results))


def admit(deck: Deck, judgements: Sequence[Judgement]) -> list[Admitted]:
    """The cards that may be packed, in order: the verified, and the unchecked where the deck marks them."""
    admitted: list[Admitted] = []
    for judgement in judgements:
        if judgement.verdict is Verdict.VERIFIED:
            admitted.append(VerifiedCard(judgement.card, judgement.claimed))
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
