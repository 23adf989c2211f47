"""What is asked for and what is here: every version and database of a deck is a place, or has a reason."""

from __future__ import annotations

import platform
import sqlite3

import pytest
import sqlalchemy

from deckgen.checking.environments import places
from deckgen.model import Claims, Environment, minor
from tests.unit.cards import CHECK, card, deck

INSTALLED = sqlalchemy.__version__
SQLITE = f"sqlite {sqlite3.sqlite_version}"
HERE = Environment(platform.python_version(), INSTALLED, SQLITE)


def asked(*versions: str, databases: tuple[str, ...] = ("sqlite",)) -> list[tuple[str, str, str | None]]:
    found = places(deck(card("one", CHECK), databases=databases, sqlalchemy=versions))
    return [(each.environment.sqlalchemy, each.environment.database, each.missing) for each in found]


def test_a_deck_that_asks_for_nothing_gets_what_is_installed() -> None:
    (place,) = places(deck(card("one", CHECK)))
    assert (place.environment, place.missing) == (HERE, None)


@pytest.mark.parametrize("version", [INSTALLED, minor(INSTALLED)])
def test_the_installed_version_may_be_asked_for_by_either_name(version: str) -> None:
    assert asked(version) == [(INSTALLED, SQLITE, None)]


@pytest.mark.parametrize("version", ["1.3", "9.0", f"{minor(INSTALLED)}.999"])
def test_a_version_that_is_not_here_is_named_beside_the_one_that_is(version: str) -> None:
    ((found, _, missing),) = asked(version)
    assert found == version
    assert missing == f"SQLAlchemy {version} is not installed (this is {INSTALLED})"


def test_every_version_is_combined_with_every_database() -> None:
    found = asked("1.3", INSTALLED, databases=("sqlite", "mariadb"))
    assert [(version, database.split()[0]) for version, database, _ in found] == [
        ("1.3", "sqlite"),
        ("1.3", "mariadb"),
        (INSTALLED, "sqlite"),
        (INSTALLED, "mariadb"),
    ]
    assert [missing is None for *_, missing in found] == [False, False, True, False]


def test_all_the_reasons_are_told() -> None:
    ((_, _, missing),) = asked("1.3", databases=("postgresql",))
    assert missing == (
        f"SQLAlchemy 1.3 is not installed (this is {INSTALLED}); this version of deckgen cannot start postgresql"
    )


def test_a_database_that_only_one_card_asks_for_is_a_place_too() -> None:
    cards = (card("one", CHECK), card("two", CHECK, claims=Claims(None, ("mariadb", "sqlite"))))
    assert [place.environment.database.split()[0] for place in places(deck(*cards))] == ["sqlite", "mariadb"]


def test_a_card_is_held_to_its_own_databases_or_to_those_of_its_deck() -> None:
    one, two = card("one", CHECK), card("two", CHECK, claims=Claims(None, ("mariadb",)))
    both = deck(one, two, databases=("sqlite", "postgresql"))
    assert both.databases_of(one) == ("sqlite", "postgresql")
    assert both.databases_of(two) == ("mariadb",)


def test_an_environment_is_named_after_what_matters() -> None:
    assert Environment("3.11.7", "2.1.9", "sqlite 3.40.1").id == "py3.11-sqlalchemy2.1.9-sqlite"
