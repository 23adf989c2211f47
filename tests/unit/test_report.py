"""What a report makes of the judgements that it is given."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Location
from deckgen.proof import (
    Broken,
    Environment,
    Judgement,
    Mutant,
    Mutation,
    NotClaimed,
    Outcome,
    Passed,
    Refuted,
    Result,
    Unavailable,
)
from deckgen.report import Report, Verb, environments, failures
from tests.unit.cards import card, deck

OLD, NEW, SERVER = (
    Environment("3.11.7", "1.4.54", "sqlite 3.40.1"),
    Environment("3.11.7", "2.10.0", "sqlite 3.40.1"),
    Environment("3.11.7", "2.10.0", "postgresql 18.1"),
)


def judgement(*results: tuple[Environment, Outcome], cached: bool = False) -> Judgement:
    asked = card("a")
    return Judgement(asked, None, tuple(Result(asked, where, outcome, 1.0, cached) for where, outcome in results))


def test_environments_are_named_once_oldest_first_with_their_layers() -> None:
    confined = Environment("3.11.7", "2.10.0", "sqlite 3.40.1", ("seccomp",))
    ancient = Environment("3.11.7", "2.9.0", "sqlite 3.40.1")
    first = judgement((NEW, Broken("the prelude")), (OLD, Passed(1)), (ancient, Passed(1)))
    found = environments([first, judgement((confined, Passed(1)), (NEW, Passed(1)), (SERVER, Passed(1)))])
    assert found == (OLD, ancient, SERVER, confined)


def test_failures_are_told_once_with_all_their_environments() -> None:
    refuted, broken = Refuted("assert 1 == 2"), Broken("NameError")
    found = failures(
        judgement((OLD, refuted), (SERVER, NotClaimed("elsewhere")), (NEW, broken), (SERVER, Passed(1)), (NEW, refuted))
    )
    assert found == {refuted: (OLD, NEW), broken: (NEW,)}


@pytest.mark.parametrize(
    ("known", "again", "count"),
    [
        ([Passed(1)], [], 1),
        ([Passed(1)], [Passed(1)], 0),
        ([Passed(1)], [Unavailable("no server"), NotClaimed("elsewhere")], 1),
        ([], [Unavailable("no server")], 0),
    ],
    ids=["known", "one run again", "the rest not to be run", "nothing run at all"],
)
def test_a_card_is_known_already_where_none_of_its_claims_was_run(
    known: list[Outcome], again: list[Outcome], count: int
) -> None:
    parts = [judgement(*((NEW, each) for each in known), cached=True), judgement(*((OLD, each) for each in again))]
    whole = Judgement(parts[0].card, None, tuple(result for part in parts for result in part.results))
    assert Report(Verb.VERIFY, deck(), (whole,)).cached == count


def test_a_mutant_survives_only_where_no_claimed_environment_notices_it() -> None:
    everywhere, old, elsewhere = (Mutant(Location("cards.md", line), "2 in place of 1") for line in (1, 2, 3))

    def passed(*survivors: Mutant) -> Passed:
        return Passed(1, mutation=Mutation(7, survivors))

    weak = judgement((OLD, passed(old, everywhere)), (NEW, passed(elsewhere, everywhere)), (SERVER, NotClaimed("no")))
    assert weak.mutation == Mutation(7, (everywhere,))
    assert Report(Verb.VERIFY, deck(), (weak, weak, judgement((NEW, Passed(1))))).mutants == (14, 12)
    assert judgement((NEW, Passed(1)), (OLD, Broken("no"))).mutation is None
