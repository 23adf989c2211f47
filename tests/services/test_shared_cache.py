"""A cache on a server that many share: nothing is lost, nobody is locked out, and what is not ours stays as it is."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from deckgen.checking.cache import Cache, ensure
from deckgen.checking.databases.mariadb import own as mariadb
from deckgen.checking.databases.mariadb.administration import MariaDB
from deckgen.checking.databases.postgresql import own as postgresql
from deckgen.checking.databases.postgresql.administration import PostgreSQL
from deckgen.checking.store import Store
from deckgen.effort import Access
from deckgen.options import SURROUNDINGS, USAGE, WRONG_CARDS
from tests.decks import Ran, card, deck, deckgen, slow
from tests.services import writers
from tests.services.servers import KEPT, served

CARDS = card(1, "One.") + card(2, "Two.", check='\n```python check\nassert engine.name == "postgresql"\n```\n')
WRITERS = 20
SECONDS = {"postgresql": 60, "mariadb": 10}
STARTS: dict[str, Callable[[], PostgreSQL | MariaDB]] = {
    "postgresql": postgresql.start,
    "mariadb": lambda: mariadb.start(KEPT),
}


@dataclass(frozen=True)
class Shared:
    """A database on a server of its own, and what ends the server."""

    url: sa.URL
    end: Callable[[], None]

    @property
    def text(self) -> str:
        """The URL as a user writes it."""
        return self.url.render_as_string(hide_password=False)

    @property
    def secret(self) -> str:
        """The password in it."""
        return str(self.url.password)

    def run(self, *statements: str) -> list[sa.Row[tuple[object, ...]]]:
        """Execute statements, and return the rows of the last one."""
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            results = [connection.exec_driver_sql(statement) for statement in statements]
            return list(results[-1].all()) if results[-1].returns_rows else []

    def rows(self) -> list[sa.Row[tuple[object, ...]]]:
        """All that the cache holds."""
        return [*self.run("SELECT * FROM deckgen_schema"), *self.run("SELECT * FROM deckgen_verdicts")]


@contextmanager
def server(database: str) -> Iterator[Shared]:
    """A database that is new, on a server that is as well."""
    with pytest.MonkeyPatch.context() as patch:
        served(database, "our", patch)  # or the test is skipped
    with ExitStack() as stack:
        started = STARTS[database]()
        stack.callback(started.close)
        with sa.create_engine(
            started._url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT"
        ).connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE shared")
        yield Shared(started._url.set(database="shared"), stack.close)


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def lasting(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """A server for tests that leave it as it was."""
    with server(request.param) as found:
        yield found


@pytest.fixture
def shared(lasting: Shared) -> Iterator[Shared]:
    """An empty database on either server."""
    yield lasting
    lasting.run("DROP TABLE IF EXISTS deckgen_schema, deckgen_verdicts")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a deck."""
    deck(tmp_path / "deck", CARDS)
    return tmp_path


def verify(folder: Path, url: str, *arguments: str) -> Ran:
    return deckgen("verify", "deck", "--cache", url, *arguments, cwd=folder)


def known(folder: Path, url: str, *arguments: str) -> int:
    """How many cards of the deck were known; the run leaves no cache of its own and complains of nothing."""
    ran = verify(folder, url, "--format", "json", *arguments)
    assert ran.status == WRONG_CARDS
    assert "cache" not in ran.err
    assert not (folder / "build" / ".cache" / "verdicts.sqlite").exists()
    return int(ran.json["summary"]["cached"])


def test_what_one_has_proved_another_knows(
    shared: Shared, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    deck(other / "deck", CARDS)
    assert [known(folder, shared.text), known(other, shared.text)] == [0, 2]


def test_many_writers_lose_double_and_tear_nothing(shared: Shared) -> None:
    seconds = SECONDS[shared.url.get_backend_name()]
    names = [f"shared {number}" for number in range(writers.SHARED)]
    with Cache(shared.text) as cache:
        for job in map(writers.job, names):
            cache.keep(job, None, writers.result(job, 0))
    with ThreadPoolExecutor(WRITERS) as pool:
        found = list(pool.map(lambda number: written(shared, number, seconds), range(1, WRITERS + 1)))
    names += [name for each in found for name in each["own"]]
    with Cache(shared.text) as cache:
        results = cache.find([writers.job(name) for name in names], None, writers.LAYERS)
    print(f"{sum(each['runs'] for each in found)} runs, {len(names)} entries")
    assert [notice for each in found for notice in each["notices"]] == cache.notices == []
    assert [name for each in found for name in each["wrong"]] == []
    assert all(map(writers.fits, results))
    assert shared.run("SELECT count(*) FROM deckgen_verdicts") == [(len(names),)]


def written(shared: Shared, number: int, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.services.writers", shared.text, str(number), str(seconds)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


TABLE = sa.table("deckgen_verdicts", sa.column("key"), sa.column("seconds"), sa.column("used"))
KEYS = ["a", *(f"b {number}" for number in range(100))]  # MariaDB undoes the transaction that has changed less
BUT_THE_FIRST = TABLE.update().where(TABLE.c.key > "a").values(seconds=1)
THE_FIRST = TABLE.update().where(TABLE.c.key == "a").values(seconds=1)
NO_CHANGE = sa.text("LOCK TABLE deckgen_verdicts IN SHARE MODE")
WAITING = {
    "postgresql": "SELECT count(*) FROM pg_locks WHERE NOT granted",
    # innodb_trx would not do: it is a copy, which is not renewed where it was read in the last tenth of a second
    "mariadb": "SELECT variable_value > 0 FROM information_schema.global_status"
    " WHERE variable_name = 'innodb_row_lock_current_waits'",
}


def patient(url: sa.URL, time: str) -> sa.URL:
    """For PostgreSQL, which looks for a circle once, when a transaction has waited for some time."""
    options = f"-c deadlock_timeout={time} -c statement_timeout=60s"
    return url.update_query_dict({"options": options}) if url.get_backend_name() == "postgresql" else url


def entries(seconds: float) -> list[dict[str, object]]:
    return [{"key": key, "outcome": "", "seconds": seconds, "digest": "", "used": 1} for key in KEYS]


CIRCLES: dict[str, tuple[str, sa.Executable, Callable[[Store], None], set[tuple[float, int]]]] = {
    "write": ("postgresql", BUT_THE_FIRST, lambda store: store.write(entries(2)), {(2, 1)}),
    "write there": ("mariadb", BUT_THE_FIRST, lambda store: store.write(entries(2)), {(2, 1)}),
    "touch": ("postgresql", NO_CHANGE, lambda store: store.touch(KEYS, 2), {(0, 2), (1, 2)}),
    "drop": ("postgresql", NO_CHANGE, lambda store: store.drop(2), set()),
}


@pytest.mark.parametrize(("lasting", "held", "change", "left"), CIRCLES.values(), ids=CIRCLES, indirect=["lasting"])
def test_what_the_server_undoes_for_the_sake_of_others_is_tried_again(
    shared: Shared, held: sa.Executable, change: Callable[[Store], None], left: set[tuple[float, int]]
) -> None:
    waiting = WAITING[shared.url.get_backend_name()]
    url, endless = patient(shared.url, "5s"), patient(shared.url, "1h")
    store = Store(url.render_as_string(hide_password=False), Access.READ_WRITE)
    store.open()
    store.write(entries(0))
    undone: list[sa.Connection] = []
    sa.event.listen(store._engine, "rollback", undone.append)
    with sa.create_engine(endless, poolclass=sa.NullPool).connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(held)
        changing = pool.submit(change, store)
        while not changing.done() and shared.run(waiting) == [(0,)]:
            time.sleep(0.01)
        other.execute(THE_FIRST)  # which the change has locked, while it waits for what is held
        other.commit()
        changing.result()
    assert len(undone) == 1
    assert {(row.seconds, row.used) for row in store.rows(KEYS)} == left


def test_twenty_that_come_to_an_empty_database_at_once_make_one_cache(shared: Shared) -> None:
    for _ in range(5):
        shared.run("DROP TABLE IF EXISTS deckgen_schema, deckgen_verdicts")
        start = threading.Barrier(WRITERS)

        def come(_number: int, start: threading.Barrier = start) -> None:
            start.wait()
            ensure(shared.text, Access.READ_WRITE)

        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(come, range(WRITERS)))
        assert shared.rows() == [(1,)]


GRANTS = {
    "postgresql": (
        "CREATE ROLE reader LOGIN PASSWORD '{secret}'",
        "GRANT SELECT ON deckgen_schema, deckgen_verdicts TO reader",
        "DROP OWNED BY reader; DROP ROLE reader",
    ),
    "mariadb": (
        "CREATE USER reader@localhost IDENTIFIED BY '{secret}'",
        "GRANT SELECT ON shared.* TO reader@localhost",
        "DROP USER reader@localhost",
    ),
}


@pytest.fixture
def reader(shared: Shared, folder: Path) -> Iterator[Shared]:
    """An account that may only read a cache, in which the deck is known."""
    assert known(folder, shared.text) == 0
    create, grant, drop = GRANTS[shared.url.get_backend_name()]
    secret = secrets.token_hex(16)
    shared.run(create.format(secret=secret), grant)
    yield Shared(shared.url.set(username="reader", password=secret), shared.end)
    shared.run(drop)


def test_who_may_only_read_uses_what_is_known(shared: Shared, reader: Shared, folder: Path) -> None:
    with_another_day = "UPDATE deckgen_verdicts SET used = used - 1"
    shared.run(with_another_day)
    before = shared.rows()
    assert known(folder, reader.text, "--cache-read-only") == 2
    (folder / "deck" / "cards.md").write_text(
        CARDS + card(3, "Three.", check="\n```python check\nassert engine.url\n```\n")
    )
    assert known(folder, reader.text, "--cache-read-only") == 2
    assert shared.rows() == before


def test_who_may_only_read_is_told_before_anything_is_run(reader: Shared, folder: Path) -> None:
    ran = verify(folder, reader.text)
    assert (ran.status, ran.out) == (SURROUNDINGS, "")
    assert "denied" in ran.err
    assert reader.secret not in ran.err


def test_a_cache_of_another_version_is_left_as_it_is(shared: Shared, folder: Path) -> None:
    assert known(folder, shared.text) == 0
    shared.run("UPDATE deckgen_schema SET version = 2")
    before = shared.rows()
    ran = verify(folder, shared.text)
    assert (ran.status, ran.out) == (SURROUNDINGS, "")
    assert "the cache cannot be used: its tables are of version 2, and those of this deckgen of version 1" in ran.err
    assert shared.secret not in ran.err
    assert shared.rows() == before


def test_a_table_that_is_not_ours_is_left_as_it_is(shared: Shared, folder: Path) -> None:
    shared.run("CREATE TABLE deckgen_verdicts (answer INT)", "INSERT INTO deckgen_verdicts VALUES (42)")
    ran = verify(folder, shared.text)
    assert ran.status == SURROUNDINGS
    assert "its table deckgen_verdicts is not deckgen's: name another database" in ran.err
    assert shared.run("SELECT * FROM deckgen_verdicts") == [(42,)]


def test_a_torn_entry_is_proved_again_and_the_rest_stays(shared: Shared, folder: Path) -> None:
    assert known(folder, shared.text) == 0
    shared.run("UPDATE deckgen_verdicts SET outcome = '[\"passed\", 9, []]' WHERE outcome LIKE '%%refuted%%'")
    ran = verify(folder, shared.text, "--format", "json")
    assert (ran.json["summary"]["cached"], ran.json["cards"][1]["verdict"]) == (1, "refuted")
    assert "not what was written, and not believed: 1 of 2 entries" in ran.err
    assert shared.secret not in ran.out + ran.err
    assert known(folder, shared.text) == 2


WRONG = {
    "a password": lambda url: url.set(password="open-sesame"),
    "a user": lambda url: url.set(username="nobody", password="open-sesame"),
    "a database": lambda url: url.set(database="nothing"),
    "a host": lambda url: url.set(host="nowhere.invalid", query={}, password="open-sesame"),
    "a port": lambda url: url.set(host="127.0.0.1", port=1, query={}, password="open-sesame"),
    "a setting": lambda url: url.update_query_dict({"no_such_setting": "open-sesame", "password": "open-sesame"}),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_server_that_does_not_let_in_is_told_before_anything_is_run(
    shared: Shared, folder: Path, change: Callable[[sa.URL], sa.URL]
) -> None:
    ran = verify(folder, change(shared.url).render_as_string(hide_password=False))
    assert ran.status in (SURROUNDINGS, USAGE)
    assert "Traceback" not in ran.err
    assert not {shared.secret, "open-sesame"} & set(ran.err.replace("'", " ").replace(":", " ").split())
    assert "open-sesame" not in ran.out + ran.err
    assert shared.secret not in ran.out + ran.err
    assert ran.out == ""


@pytest.mark.parametrize("database", STARTS)
def test_a_server_that_is_lost_on_the_way_costs_a_line_and_no_verdict(database: str, tmp_path: Path) -> None:
    deck(tmp_path / "deck", "".join(map(slow, range(8))))
    with server(database) as lost:
        command = [sys.executable, "-m", "deckgen", "verify", "deck", "--cache", lost.text, "-j", "1"]
        environment = os.environ | {"PYTHONPATH": os.getcwd()}
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            first = process.stderr.readline()  # of the progress: it is proving
            lost.end()
            out, err = process.communicate(timeout=600)
    assert first.startswith("Small: 1 of 8")
    assert (process.returncode, out) == (0, ""), err
    assert "8 of 8 verified" in err
    assert err.count("the cache is not used") == 1
    assert lost.secret not in err
