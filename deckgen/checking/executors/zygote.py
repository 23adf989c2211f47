"""Jobs on this machine: each worker thread has a zygote with the real SQLAlchemy and one with the stand-in."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from deckgen.checking.controls import End, Expectation, Run, Trial, prove
from deckgen.checking.sandbox import wire
from deckgen.diagnostics import Location
from deckgen.model import Block, Crashed, Fence, Job, Result

_START_SECONDS = 60.0
_GRACE_SECONDS = 10.0
_STOP_SECONDS = 5.0
_ROOM = str(Path(__file__).parents[1])
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from sandbox.zygote import serve; del sys.path[0]; "
    "serve(int(sys.argv[2]))"
)
# The hash seed is fixed by the environment, which -I would ignore; -P and -s with an environment of ours do the same.
_FLAGS = ("-P", "-s", "-B", "-X", "utf8")


class SurroundingsError(Exception):
    """The machine cannot prove anything: no Linux, no process to be had, no scratch folder."""


class PreludeError(Exception):
    """The deck's prelude failed; `location` is where, `standin` whether only the stand-in made it fail."""

    def __init__(self, message: str, location: Location, *, standin: bool) -> None:
        super().__init__(message)
        self.location = location
        self.standin = standin


class Zygotes:
    """An executor for one deck: its zygotes run the deck's prelude once and fork a child for every run."""

    def __init__(self, prelude: Fence | None, *, workers: int, prelude_timeout: float) -> None:
        self._prelude = prelude
        self._workers = workers
        self._timeout = prelude_timeout
        self._scratch = ""
        self._stopping = threading.Event()
        self._living: list[_Zygote] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Make the scratch folder, and try the prelude; raises SurroundingsError or PreludeError."""
        if sys.platform != "linux":
            raise SurroundingsError("checks run on Linux and WSL2 only; lint and audit work everywhere")
        self._scratch = tempfile.mkdtemp(prefix="deckgen-")
        try:
            self._first = (self._zygote(standin=False), self._zygote(standin=True))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        """End every process and delete the scratch folder."""
        self._stopping.set()
        with self._lock:
            living, self._living = self._living, []
        for zygote in living:
            zygote.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def run(self, jobs: Sequence[Job]) -> Iterator[Result]:
        """A result for every job, as they arrive; closing the iterator leaves the rest undone."""
        waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        done: queue.SimpleQueue[Result | BaseException] = queue.SimpleQueue()
        for job in jobs:
            waiting.put(job)
        threads = [
            threading.Thread(target=self._work, args=(number, waiting, done), daemon=True)
            for number in range(min(self._workers, len(jobs)))
        ]
        for thread in threads:
            thread.start()
        try:
            for _ in jobs:
                result = done.get()
                if isinstance(result, BaseException):
                    raise result
                yield result
        finally:
            self._stopping.set()

    def _work(
        self, number: int, waiting: queue.SimpleQueue[Job], done: queue.SimpleQueue[Result | BaseException]
    ) -> None:
        try:
            pair = self._first if number == 0 else (self._zygote(standin=False), self._zygote(standin=True))
            worker = _Worker(self, *pair)
            while not self._stopping.is_set():
                done.put(worker.prove(waiting.get_nowait()))
        except queue.Empty:
            return
        except BaseException as error:
            done.put(error)

    def _zygote(self, *, standin: bool) -> _Zygote:
        zygote = _Zygote(self._scratch, self._prelude, standin=standin, timeout=self._timeout)
        with self._lock:
            self._living.append(zygote)
        zygote.start()
        return zygote

    def replace(self, lost: _Zygote) -> _Zygote:
        """A new zygote of the same kind for one that was lost."""
        lost.close()
        with self._lock:
            self._living.remove(lost)
        return self._zygote(standin=lost.standin)


class _Worker:
    """Proves one job after the other on a pair of zygotes."""

    def __init__(self, owner: Zygotes, plain: _Zygote, standin: _Zygote) -> None:
        self._owner = owner
        self._zygotes = {False: plain, True: standin}

    def prove(self, job: Job) -> Result:
        """The result of a job; misfortune is an outcome, never an exception."""
        started = time.monotonic()
        environment = replace(job.environment, confinement=self._zygotes[False].layers)
        try:
            outcome = prove(job.program, job.timeout, self._attempt)
        except PreludeError as error:
            outcome = Crashed(f"the prelude failed when it ran again: {error}", error.location)
        return Result(job.card, environment, outcome, time.monotonic() - started)

    def _attempt(self, run: Run) -> Trial:
        """One run; where the zygote is lost it is replaced and the run repeated once."""
        for _ in range(2):
            trial = self._zygotes[run.standin].run(run)
            if trial is not None:
                return trial
            self._zygotes[run.standin] = self._owner.replace(self._zygotes[run.standin])
        return Trial(End.DIED, "it took the process that watches it along, twice")


class _Zygote:
    """The near side of one fork server."""

    def __init__(self, scratch: str, prelude: Fence | None, *, standin: bool, timeout: float) -> None:
        self.standin = standin
        self.layers: tuple[str, ...] = ()
        self._scratch = tempfile.mkdtemp(dir=scratch)
        self._prelude = prelude
        self._timeout = timeout

    def start(self) -> None:
        """Start the process and run the prelude in it; raises SurroundingsError or PreludeError."""
        self._channel, theirs = socket.socketpair()
        command = [sys.executable, *_FLAGS, "-c", _PROGRAM, _ROOM, str(theirs.fileno())]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError as error:
            self._channel.close()
            raise SurroundingsError(f"no process could be started: {error.strerror}") from error
        finally:
            theirs.close()
        self._configure()

    def _configure(self) -> None:
        prelude = self._prelude
        settings = {
            "scratch": self._scratch,
            "prelude": _wired(Block(prelude.code, prelude.location.path, prelude.location.line)) if prelude else None,
            "standin": self.standin,
        }
        self._channel.settimeout(_START_SECONDS if prelude is None else self._timeout + _GRACE_SECONDS)
        try:
            wire.send(self._channel, settings)
            ready = wire.receive(self._channel)
        except TimeoutError:
            raise self._blame(f"did not end within {self._timeout:g} s") from None
        except OSError:
            ready = None
        if ready is None:
            raise self._blame("ended the process that ran it")
        if ready["prelude"]:
            message, line = ready["prelude"]["message"], ready["prelude"]["line"]
            raise self._blame(f"raised {message}", line or 1)
        self.layers = tuple(ready["layers"])

    def _blame(self, what: str, line: int = 1) -> Exception:
        """The error of a start that failed: the prelude's if there is one, else the machine's."""
        self.close()
        if self._prelude is None:
            return SurroundingsError("the process that runs checks could not be started")
        return PreludeError(what, Location(self._prelude.location.path, line), standin=self.standin)

    def run(self, run: Run) -> Trial | None:
        """How a run ended, None where the zygote itself was lost."""
        request = {
            "blocks": [_wired(block) for block in run.blocks],
            "timeout": run.timeout,
            "negate": sorted(run.negate),
            "analyse": run.standin,
        }
        self._channel.settimeout(run.timeout + _GRACE_SECONDS)
        try:
            wire.send(self._channel, request)
            answer = wire.receive(self._channel)
        except (OSError, ValueError):
            return None
        return None if answer is None else _trial(answer)

    def close(self) -> None:
        """End the process, which kills what it is running, and delete its scratch folder."""
        self._channel.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)


def _environment() -> dict[str, str]:
    """All that a check sees of the environment: nothing of the user's."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "TMPDIR": ".",
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
    }


def _wired(block: Block) -> dict[str, Any]:
    return {"code": block.code, "path": block.path, "line": block.line, "entry": block.entry}


def _trial(answer: Mapping[str, Any]) -> Trial:
    """The trial in an answer; a check can have forged it, so that what does not fit is a tampered one."""
    try:
        expectations = tuple(
            Expectation(
                location=Location(str(each["path"]), int(each["line"])),
                nested=bool(each["nested"]),
                required=bool(each["required"]),
                constant=bool(each["constant"]),
                derived=bool(each["derived"]),
                absence=bool(each["absence"]),
            )
            for each in answer.get("expectations", ())
        )
        hits = frozenset(int(number) for number in answer.get("hits", ()))
        if not hits <= set(range(len(expectations))):
            raise ValueError("hits that no expectation has")
        path, line, block = answer.get("path"), answer.get("line"), answer.get("block")
        return Trial(
            end=End(answer["end"]),
            message=str(answer.get("message") or ""),
            location=Location(str(path), int(line)) if path is not None and line is not None else None,
            block=None if block is None else int(block),
            expected=_text(answer.get("expected")),
            observed=_text(answer.get("observed")),
            expectations=expectations,
            hits=hits,
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return Trial(End.DIED, "it tampered with its verdict")


def _text(value: object) -> str | None:
    return None if value is None else str(value)
