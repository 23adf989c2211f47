"""A check reaches its database by a driver that waits and by one that does not, on every version that it claims."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deckgen.model import Database
from deckgen.proof import minor
from tests.decks import DECK_TOML, card, deck, deckgen
from tests.services.servers import served

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")

DRIVERS = {
    Database.SQLITE: ("pysqlite", "aiosqlite"),
    Database.POSTGRESQL: ("psycopg", "asyncpg"),
    Database.MARIADB: ("pymysql", "asyncmy"),
}
WAITING = """
```python check
from sqlalchemy import func, select, text

with engine.begin() as connection:
    connection.execute(text("CREATE TABLE made (x int)"))
    connection.execute(text("INSERT INTO made VALUES (1)"))
    assert connection.scalar(select(func.count()).select_from(text("made"))) == 1
assert engine.driver == "{}"
```
"""
ASYNCHRONOUS = """
```python check
from sqlalchemy import func, select, text

async with async_engine.begin() as connection:
    await connection.execute(text("CREATE TABLE made (x int)"))
    await connection.execute(text("INSERT INTO made VALUES (1)"))
    assert await connection.scalar(select(func.count()).select_from(text("made"))) == 1
assert async_engine.driver == "{}"
```
"""
VERSIONS = {
    database: ("2.0", "2.1") if database is Database.POSTGRESQL else ("1.4", "2.0", "2.1") for database in DRIVERS
}


@pytest.mark.parametrize("whose", ["our", "their"])
@pytest.mark.parametrize("database", [Database.POSTGRESQL, Database.MARIADB])
def test_both_drivers_of_a_server_work(
    database: Database, whose: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(database, whose, monkeypatch)
    prove(database, tmp_path)


def test_both_drivers_of_sqlite_work(tmp_path: Path) -> None:
    prove(Database.SQLITE, tmp_path)


def prove(database: Database, folder: Path) -> None:
    """Prove a card by either driver, on every version."""
    waiting, asynchronous = DRIVERS[database]
    text = card(1, "It waits.", check=WAITING.format(waiting)) + card(
        2, "It does not.", check=ASYNCHRONOUS.format(asynchronous)
    )
    toml = f'{DECK_TOML}[verify]\nsqlalchemy = {list(VERSIONS[database])}\ndatabases = ["{database}"]\n'
    deck(folder / "deck", text, toml=toml)
    ran = deckgen("verify", "deck", "--format", "json", cwd=folder)
    assert [each["verdict"] for each in ran.json["cards"]] == ["verified", "verified"], ran
    assert tuple(minor(each["sqlalchemy"]) for each in ran.json["environments"]) == VERSIONS[database]
