"""Jobs on the workers of a Dask cluster, each with zygotes of its own: Dask places batches, and moves what is lost."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Self

import dask.config
from distributed import Client, LocalCluster, Security

from deckgen.checking import executors, interpreters
from deckgen.checking.executors.dask.outpost import Terms
from deckgen.checking.executors.dask.workers import Workers
from deckgen.effort import Effort
from deckgen.errors import SurroundingsError
from deckgen.model import Deck
from deckgen.proof import Environment

_CONNECT_SECONDS = 10.0
_LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application", "asyncio")
_SILENT = logging.CRITICAL + 1


class Pool:
    """The connection to a scheduler while a run lasts, and the cluster where the run has one of its own."""

    def __init__(self, deck: Deck, effort: Effort) -> None:
        self._deck = deck
        self._effort = effort
        self._stack = ExitStack()
        self._notices: dict[str, None] = {}

    @property
    def notices(self) -> tuple[str, ...]:
        """A line for each worker that was refused."""
        return tuple(self._notices)

    def __enter__(self) -> Self:
        """Connect, or start a cluster; raises SurroundingsError."""
        with ExitStack() as stack:
            stack.enter_context(_quiet())
            own = self._effort.scheduler is None
            where = stack.enter_context(_cluster(executors.workers(self._effort))) if own else self._effort.scheduler
            self._client = stack.enter_context(_connected(where))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def executor(self, environment: Environment) -> Workers:
        """An executor for an environment."""
        own = environment.interpreter == interpreters.here().path
        elsewhere = self._effort.scheduler is not None
        terms = Terms(
            environment=replace(environment, interpreter="") if elsewhere else environment,
            prelude=self._deck.prelude,
            prelude_timeout=self._deck.timeout,
            trust=self._effort.trust,
            folder=self._effort.environments,
            requirements=() if own else tuple(f"{name}=={version}" for name, version in environment.packages),
        )
        return Workers(self._client, terms, self._notices)


def _connected(where: Any) -> Client:
    """A client of a scheduler, by its address or its cluster. Raises SurroundingsError."""
    if str(where).startswith("tls://") and Security().get_connection_args("client")["ssl_context"] is None:
        raise SurroundingsError(f"{where} asks for keys: they are named by Dask's own configuration of TLS")
    try:
        return Client(where, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise SurroundingsError(f"no scheduler answers at {where}: {error}") from error


@contextmanager
def _cluster(workers: int) -> Iterator[LocalCluster]:
    """A cluster on this machine until the end of a run; nobody else can use its sockets."""
    with (
        tempfile.TemporaryDirectory(prefix="dask-") as folder,
        dask.config.set({"temporary-directory": folder}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            security=Security.temporary(),
            dashboard_address=None,
            memory_limit=None,
            env={"TMPDIR": tempfile.gettempdir()},
            preload=["deckgen.checking.executors.dask.silence"],
            silence_logs=_SILENT,
        ) as cluster,
    ):
        yield cluster


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Dask and its parts say to themselves: what matters to a user is said by errors."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"distributed\b")
        for logger in loggers:
            logger.setLevel(_SILENT)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
