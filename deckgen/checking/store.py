"""The database that a cache is kept in: a file of its own, or one that many share; what is not ours stays as it is.

There is a table of verdicts, and one that tells of which version these tables are. Rows are locked either in the order
of their keys or without waiting, so that those who share a database hardly ever wait for each other in a circle. Where
they do all the same, a server undoes one transaction, and that one is tried again: PostgreSQL waits in spite of SKIP
LOCKED for a row that is changed twice just then, and MariaDB locks the gaps between rows as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import sqlalchemy as sa

from deckgen.checking.connection import UrlError, connect, engine, parse
from deckgen.effort import Access

EXAMPLE = "postgresql+psycopg://user@host/database"
_VERSION = 1
_AT_ONCE = 500  # rows in one statement or transaction
_STEPS = 3  # two tables and a row, each of which another client may have made just before
_TRIES = 20  # of a transaction that the server undoes for the sake of others
_DEADLOCKS = {"40P01", 1213}  # the SQLSTATE of PostgreSQL, and the number of MariaDB
_CORRUPT = {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT"}

_TABLES = sa.MetaData()
_SCHEMA = sa.Table("deckgen_schema", _TABLES, sa.Column("version", sa.Integer, primary_key=True, autoincrement=False))
_VERDICTS = sa.Table(
    "deckgen_verdicts",
    _TABLES,
    sa.Column("key", sa.String(64), primary_key=True),
    # MariaDB's own TEXT ends at 64 KiB, with a warning or an error.
    sa.Column("outcome", sa.Text().with_variant(sa.Text(2**24 - 1), "mysql"), nullable=False),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("used", sa.Integer, nullable=False),
)
_KEY, _USED = _VERDICTS.c.key, _VERDICTS.c.used

_T = TypeVar("_T")


class UnfitError(ValueError):
    """What is named cannot be a cache, whatever is there; the message says why, and what to write instead."""


class StoreError(Exception):
    """The database cannot be used; `corrupt`: since it is not what it was; `deadlock`: for the sake of others just now.

    The message is a line without a password.
    """

    def __init__(self, reason: str, *, corrupt: bool, deadlock: bool = False) -> None:
        super().__init__(" ".join(reason.split()))
        self.corrupt = corrupt
        self.deadlock = deadlock


@dataclass(frozen=True, slots=True)
class _Kind:
    """A database that can hold a cache: its driver, the extra that brings it, and how connections to it are made.

    `arguments` are those of the driver, which the query of a URL overrides. They end what a server does not answer.
    """

    driver: str
    extra: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)


_COMMITTED = {"isolation_level": "READ COMMITTED"}  # what is not found is not locked
_MARIADB = _Kind(  # by the name of the dialect that asks the server which of the two it is
    "mysql+pymysql", "mariadb", {"connect_timeout": 10, "read_timeout": 60, "write_timeout": 60}, _COMMITTED
)
_KINDS: Mapping[str, _Kind] = {
    "sqlite": _Kind("sqlite+pysqlite", arguments={"timeout": 30}),
    "postgresql": _Kind(
        "postgresql+psycopg",
        "postgresql",
        {
            "client_encoding": "utf8",
            "connect_timeout": 10,
            "keepalives_idle": 30,
            "tcp_user_timeout": 60_000,
            "options": "-c statement_timeout=60s",
        },
        _COMMITTED,
    ),
    "mariadb": _MARIADB,
    "mysql": _MARIADB,
}


class Store:
    """The rows of a database by their keys. All but the making of a store raise StoreError, and that raises UnfitError.

    `file` is its file where it is a local one, `name` what it is called, without a password.
    """

    def __init__(self, place: str, access: Access) -> None:
        self.file = None if "://" in place else Path(place)
        self._access = access
        try:
            url = sa.URL.create("sqlite", database=place) if self.file else _url(place)
            self._engine = _engine(url, access)
        except UrlError as error:
            raise UnfitError(str(error)) from None
        self.name = place if self.file else url.set(query={}).render_as_string(hide_password=True)

    def open(self) -> None:
        """Look whether the tables are ours, and make them where there are none."""
        for left in reversed(range(_STEPS + 1)):
            with self._transaction() as connection:
                if self._is_here(connection):
                    return
            if self._access is Access.READ_ONLY:
                raise StoreError("nothing is there: whoever may write makes it", corrupt=False)
            try:
                with self._transaction() as connection:
                    _TABLES.create_all(connection)
                    connection.execute(_SCHEMA.insert().values(version=_VERSION))
            except StoreError:
                if not left:
                    raise

    def _is_here(self, connection: sa.Connection) -> bool:
        """Whether the tables are there, whole and ours; another client may be making them."""
        inspector = sa.inspect(connection)
        # In this order: another client may make both in between, and makes this one last.
        whole = inspector.has_table(_VERDICTS.name)
        told = inspector.has_table(_SCHEMA.name)
        if whole and not told:
            raise StoreError(f"its table {_VERDICTS.name} is not deckgen's: name another database", corrupt=True)
        versions = connection.scalars(sa.select(_SCHEMA.c.version)).all() if told else []
        if versions not in ([], [_VERSION]):
            raise StoreError(
                f"its tables are of version {max(versions)}, and those of this deckgen of version {_VERSION}:"
                " name another database, or use the deckgen that made it",
                corrupt=True,
            )
        return whole and bool(versions)

    def probe(self) -> None:
        """Look whether rows may be read, and changed where this store is to do so."""
        none = _KEY == ""
        with self._transaction() as connection:
            connection.execute(sa.select(_VERDICTS).where(none))
            if self._access is Access.READ_WRITE:
                connection.execute(_VERDICTS.delete().where(none))

    def rows(self, keys: Sequence[str]) -> list[sa.Row[Any]]:
        """The rows with some keys: key, outcome, seconds, digest, and the day on which they were last used."""
        with self._transaction() as connection:
            queries = (sa.select(_VERDICTS).where(_KEY.in_(some)) for some in _portions(keys))
            return [row for query in queries for row in connection.execute(query)]

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put rows into the place of what is there under their keys."""
        ordered = sorted(rows, key=lambda row: row["key"])
        self._change(lambda connection: connection.execute(_upsert(connection.dialect.name), ordered))

    def touch(self, keys: Sequence[str], day: int) -> None:
        """Note that the rows with some keys were used on a day, but for those that somebody else is at."""
        for some in _portions(keys):
            self._change(partial(_touch, keys=some, day=day))

    def drop(self, day: int) -> None:
        """Drop the rows that were last used before a day, but for those that somebody else is at."""
        while self._change(partial(_drop, day=day)):
            pass

    def _change(self, work: Callable[[sa.Connection], _T], tries: int = _TRIES) -> _T:
        """What some work gives, in a transaction that is tried again where it is undone for the sake of others."""
        try:
            with self._transaction() as connection:
                return work(connection)
        except StoreError as error:
            if not error.deadlock or tries == 1:
                raise
        return self._change(work, tries - 1)

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with connect(self._engine) as connection, connection.begin():
                yield connection
        except sa.exc.DBAPIError as error:
            raise StoreError(str(error.orig), corrupt=_corrupt(error), deadlock=_deadlock(error)) from None


def _url(place: str) -> sa.URL:
    url = parse(place, EXAMPLE)
    if url.get_backend_name() not in _KINDS:
        raise UnfitError(f"{url.get_backend_name()} cannot hold a cache, but {', '.join(_KINDS)} can")
    if not url.database:
        raise UnfitError(f"it names no database, as {EXAMPLE} does")
    return url


def _engine(url: sa.URL, access: Access) -> sa.Engine:
    """An engine whose every transaction has a connection of its own: between two of them, an hour may go by."""
    kind = _KINDS[url.get_backend_name()]
    if url.get_backend_name() == "sqlite" and access is Access.READ_ONLY:
        name = str(url.database)
        name = name if name.startswith("file:") else f"file:{quote(name)}"
        url = url.set(database=name).update_query_dict({"uri": "true", "mode": "ro"})
    arguments = {name: value for name, value in kind.arguments.items() if name not in url.query}
    return engine(url.set(drivername=kind.driver), kind.extra, connect_args=arguments, **kind.options)


def _portions(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


def _touch(connection: sa.Connection, keys: Sequence[str], day: int) -> None:
    if found := _taken(connection, _KEY.in_(keys), day > _USED):
        connection.execute(_VERDICTS.update().where(_KEY.in_(found)).values(used=day))


def _drop(connection: sa.Connection, day: int) -> bool:
    """Whether there was something to drop, and there may be more."""
    found = _taken(connection, day > _USED)
    if found:
        connection.execute(_VERDICTS.delete().where(_KEY.in_(found)))
    return bool(found)


def _taken(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> Sequence[str]:
    """The keys of some rows that nobody else is at, which from now on nobody else can be."""
    query = sa.select(_KEY).where(*conditions).limit(_AT_ONCE).with_for_update(skip_locked=True)
    return connection.scalars(query).all()


def _upsert(dialect: str) -> sa.Insert:
    insert: Any = import_module(f"sqlalchemy.dialects.{dialect}").insert(_VERDICTS)
    changing = [column.name for column in _VERDICTS.c if column is not _KEY]
    statement: sa.Insert
    if dialect == "mysql":
        statement = insert.on_duplicate_key_update({each: insert.inserted[each] for each in changing})
    else:
        new = {each: insert.excluded[each] for each in changing}
        statement = insert.on_conflict_do_update(index_elements=["key"], set_=new)
    return statement


def _deadlock(error: sa.exc.DBAPIError) -> bool:
    """Whether an error says that the server undid a transaction since it and others waited for each other."""
    orig: Any = error.orig
    return not _DEADLOCKS.isdisjoint([getattr(orig, "sqlstate", None), *orig.args[:1]])


def _corrupt(error: sa.exc.DBAPIError) -> bool:
    """Whether an error shows that a file is not what it was, and not that it cannot be used just now."""
    return getattr(error.orig, "sqlite_errorname", "") in _CORRUPT or "no such" in str(error.orig)
