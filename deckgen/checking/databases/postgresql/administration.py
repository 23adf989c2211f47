"""What deckgen does on a server of PostgreSQL: a database for each gate, a role for each run, nothing left behind."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from contextlib import suppress

import sqlalchemy as sa

from deckgen.checking.databases.administrator import Administrator, of_the_user, said_by, until_none
from deckgen.checking.databases.gate import Way
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.databases.postgresql import VARIABLE, startup
from deckgen.checking.databases.relay import Address, Login

PORT = 5432
WAY = Way(
    driver="postgresql+psycopg",
    async_driver="postgresql+asyncpg",
    socket=f".s.PGSQL.{PORT}",
    query=lambda folder: {"host": str(folder), "port": str(PORT)},
    protocol=startup.PROTOCOL,
)
_OLDEST = 14
# What a check finds on every server, since a verdict names no settings: those of an untouched one, in UTC.
_SETTINGS = (
    "TimeZone = 'UTC'",
    "DateStyle = 'ISO, MDY'",
    "IntervalStyle = 'postgres'",
    "bytea_output = 'hex'",
    "standard_conforming_strings = on",
    "default_transaction_isolation = 'read committed'",
    'search_path = "$user", public',
)
_LOCALE = "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
_FIRST_WITH_LOCALE = 17  # an older one has the locales of its system, and lends its own
_LEFT = (
    "SELECT name FROM ({names}) AS found WHERE name ~ '^deckgen[0-9a-f]{{12}}x[0-9]+$'"
    " AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = split_part(name, 'x', 1))"
)
# An account may define functions in the schema `public`: an administrator has to look elsewhere.
_OPTIONS = "-c search_path=pg_catalog -c statement_timeout=30s -c lock_timeout=30s -c idle_session_timeout=0"


def url_of_the_user() -> sa.URL | None:
    """The URL of the user's server, None where none is named."""
    return of_the_user(VARIABLE, WAY.driver)


@said_by(VARIABLE)
def version(url: sa.URL) -> str:
    """The version of a server, such as `15.20`."""
    administrator = Administrator(url)
    (found,) = administrator.ask("SHOW server_version")
    administrator.close()
    return str(found).split()[0]


@said_by(VARIABLE)
def enter(url: sa.URL) -> PostgreSQL:
    """Enter the user's server, drop what killed runs have left there, and try whether an account can log in."""
    server = PostgreSQL(url)
    try:
        server.sweep()
        accounts = server.accounts()
        try:
            login = accounts.make()
            Administrator(url.set(username=login.user, password=login.password, database=login.database)).close()
        finally:
            accounts.close()
    except BaseException:
        server.close()
        raise
    return server


class PostgreSQL:
    """A server, of which `url` names an administrator; `end` is what is done when it is left.

    Every name begins with that of this run, and so does what its own connections are called: so others see that what it
    made is in use.
    """

    def __init__(self, url: sa.URL, end: Callable[[], None] = lambda: None) -> None:
        self._url = url
        self._end = end
        self._run = f"deckgen{secrets.token_hex(6)}"
        self._numbers = itertools.count(1)
        self._administrator = self.administrator()
        self.address = _address(self._administrator)
        release = int(self._administrator.ask("SHOW server_version_num")[0]) // 10_000
        self._locale = _LOCALE if release >= _FIRST_WITH_LOCALE else ""
        if release < _OLDEST:
            raise MissingServerError(f"PostgreSQL {_OLDEST} or newer is needed")

    def administrator(self, database: str | None = None) -> Administrator:
        """Another connection, to a database or to the one that the URL names."""
        url = self._url if database is None else self._url.set(database=database)
        return Administrator(url, application_name=self._run, options=_OPTIONS)

    def name(self) -> str:
        """A new name on the whole server."""
        return f"{self._run}x{next(self._numbers)}"

    def accounts(self) -> RoleAccounts:
        """The accounts of a new gate."""
        return RoleAccounts(self)

    def sweep(self) -> None:
        """Drop the databases and roles of runs that were killed: of each living one there is a connection."""
        for names, drop in (
            ("SELECT datname AS name FROM pg_database", self.drop_database),
            ("SELECT rolname AS name FROM pg_roles", lambda role: self._execute(f"DROP ROLE {role}")),
        ):
            for name in self._administrator.ask(_LEFT.format(names=names)):
                with suppress(MissingServerError):  # another run drops it at the same time, or it is not ours to drop
                    drop(name)

    def create_database(self, name: str) -> Administrator:
        """A connection to a new database, in which there is nothing and which nobody else may enter."""
        self._execute(f"CREATE DATABASE {name} TEMPLATE template0 {self._locale}")
        inside = self.administrator(name)
        inside.run(
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            "DROP SCHEMA public",
            *(f"ALTER DATABASE {name} SET {setting}" for setting in _SETTINGS),
        )
        return inside

    def drop_database(self, name: str) -> None:
        """Drop a database with all that is going on in it."""
        inside = self.administrator(name)
        _roll_back_prepared(inside)
        inside.close()
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        """Execute a statement on a connection of its own, since several workers do so at the same time."""
        outside = self.administrator()
        try:
            outside.run(statement)
        finally:
            outside.close()

    def close(self) -> None:
        """Leave the server."""
        self._administrator.close()
        self._end()


class RoleAccounts:
    """A database in which the role of a run owns the schema `public`, and may make others."""

    def __init__(self, server: PostgreSQL) -> None:
        self._server = server
        self._role: str | None = None
        self._enter()

    def _enter(self) -> None:
        self._database = self._server.name()
        self._administrator = self._server.create_database(self._database)

    def _leave(self) -> None:
        self._administrator.close()
        self._server.drop_database(self._database)

    def make(self) -> Login:
        """A role with nothing but an empty schema; deckgen becomes a member so that it may drop what the role makes."""
        self._role = role = self._server.name()
        password = secrets.token_hex(16)
        self._administrator.run(
            f"CREATE ROLE {role} LOGIN PASSWORD '{password}';"
            f"GRANT {role} TO CURRENT_USER;"
            f"GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {self._database} TO {role};"
            f"CREATE SCHEMA public AUTHORIZATION {role}"
        )
        return Login(role, password, self._database)

    def drop(self) -> None:
        """End the sessions of the role and drop it; a prepared transaction would outlive its session."""
        if self._role is None:
            return
        administrator, role = self._administrator, self._role
        until_none(
            lambda: administrator.ask(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'"
            )
        )
        _roll_back_prepared(administrator)
        try:
            administrator.run(f"DROP OWNED BY {role} CASCADE")
        except MissingServerError:  # each object takes a lock, and there can be more objects than locks
            self._leave()
            self._enter()
        self._administrator.run(f"DROP ROLE {role}")
        self._role = None

    def close(self) -> None:
        """Drop the database, and the role if there is one."""
        try:
            self.drop()
        finally:
            self._leave()


def _roll_back_prepared(administrator: Administrator) -> None:
    """Roll back what is prepared in a database, from within."""
    query = "SELECT quote_literal(gid) FROM pg_prepared_xacts WHERE database = current_database()"
    for name in administrator.ask(query):
        administrator.run(f"ROLLBACK PREPARED {name}")


def _address(administrator: Administrator) -> Address:
    """Where a connection leads to, after all defaults."""
    info = administrator.driver.info
    return f"{info.host}/.s.PGSQL.{info.port}" if info.host.startswith("/") else (info.host, info.port)
