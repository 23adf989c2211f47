"""However a run ends, its server ends with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from deckgen.checking.verify import verify
from deckgen.effort import Effort
from deckgen.options import INTERRUPTED, WRONG_CARDS
from tests.decks import interruptible
from tests.isolation.harness import Watch, card, checking, gone, quietly, watch, write
from tests.isolation.test_confinement import UNSHARE, refusing
from tests.isolation.users import NOBODY, as_nobody, run
from tests.services.servers import Served

LONG = 180.0  # seconds for what is waited for, on a machine with a slow disk: no test holds that it takes less
SLEEP = {"postgresql": "SELECT pg_sleep({})", "mariadb": "SELECT sleep({})"}
WAITING = """
import threading, time

from sqlalchemy import text

with engine.begin() as connection:
    connection.execute(text("CREATE TABLE made (x int)"))
    connection.execute(text("INSERT INTO made VALUES (1)"))
    threading.Thread(target=time.sleep, args=({seconds},), daemon=True).start()
    connection.execute(text("{sleep}"))
    assert connection.scalar(text("SELECT count(*) FROM made")) == 1
"""


def waiting(database: str, seconds: int) -> str:
    """A check that holds a lock for some time."""
    return WAITING.format(sleep=SLEEP[database].format(seconds), seconds=seconds)


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder with a short path, in which everybody may write, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="s-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def watched(base: Path) -> Iterator[Watch]:
    scratch = base / "t"
    scratch.mkdir()
    scratch.chmod(0o777)
    with watch(scratch) as found:
        yield found


def deck(base: Path, database: str, checks: Mapping[str, str]) -> Path:
    """A deck in a folder of its own, whose cards may take long."""
    document = "".join(card(title, check, attributes='timeout="60"') for title, check in checks.items())
    write(base / "deck", {"cards.md": document}, timeout=60, extra=f'databases = ["{database}"]\n')
    (base / "build").mkdir(exist_ok=True)
    (base / "build").chmod(0o777)
    return base / "deck"


def command(*prefix: str, interpreter: str = sys.executable) -> list[str]:
    return [*prefix, interpreter, "-m", "deckgen", "verify", "deck", "--no-cache", "-j", "1"]


@contextmanager
def started(base: Path, where: Served) -> Iterator[subprocess.Popen[str]]:
    """A run in the background, which is waited for."""
    variables = {"TMPDIR": str(base / "t"), "PYTHONPATH": os.getcwd(), **where.environment}
    process = subprocess.Popen(
        command(),
        cwd=base,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=interruptible,
    )
    try:
        yield process
        process.wait(LONG)
    finally:
        process.kill()
        process.communicate()


def wait_for_a_check(process: subprocess.Popen[str]) -> None:
    """Wait until a check of a run holds its lock, which it shows by a thread."""
    assert gone(lambda: not checking(process.pid), LONG), "no check has begun"


# ---------------------------------------------------------------- our own server


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_takes_its_server_along(
    number: signal.Signals, ours: Served, base: Path, watched: Watch
) -> None:
    deck(base, ours.database, {"Waiting": waiting(ours.database, 600)})
    with started(base, ours) as process:
        wait_for_a_check(process)
        process.send_signal(number)
    assert process.returncode == (-number if number is signal.SIGKILL else INTERRUPTED)
    assert watched.left(LONG) == []


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.5])
def test_a_run_that_is_killed_while_its_server_starts_leaves_nothing(
    seconds: float, ours: Served, base: Path, watched: Watch
) -> None:
    deck(base, ours.database, {"Waiting": waiting(ours.database, 600)})
    with started(base, ours) as process:
        assert gone(lambda: not list(watched.folder.glob("deckgen-*")), LONG)
        time.sleep(seconds)
        process.kill()
    assert watched.left(LONG) == []


def test_two_runs_at_once_and_one_after_them(ours: Served, base: Path, watched: Watch) -> None:
    deck(base, ours.database, {"Waiting": waiting(ours.database, 2)})
    with started(base, ours) as one, started(base, ours) as other:
        pass
    assert (one.returncode, other.returncode) == (0, 0)
    with started(base, ours) as last:
        pass
    assert last.returncode == 0
    assert watched.left(LONG) == []
    assert [path.name for path in (base / "build").rglob("making-*")] == []


def test_an_ordinary_user_has_a_server_too(ours: Served, base: Path, watched: Watch) -> None:
    *prefix, interpreter = as_nobody(base)
    for path in (deck(base, ours.database, {"Waiting": waiting(ours.database, 0)}), base / "build", base):
        os.chown(path, NOBODY, NOBODY)
    variables = {"TMPDIR": str(base / "t"), **ours.environment}
    ran = run(command(*prefix, interpreter=interpreter), cwd=base, **variables)
    assert "1 of 1 verified" in ran.out + ran.err, ran
    assert watched.left(LONG) == []


# ---------------------------------------------------------------- the user's server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_leaves_nothing_on_the_server_of_the_user(
    number: signal.Signals, theirs: Served, base: Path, watched: Watch
) -> None:
    before = theirs.names()
    deck(base, theirs.database, {"Waiting": waiting(theirs.database, 600)})
    with started(base, theirs) as process:
        wait_for_a_check(process)
        process.send_signal(number)
    assert process.returncode == INTERRUPTED
    assert theirs.names() <= before
    assert watched.left(LONG) == []


def test_the_next_run_drops_what_a_killed_one_left_on_the_server_of_the_user(
    theirs: Served, base: Path, watched: Watch
) -> None:
    before = theirs.names()
    deck(base, theirs.database, {"Waiting": waiting(theirs.database, 600)})
    with started(base, theirs) as process:
        wait_for_a_check(process)
        process.kill()
    assert theirs.names() - before
    deck(base, theirs.database, {"Waiting": waiting(theirs.database, 0)})
    with started(base, theirs) as following:
        pass
    assert following.returncode == 0
    assert theirs.names() <= before
    assert watched.left(LONG) == []


# ---------------------------------------------------------------- limits


def test_a_check_that_is_killed_with_a_lock_does_not_delay_the_next(where: Served, tmp_path: Path) -> None:
    document = card("Endless", waiting(where.database, 600), attributes='timeout="3"') + card(
        "Next", waiting(where.database, 0)
    )
    deck = write(tmp_path, {"cards.md": document}, timeout=20, extra=f'databases = ["{where.database}"]\n')
    endless, following = verify(deck, quietly, Effort(workers=1)).judgements
    assert (endless.verdict, following.verdict) == ("timed-out", "verified")
    assert following.results[0].seconds < 5


def test_without_namespaces_neither_check_nor_prelude_is_run_with_a_server(
    ours: Served, base: Path, watched: Watch
) -> None:
    folder = deck(base, ours.database, {"Waiting": "assert engine.name is None"})
    (folder / "prelude.py").write_text('raise RuntimeError("the prelude was run")\n')
    refused = command(*refusing({UNSHARE: 1}))
    variables = {"TMPDIR": str(base / "t"), "PYTHONPATH": os.getcwd(), **ours.environment}
    ran = run([*refused, "--format", "json"], cwd=base, **variables)
    (judged,) = ran.json["cards"]
    assert judged["verdict"] == "unavailable"
    assert "the sockets of other servers cannot be hidden here: namespaces" in ran.out
    assert "the prelude was run" in run([*refused, "--trust-checks"], cwd=base, **variables).out
    assert watched.left(LONG) == []


def test_what_cannot_be_run_here_is_no_failure_that_ends_the_run(ours: Served, base: Path) -> None:
    databases = f'databases = ["{ours.database}", "sqlite"]\n'
    write(base / "deck", {"cards.md": card("Wrong", "assert engine.name is None")}, extra=databases)
    ran = run([*command(*refusing({UNSHARE: 1})), "-x"], cwd=base, PYTHONPATH=os.getcwd(), **ours.environment)
    assert ran.status == WRONG_CARDS
    assert "the sockets of other servers cannot be hidden here" in ran.out
    assert "1 refuted" in ran.err
