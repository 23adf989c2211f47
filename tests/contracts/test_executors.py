"""Every executor: one result per job in any order, misfortune is a result, and what is closed leaves nothing behind."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from deckgen.checking import executors
from deckgen.checking.executors import EXECUTORS, Executor, Pool
from deckgen.effort import Effort
from deckgen.errors import SurroundingsError
from deckgen.model import Deck
from deckgen.proof import Broken, Crashed, Job, Passed, Refuted, Result, TimedOut
from tests.isolation.harness import Watch, card, checking, gone, here, jobs, watch, write


class Maker(Protocol):
    def __call__(self, workers: int) -> AbstractContextManager[Executor]: ...


DECK = Deck("deck", "Deck", "", None, (), ())
CLUSTERS = {"dask"}  # their workers take seconds to start, and are the same for all tests
GOOD = 'assert engine.name == "sqlite"'
ENDLESS = "import threading, time\nthreading.Thread(target=time.sleep, args=(3600,)).start()\nwhile True:\n    pass"
FORGED = """
import os
import sys

frame = sys._getframe()
while frame and "nonce" not in frame.f_locals:
    frame = frame.f_back
os.write(3, frame.f_locals["nonce"] + b'{"end": "failed", "path": "cards.md", "line": Infinity}')
os._exit(0)
"""
FORTUNES = {
    "good": (GOOD, Passed),
    "good too": ('assert engine.driver == "pysqlite"', Passed),
    "wrong": ('assert engine.name == "mysql"', Refuted),
    "not Python": ("assert engine.name ==", Broken),
    "exits": ("raise SystemExit", Broken),
    "dies": ("import os\nos._exit(0)", Crashed),
    "never ends": ("while True:\n    pass", TimedOut),
    "good in the end": ('assert engine.url.database is None\nassert engine.name == "sqlite"', Passed),
}


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.slow] * (name in CLUSTERS)) for name in EXECUTORS])
def make(request: pytest.FixtureRequest) -> Maker:
    if request.param in CLUSTERS:
        cluster: Pool = request.getfixturevalue("cluster")
        return lambda _: cluster.executor(here())

    @contextmanager
    def made(workers: int) -> Iterator[Executor]:
        effort = Effort(executor=request.param, workers=workers)
        with executors.pool(DECK, effort) as pool, pool.executor(here()) as executor:
            yield executor

    return made


@pytest.fixture(scope="module")
def cluster(scratch: Path) -> Iterator[Pool]:
    with watch(scratch), executors.pool(DECK, Effort(executor="dask", workers=2)) as pool:
        yield pool


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of temporary files for these tests, and for the workers that all of them use."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture
def watched(make: Maker, scratch: Path) -> Iterator[Watch]:  # noqa: ARG001 - what is there before is no test's
    with watch(scratch) as found:
        yield found


def written(folder: Path, checks: dict[str, str]) -> list[Job]:
    return jobs(write(folder, {"cards.md": "".join(card(title, check) for title, check in checks.items())}, timeout=1))


@pytest.mark.parametrize("workers", [1, 3])
def test_every_job_has_one_result_whatever_becomes_of_it(
    make: Maker, workers: int, tmp_path: Path, watched: Watch
) -> None:
    todo = written(tmp_path, {title: check for title, (check, _) in FORTUNES.items()})
    with make(workers) as executor:
        results = list(executor.run(todo))
    assert Counter(result.card.id for result in results) == Counter(job.card.id for job in todo)
    assert {each.card.question: type(each.outcome) for each in results} == {
        title: outcome for title, (_, outcome) in FORTUNES.items()
    }
    assert watched.left() == []


def test_a_result_tells_of_its_environment_and_its_time(make: Maker, tmp_path: Path) -> None:
    todo = written(tmp_path, {"good": GOOD})
    with make(1) as executor:
        (result,) = executor.run(todo)
    assert result.card is todo[0].card
    assert result.environment.id == todo[0].environment.id
    assert result.environment.confinement
    assert 0 < result.seconds < 10


def test_a_verdict_that_makes_no_sense_is_a_result_too(make: Maker, tmp_path: Path) -> None:
    with make(1) as executor:
        results = list(executor.run(written(tmp_path, {"forged": FORGED, "good": GOOD})))
    assert {each.card.question: type(each.outcome) for each in results} == {"forged": Crashed, "good": Passed}


def test_no_jobs_have_no_results(make: Maker) -> None:
    with make(2) as executor:
        assert list(executor.run([])) == []


def test_it_can_run_more_than_once(make: Maker, tmp_path: Path) -> None:
    todo = written(tmp_path, {"good": GOOD})
    done = []

    def twice() -> None:
        with make(1) as executor:
            done.extend([*executor.run(todo), *executor.run(todo)])

    thread = threading.Thread(target=twice, daemon=True)
    thread.start()
    thread.join(60)
    assert [type(result.outcome) for result in done] == [Passed, Passed]


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_closing_the_results_early_ends_everything(make: Maker, taken: int, tmp_path: Path, watched: Watch) -> None:
    checks = {f"good {number}": GOOD for number in range(4)}
    todo = written(tmp_path, checks)
    threads = threading.active_count()
    with make(4) as executor:
        results = executor.run(todo)
        some = [next(results) for _ in range(taken)]
        results.close()  # type: ignore[attr-defined] # an executor's results are a generator
    assert len(some) == taken
    assert watched.left() == []
    assert gone(lambda: threading.active_count() > threads)


def test_closing_the_results_early_does_not_wait_for_what_is_running(
    make: Maker, tmp_path: Path, watched: Watch
) -> None:
    assert closing_takes(make, tmp_path) < 150  # half of what it would have to wait
    assert watched.left() == []


def test_nothing_is_made_where_everything_is_being_deleted(
    make: Maker, tmp_path: Path, watched: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk so slow that what a worker makes in the place of what it lost would come between list and deletion."""
    rmdir, mkdtemp = os.rmdir, tempfile.mkdtemp

    def slow_rmdir(path: str, **options: Any) -> None:
        time.sleep(0.4 if "deckgen-" in os.path.basename(path) else 0)
        rmdir(path, **options)

    def slow_mkdtemp(*arguments: Any, **options: Any) -> str:
        if threading.current_thread() is threading.main_thread():
            return str(mkdtemp(*arguments, **options))
        time.sleep(0.2)
        made = str(mkdtemp(*arguments, **options))
        time.sleep(0.6)
        return made

    monkeypatch.setattr(os, "rmdir", slow_rmdir)
    monkeypatch.setattr(tempfile, "mkdtemp", slow_mkdtemp)
    closing_takes(make, tmp_path)
    assert watched.left() == []


def closing_takes(make: Maker, folder: Path) -> float:
    """The seconds until an executor is left whose results are closed while a check runs that does not end."""
    todo = jobs(write(folder, {"cards.md": card("good", GOOD) + card("endless", ENDLESS)}, timeout=300))
    with make(1) as executor:
        results = executor.run(todo)
        assert isinstance(next(results).outcome, Passed)
        assert gone(lambda: not checking(os.getpid()))
        closing = time.monotonic()
        results.close()  # type: ignore[attr-defined] # an executor's results are a generator
    return time.monotonic() - closing


@pytest.mark.slow
def test_leaving_while_the_workers_are_starting_ends_everything(make: Maker, tmp_path: Path, watched: Watch) -> None:
    todo = jobs(write(tmp_path, {"cards.md": card("endless", ENDLESS) + card("endless too", ENDLESS)}, timeout=300))
    for delay in (0.0, 0.01, 0.03):
        entering = time.monotonic()
        with make(4) as executor:
            alone = time.monotonic() - entering  # an executor may let the first worker be alone for one start
            threading.Thread(target=take_one, args=(executor.run(todo),), daemon=True).start()
            time.sleep(alone + delay)  # there is nothing to wait for: the moment is to be any
    assert watched.left() == []


def take_one(results: Iterator[Result]) -> None:
    with suppress(Exception):  # whatever the executor says when it is closed under its caller
        next(results)


def test_an_error_of_the_caller_ends_everything(make: Maker, tmp_path: Path, watched: Watch) -> None:
    todo = written(tmp_path, {"good": GOOD, "good too": GOOD})

    def stop_at_the_first() -> None:
        with make(2) as executor:
            for result in executor.run(todo):
                raise LookupError(result.card.id)

    with pytest.raises(LookupError, match="good"):
        stop_at_the_first()
    assert watched.left() == []


def test_where_no_process_can_be_had_the_surroundings_are_blamed(
    make: Maker, watched: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = replace(here(), interpreter="/nonexistent/python")
    monkeypatch.setattr(sys.modules[__name__], "here", lambda: elsewhere)
    with pytest.raises(SurroundingsError, match="No such file"), make(1):
        pass
    assert watched.left() == []


def test_where_the_interpreter_ends_at_once_the_surroundings_are_blamed(
    make: Maker, watched: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = replace(here(), interpreter="/bin/false")
    monkeypatch.setattr(sys.modules[__name__], "here", lambda: elsewhere)
    with pytest.raises(SurroundingsError, match="could not be started"), make(1):
        pass
    assert watched.left() == []


OTHERS = {
    "Python 3.9.1": {"python": "3.9.1"},
    "SQLAlchemy 2.0.1": {"sqlalchemy": "2.0.1"},
    "sqlite 3.7.1": {"database": "sqlite 3.7.1"},
}


@pytest.mark.parametrize(("name", "found"), OTHERS.items(), ids=OTHERS)
def test_where_another_version_is_loaded_than_was_found_the_surroundings_are_blamed(
    make: Maker, name: str, found: dict[str, Any], watched: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was installed after deckgen looked: verdicts would be told and kept under the name of the one before."""
    before = replace(here(), **found)
    monkeypatch.setattr(sys.modules[__name__], "here", lambda: before)
    with pytest.raises(SurroundingsError, match=rf"{name} was found, and \S+ is loaded: .*start again"), make(1):
        pass
    assert watched.left() == []


def test_a_version_that_is_developed_is_loaded_under_a_shorter_name(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = replace(here(), sqlalchemy=f"{here().sqlalchemy}.dev0")
    monkeypatch.setattr(sys.modules[__name__], "here", lambda: before)
    with make(1) as executor:
        assert [type(each.outcome) for each in executor.run(written(tmp_path, {"good": GOOD}))] == [Passed]


def test_two_executors_do_not_disturb_each_other(make: Maker, tmp_path: Path, watched: Watch) -> None:
    checks = {
        "first": {"good": GOOD, "dies": FORTUNES["dies"][0]},
        "second": {"good too": GOOD, "wrong": "assert not engine"},
    }

    def outcomes(name: str) -> list[str]:
        with make(1) as executor:
            return sorted(result.outcome.name for result in executor.run(written(tmp_path / name, checks[name])))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(outcomes, checks)) == [["crashed", "passed"], ["passed", "refuted"]]
    assert watched.left() == []
