"""A database that is named is ours or is left as it is, and what cannot be a cache says so without a password."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deckgen.checking import store
from deckgen.checking.cache import ensure
from deckgen.checking.store import Store, StoreError, UnfitError
from deckgen.effort import Access
from deckgen.errors import SurroundingsError

SECRET = "open-sesame"
UNFIT = {
    "no URL": (
        f"postgresql://ann:{SECRET}@host:port/db",
        "it is no URL such as postgresql+psycopg://user@host/databas",
    ),
    "a file": ("verdicts.sqlite", "it is no URL such as postgresql"),
    "another database": (
        f"oracle://ann:{SECRET}@host/db",
        "oracle cannot hold a cache, but sqlite, postgresql, mariadb",
    ),
    "no database": (f"postgresql://ann:{SECRET}@host", "it names no database, as postgresql"),
    "nothing on the disk": ("sqlite://", "it names no database, as postgresql"),
}
DRIVERS = {
    "postgresql://ann@host/db": ("psycopg", r"psycopg is not installed: install deckgen-verified\[postgresql\]"),
    "postgresql+asyncpg://ann@host/db": (
        "psycopg",
        r"psycopg is not installed: install deckgen-verified\[postgresql\]",
    ),
    "mariadb://ann@host/db": ("pymysql", r"pymysql is not installed: install deckgen-verified\[mariadb\]"),
    "mysql://ann@host/db": ("pymysql", r"pymysql is not installed: install deckgen-verified\[mariadb\]"),
}


@pytest.mark.parametrize(("url", "says"), UNFIT.values(), ids=UNFIT)
def test_what_cannot_be_a_cache_is_refused_and_says_why(url: str, says: str) -> None:
    with pytest.raises(UnfitError) as caught:
        ensure(url, Access.READ_WRITE)
    assert str(caught.value).startswith(says)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("url", DRIVERS)
def test_a_driver_that_is_not_installed_names_the_extra_that_brings_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, says = DRIVERS[url]
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(UnfitError, match=says):
        Store(url, Access.READ_WRITE)


def test_a_cache_is_named_without_what_may_be_a_password() -> None:
    named = Store(f"postgresql://ann:{SECRET}@host/db?password={SECRET}&sslpassword={SECRET}", Access.READ_WRITE)
    assert named.name == "postgresql://ann:***@host/db"


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A database that somebody named, in which there is a verdict."""
    path = tmp_path / "shared.sqlite"
    with_row(path)
    return path


def with_row(path: Path) -> None:
    opened = Store(f"sqlite:///{path}", Access.READ_WRITE)
    opened.open()
    opened.write([{"key": "a", "outcome": "b", "seconds": 0.1, "digest": "c", "used": 20_000}])


def execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


NOT_OURS: dict[str, tuple[Callable[[Path], object], str]] = {
    "another version": (
        lambda path: execute(path, "update deckgen_schema set version = 2"),
        "its tables are of version 2, and those of this deckgen of version 1: name another database, or use the ",
    ),
    "two versions": (
        lambda path: execute(path, "insert into deckgen_schema values (7)"),
        "its tables are of version 7, and those of this deckgen of version 1",
    ),
    "no version": (
        lambda path: execute(path, "drop table deckgen_schema"),
        "its table deckgen_verdicts is not deckgen's: name another database",
    ),
    "a table of that name": (
        lambda path: execute(path, "alter table deckgen_verdicts rename column outcome to answer"),
        "no such column: deckgen_verdicts.outcome",
    ),
    "another table that tells a version": (
        lambda path: execute(path, "alter table deckgen_schema rename column version to number"),
        "no such column: deckgen_schema.version",
    ),
    "noise": (lambda path: path.write_bytes(bytes(range(256)) * 99), "file is not a database"),
}


@pytest.mark.parametrize(("change", "says"), NOT_OURS.values(), ids=NOT_OURS)
@pytest.mark.parametrize("access", Access)
def test_a_named_database_that_is_not_ours_is_refused_and_left_as_it_is(
    shared: Path, access: Access, change: Callable[[Path], object], says: str
) -> None:
    change(shared)
    before = shared.read_bytes()
    with pytest.raises(SurroundingsError) as caught:
        ensure(f"sqlite:///{shared}", access)
    assert str(caught.value).startswith(f"sqlite:///{shared}: the cache cannot be used: {says}")
    assert shared.read_bytes() == before


def test_tables_that_somebody_else_is_making_are_completed(shared: Path) -> None:
    for left in ("delete from deckgen_schema", "drop table deckgen_verdicts"):
        execute(shared, left)
        ensure(f"sqlite:///{shared}", Access.READ_WRITE)
        ensure(f"sqlite:///{shared}", Access.READ_ONLY)


def test_where_nothing_may_be_written_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite").touch()
    for name, says in (("none.sqlite", "unable to open database file"), ("empty.sqlite", "nothing is there: whoever")):
        with pytest.raises(SurroundingsError, match=says):
            ensure(f"sqlite:///{tmp_path / name}", Access.READ_ONLY)
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [0]


def test_what_may_only_be_read_refuses_to_be_written(shared: Path) -> None:
    reading = Store(f"sqlite:///{shared}", Access.READ_ONLY)
    reading.open()
    assert [row.outcome for row in reading.rows(["a"])] == ["b"]
    with pytest.raises(StoreError, match="readonly"):
        reading.touch(["a"], 20_001)
    with pytest.raises(StoreError, match="readonly"):
        reading.drop(20_001)


def test_more_rows_than_go_into_one_statement_are_read_touched_and_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_AT_ONCE", 3)
    opened = Store(str(tmp_path / "verdicts.sqlite"), Access.READ_WRITE)
    opened.open()
    keys = [f"key {number}" for number in range(10)]
    opened.write([{"key": key, "outcome": "b", "seconds": 0.1, "digest": "c", "used": 1} for key in keys])
    opened.touch(keys[:8], 2)
    assert sorted(row.key for row in opened.rows(keys) if row.used == 2) == keys[:8]
    opened.drop(2)
    assert sorted(row.key for row in opened.rows(keys)) == keys[:8]
    opened.drop(3)
    assert opened.rows(keys) == []
