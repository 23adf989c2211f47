"""What a command found out about a deck: every format reads the same report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from packaging.version import Version

from deckgen.diagnostics import Diagnostic, Severity
from deckgen.model import Deck, Unchecked
from deckgen.proof import Environment, Failure, Judgement, Unavailable, Verdict


@dataclass(frozen=True, slots=True)
class Shipped:
    """The package that a run wrote: its path, the SHA-256 of its bytes, and how much it holds."""

    path: str
    sha256: str
    notes: int
    media: int


class Verb(StrEnum):
    """Which command a report is about; it decides which parts the report has."""

    LINT = "lint"
    VERIFY = "verify"
    BUILD = "build"


@dataclass(frozen=True, slots=True)
class Report:
    """All that one command found out about one deck; `packed` are the ids of the cards that went into the package.

    `withdrawn` are those of refuted cards that a locked ledger withdraws: a release that says so is as it is to be.
    `unconfined` names the layers of confinement that this system refused, each with its reason; `notices` are lines
    about the run itself.
    """

    verb: Verb
    deck: Deck
    judgements: tuple[Judgement, ...]
    environments: tuple[Environment, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    packed: frozenset[str] = frozenset()
    package: Shipped | None = None
    seconds: float = 0.0
    unconfined: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    withdrawn: frozenset[str] = frozenset()

    @property
    def stopped(self) -> bool:
        """Whether the run ended before it had come to every card."""
        return self.verb is not Verb.LINT and any(judgement.verdict is None for judgement in self.judgements)

    @property
    def wrong(self) -> bool:
        """Whether something in the cards is wrong: a verdict that may not be, or an error."""
        harmless = {None, Verdict.VERIFIED, Verdict.UNAVAILABLE, Verdict.NOT_CLAIMED}
        if self.deck.unchecked is Unchecked.MARK:
            harmless.add(Verdict.UNCHECKED)
        judged = (each.verdict for each in self.judgements if each.card.id not in self.withdrawn)
        errors = (each for each in self.diagnostics if each.severity is Severity.ERROR)
        return any(verdict not in harmless for verdict in judged) or any(errors)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a user is told of the run itself, in lines."""
        return (*self.notices, *(f"checks ran without {layer}" for layer in self.unconfined))

    @property
    def mutants(self) -> tuple[int, int]:
        """How many mutants were run, and how many of them were noticed."""
        found = [judgement.mutation for judgement in self.judgements if judgement.mutation]
        total = sum(each.mutants for each in found)
        return total, total - sum(len(each.survivors) for each in found)

    @property
    def cached(self) -> int:
        """How many cards were run somewhere that they claim, and not again for this report."""
        ran = (
            [result.cached for result in judgement.claimed if not isinstance(result.outcome, Unavailable)]
            for judgement in self.judgements
        )
        return sum(bool(known) and all(known) for known in ran)

    def count(self, verdict: Verdict) -> int:
        """How many cards have this verdict."""
        return sum(judgement.verdict == verdict for judgement in self.judgements)


def failures(judgement: Judgement) -> Mapping[Failure, tuple[Environment, ...]]:
    """What went wrong where a card says that it is true, each with the environments in which it did."""
    found: dict[Failure, tuple[Environment, ...]] = {}
    for result in judgement.claimed:
        if isinstance(result.outcome, Failure):
            found[result.outcome] = (*found.get(result.outcome, ()), result.environment)
    return found


def environments(judgements: Sequence[Judgement]) -> tuple[Environment, ...]:
    """Each environment once, with the layers that confined it where anything was run in it."""
    found = (result.environment for judgement in judgements for result in judgement.results)
    known = {each.id: each for each in sorted(found, key=lambda environment: len(environment.confinement))}
    return tuple(sorted(known.values(), key=age))


def age(environment: Environment) -> tuple[Version, Version, str]:
    """What environments are sorted by, so that the oldest versions come first."""
    return Version(environment.python), Version(environment.sqlalchemy), environment.server


@dataclass(frozen=True, slots=True)
class Step:
    """How far a run is: `done` of `total` jobs have a result, and `doing` says in words what goes on now.

    Where `total` is 0, nobody knows how long it takes. `judgement` is that of the card whose result was the last, None
    where there is none or it lacks others.
    """

    done: int
    total: int
    doing: str
    judgement: Judgement | None = None


class Progress(Protocol):
    """Told of what begins, and of each result as it arrives; the edge may end the run by an exception."""

    def __call__(self, step: Step) -> None:
        """Take the step that the run is at."""
