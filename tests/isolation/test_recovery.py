"""What is killed in the middle of a run is replaced, and a run that is itself killed takes everything along."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from deckgen.checking.verify import Verification, verify
from deckgen.effort import Effort
from deckgen.model import Deck
from deckgen.proof import Verdict
from tests.decks import interruptible
from tests.isolation.harness import Watch, card, checking, gone, living, processor_seconds, quietly, watch, write

THREAD = """
import contextlib, subprocess, threading, time

with contextlib.suppress(OSError):
    {first}
thread = threading.Thread(target=time.sleep, args=({seconds},))
thread.start()
thread.join()
assert engine.name == "sqlite"
"""
SLOW = THREAD.format(first="pass", seconds=0.5)
ENDLESS = THREAD.format(first='subprocess.Popen(["sleep", "3600"])', seconds=3600)
QUICK = 'assert engine.driver == "pysqlite"'


@pytest.fixture
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    with watch(tmp_path_factory.mktemp("scratch")) as found:
        yield found


def test_a_job_whose_server_is_killed_is_run_again(tmp_path: Path, watched: Watch) -> None:
    deck = write(tmp_path, {"cards.md": card("Slow", SLOW) + card("Quick", QUICK)})
    verification = while_running(deck, lambda: kill_busy_server(watched))
    assert verdicts(verification) == {"Slow": Verdict.VERIFIED, "Quick": Verdict.VERIFIED}
    assert watched.left() == []


def test_a_job_whose_server_is_killed_twice_has_crashed(tmp_path: Path, watched: Watch) -> None:
    deck = write(tmp_path, {"cards.md": card("Slow", SLOW) + card("Quick", QUICK)})
    verification = while_running(deck, lambda: kill_busy_server(watched, times=2))
    assert verdicts(verification) == {"Slow": Verdict.CRASHED, "Quick": Verdict.VERIFIED}
    assert watched.left() == []


@pytest.mark.slow
def test_a_job_whose_server_is_killed_with_the_process_that_forks_them_is_run_again(
    tmp_path: Path, watched: Watch
) -> None:
    deck = write(tmp_path, {"cards.md": card("Slow", SLOW) + card("Quick", QUICK)})
    verification = while_running(deck, lambda: kill_busy_server(watched, nursery=True))
    assert verdicts(verification) == {"Slow": Verdict.VERIFIED, "Quick": Verdict.VERIFIED}
    assert watched.left() == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_killed_takes_everything_along(number: signal.Signals, tmp_path: Path, watched: Watch) -> None:
    write(tmp_path, {"cards.md": card("Endless", ENDLESS)}, timeout=300)
    with started(tmp_path, checking) as process:
        process.send_signal(number)
    assert process.returncode != 0
    assert watched.left() == []


@pytest.mark.slow
def test_a_run_that_is_killed_while_its_prelude_hangs_takes_everything_along(tmp_path: Path, watched: Watch) -> None:
    write(tmp_path, {"cards.md": card("Quick", QUICK), "prelude.py": "while True:\n    pass\n"}, timeout=300)
    with started(tmp_path, lambda pid: processor_seconds(pid) > 4) as process:  # starting takes half of that
        process.kill()
    assert watched.left() == []


@pytest.mark.slow
def test_an_interrupt_ends_the_run_before_its_check_ends_and_takes_everything_along(
    tmp_path: Path, watched: Watch
) -> None:
    write(tmp_path, {"cards.md": card("Endless", ENDLESS)}, timeout=300)
    with started(tmp_path, checking) as process:
        process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    assert watched.left() == []


def while_running(deck: Deck, meddle: Callable[[], object]) -> Verification:
    """What becomes of a deck when something happens in the middle of its run."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(verify, deck, quietly, Effort(workers=1))
        meddle()
        return running.result()


def kill_busy_server(watched: Watch, *, times: int = 1, nursery: bool = False) -> None:
    """Kill the process that has just forked a check, as soon as there is one; several times, the next one each time.

    `nursery`: kill the one before that has forked it.
    """
    servers: list[int] = []

    def waiting() -> bool:
        servers[:] = [pid for pid in kept() if pid not in watched.before and checking(pid)]
        return not servers

    for _ in range(times):
        assert gone(waiting, 30), "no check was started"
        if nursery:
            [parent] = [pid for pid in children(os.getpid()) if servers[0] in children(pid)]
            kill(parent)
        kill(servers[0])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert gone(lambda: pid in living()), "it cannot be killed"


def kept() -> list[int]:
    """The processes that clean up behind a server each: what the children of this process have forked."""
    return [pid for child in children(os.getpid()) for pid in children(child)]


def children(parent: int) -> list[int]:
    with suppress(OSError):
        tasks = Path(f"/proc/{parent}/task").iterdir()
        return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    return []


@contextmanager
def started(folder: Path, ready: Callable[[int], bool]) -> Iterator[subprocess.Popen[bytes]]:
    """The command `deckgen verify`, as soon as it is `ready`; on leaving it is waited for."""
    process = subprocess.Popen(
        [sys.executable, "-m", "deckgen", "verify", folder],
        env=os.environ | {"TMPDIR": tempfile.gettempdir()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=interruptible,
    )
    try:
        assert gone(lambda: not ready(process.pid), 30), "the run did not begin"
        yield process
        process.wait(30)
    finally:
        process.kill()
        process.wait()


def verdicts(verification: Verification) -> dict[str, Verdict | None]:
    return {each.card.question: each.verdict for each in verification.judgements}
