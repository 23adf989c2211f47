"""How long a learner takes with a deck, by the simulator of the official engine."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean

from deckgen.publishing.engine import scratch

A_DAY = 10
_KNOWN = 0.9  # of the cards; also the retention that the engine aims at unless told otherwise
_AFTERWARDS = 30  # days
_UNLIMITED = 9999


@dataclass(frozen=True, slots=True)
class Forecast:
    """Days until every card was met and nine in ten are known; minutes a day until then, and in the month after."""

    days: int
    minutes: float
    afterwards: float


def forecast(cards: int) -> Forecast:
    """What the engine's FSRS expects of somebody who meets ten new cards a day; raises EngineMissingError.

    There is at least one card. The engine simulates with the weights that everybody starts with, and what is left to
    chance is the same each time.
    """
    with scratch() as collection:
        from anki.scheduler_pb2 import SimulateFsrsReviewRequest

        met = -(-cards // A_DAY)
        simulated = collection._backend.simulate_fsrs_review(
            SimulateFsrsReviewRequest(
                desired_retention=_KNOWN,
                deck_size=cards,
                days_to_simulate=2 * met + _AFTERWARDS,
                new_limit=A_DAY,
                review_limit=_UNLIMITED,
                max_interval=36500,
                new_cards_ignore_review_limit=True,
            )
        )
    known = simulated.accumulated_knowledge_acquisition
    days = next((day for day in range(met, len(known)) if known[day - 1] >= _KNOWN * cards), len(known))
    seconds = simulated.daily_time_cost
    return Forecast(days, mean(seconds[:days]) / 60, mean(seconds[days : days + _AFTERWARDS]) / 60)
