"""MariaDB: the user's server, else one of our own where `mariadbd` is installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # each takes SQLAlchemy, which reading does not need
    from deckgen.checking.databases.gate import Server
    from deckgen.checking.interpreters import Interpreter

DRIVERS = ("pymysql>=1.1", "asyncmy>=0.2.10")
VARIABLE = "DECKGEN_MARIADB_URL"


def describe(_interpreter: Interpreter) -> str:
    """Name and version, such as `mariadb 10.11.19`. Raises MissingServerError."""
    from deckgen.checking.databases.mariadb import administration, own

    url = administration.url_of_the_user()
    return f"mariadb {own.version() if url is None else administration.version(url)}"


def start(folder: Path) -> Server:
    """The user's server, or our own, whose first state is kept in a folder. Raises MissingServerError."""
    from deckgen.checking.databases.gate import Server
    from deckgen.checking.databases.mariadb import administration, own

    url = administration.url_of_the_user()
    return Server(own.start(folder) if url is None else administration.enter(url), administration.WAY)
