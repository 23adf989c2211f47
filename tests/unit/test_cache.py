"""The cache gives back what was put in, for the same facts and no others; what is corrupt is never believed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from deckgen.checking import cache as module
from deckgen.checking.cache import Cache
from deckgen.diagnostics import Location
from deckgen.effort import Access
from deckgen.model import Fence, Role
from deckgen.proof import (
    Block,
    Broken,
    Crashed,
    Environment,
    Job,
    Mode,
    Outcome,
    Passed,
    Program,
    Refuted,
    Result,
    TimedOut,
    Unavailable,
    Vacuous,
)
from tests.unit.cards import card

LAYERS = ("landlock-7", "seccomp")
HERE = Environment("3.11.7", "2.1.9", "sqlite 3.40.1")
EXAMPLE, CHECK, REFUTE = (
    Block("example\n", "cards.md", 10),
    Block("check\n" * 9, "cards.md", 20),
    Block("no", "cards.md", 40),
)
JOB = Job(card("one"), Program((EXAMPLE, CHECK), ((EXAMPLE, REFUTE),)), HERE, 10.0)
PRELUDE = Fence(Role.SETUP, "python", "import sqlalchemy\n\nx = 1\n", Location("prelude.py", 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "verdicts.sqlite"


def result(outcome: Outcome, *, seconds: float = 0.5, job: Job = JOB, layers: Sequence[str] = LAYERS) -> Result:
    return Result(job.card, replace(job.environment, confinement=tuple(layers)), outcome, seconds)


def keep(path: Path, outcome: Outcome, *, seconds: float = 0.5) -> list[str]:
    with Cache(str(path)) as cache:
        cache.keep(JOB, PRELUDE, result(outcome, seconds=seconds))
    return cache.notices


def found(path: Path, job: Job = JOB, prelude: Fence | None = PRELUDE, layers: Sequence[str] = LAYERS) -> Result | None:
    with Cache(str(path)) as cache:
        (known,) = cache.find([job], prelude, layers)
    return known


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    day = [20_000]
    monkeypatch.setattr(module, "_today", lambda: day[0])
    return day


OUTCOMES: dict[str, Outcome] = {
    "passed": Passed(3),
    "passed with something idle": Passed(3, (Location("cards.md", 22), Location("cards.md", 10, 4))),
    "refuted": Refuted("no", Location("cards.md", 28), "1", "2"),
    "refuted without sides": Refuted("no", Location("cards.md", 40)),
    "broken in the prelude": Broken("NameError", Location("prelude.py", 3)),
    "vacuous nowhere": Vacuous("no assertion"),
    "with half a character": Refuted("half \ud800", Location("cards.md", 20), "\ud800", ""),
}


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_what_was_kept_is_found(path: Path, outcome: Outcome) -> None:
    keep(path, outcome)
    assert found(path) == replace(result(outcome), cached=True)


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_a_location_moves_with_its_block(path: Path, outcome: Outcome) -> None:
    def moved(location: Location) -> Location:
        return replace(location, path="b.md", line=location.line + 5) if location.path == "cards.md" else location

    def shifted(block: Block) -> Block:
        return replace(block, path="b.md", line=block.line + 5)

    keep(path, outcome)
    program = Program((shifted(EXAMPLE), shifted(CHECK)), ((shifted(EXAMPLE), shifted(REFUTE)),))
    job = replace(JOB, card=card("two"), program=program)
    expected = outcome
    if isinstance(outcome, Passed):
        expected = replace(outcome, idle=tuple(map(moved, outcome.idle)))
    elif outcome.location:
        expected = replace(outcome, location=moved(outcome.location))
    assert found(path, job) == replace(result(expected, job=job), cached=True)


NOT_KEPT: dict[str, tuple[Outcome, float]] = {
    "crashed": (Crashed("it was killed by SIGSEGV"), 0.5),
    "timed out": (TimedOut("too late"), 10.5),
    "unavailable": (Unavailable("no server"), 0.0),
    "a control may have timed out": (Vacuous("was not seen to fail"), 10.0),
    "a location outside": (Broken("lost", Location("cards.md", 99)), 0.5),
    "a full disk": (Broken("OSError: [Errno 28] No space left on device", Location("cards.md", 20)), 0.5),
    "a full database": (Broken("OperationalError: database or disk is full", Location("cards.md", 20)), 0.5),
}


@pytest.mark.parametrize(("outcome", "seconds"), NOT_KEPT.values(), ids=NOT_KEPT)
def test_what_something_else_may_have_brought_about_is_not_kept(path: Path, outcome: Outcome, seconds: float) -> None:
    assert keep(path, outcome, seconds=seconds) == []
    assert found(path) is None


def other(*blocks: Block) -> Job:
    return replace(JOB, program=replace(JOB.program, blocks=blocks))


OTHER: dict[str, tuple[Job, Fence | None, Sequence[str]]] = {
    "check": (other(EXAMPLE, replace(CHECK, code="x")), PRELUDE, LAYERS),
    "set-up": (other(replace(EXAMPLE, code="x"), CHECK), PRELUDE, LAYERS),
    "one block for two": (other(CHECK), PRELUDE, LAYERS),
    "order": (other(CHECK, EXAMPLE), PRELUDE, LAYERS),
    "entry": (other(EXAMPLE, replace(CHECK, entry="f")), PRELUDE, LAYERS),
    "mode": (other(EXAMPLE, replace(CHECK, mode=Mode.PROMPT)), PRELUDE, LAYERS),
    "refute": (replace(JOB, program=replace(JOB.program, refutes=())), PRELUDE, LAYERS),
    "prelude": (JOB, replace(PRELUDE, code="import sqlalchemy"), LAYERS),
    "no prelude": (JOB, None, LAYERS),
    "timeout": (replace(JOB, timeout=11.0), PRELUDE, LAYERS),
    "SQLAlchemy": (replace(JOB, environment=replace(HERE, sqlalchemy="2.1.8")), PRELUDE, LAYERS),
    "Python": (replace(JOB, environment=replace(HERE, python="3.11.8")), PRELUDE, LAYERS),
    "driver": (replace(JOB, environment=replace(HERE, packages=(("psycopg", "3.3.9"),))), PRELUDE, LAYERS),
    "server": (replace(JOB, environment=replace(HERE, database="sqlite 3.40.2")), PRELUDE, LAYERS),
    "layers": (JOB, PRELUDE, ("seccomp", "namespaces")),
}


@pytest.mark.parametrize(("job", "prelude", "layers"), OTHER.values(), ids=OTHER)
def test_every_fact_is_part_of_the_key(path: Path, job: Job, prelude: Fence | None, layers: Sequence[str]) -> None:
    keep(path, Passed(1))
    assert found(path, job, prelude, layers) is None
    assert found(path) is not None


def test_deckgen_s_own_code_is_part_of_the_key(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(path, Passed(1))
    monkeypatch.setattr(module, "own_code", lambda: "something else")
    assert found(path) is None


def forge(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


CORRUPTED: dict[str, Callable[[Path], object]] = {
    "noise": lambda path: path.write_bytes(bytes(range(256)) * 99),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "noise in the middle": lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\x17" * 9000),
    "another version": lambda path: forge(path, "update deckgen_schema set version = 99"),
    "tables of another deckgen": lambda path: forge(path, "drop table deckgen_schema"),
    "another table": lambda path: forge(path, "alter table deckgen_verdicts rename column outcome to verdict"),
}  # fmt: skip


@pytest.mark.parametrize("corrupt", CORRUPTED.values(), ids=CORRUPTED)
def test_a_corrupt_cache_is_made_anew_with_one_line(path: Path, corrupt: Callable[[Path], object]) -> None:
    keep(path, Refuted("no", Location("cards.md", 20)))
    corrupt(path)
    with Cache(str(path)) as cache:
        assert cache.find([JOB], PRELUDE, LAYERS) == [None]
        cache.keep(JOB, PRELUDE, result(Passed(1)))
    (notice,) = cache.notices
    assert notice.startswith(f"{path}: the cache is made anew, since ")
    assert "\n" not in notice
    assert found(path) == replace(result(Passed(1)), cached=True)


TORN = {
    "a verdict that was turned": "update deckgen_verdicts set outcome = '[\"passed\", 1, []]' where seconds = 0.5",
    "a digest of something else": "update deckgen_verdicts set digest = 'abc' where seconds = 0.5",
    "another duration": "update deckgen_verdicts set seconds = 0.25 where seconds = 0.5",
}


@pytest.mark.parametrize("statement", TORN.values(), ids=TORN)
def test_an_entry_that_is_not_what_was_written_is_written_again_and_the_others_stay(path: Path, statement: str) -> None:
    other = replace(JOB, timeout=11.0)
    keep(path, Refuted("no", Location("cards.md", 20)))
    with Cache(str(path)) as cache:
        cache.keep(other, PRELUDE, result(Passed(2), seconds=0.75, job=other))
    forge(path, statement)
    with Cache(str(path)) as cache:
        torn, whole = cache.find([JOB, other], PRELUDE, LAYERS)
        cache.keep(JOB, PRELUDE, result(Passed(1)))
    assert torn is None
    assert whole is not None
    assert whole.outcome == Passed(2)
    assert cache.notices == [f"{path}: not what was written, and not believed: 1 of 2 entries"]
    assert found(path) == replace(result(Passed(1)), cached=True)


def test_what_may_only_be_read_stays_as_it_is(path: Path, today: list[int]) -> None:
    keep(path, Passed(1))
    forge(path, "insert into deckgen_verdicts select 'torn', outcome, seconds, digest, 0 from deckgen_verdicts")
    before = path.read_bytes()
    today[0] += 99
    path.chmod(0o444)
    with Cache(str(path), Access.READ_ONLY) as cache:
        (known,) = cache.find([JOB], PRELUDE, LAYERS)
        cache.keep(JOB, PRELUDE, result(Broken("no", Location("cards.md", 20))))
    assert known is not None
    assert known.outcome == Passed(1)
    assert (path.read_bytes(), cache.notices) == (before, [])


@pytest.mark.parametrize("content", [None, b"noise" * 9999], ids=["none", "noise"])
def test_a_file_that_may_only_be_read_is_neither_made_nor_made_anew(path: Path, content: bytes | None) -> None:
    if content:
        path.parent.mkdir()
        path.write_bytes(content)
    with Cache(str(path), Access.READ_ONLY) as cache:
        assert cache.find([JOB], PRELUDE, LAYERS) == [None]
    assert len(cache.notices) == (1 if content else 0)
    assert (path.read_bytes() if path.exists() else None) == content


def test_an_entry_that_is_used_is_written_once_a_day(path: Path, today: list[int]) -> None:
    keep(path, Passed(1))
    today[0] += 1
    assert found(path) is not None
    before = path.read_bytes()
    assert found(path) is not None
    assert path.read_bytes() == before


def test_a_cache_that_is_corrupted_while_it_is_used_loses_nothing_that_comes_later(path: Path) -> None:
    with Cache(str(path)) as cache:
        cache.keep(JOB, PRELUDE, result(Passed(1)))
        path.write_bytes(b"noise" * 9999)
    assert len(cache.notices) == 1
    assert found(path) is not None


def test_a_place_where_nothing_can_be_written_is_told_and_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with Cache(str(tmp_path / "folder")) as cache:
        assert cache.find([JOB], PRELUDE, LAYERS) == [None]
        cache.keep(JOB, PRELUDE, result(Passed(1)))
    (notice,) = cache.notices
    assert "the cache is not used: unable to open database file" in notice


def test_the_last_outcome_counts(path: Path) -> None:
    keep(path, Passed(1))
    keep(path, Broken("no", Location("cards.md", 20)))
    known = found(path)
    assert known is not None
    assert isinstance(known.outcome, Broken)


def test_what_nobody_used_for_a_month_is_dropped(path: Path, today: list[int]) -> None:
    keep(path, Passed(1))
    for later in (30, 60):  # each use starts the month again
        today[0] = 20_000 + later
        assert found(path) is not None
    today[0] += 31
    with Cache(str(path)):
        pass
    assert found(path) is None


def test_many_writers_lose_nothing(path: Path) -> None:
    jobs = [replace(JOB, timeout=10.0 + number) for number in range(200)]

    def write(some: Sequence[Job]) -> None:
        for job in some:
            with Cache(str(path)) as cache:
                cache.keep(job, PRELUDE, result(Passed(int(job.timeout)), job=job))
            notices.extend(cache.notices)

    notices: list[str] = []
    threads = [threading.Thread(target=write, args=(jobs[start::20],)) for start in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Cache(str(path)) as cache:
        known = cache.find(jobs, PRELUDE, LAYERS)
    assert [each and each.outcome for each in known] == [Passed(int(job.timeout)) for job in jobs]
    assert notices == []
