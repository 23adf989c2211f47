"""What a worker keeps from batch to batch, and whether it has the environment that is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deckgen.checking import interpreters
from deckgen.checking.databases import DATABASES, Servers
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.executors.dask.batches import Proved
from deckgen.checking.executors.zygote import Zygotes
from deckgen.checking.forkserver import PreludeError
from deckgen.checking.interpreters import MissingInterpreterError
from deckgen.effort import Trust
from deckgen.errors import SurroundingsError
from deckgen.model import Database, Fence
from deckgen.proof import Environment, Outcome, Task

_LONG_SECONDS = 3.0
_NAMED = 3  # of what differs
_NONE = "missing"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker proves in: an environment, the deck's prelude with its seconds, and how far checks are trusted.

    Where the environment has no interpreter the worker is to have the same: one that it makes of `requirements` and
    keeps in `folder`, or without any its own.
    """

    environment: Environment
    prelude: Fence | None
    prelude_timeout: float
    trust: Trust
    folder: str
    requirements: tuple[str, ...] = ()


class Outpost:
    """The zygotes of a worker, as many as it proves batches at once, and its database servers."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._environment = terms.environment
        self._servers = Servers(Path(terms.folder))
        self._idle: list[Zygotes] = []
        self._busy: dict[str, Zygotes] = {}
        self._stopped: set[str] = set()
        self._lock = threading.Lock()
        self._closed = False

    def open(self) -> tuple[str, ...]:
        """Find the environment, start in it, and tell which layers of confinement are missing, each with the reason.

        Raises SurroundingsError where it is not the same environment, and what an executor raises.
        """
        if not self._environment.interpreter:
            self._environment = _found(self._terms)
        with self._lent("") as zygotes:
            return zygotes.unconfined

    def prove(self, name: str, tasks: Sequence[Task]) -> Proved:
        """What becomes of some tasks, until there is trouble, `stop` is told their name, or others wait for too long.

        A single task has no others that would wait.
        """
        layers: tuple[str, ...] = ()
        done: list[tuple[Outcome, float]] = []
        trouble = None
        clock = threading.Timer(_LONG_SECONDS, self.stop, [name])
        try:
            with self._lent(name) as zygotes:
                if len(tasks) > 1:
                    clock.start()
                layers = zygotes.first.plain.layers
                for task in tasks:
                    done.append(zygotes.first.prove(task))
        except MissingServerError as error:
            trouble = f"the database server was lost: {error}"
        except (SurroundingsError, PreludeError, OSError) as error:
            trouble = str(error)
        finally:
            clock.cancel()
        return Proved(layers, tuple(done), None if name in self._stopped else trouble)

    def stop(self, name: str) -> None:
        """Have the tasks of a name end, whether or not they have begun."""
        with self._lock:
            self._stopped.add(name)
            zygotes = self._busy.pop(name, None)
        if zygotes is not None:
            zygotes.__exit__()

    def close(self) -> None:
        """End everything."""
        with self._lock:
            self._closed = True
            living = [*self._idle, *self._busy.values()]
            self._idle.clear()
            self._busy.clear()
        for zygotes in living:
            zygotes.__exit__()
        self._servers.__exit__()

    @contextmanager
    def _lent(self, name: str) -> Iterator[Zygotes]:
        """Zygotes that nobody else uses meanwhile; they are kept unless something was wrong with them."""
        with self._lock:
            if self._closed or name in self._stopped:
                raise SurroundingsError("the run is over")
            new = not self._idle
            zygotes = self._busy[name] = self._new() if new else self._idle.pop()
        try:
            yield zygotes.__enter__() if new else zygotes
        except BaseException:
            if self._returned(name):
                zygotes.__exit__()
            raise
        if self._returned(name):
            with self._lock:
                self._idle.append(zygotes)

    def _returned(self, name: str) -> bool:
        """Whether what was lent is taken back here, and was not ended meanwhile."""
        with self._lock:
            return self._busy.pop(name, None) is not None

    def _new(self) -> Zygotes:
        return Zygotes(
            self._terms.prelude,
            self._environment,
            self._servers.get(self._environment.server),
            workers=1,
            prelude_timeout=self._terms.prelude_timeout,
            trust=self._terms.trust,
        )


def _found(terms: Terms) -> Environment:
    """The environment as it is to be had here. Raises SurroundingsError where it is another one."""
    wanted = terms.environment
    try:
        interpreter = interpreters.here()
        if terms.requirements:
            folder = Path(terms.folder)
            interpreter = interpreters.made(folder, wanted.python, wanted.sqlalchemy, terms.requirements)
        database = DATABASES[Database(wanted.server)].describe(interpreter)
    except MissingInterpreterError as error:
        raise SurroundingsError(str(error)) from error
    there = _versions(wanted.python, wanted.database, wanted.packages)
    here = _versions(interpreter.python, database, interpreter.packages)
    differing = [name for name in dict.fromkeys([*there, *here]) if there.get(name) != here.get(name)]
    if differing:
        named = [f"{name} is {here.get(name, _NONE)}, not {there.get(name, _NONE)}" for name in differing[:_NAMED]]
        more = [f"and {len(differing) - _NAMED} more differ"] if differing[_NAMED:] else []
        raise SurroundingsError(f"it has another environment: {', '.join([*named, *more])}")
    return replace(wanted, interpreter=interpreter.path)


def _versions(python: str, database: str, packages: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What has to be the same, by name, what matters most first."""
    server, _, release = database.partition(" ")
    found = {"python": python, server: release, **dict(packages)}
    return {"python": python, "sqlalchemy": found.get("sqlalchemy", _NONE), **found}
