"""Which cards are run where, and what is said of those that cannot be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deckgen.checking.environments import Place
from deckgen.checking.matrix import claims, plan, weighed
from deckgen.model import Card, Claims, Role
from deckgen.proof import Block, Environment, NotClaimed, Passed, Refuted, Result, TimedOut, Unavailable
from deckgen.rules import UNANSWERED
from tests.unit.cards import CHECK, HERE, card, deck


def place(sqlalchemy: str, database: str = "sqlite 3.40.1", missing: str | None = None) -> Place:
    return Place(Environment("3.11.7", sqlalchemy, database), missing)


NEW, OLD, GONE = place("2.1.9"), place("2.0.48"), place("1.4", missing="SQLAlchemy 1.4 is not installed")
POSTGRES = place("2.1.9", "postgresql", "it cannot be started")


def test_a_card_has_a_job_in_every_environment() -> None:
    one, two = card("one", CHECK), card("two", CHECK)
    jobs, missing = plan(deck(one, two), [NEW, OLD])
    expected = [(each, where.environment) for each in (one, two) for where in (NEW, OLD)]
    assert [(job.card, job.environment) for job in jobs] == expected
    assert missing == []
    assert jobs[0].program.blocks == (Block("assert x", "cards.md", 5),)


def test_an_environment_that_is_missing_is_a_result_that_says_why() -> None:
    one = card("one", CHECK)
    jobs, missing = plan(deck(one), [NEW, GONE])
    assert [job.environment for job in jobs] == [NEW.environment]
    assert [(each.card, each.environment, each.outcome) for each in missing] == [
        (one, GONE.environment, Unavailable("SQLAlchemy 1.4 is not installed"))
    ]


@pytest.mark.parametrize(
    "left_out",
    [
        card("without a check"),
        card("with an example only", replace(CHECK, role=Role.SHOWN)),
        card("with a refute only", replace(CHECK, role=Role.REFUTE)),
        card("unanswered", CHECK, answered=False),
        card("misread", CHECK, defects=(UNANSWERED.at(HERE),)),
    ],
    ids=lambda each: each.id,
)
def test_nothing_of_a_card_is_run_that_has_no_check_or_was_misread(left_out: Card) -> None:
    assert plan(deck(left_out), [NEW, GONE]) == ([], [])


@pytest.mark.parametrize(("own", "expected"), [(None, 8.0), (0.5, 0.5), (60.0, 60.0)])
def test_a_card_s_own_limit_goes_before_that_of_its_deck(own: float | None, expected: float) -> None:
    ((job,), _) = plan(deck(card("one", CHECK, timeout=own)), [NEW])
    assert job.timeout == expected


@pytest.mark.parametrize(
    ("wanted", "versions"),
    [
        (None, ["1.4", "2.0.48", "2.1.9", "2.2.0b1"]),
        ("", ["1.4", "2.0.48", "2.1.9", "2.2.0b1"]),
        (">=2.0", ["2.0.48", "2.1.9", "2.2.0b1"]),
        (">2.0", ["2.1.9", "2.2.0b1"]),
        ("<2.1", ["1.4", "2.0.48"]),
        ("<=2.1", ["1.4", "2.0.48", "2.1.9"]),
        ("==2.0", ["2.0.48"]),
        ("!=2.0", ["1.4", "2.1.9", "2.2.0b1"]),
        ("==2.*", ["2.0.48", "2.1.9", "2.2.0b1"]),
        ("~=2.0", ["2.0.48", "2.1.9", "2.2.0b1"]),
        (">=2.0,<2.2", ["2.0.48", "2.1.9"]),
        (">=3", []),
    ],
)
def test_a_claim_is_compared_by_major_and_minor(wanted: str | None, versions: list[str]) -> None:
    one = card("one", CHECK, claims=Claims(wanted))
    found = [each for each in ("1.4", "2.0.48", "2.1.9", "2.2.0b1") if claims(one, deck(one), place(each))]
    assert found == versions


@pytest.mark.parametrize(
    ("own", "decks", "expected"),
    [
        ((), ("sqlite",), ["sqlite"]),
        ((), ("sqlite", "postgresql"), ["sqlite", "postgresql"]),
        (("postgresql",), ("sqlite",), ["postgresql"]),
        (("postgresql", "sqlite"), ("mariadb",), ["sqlite", "postgresql"]),
    ],
)
def test_a_card_s_own_databases_stand_in_the_place_of_its_deck_s(
    own: tuple[str, ...], decks: tuple[str, ...], expected: list[str]
) -> None:
    one = card("one", CHECK, claims=Claims(None, own))
    where = [NEW, POSTGRES, place("2.1.9", "mariadb", "no")]
    found = [each.environment.database.split()[0] for each in where if claims(one, deck(one, databases=decks), each)]
    assert found == expected


def test_a_card_is_tried_on_the_versions_that_it_does_not_claim() -> None:
    one = card("one", CHECK, claims=Claims(">=2.1"))
    jobs, [missing] = plan(deck(one), [NEW, OLD, GONE])
    assert [(job.environment.sqlalchemy, job.claimed) for job in jobs] == [("2.1.9", True), ("2.0.48", False)]
    assert (missing.environment, missing.outcome.name) == (GONE.environment, "not-claimed")


@pytest.mark.parametrize(
    ("own", "expected"), [(("postgresql",), [("sqlite", False), ("postgresql", True)]), ((), [("sqlite", True)])]
)
def test_a_card_is_tried_on_the_databases_of_its_deck_and_its_own_and_no_others(
    own: tuple[str, ...], expected: list[tuple[str, bool]]
) -> None:
    one = card("one", CHECK, claims=Claims(None, own))
    where = [NEW, place("2.1.9", "postgresql 18.6"), place("2.1.9", "mariadb 10.11.19")]
    jobs, _ = plan(deck(one), where)
    assert [(job.environment.server, job.claimed) for job in jobs] == expected


def test_a_result_where_nothing_is_claimed_says_no_more_than_whether_it_holds() -> None:
    (job,), _ = plan(deck(card("one", CHECK)), [NEW])
    outside = replace(job, claimed=False)
    for outcome, holds in ((Passed(1), True), (Refuted("no"), False), (TimedOut("late"), False)):
        result = Result(job.card, job.environment, outcome)
        assert weighed(job, result) is result
        found = weighed(outside, result).outcome
        assert isinstance(found, NotClaimed)
        assert found.holds is holds
