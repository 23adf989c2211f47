"""Cards times environments: the jobs that prove a deck, and the results of those that cannot be run. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.specifiers import SpecifierSet

from deckgen.checking import kinds
from deckgen.checking.environments import Place
from deckgen.model import Card, Deck, Job, Result, Unavailable, minor


def plan(deck: Deck, places: Sequence[Place]) -> tuple[list[Job], list[Result]]:
    """A job for every card with a check in every environment that it claims, and a result where one is missing."""
    jobs: list[Job] = []
    missing: list[Result] = []
    for card in deck.cards:
        if not card.checked or card.defects or not card.answered:
            continue
        for place in places:
            if not claims(card, deck, place):
                continue
            if place.missing is None:
                program = kinds.program(card, place.environment.sqlalchemy)
                jobs.append(Job(card, program, place.environment, card.timeout or deck.timeout))
            else:
                missing.append(Result(card, place.environment, Unavailable(place.missing)))
    return jobs, missing


def claims(card: Card, deck: Deck, place: Place) -> bool:
    """Whether a card says that it is true in an environment: major.minor is compared, with the operators of PEP 440."""
    environment = place.environment
    if environment.database.split()[0] not in deck.databases_of(card):
        return False
    wanted = SpecifierSet(card.claims.sqlalchemy or "")
    return wanted.contains(minor(environment.sqlalchemy), prereleases=True)
