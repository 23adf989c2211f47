"""Jobs on this machine: each worker thread has a zygote with the real SQLAlchemy and one with the stand-in."""

from __future__ import annotations

import queue
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from deckgen.checking import executors
from deckgen.checking.controls import End, Run, Trial, mutated, prove
from deckgen.checking.databases import Servers
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.forkserver import PreludeError, Setup, Zygote
from deckgen.checking.nursery import Nursery
from deckgen.effort import Effort, Trust
from deckgen.errors import SurroundingsError
from deckgen.model import Deck, Fence
from deckgen.proof import Crashed, Environment, Job, Outcome, Passed, Result, Task

if TYPE_CHECKING:
    from deckgen.checking.databases.gate import Server


class Pool:
    """The executors of a run on this machine, which share its database servers."""

    notices: tuple[str, ...] = ()

    def __init__(self, deck: Deck, effort: Effort) -> None:
        self._deck = deck
        self._effort = effort
        self._servers = Servers(Path(effort.environments))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._servers.__exit__(*error)

    def executor(self, environment: Environment) -> Zygotes:
        """An executor for an environment; raises MissingServerError."""
        return Zygotes(
            self._deck.prelude,
            environment,
            self._servers.get(environment.server),
            workers=executors.workers(self._effort),
            prelude_timeout=self._deck.timeout,
            trust=self._effort.trust,
        )


class Zygotes:
    """An executor for one deck in one environment: its zygotes run the prelude once and fork a child for every run.

    `server` is that of the environment's database, None where it needs none.
    """

    def __init__(
        self,
        prelude: Fence | None,
        environment: Environment,
        server: Server | None = None,
        *,
        workers: int,
        prelude_timeout: float,
        trust: Trust = Trust.NONE,
    ) -> None:
        self._prelude = prelude
        self._environment = environment
        self._server = server
        self._trust = trust
        self._workers = workers
        self._timeout = prelude_timeout
        self._scratch = ""
        self._nursery = Nursery(environment.interpreter)
        self._stopping = threading.Event()
        self._living: list[Zygote] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Make the scratch folder, and try the prelude.

        Raises SurroundingsError, PreludeError, or MissingServerError where checks cannot be run with the server.
        """
        if sys.platform != "linux":
            raise SurroundingsError("checks run on Linux and WSL2 only; lint and audit work everywhere")
        self._scratch = tempfile.mkdtemp(prefix="deckgen-")
        started = time.monotonic()
        try:
            self.first = Prover(self, *self._pair())
        except BaseException:
            self.__exit__()
            raise
        self._starting = time.monotonic() - started
        return self

    def __exit__(self, *_error: object) -> None:
        """End every process and delete the scratch folder."""
        with self._lock:
            self._stopping.set()
            living, self._living = self._living, []
        for zygote in living:
            zygote.leave()  # all of them at once
        for zygote in living:
            zygote.close()
        self._nursery.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def unconfined(self) -> tuple[str, ...]:
        """The layers of confinement that this system refused, each with its reason."""
        return self.first.plain.missing

    def run(self, jobs: Sequence[Job]) -> Iterator[Result]:
        """A result for every job, as they arrive; closing the iterator leaves the rest undone."""
        stop = threading.Event()
        waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        done: queue.SimpleQueue[Result | BaseException] = queue.SimpleQueue()
        for job in jobs:
            waiting.put(job)
        threads = [
            threading.Thread(target=self._work, args=(number, waiting, done, stop), daemon=True)
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
            stop.set()

    def attempt(self, run: Run) -> Trial:
        """A single run outside any job."""
        return self.first.attempt(run)

    def _work(
        self,
        number: int,
        waiting: queue.SimpleQueue[Job],
        done: queue.SimpleQueue[Result | BaseException],
        stop: threading.Event,
    ) -> None:
        """Prove jobs until none is waiting; all workers but the first begin only where there is enough to do.

        What they would have to do must have taken as long as it takes to start them, so that a few quick jobs start
        nothing, and many lose no more than one start.
        """
        try:
            if number and (stop.wait(self._starting) or waiting.empty()):
                return
            prover = Prover(self, *self._pair()) if number else self.first
            while not stop.is_set():
                job = waiting.get_nowait()
                outcome, seconds = prover.prove(job.task)
                environment = replace(job.environment, confinement=prover.plain.layers)
                done.put(Result(job.card, environment, outcome, seconds))
        except queue.Empty:
            return
        except MissingServerError as error:
            done.put(SurroundingsError(f"the database server was lost: {error}"))
        except PreludeError as error:
            done.put(SurroundingsError(f"the prelude {error}, but not when it ran first"))
        except BaseException as error:
            done.put(error)

    def _pair(self) -> tuple[Zygote, Zygote]:
        """A zygote with the real SQLAlchemy and one with the stand-in, started side by side."""
        plain, standin = self._spawned(standin=False), self._spawned(standin=True)
        plain.wait_until_ready()
        standin.wait_until_ready()
        return plain, standin

    def _spawned(self, *, standin: bool) -> Zygote:
        with self._lock:  # so that nothing is made in the scratch folder while it is being deleted
            if self._stopping.is_set():
                raise SurroundingsError("the run is over")
            setup = Setup(
                environment=self._environment,
                scratch=self._scratch,
                prelude=self._prelude,
                standin=standin,
                timeout=self._timeout,
                trust=self._trust,
            )
            server = None if standin else self._server
            gate = None if server is None else server.gate(Path(tempfile.mkdtemp(dir=self._scratch)))
            zygote = Zygote(setup, gate)
            self._living.append(zygote)
            zygote.spawn(self._nursery)
        return zygote

    def replace(self, lost: Zygote) -> Zygote:
        """A new zygote of the same kind for one that was lost."""
        lost.close()
        with self._lock:
            self._living = [zygote for zygote in self._living if zygote is not lost]
        try:
            return self._started(standin=lost.setup.standin)
        except SurroundingsError:  # what took the last one may have taken this one while it started
            return self._started(standin=lost.setup.standin)

    def _started(self, *, standin: bool) -> Zygote:
        zygote = self._spawned(standin=standin)
        zygote.wait_until_ready()
        return zygote


class Prover:
    """Proves one task after the other on a pair of zygotes, for one thread at a time."""

    def __init__(self, owner: Zygotes, plain: Zygote, standin: Zygote) -> None:
        self._owner = owner
        self._zygotes = {False: plain, True: standin}

    @property
    def plain(self) -> Zygote:
        """The zygote with the real SQLAlchemy."""
        return self._zygotes[False]

    def prove(self, task: Task) -> tuple[Outcome, float]:
        """What becomes of a task, and the seconds that it took; misfortune is an outcome, never an exception."""
        started = time.monotonic()
        try:
            outcome = prove(task.program, task.timeout, self.attempt)
            if task.mutate and isinstance(outcome, Passed):
                outcome = replace(outcome, mutation=mutated(task.program, task.timeout, self.attempt))
        except PreludeError as error:
            outcome = Crashed(f"the prelude failed when it ran again: {error}", error.location)
        return outcome, time.monotonic() - started

    def attempt(self, run: Run) -> Trial:
        """One run; where the zygote is lost it is replaced and the run repeated once."""
        for _ in range(2):
            trial = self._zygotes[run.standin].run(run)
            if trial is not None:
                return trial
            self._zygotes[run.standin] = self._owner.replace(self._zygotes[run.standin])
        return Trial(End.DIED, "it took the process that watches it along, twice")
