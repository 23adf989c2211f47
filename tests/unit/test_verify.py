"""What a card is worth over all its environments, and who is let into the deck."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from deckgen.checking.verify import admit, judge, judge_beside
from deckgen.diagnostics import Location
from deckgen.model import Card, Role, Unchecked
from deckgen.proof import (
    Broken,
    Crashed,
    Environment,
    Judgement,
    MarkedCard,
    NotClaimed,
    Outcome,
    Passed,
    Refuted,
    Result,
    TimedOut,
    Unavailable,
    Vacuous,
    Verdict,
    VerifiedCard,
)
from deckgen.rules import DUPLICATE_ID, UNANSWERED
from tests.unit.cards import CHECK, HERE, card, deck

CARD = card("one", CHECK)
OPINION = card("opinion")
FIRST, SECOND = Location("cards.md", 21), Location("cards.md", 22)
WORST_FIRST: list[Outcome] = [
    Refuted("no"),
    Broken("no"),
    Vacuous("no"),
    Crashed("no"),
    TimedOut("no"),
    Unavailable("no"),
    Passed(1),
]


def results(*outcomes: Outcome, of: Card = CARD) -> tuple[Result, ...]:
    return tuple(
        Result(of, Environment("3.11.7", f"2.{number}.0", "sqlite 3"), outcome)
        for number, outcome in enumerate(outcomes)
    )


@pytest.mark.parametrize("outcome", WORST_FIRST, ids=lambda outcome: outcome.name)
def test_a_single_result_is_the_verdict(outcome: Outcome) -> None:
    expected = "verified" if isinstance(outcome, Passed) else outcome.name
    judgement = judge(CARD, results(outcome))
    assert (judgement.verdict, judgement.results, judgement.reason) == (expected, results(outcome), None)


@pytest.mark.parametrize(
    ("worse", "better"),
    list(pairwise(WORST_FIRST)),
    ids=[f"{one.name}-{two.name}" for one, two in pairwise(WORST_FIRST)],
)
def test_the_worst_of_several_wins_wherever_it_stands(worse: Outcome, better: Outcome) -> None:
    for outcomes in ([worse, better], [better, worse], [better, worse, better]):
        judgement = judge(CARD, results(*outcomes))
        assert judgement.verdict == worse.name
        assert judgement.results == results(*outcomes)


IDLE = Passed(1, (SECOND,))
BESIDE = {
    "executed elsewhere": (IDLE, Passed(2), Verdict.VERIFIED),
    "executed nowhere": (IDLE, IDLE, Verdict.VACUOUS),
    "what others never executed": (Passed(1), IDLE, Verdict.VERIFIED),
    "refuted": (Refuted("no"), Passed(2), Verdict.REFUTED),
    "refuted elsewhere": (Passed(1), Refuted("no"), Verdict.VERIFIED),
    "idle, and refuted elsewhere": (IDLE, Refuted("no"), Verdict.VACUOUS),
    "not claimed": (NotClaimed("no"), Passed(1), Verdict.NOT_CLAIMED),
}


@pytest.mark.parametrize(("here", "elsewhere", "verdict"), BESIDE.values(), ids=BESIDE)
def test_an_assertion_may_be_meant_for_other_environments(here: Outcome, elsewhere: Outcome, verdict: Verdict) -> None:
    assert judge_beside(judge(CARD, results(here)), results(elsewhere)).verdict is verdict


def test_what_is_known_without_running_goes_before_any_result() -> None:
    misread = replace(CARD, defects=(DUPLICATE_ID.at(HERE, id="one", other="two.md:1:1"), UNANSWERED.at(HERE)))
    judgement = judge(misread, results(Passed(1)))
    assert judgement == Judgement(misread, Verdict.BROKEN, reason="id `one` is already used at two.md:1:1")
    assert judge(replace(CARD, answered=False), results(Passed(1))).verdict is Verdict.UNANSWERED
    assert judge(replace(OPINION, answered=False), ()).verdict is Verdict.UNANSWERED


def test_a_card_without_a_check_is_unchecked_and_one_without_an_environment_claims_none() -> None:
    assert judge(OPINION, ()).verdict is Verdict.UNCHECKED
    assert judge(CARD, ()).verdict is Verdict.NOT_CLAIMED
    assert judge(CARD, results(NotClaimed("no"), NotClaimed("no", holds=True))).verdict is Verdict.NOT_CLAIMED
    assert judge(card("example", replace(CHECK, role=Role.SHOWN)), ()).verdict is Verdict.UNCHECKED


def test_what_is_not_claimed_neither_helps_nor_harms() -> None:
    found = results(NotClaimed("no"), Passed(1))
    assert judge(CARD, found).verdict is Verdict.VERIFIED
    assert judge(CARD, found).claimed == found[1:]
    assert judge(CARD, results(Refuted("no"), NotClaimed("no", holds=True))).verdict is Verdict.REFUTED


def test_an_assertion_may_rest_in_one_environment_if_another_executes_it() -> None:
    assert judge(CARD, results(Passed(1, (FIRST,)), Passed(1, (SECOND,)))).verdict is Verdict.VERIFIED
    assert judge(CARD, results(Passed(1, (FIRST, SECOND)), Passed(3))).verdict is Verdict.VERIFIED


def test_an_assertion_that_rests_everywhere_is_never_executed() -> None:
    for outcomes in ([Passed(1, (FIRST,))], [Passed(1, (SECOND, FIRST)), Passed(1, (FIRST,))]):
        judgement = judge(CARD, results(*outcomes))
        assert judgement.verdict is Verdict.VACUOUS
        assert judgement.reason == "the assertion in line 21 is never executed"
        assert judgement.results == results(*outcomes)


def test_a_missing_environment_might_have_executed_what_rests_here() -> None:
    judgement = judge(CARD, results(Passed(1, (FIRST,)), Unavailable("no")))
    assert (judgement.verdict, judgement.reason) == (Verdict.UNAVAILABLE, None)


def test_only_the_verified_are_admitted_and_in_order() -> None:
    verdicts = [Verdict.VERIFIED, *Verdict, Verdict.VERIFIED]
    judgements = [
        Judgement(card(f"card-{number}", CHECK), verdict, results(Passed(1))) for number, verdict in enumerate(verdicts)
    ]
    admitted = admit(deck(), judgements)
    assert [each.card.id for each in admitted] == ["card-0", "card-10", "card-11"]
    assert all(isinstance(each, VerifiedCard) for each in admitted)


def test_the_unchecked_are_admitted_marked_where_the_deck_says_so() -> None:
    judgements = [judge(OPINION, ()), judge(CARD, results(Passed(1))), judge(CARD, results(Refuted("no")))]
    marking = deck(unchecked=Unchecked.MARK)
    assert admit(marking, judgements) == [MarkedCard(OPINION), VerifiedCard(CARD, results(Passed(1)))]
    assert admit(deck(), judgements) == [VerifiedCard(CARD, results(Passed(1)))]


@pytest.mark.parametrize("outcome", WORST_FIRST[:-1], ids=lambda outcome: outcome.name)
def test_a_verified_card_cannot_be_made_of_anything_but_passes(outcome: Outcome) -> None:
    for outcomes in ([], [outcome], [Passed(1), outcome]):
        with pytest.raises(ValueError, match="card one has not passed everywhere"):
            VerifiedCard(CARD, results(*outcomes))


def test_a_verdict_that_its_results_belie_admits_nobody() -> None:
    with pytest.raises(ValueError, match="has not passed everywhere"):
        admit(deck(), [Judgement(CARD, Verdict.VERIFIED, results(Passed(1), Broken("no")))])
    with pytest.raises(ValueError, match="has not passed everywhere"):
        admit(deck(), [Judgement(CARD, Verdict.VERIFIED)])


@pytest.mark.parametrize(
    "unmarkable",
    [CARD, replace(OPINION, answered=False), replace(OPINION, defects=(UNANSWERED.at(HERE),))],
    ids=["checked", "unanswered", "misread"],
)
def test_a_marked_card_cannot_be_made_of_a_checked_or_misread_one(unmarkable: Card) -> None:
    with pytest.raises(ValueError, match="is not an unchecked card"):
        MarkedCard(unmarkable)
