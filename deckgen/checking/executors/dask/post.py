"""The far side of a cluster: an outpost on each worker, which ends when nobody wants it any more.

What is sent there is bytes that a stranger to deckgen can hold: the scheduler needs none of it, and a worker that has
none says so.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Sequence
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker
from distributed.utils import sync

from deckgen.checking.cache import own_code
from deckgen.checking.executors.dask.batches import Proved
from deckgen.checking.executors.dask.outpost import Outpost
from deckgen.errors import SurroundingsError
from deckgen.proof import Task


class Call:
    """Bytes that are a call: what unpickles them makes it."""

    def __init__(self, function: Callable[..., Any], arguments: Sequence[Any]) -> None:
        self._made = function, tuple(arguments)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._made


def enlist(code: str, name: str, terms: bytes) -> tuple[str, ...]:
    """Keep an outpost from now on, and tell the layers of confinement that it lacks; raises what it does."""
    if code != own_code():
        raise SurroundingsError("it has another deckgen")
    worker = get_worker()
    post = _Post(name, str(worker.get_current_task()), Outpost(pickle.loads(terms)))
    sync(worker.loop, worker.plugin_add, post, name=name)
    try:
        return post.outpost.open()
    except BaseException:
        post.leave()
        raise


def prove(name: str, tasks: Sequence[Task]) -> tuple[str, Proved | None]:
    """The address of the worker, and what became of some tasks, None where it keeps no outpost of this name."""
    worker = get_worker()
    post = worker.plugins.get(name)
    proved = post.outpost.prove(str(worker.get_current_task()), tasks) if isinstance(post, _Post) else None
    return worker.address, proved


class _Post(WorkerPlugin):
    """An outpost that ends with its worker, or as soon as the scheduler drops its lease: the task that opened it.

    It does so where the client asks for it, and where the client is gone.
    """

    def __init__(self, name: str, lease: str, outpost: Outpost) -> None:
        self.outpost = outpost
        self._name = name
        self._lease = lease

    def setup(self, worker: Worker) -> None:
        """Begin to watch, unless the lease has been dropped already."""
        self._worker = worker
        if (task := worker.state.tasks.get(self._lease)) is None or task.state != "executing":
            self.leave()

    def transition(self, key: Any, start: str, finish: str, **_others: object) -> None:
        """Stop a batch that was withdrawn while it ran, and everything with the lease."""
        if finish == "released" and key == self._lease:
            self.leave()
        elif finish == "released" and start == "executing" and str(key).startswith(self._name):
            threading.Thread(target=self.outpost.stop, args=(key,)).start()

    def leave(self) -> None:
        """End everything that is kept; the worker itself does not wait for it, but its process does."""
        self._worker.loop.add_callback(self._withdraw)
        threading.Thread(target=self.outpost.close).start()

    def _withdraw(self) -> None:
        if self._worker.plugins.get(self._name) is self:  # another one may have its name by now
            del self._worker.plugins[self._name]

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - as Dask calls it
        """End everything with the worker."""
        self.leave()
