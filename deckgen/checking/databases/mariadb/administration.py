"""What deckgen does on a server of MariaDB: a database and a user for each run, and nothing left behind."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Callable
from contextlib import suppress

import sqlalchemy as sa

from deckgen.checking.databases.administrator import Administrator, of_the_user, said_by, until_none
from deckgen.checking.databases.gate import Way
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.databases.mariadb import VARIABLE, handshake
from deckgen.checking.databases.relay import Address, Login

SOCKET = "mariadb.sock"
# What a check finds on every server, since a verdict names no settings: those of an untouched one, in UTC.
_SESSION = (
    "SET SESSION time_zone = '+00:00', tx_isolation = 'REPEATABLE-READ', default_storage_engine = InnoDB,"
    " sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION'"
)
WAY = Way(
    driver="mariadb+pymysql",
    async_driver="mariadb+asyncmy",
    socket=SOCKET,
    query=lambda folder: {"unix_socket": str(folder / SOCKET), "init_command": _SESSION},
    protocol=handshake.PROTOCOL,
)
_SETTINGS = "SET SESSION wait_timeout = 604800, lock_wait_timeout = 2, innodb_lock_wait_timeout = 2"
_OURS = re.compile("(deckgen[0-9a-f]{12})x[0-9]+")
# Where any account may write tables of another engine, it may reach other files and machines.
_ENGINES = ("ARCHIVE", "ARIA", "BLACKHOLE", "CSV", "INNODB", "MEMORY", "MRG_MYISAM", "MYISAM", "SEQUENCE")
_SCHEMAS = ("information_schema", "performance_schema")


def url_of_the_user() -> sa.URL | None:
    """The URL of the user's server, None where none is named."""
    return of_the_user(VARIABLE, WAY.driver)


@said_by(VARIABLE)
def version(url: sa.URL) -> str:
    """The version of a server, such as `10.11.19`."""
    administrator = Administrator(url)
    (found,) = administrator.ask("SELECT version()")
    administrator.close()
    return str(found).split("-")[0]


@said_by(VARIABLE)
def enter(url: sa.URL) -> MariaDB:
    """Enter the user's server, drop what killed runs have left there, and look at what an account could reach."""
    server = MariaDB(url)
    try:
        server.sweep()
        server.inspect()
    except BaseException:
        server.close()
        raise
    return server


class MariaDB:
    """A server, of which `url` names an administrator; `end` is what is done when it is left.

    Every name begins with that of this run, and so is a lock that it holds, so that others see that it is in use.
    """

    def __init__(self, url: sa.URL, end: Callable[[], None] = lambda: None) -> None:
        self._url = url
        self._end = end
        self._run = f"deckgen{secrets.token_hex(6)}"
        self._numbers = itertools.count(1)
        self._administrator = self.administrator()
        self._administrator.ask(f"SELECT GET_LOCK('{self._run}', 0)")
        self.address = _address(self._administrator)

    def administrator(self) -> Administrator:
        """Another connection."""
        return Administrator(self._url, init_command=_SETTINGS)

    def name(self) -> str:
        """A new name on the whole server."""
        return f"{self._run}x{next(self._numbers)}"

    def accounts(self) -> UserAccounts:
        """The accounts of a new gate."""
        return UserAccounts(self)

    def sweep(self) -> None:
        """End the sessions of runs that were killed, whose locks are free, and drop their databases and users."""
        administrator = self._administrator
        for name in administrator.ask(
            "SELECT schema_name FROM information_schema.schemata UNION SELECT user FROM mysql.user"
        ):
            ours = _OURS.fullmatch(name)
            if ours and administrator.ask(f"SELECT IS_FREE_LOCK('{ours[1]}')") == [1]:
                with suppress(MissingServerError):  # another run drops it at the same time
                    _end_sessions(administrator, name)
                    _drop(administrator, name)

    def inspect(self) -> None:
        """Raise MissingServerError where an account could reach more than its own database."""
        engines = self._administrator.ask("SELECT engine FROM information_schema.engines WHERE support <> 'NO'")
        strange = {name.upper() for name in engines} - {*_ENGINES, *map(str.upper, _SCHEMAS)}
        if strange:
            raise MissingServerError(f"tables of {', '.join(sorted(strange))} can reach other machines: uninstall it")
        public = set(self._administrator.ask("SELECT db FROM mysql.db WHERE user IN ('', 'PUBLIC')"))
        accounts = self.accounts()
        try:
            login = accounts.make()
            url = self._url.set(username=login.user, password=login.password, database=login.database)
            account = Administrator(url)
            seen = set(account.ask("SHOW DATABASES")) - {login.database, *_SCHEMAS}
            account.close()
        finally:
            accounts.close()
        if public | seen:
            names = ", ".join(sorted(public | seen))
            raise MissingServerError(f"every account can reach {names}: revoke that (mariadb-secure-installation)")

    def close(self) -> None:
        """Leave the server."""
        self._administrator.close()
        self._end()


class UserAccounts:
    """A user with a database of the same name."""

    def __init__(self, server: MariaDB) -> None:
        self._server = server
        self._administrator = server.administrator()
        self._name: str | None = None
        self._prepared_before = set[str]()

    def make(self) -> Login:
        """A user with all rights on an empty database, and none on anything else."""
        self._name = name = self._server.name()
        self._prepared_before = self._prepared()
        password = secrets.token_hex(16)
        self._administrator.run(
            f"CREATE DATABASE {name} CHARACTER SET utf8mb4",
            f"CREATE USER {name} IDENTIFIED BY '{password}'",
            f"GRANT ALL ON {name}.* TO {name}",
        )
        return Login(name, password, name)

    def drop(self) -> None:
        """End the sessions of the user, and drop it with its database."""
        if self._name is None:
            return
        administrator = self._administrator
        _end_sessions(administrator, self._name)
        try:
            _drop(administrator, self._name)
        except MissingServerError:  # a prepared transaction outlives its session and keeps its locks
            administrator.run(*(f"XA ROLLBACK {name}" for name in self._prepared() - self._prepared_before))
            _drop(administrator, self._name)
        self._name = None

    def _prepared(self) -> set[str]:
        """All prepared transactions of the server, which does not tell whose they are."""
        return set(self._administrator.ask("XA RECOVER FORMAT='SQL'", 3))

    def close(self) -> None:
        """Drop the user that is left."""
        try:
            self.drop()
        finally:
            self._administrator.close()


def _end_sessions(administrator: Administrator, user: str) -> None:
    def kill() -> list[int]:
        found = administrator.ask(f"SELECT id FROM information_schema.processlist WHERE user = '{user}'")
        if found:
            administrator.run(f"KILL USER {user}")
        return found

    until_none(kill)


def _drop(administrator: Administrator, name: str) -> None:
    """Drop a user with the database of the same name."""
    administrator.run(f"DROP DATABASE IF EXISTS {name}", f"DROP USER IF EXISTS {name}")


def _address(administrator: Administrator) -> Address:
    """Where a connection leads to, after all defaults."""
    driver = administrator.driver
    return str(driver.unix_socket) if driver.unix_socket else (driver.host, driver.port)
