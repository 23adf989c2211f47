"""The ways to run jobs; each gives exactly one result per job, in any order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, Self

from deckgen.effort import Effort
from deckgen.errors import SurroundingsError
from deckgen.model import Deck
from deckgen.proof import Environment, Job, Result

# The module of each, which is imported when it is asked for; the extra that it needs has the same name.
EXECUTORS: Mapping[str, str] = {
    "zygote": "deckgen.checking.executors.zygote",
    "dask": "deckgen.checking.executors.dask",
}


class Executor(Protocol):
    """Runs the jobs of one environment while a `with` block lasts.

    Entering raises SurroundingsError, PreludeError, or MissingServerError where checks cannot be run with the server.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    @property
    def unconfined(self) -> tuple[str, ...]:
        """The layers of confinement that were refused, each with its reason."""

    def run(self, jobs: Sequence[Job]) -> Iterator[Result]:
        """A result for every job, as they arrive; closing the iterator leaves the rest undone.

        Raises nothing but SurroundingsError: results may have arrived already.
        """


class Pool(Protocol):
    """What the executors of a run share; entering raises SurroundingsError."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What a user should know of the run, in lines."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def executor(self, environment: Environment) -> Executor:
        """An executor for the deck in an environment; raises MissingServerError."""


def pool(deck: Deck, effort: Effort) -> Pool:
    """The executors of a run, as the effort names them. Raises SurroundingsError where their extra is not installed."""
    try:
        module: Any = import_module(EXECUTORS[effort.executor])
    except ModuleNotFoundError as error:
        needed = f"install deckgen-verified[{effort.executor}]"
        raise SurroundingsError(f"{error.name} is not installed: {needed}") from error
    found: Pool = module.Pool(deck, effort)
    return found


def workers(effort: Effort) -> int:
    """How many workers a run has on this machine."""
    return effort.workers or len(os.sched_getaffinity(0))
