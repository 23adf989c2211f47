"""Cards times environments: the jobs that prove a deck, and the results of those that cannot be run. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deckgen.checking import kinds
from deckgen.checking.environments import Place
from deckgen.model import Card, Deck
from deckgen.proof import Job, NotClaimed, Passed, Result, Unavailable, within

_NOT_CLAIMED = "the card does not say that it is true there"


def plan(deck: Deck, places: Sequence[Place]) -> tuple[list[Job], list[Result]]:
    """A job for every card with a check in every environment that is there, and a result where one is missing.

    Where a card restricts its claim, it is tried on the other versions and on the deck's own databases too.
    """
    jobs: list[Job] = []
    missing: list[Result] = []
    for card in deck.cards:
        if not card.checked or card.defects or not card.answered:
            continue
        for place in places:
            environment = place.environment
            if environment.server not in (*deck.databases_of(card), *deck.databases):
                continue
            claimed = claims(card, deck, place)
            if place.missing is None:
                program = kinds.program(card, environment.sqlalchemy)
                jobs.append(Job(card, program, environment, card.timeout or deck.timeout, claimed))
            else:
                outcome = Unavailable(place.missing) if claimed else NotClaimed(_NOT_CLAIMED)
                missing.append(Result(card, environment, outcome))
    return jobs, missing


def claims(card: Card, deck: Deck, place: Place) -> bool:
    """Whether a card says that it is true in an environment."""
    environment = place.environment
    return environment.server in deck.databases_of(card) and within(card.claims.sqlalchemy, environment.sqlalchemy)


def weighed(job: Job, result: Result) -> Result:
    """What a result means for its card: nothing but a hint, where the card does not claim the environment."""
    if job.claimed:
        return result
    return replace(result, outcome=NotClaimed(_NOT_CLAIMED, holds=isinstance(result.outcome, Passed)))
