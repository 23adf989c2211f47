"""A card is told of where its verdict changes, and where all is as it says it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deckgen.proof import Verdict
from deckgen.publishing import upstream
from tests.unit.reports import LINES, PASSED, REFUTED, judged

TOLD = [
    (Verdict.VERIFIED, Verdict.REFUTED),
    (Verdict.VERIFIED, Verdict.TIMED_OUT),
    (Verdict.VERIFIED, Verdict.UNAVAILABLE),
    (Verdict.BROKEN, Verdict.VERIFIED),
    (Verdict.REFUTED, Verdict.BROKEN),
    (Verdict.NOT_CLAIMED, Verdict.REFUTED),
    (Verdict.UNAVAILABLE, Verdict.REFUTED),
]
NOT_TOLD = [
    *((verdict, verdict) for verdict in Verdict),
    (None, None),
    (Verdict.VERIFIED, Verdict.NOT_CLAIMED),
    (Verdict.NOT_CLAIMED, Verdict.VERIFIED),
    (Verdict.REFUTED, Verdict.NOT_CLAIMED),
    (Verdict.UNAVAILABLE, Verdict.VERIFIED),
]


@pytest.mark.parametrize(("now", "there"), [*TOLD, *NOT_TOLD])
def test_a_verdict_that_changes_is_told_where_the_card_says_that_it_holds(
    now: Verdict | None, there: Verdict | None
) -> None:
    before, after = judged("Good?", now, PASSED), judged("Good?", there, PASSED)
    found = upstream.turns([before], [after])
    assert found == ([upstream.Turn(before, after)] if (now, there) in TOLD else [])


def test_cards_are_told_apart_by_where_they_stand() -> None:
    one = judged("One?", Verdict.VERIFIED, PASSED)
    two = judged("Two?", Verdict.VERIFIED, PASSED)
    two = replace(two, card=replace(two.card, location=replace(two.card.location, line=20)))
    bad = replace(two, verdict=Verdict.REFUTED)
    assert upstream.turns([one, two], [bad, one]) == [upstream.Turn(two, bad)]


def test_every_way_in_which_a_card_fails_there_is_shown_with_its_verdict_now() -> None:
    now = judged("Good?", Verdict.VERIFIED, PASSED, PASSED)
    there = judged("Good?", Verdict.REFUTED, REFUTED, LINES)
    shown = upstream.render([upstream.Turn(now, there)])
    assert shown.startswith("cards.md:9:1: verified -> refuted: Q1 Good? (#good-)\n  assert rows == 1\n  expected: 1\n")
    assert (
        "\n\ncards.md:19:1: verified -> refuted: Q1 Good? (#good-)\n  what was sent is not what is expected\n" in shown
    )
    assert shown.endswith("sqlalchemy2.0.58-postgresql\n\n")
