"""A gate lets one account in, on an empty database, and what the account leaves or goes on with is gone with it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from deckgen.checking import interpreters
from deckgen.checking.databases import DATABASES, Servers, mariadb, postgresql
from deckgen.checking.databases.gate import Account
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.databases.mariadb import own as own_mariadb
from deckgen.checking.databases.postgresql import own as own_postgresql
from deckgen.model import Database
from tests.services.servers import KEPT, VARIABLES, Served, gates, served

MADE = sa.Table("made", sa.MetaData(), sa.Column("x", sa.Integer, primary_key=True))
WAIT = {"postgresql": "SELECT pg_sleep(60)", "mariadb": "SELECT sleep(60)"}
AT_ONCE = 5.0  # seconds, on a busy machine


@contextmanager
def connected(account: Account, **changed: Any) -> Iterator[sa.Connection]:
    """A connection through the gate, as somebody else where something is changed."""
    engine = sa.create_engine(sa.make_url(account.url).set(**changed), poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def tables(account: Account) -> list[str]:
    """The tables of an account, to which it adds one."""
    with connected(account) as connection:
        found = sa.inspect(connection).get_table_names()
        MADE.create(connection)
        connection.commit()
    return found


async def added(account: Account) -> int | None:
    """How many rows there are once a row was added by the other driver."""
    engine = create_async_engine(account.async_url, poolclass=sa.NullPool)
    async with engine.begin() as connection:
        await connection.execute(MADE.insert())
        found: int | None = await connection.scalar(sa.select(sa.func.count()).select_from(MADE))
    return found


def test_each_run_has_an_empty_database_for_both_drivers(where: Served) -> None:
    users = set()
    with gates(where.database) as (gate,):
        for _ in range(3):
            account = gate.admit()
            users.add(sa.make_url(account.url).username)
            assert tables(account) == []
            assert asyncio.run(added(account)) == 1
            gate.clear()
    assert len(users) == 3


def test_nothing_is_left_on_the_server_of_the_user(theirs: Served) -> None:
    before = theirs.names()
    with gates(theirs.database, 2) as (one, other):
        account = one.admit()
        tables(account)
        one.clear()
        tables(other.admit())
        made = theirs.names() - before
    assert made
    assert not made & theirs.names()


def test_a_gate_lets_nobody_in_but_its_own_account(where: Served) -> None:
    with gates(where.database, 2) as (one, other):
        account, stranger = one.admit(), other.admit()
        url = sa.make_url(stranger.url)
        for changed in (
            {"username": url.username, "password": url.password},
            {"username": "root" if where.database == "mariadb" else "postgres", "password": ""},
        ):
            with (
                pytest.raises(sa.exc.OperationalError, match="deckgen: a check may log in"),
                connected(account, **changed),
            ):
                pass
        elsewhere = connected(account, database=url.database)
        with pytest.raises(sa.exc.OperationalError, match=r"deckgen: a check may log in|Access denied"), elsewhere:
            pass
        one.clear()
        with pytest.raises(sa.exc.OperationalError), connected(account):
            pass


def test_what_the_gate_refuses_the_server_would_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    """By PostgreSQL's defaults every role can connect to every database."""
    place = served("postgresql", "our", monkeypatch)
    with gates(place.database) as (gate,):
        account = sa.make_url(gate.admit().url)
        direct = gate._relay._address
        assert isinstance(direct, str)
        folder = direct.rpartition("/")[0]
        engine = sa.create_engine(account.set(database="postgres", query={"host": folder, "port": "5432"}))
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT current_database()").scalar() == "postgres"
        engine.dispose()


def test_a_session_that_waits_with_a_lock_ends_with_its_run(where: Served) -> None:
    with gates(where.database) as (gate,):
        account = gate.admit()
        tables(account)
        waiting = threading.Event()
        ended = threading.Event()

        def wait() -> None:
            with suppress(sa.exc.DBAPIError), connected(account) as connection:
                connection.execute(MADE.insert().values(x=1))
                waiting.set()
                connection.exec_driver_sql(WAIT[where.database])
            ended.set()

        threading.Thread(target=wait, daemon=True).start()
        assert waiting.wait(AT_ONCE)
        time.sleep(0.1)
        started = time.monotonic()
        gate.clear()
        assert tables(gate.admit()) == []
        assert time.monotonic() - started < AT_ONCE
        assert ended.wait(AT_ONCE)


PREPARED = {
    "postgresql": ["BEGIN", "INSERT INTO made VALUES (1)", "PREPARE TRANSACTION 'it''s'"],
    "mariadb": ["XA START 'it''s'", "INSERT INTO made VALUES (1)", "XA END 'it''s'", "XA PREPARE 'it''s'"],
}


def test_a_prepared_transaction_does_not_outlive_its_run(ours: Served) -> None:
    with gates(ours.database) as (gate,):
        account = gate.admit()
        tables(account)
        with connected(account) as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            for statement in PREPARED[ours.database]:
                autocommit.exec_driver_sql(statement)
            started = time.monotonic()
            gate.clear()
            connection.invalidate()
        assert tables(gate.admit()) == []
        assert time.monotonic() - started < AT_ONCE


TOO_MANY = """
DO $$ BEGIN FOR number IN 1..3000 LOOP EXECUTE 'CREATE TABLE t' || number || ' (x int)'; COMMIT; END LOOP; END $$
"""


def test_more_than_can_be_dropped_at_once_does_not_outlive_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    served("postgresql", "our", monkeypatch)
    for name, few in {"max_connections": "20", "max_locks_per_transaction": "10"}.items():
        monkeypatch.setitem(own_postgresql._SETTINGS, name, few)
    with gates("postgresql") as (gate,):
        account = gate.admit()
        with connected(account) as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            autocommit.exec_driver_sql(TOO_MANY)
            with pytest.raises(sa.exc.OperationalError, match="out of shared memory"):
                autocommit.exec_driver_sql("DROP SCHEMA public CASCADE")
        gate.clear()
        assert tables(gate.admit()) == []


# ---------------------------------------------------------------- the user's server, and what is wrong with it

STRANGE = {
    "timezone": "Asia/Tokyo",
    "datestyle": "German",
    "intervalstyle": "iso_8601",
    "bytea_output": "escape",
    "standard_conforming_strings": "off",
    "default_transaction_isolation": "serializable",
    "search_path": "elsewhere",
}
STRANGE_THERE = (
    "--sql-mode=ANSI_QUOTES",
    "--default-time-zone=+09:00",
    "--transaction-isolation=SERIALIZABLE",
    "--default-storage-engine=MyISAM",
    "--collation-server=utf8mb4_bin",
)
SETTINGS = {
    "postgresql": f"SELECT lower(name), setting FROM pg_settings WHERE lower(name) = ANY (ARRAY{list(STRANGE)})"
    " UNION SELECT 'a letter', upper('\u00e4') UNION SELECT 'encoding', getdatabaseencoding()",
    "mariadb": "SELECT @@sql_mode, @@time_zone, @@tx_isolation, @@default_storage_engine, @@collation_database",
}


def settings(account: Account) -> list[sa.Row[Any]]:
    """What a check finds that decides what its SQL does, the same by both drivers."""

    async def other() -> list[sa.Row[Any]]:
        async with create_async_engine(account.async_url, poolclass=sa.NullPool).connect() as connection:
            return list(await connection.exec_driver_sql(query))

    query = SETTINGS[sa.make_url(account.url).get_backend_name()]
    with connected(account) as connection:
        found = sorted(connection.exec_driver_sql(query))
    assert sorted(asyncio.run(other())) == found
    return found


def test_a_check_finds_the_same_settings_on_every_server(ours: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with gates(ours.database) as (gate,):
        expected = settings(gate.admit())
    monkeypatch.setattr(own_postgresql, "_SETTINGS", own_postgresql._SETTINGS | STRANGE)
    monkeypatch.setattr(own_postgresql, "_INITDB", ("--auth=scram-sha-256", "--encoding=LATIN1", "--locale=C"))
    monkeypatch.setattr(own_mariadb, "_SERVER", (*own_mariadb._SERVER, *STRANGE_THERE))
    server = own_postgresql.start() if ours.database == "postgresql" else own_mariadb.start(KEPT)
    try:
        monkeypatch.setenv(VARIABLES[ours.database], server._url.render_as_string(hide_password=False))
        with gates(ours.database) as (gate,):
            assert settings(gate.admit()) == expected
    finally:
        server.close()


def test_an_administrator_without_all_rights_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    served("postgresql", "our", monkeypatch)
    server = own_postgresql.start()
    try:
        server._administrator.run("CREATE ROLE deck LOGIN CREATEDB CREATEROLE PASSWORD 'deck'")
        url = server._url.set(username="deck", password="deck")
        monkeypatch.setenv(postgresql.VARIABLE, url.render_as_string(hide_password=False))
        with gates("postgresql") as (gate,):
            for _ in range(2):
                assert tables(gate.admit()) == []
                gate.clear()
    finally:
        server.close()


# As mariadb-install-db does it.
OPEN = "INSERT INTO mysql.db (host, db, user, select_priv, create_priv) VALUES ('%', '{}', '', 'Y', 'Y')"


@pytest.mark.parametrize(
    ("open_it", "told"),
    [
        (["CREATE DATABASE test", OPEN.format("test"), "FLUSH PRIVILEGES"], "every account can reach test"),
        (["CREATE DATABASE test", "GRANT SELECT ON test.* TO PUBLIC"], "every account can reach test"),
        ([OPEN.format("test\\_%"), "FLUSH PRIVILEGES"], "every account can reach test"),
        (["INSTALL SONAME 'ha_federatedx'"], "tables of FEDERATED can reach other machines"),
    ],
)
def test_a_server_on_which_an_account_reaches_more_is_refused(
    open_it: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served("mariadb", "our", monkeypatch)
    server = own_mariadb.start(KEPT)
    try:
        try:
            server._administrator.run(*open_it)
        except MissingServerError as error:
            pytest.skip(f"this MariaDB cannot be opened so far: {error}")
        monkeypatch.setenv(mariadb.VARIABLE, server._url.render_as_string(hide_password=False))
        with pytest.raises(MissingServerError, match=f"that {mariadb.VARIABLE} names: {told}"), gates("mariadb"):
            pass
    finally:
        server.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://postgres@127.0.0.1:1/test", "DECKGEN_POSTGRESQL_URL names: .*refused"),
        ("postgresql://postgres@/test?host=/nowhere", "DECKGEN_POSTGRESQL_URL names: .*No such file"),
        ("mariadb://root@127.0.0.1:1/test", "DECKGEN_MARIADB_URL names: .*refused"),
        ("nonsense", "it is no URL such as postgresql"),
    ],
)
def test_a_server_that_cannot_be_had_is_missing(url: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database.MARIADB if url.startswith("mariadb") else Database.POSTGRESQL
    monkeypatch.setenv(mariadb.VARIABLE if database is Database.MARIADB else postgresql.VARIABLE, url)
    with pytest.raises(MissingServerError, match=told):
        DATABASES[database].describe(interpreters.here())
    with pytest.raises(MissingServerError, match=told), gates(database):
        pass


def test_a_path_that_is_too_long_for_a_socket_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = served("postgresql", "our", monkeypatch)
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    with Servers(KEPT) as servers:
        server = servers.get(place.database)
        assert server is not None
        with pytest.raises(MissingServerError, match=r"too long .*TMPDIR"):
            server.gate(deep)
