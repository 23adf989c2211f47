"""What is asked for and what is here: every version and database of a deck is a place, or has a reason."""

from __future__ import annotations

import platform
import sqlite3
import sys
from pathlib import Path

import pytest
import sqlalchemy

from deckgen.checking import interpreters
from deckgen.checking.environments import places
from deckgen.effort import Effort
from deckgen.model import Claims
from deckgen.proof import Environment, minor
from tests.unit.cards import CHECK, card, deck

INSTALLED = sqlalchemy.__version__
SQLITE = f"sqlite {sqlite3.sqlite_version}"
OLD = f"""\
#!{sys.executable}
import sqlite3
import sys

sqlite3.sqlite_version = "3.31.1"
exec(sys.argv[-1])
"""
UV = f"""\
#!{sys.executable}
import sys
from pathlib import Path

if "venv" in sys.argv:
    made = Path(sys.argv[-1], "bin", "python")
    made.parent.mkdir(parents=True)
    made.write_text({OLD!r})
    made.chmod(0o755)
"""


def asked(*versions: str, databases: tuple[str, ...] = ("sqlite",)) -> list[tuple[str, str, str | None]]:
    found = places(deck(card("one", CHECK), databases=databases, sqlalchemy=versions), Effort())
    return [(each.environment.sqlalchemy, each.environment.server, each.missing) for each in found]


def test_a_deck_that_asks_for_nothing_gets_what_is_installed() -> None:
    (place,) = places(deck(card("one", CHECK)), Effort())
    found = place.environment
    assert (found.python, found.sqlalchemy, found.database) == (platform.python_version(), INSTALLED, SQLITE)
    assert (found.interpreter, dict(found.packages)["sqlalchemy"]) == (sys.executable, INSTALLED)
    assert place.missing is None


@pytest.mark.parametrize("version", [INSTALLED, minor(INSTALLED)])
def test_the_installed_version_may_be_asked_for_by_either_name(version: str) -> None:
    assert asked(version) == [(INSTALLED, "sqlite", None)]


def test_sqlite_is_that_of_the_python_which_runs_the_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert interpreters.here().sqlite == sqlite3.sqlite_version
    (tmp_path / "uv").write_text(UV)
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))  # uv is looked for beside it
    asking = deck(card("one", CHECK), sqlalchemy=(f"{INSTALLED}.1",))
    (place,) = places(asking, Effort(environments=str(tmp_path / "made")))
    assert (place.environment.database, place.missing) == ("sqlite 3.31.1", None)


def test_what_is_asked_for_twice_is_one_place() -> None:
    assert asked(INSTALLED, minor(INSTALLED), databases=("sqlite", "sqlite")) == [(INSTALLED, "sqlite", None)]


def test_a_database_that_only_one_card_asks_for_is_a_place_too() -> None:
    cards = (card("one", CHECK), card("two", CHECK, claims=Claims(None, ("mariadb", "sqlite"))))
    assert [place.environment.database.split()[0] for place in places(deck(*cards), Effort())] == ["sqlite", "mariadb"]


def test_a_card_is_held_to_its_own_databases_or_to_those_of_its_deck() -> None:
    one, two = card("one", CHECK), card("two", CHECK, claims=Claims(None, ("mariadb",)))
    both = deck(one, two, databases=("sqlite", "postgresql"))
    assert both.databases_of(one) == ("sqlite", "postgresql")
    assert both.databases_of(two) == ("mariadb",)


def test_an_environment_is_named_after_what_matters() -> None:
    assert Environment("3.11.7", "2.1.9", "sqlite 3.40.1").id == "py3.11-sqlalchemy2.1.9-sqlite"
