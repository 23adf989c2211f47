"""The servers that the tests run on: our own, and those of the user, which a variable names or which are usual here."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from deckgen.checking import interpreters
from deckgen.checking.databases import DATABASES, Servers
from deckgen.checking.databases.gate import Gate
from deckgen.checking.databases.kind import MissingServerError
from deckgen.effort import Effort
from deckgen.model import Database

VARIABLES = {"postgresql": "DECKGEN_POSTGRESQL_URL", "mariadb": "DECKGEN_MARIADB_URL"}
USUAL = {"postgresql": "postgresql://postgres@127.0.0.1:5432/test", "mariadb": "mysql://root@127.0.0.1:3306/test"}
GIVEN = {name: os.environ.get(variable) for name, variable in VARIABLES.items()}
KEPT = Path(Effort().environments)
NAMES = {"postgresql": "SELECT datname FROM pg_database", "mariadb": "SHOW DATABASES"}
USERS = {"postgresql": "SELECT rolname FROM pg_roles", "mariadb": "SELECT user FROM mysql.user"}


@dataclass(frozen=True)
class Served:
    """A database, and the URL of the user's server, None for our own."""

    database: str
    url: str | None

    @property
    def environment(self) -> dict[str, str]:
        """The variable that leads deckgen there; an empty one leads nowhere."""
        return {VARIABLES[self.database]: self.url or ""}

    def names(self) -> set[str]:
        """The databases and users of the user's server that a run of deckgen made."""
        assert self.url is not None
        driver = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}[self.database]
        engine = sa.create_engine(sa.make_url(self.url).set(drivername=driver), poolclass=sa.NullPool)
        with engine.connect() as connection:
            found = [connection.exec_driver_sql(each[self.database]).scalars().all() for each in (NAMES, USERS)]
        return {name for each in found for name in each if name.startswith("deckgen")}


def served(database: str, whose: str, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A database on our own server or on the user's, to which this process is led; skips where it is not here."""
    found = Served(database, (GIVEN[database] or USUAL[database]) if whose == "their" else None)
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    try:
        DATABASES[Database(database)].describe(interpreters.here())
    except MissingServerError as error:
        pytest.skip(str(error))
    return found


@contextmanager
def gates(database: str, number: int = 1) -> Iterator[list[Gate]]:
    """Gates to the server that this process is led to."""
    with Servers(KEPT) as servers, tempfile.TemporaryDirectory(prefix="gates-") as folder:
        server = servers.get(database)
        assert server is not None
        places = [Path(folder, str(each)) for each in range(number)]
        for place in places:
            place.mkdir()
        yield [server.gate(place) for place in places]
