"""What becomes of a deck's cards on a SQLAlchemy that is newer than those they are proved on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from deckgen.proof import Judgement, Verdict
from deckgen.publishing.reports.problem import failed
from deckgen.publishing.reports.text import failure

# What a card that is verified there is now where it is true as it says, does not say so, or cannot be proved here.
_NO_OTHER = {Verdict.VERIFIED, Verdict.NOT_CLAIMED, Verdict.UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Turn:
    """A card whose verdict changes, as it is judged now and there."""

    now: Judgement
    there: Judgement


def turns(now: Sequence[Judgement], there: Sequence[Judgement]) -> list[Turn]:
    """The cards whose verdict is another one there, in order.

    Left out are those that do not say that they hold there, and those that do hold, but could not be proved until now.
    """
    judged = {each.card.location: each for each in there}
    return [
        Turn(each, judged[each.card.location])
        for each in now
        if _turns(each.verdict, judged[each.card.location].verdict)
    ]


def _turns(now: Verdict | None, there: Verdict | None) -> bool:
    if there is Verdict.VERIFIED:
        return now not in _NO_OTHER
    return now is not there and there is not Verdict.NOT_CLAIMED


def render(found: Sequence[Turn]) -> str:
    """For each card its place, both verdicts and its question, and below it what happened there."""
    return "".join(f"{paragraph}\n\n" for turn in found for paragraph in _paragraphs(turn))


def _paragraphs(turn: Turn) -> Iterator[str]:
    card, now = turn.now.card, turn.now.verdict
    if turn.there.verdict is Verdict.VERIFIED:
        yield f"{card.location}: {now} -> {turn.there.verdict}: {card.label} {card.question} (#{card.id})"
    for problem in failed(turn.there):
        yield failure(replace(problem, name=f"{now} -> {problem.name}"))
