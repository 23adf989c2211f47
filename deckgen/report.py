"""What a command found out about a deck: every format reads the same report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from deckgen.diagnostics import Diagnostic
from deckgen.model import Deck, Environment, Judgement, Passed, Verdict


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

    @property
    def stopped(self) -> bool:
        """Whether the run ended before it had come to every card."""
        return self.verb is not Verb.LINT and any(judgement.verdict is None for judgement in self.judgements)

    @property
    def mutants(self) -> tuple[int, int]:
        """How many mutants were run, and how many of them were noticed."""
        outcomes = (result.outcome for judgement in self.judgements for result in judgement.results)
        found = [each.mutation for each in outcomes if isinstance(each, Passed) and each.mutation]
        total = sum(each.mutants for each in found)
        return total, total - sum(len(each.survivors) for each in found)

    @property
    def cached(self) -> int:
        """How many cards have results none of which was run for."""
        judged = (judgement.results for judgement in self.judgements if judgement.results)
        return sum(all(result.cached for result in results) for results in judged)

    def count(self, verdict: Verdict) -> int:
        """How many cards have this verdict."""
        return sum(judgement.verdict is verdict for judgement in self.judgements)


class Progress(Protocol):
    """Told of each result as it arrives; the edge draws a bar from it."""

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` jobs have a result."""
