"""deckgen's own connection to a database server, on which it makes and drops accounts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from deckgen.checking import connection
from deckgen.checking.databases.kind import MissingServerError

_CONNECT_SECONDS = 5
_END_SECONDS = 30.0
_PAUSE_SECONDS = 0.001


class Administrator:
    """A connection on which every statement is a transaction. All but `close` raise MissingServerError."""

    def __init__(self, url: sa.URL, **arguments: object) -> None:
        with _told():
            engine = connection.engine(
                url,
                url.get_backend_name(),
                isolation_level="AUTOCOMMIT",
                execution_options={"no_parameters": True},
                connect_args={"connect_timeout": _CONNECT_SECONDS, **arguments},
            )
            self._connection = connection.connect(engine)

    @property
    def driver(self) -> Any:
        """The driver's own connection."""
        return self._connection.connection.driver_connection

    def run(self, *statements: str) -> None:
        """Execute statements one after the other."""
        with _told():
            for statement in statements:
                self._connection.exec_driver_sql(statement)

    def ask(self, query: str, column: int = 0) -> list[Any]:
        """One column of what a query finds."""
        with _told():
            return list(self._connection.exec_driver_sql(query).scalars(column))

    def close(self) -> None:
        """End the connection, even one that is broken."""
        self._connection.invalidate()
        self._connection.close()


def until_none(end: Callable[[], Sequence[object]]) -> None:
    """End sessions until there are none, which takes a server a moment; `end` tells those that it found."""
    deadline = time.monotonic() + _END_SECONDS
    while end():
        if time.monotonic() > deadline:
            raise MissingServerError("the server does not end the sessions of a check")
        time.sleep(_PAUSE_SECONDS)


def of_the_user(variable: str, driver: str) -> sa.URL | None:
    """The URL in a variable of the environment, to be used with a driver; None where there is none."""
    text = os.environ.get(variable)
    if not text:
        return None
    try:
        return connection.parse(text, f"{driver}://user:password@host/database").set(drivername=driver)
    except connection.UrlError as error:
        raise MissingServerError(f"{variable}: {error}") from None


@contextmanager
def said_by(variable: str) -> Iterator[None]:
    """Have every MissingServerError tell that it is about the server which a variable names."""
    try:
        yield
    except MissingServerError as error:
        raise MissingServerError(f"the server that {variable} names: {error}") from error


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sa.exc.SQLAlchemyError, connection.UrlError) as error:
        reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise MissingServerError(" ".join(str(reason).split())) from error
