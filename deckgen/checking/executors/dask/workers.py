"""The workers of a cluster that are fit to prove in an environment, and the batches that they are sent."""

from __future__ import annotations

import itertools
import pickle
import queue
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Self

from distributed import Client, Future
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from deckgen.checking.cache import own_code
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.executors.dask.batches import SEVERAL, Batches
from deckgen.checking.executors.dask.outpost import Terms
from deckgen.checking.executors.dask.post import Call, enlist, prove
from deckgen.checking.forkserver import PreludeError
from deckgen.errors import SurroundingsError
from deckgen.proof import Job, Result

PATIENCE_SECONDS = 60.0  # without a worker
_MUSTER_SECONDS = 10.0  # that a run waits for the last of its workers before it begins with the others
_LOOK_SECONDS = 1.0
_LOST = "the scheduler was lost: what was proved until then is known"


class Workers:
    """An executor for one deck in one environment: the workers that were found fit for it, and what they were sent."""

    def __init__(self, client: Client, terms: Terms, notices: dict[str, None]) -> None:
        self._client = client
        self._terms = terms
        self._notices = notices
        self._name = f"deckgen-{uuid.uuid4().hex}"
        self._numbers = itertools.count()
        self._done: queue.SimpleQueue[tuple[Future[Any], Any]] = queue.SimpleQueue()
        self._asked: dict[str, Future[Any]] = {}  # by address, as are the next three
        self._fit: set[str] = set()
        self._refused: dict[str, Exception] = {}
        self._unconfined: dict[str, None] = {}
        self._threads: dict[str, int] = {}
        self._sent: dict[str, tuple[Future[Any], frozenset[str]]] = {}
        self._looked = 0.0
        self._met = time.monotonic()

    def __enter__(self) -> Self:
        """Ask every worker; raises SurroundingsError, PreludeError or MissingServerError where none of them is fit."""
        began = time.monotonic()
        try:
            with self._connected():
                while not self._fit or (self._pending and time.monotonic() - began < _MUSTER_SECONDS):
                    self._look()
                    self._next()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        """Take back what was sent, and have the workers end what they kept."""
        self._withdraw(self._asked.values())
        self._withdraw(future for future, _ in self._sent.values())

    def _withdraw(self, futures: Iterable[Future[Any]]) -> None:
        with suppress(OSError, RuntimeError):  # without a scheduler workers end by themselves
            self._client.cancel(list(futures))

    @property
    def unconfined(self) -> tuple[str, ...]:
        """The layers of confinement that some worker lacks or lacked, each with its reason."""
        return tuple(self._unconfined)

    @property
    def _pending(self) -> bool:
        """Whether a worker has not answered yet."""
        return bool(self._asked.keys() - self._fit - self._refused.keys())

    def run(self, jobs: Sequence[Job]) -> Iterator[Result]:
        """A result for every job, as they arrive; closing the iterator leaves the rest undone."""
        batches = Batches(jobs)
        with self._connected():
            try:
                while batches:
                    self._look()
                    for name in [name for name, (_, places) in self._sent.items() if not places & self._threads.keys()]:
                        self._withdraw([self._sent.pop(name)[0]])
                        yield from batches.lost(name)
                    self._send(batches)
                    yield from self._results(batches)
            except (PreludeError, MissingServerError) as error:  # of the last worker: others have proved something
                what = "the prelude" if isinstance(error, PreludeError) else "the database server was lost:"
                raise SurroundingsError(f"no worker is left: {what} {error}") from error
            finally:
                self._withdraw(future for future, _ in self._sent.values())
                self._sent.clear()

    def _send(self, batches: Batches) -> None:
        places = sum(self._threads.get(address, 0) for address in self._fit)
        while places and (batch := batches.send(name := f"{self._name}-{next(self._numbers)}", places)):
            future = self._submit(name, [*self._fit], prove, self._name, [job.task for job in batch.jobs])
            self._sent[name] = future, frozenset(self._fit)

    def _results(self, batches: Batches) -> Iterator[Result]:
        """The results in the next batch that comes back, if one does within a moment."""
        if (back := self._next()) is None:
            return
        name, found = back
        del self._sent[name]
        if isinstance(found, KilledWorker):
            yield from batches.lost(name, SEVERAL)
        elif isinstance(found, BaseException):
            raise SurroundingsError(f"a worker failed: {found!r}") from found
        else:
            address, proved = found
            if proved is None:  # a worker with the address of one that ended
                self._forget(address)
                yield from batches.lost(name)
            else:
                yield from batches.arrived(name, proved)
                if proved.trouble:
                    self._refuse(address, SurroundingsError(proved.trouble))

    def _submit(self, name: str, places: Sequence[str], function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        call = pickle.dumps(Call(function, arguments))
        future = self._client.submit(pickle.loads, call, key=name, workers=list(places))
        future.client.loop.add_callback(self._fetch, future)
        return future

    async def _fetch(self, future: Future[Any]) -> None:
        """Have what becomes of a task, be it an error, before its worker can take it along."""
        try:
            found = await future
        except BaseException as error:
            found = error
        self._done.put((future, found))

    def _look(self) -> None:
        """See once a second who is there: ask whoever is new, and forget who is gone. Raises SurroundingsError."""
        now = time.monotonic()
        if now < self._looked + _LOOK_SECONDS:
            return
        self._looked, self._threads = now, self._client.nthreads()
        for address in self._asked.keys() - self._threads.keys():
            self._forget(address)
        for address in self._threads.keys() - self._asked.keys():
            name = f"{self._name}-{next(self._numbers)}"
            terms = pickle.dumps(self._terms)
            self._asked[address] = self._submit(name, [address], enlist, own_code(), self._name, terms)
        if self._fit or self._pending:
            self._met = now
        elif now > self._met + PATIENCE_SECONDS:
            raise SurroundingsError(f"no worker has come within {PATIENCE_SECONDS:g} s{self._refusals}")

    def _next(self) -> tuple[str, Any] | None:
        """The name of a batch and what became of it, if one comes back within a moment; workers' answers are taken."""
        try:
            future, found = self._done.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            return None
        name = str(future.key)
        address = next((address for address, asked in self._asked.items() if asked.key == name), None)
        if address is None and name not in self._sent:
            return None  # it was taken back
        failed = isinstance(found, BaseException)
        if failed and future.status != "error":  # it was not the task that failed
            raise found
        if address is None:
            return name, found
        if failed:
            self._refuse(address, found)
        else:
            self._fit.add(address)
            self._unconfined |= dict.fromkeys(found)
        return None

    def _forget(self, address: str) -> None:
        self._withdraw(filter(None, [self._asked.pop(address, None)]))
        self._fit.discard(address)
        self._refused.pop(address, None)

    def _refuse(self, address: str, error: Exception) -> None:
        """Use a worker no more, or not at all; raises an error where no other is left."""
        if isinstance(error, ModuleNotFoundError):
            error = SurroundingsError(f"it lacks a module: {error}")
        elif isinstance(error, AttributeError | TypeError | pickle.UnpicklingError):
            error = SurroundingsError(f"it has another deckgen: {error}")
        elif not isinstance(error, SurroundingsError | PreludeError | MissingServerError):
            error = SurroundingsError(f"it failed: {error!r}")
        self._fit.discard(address)
        self._refused[address] = error
        if not self._fit and not self._pending:
            raise self._refusal()
        self._notices[f"the worker {address} was not used: {error}"] = None

    def _refusal(self) -> Exception:
        """What is wrong with all workers: the prelude or the database of the deck, or they themselves."""
        errors = self._refused.values()
        for error in errors:
            if isinstance(error, PreludeError):
                return error
        if all(isinstance(error, MissingServerError) for error in errors):
            return MissingServerError("; ".join(dict.fromkeys(map(str, errors))))
        return SurroundingsError(f"no worker can be used{self._refusals}")

    @property
    def _refusals(self) -> str:
        return "".join(f"; {address}: {error}" for address, error in self._refused.items())

    @contextmanager
    def _connected(self) -> Iterator[None]:
        """What happens while the scheduler is there. Raises SurroundingsError where it is not."""
        try:
            yield
        except (OSError, FutureCancelledError) as error:
            raise SurroundingsError(_LOST) from error
