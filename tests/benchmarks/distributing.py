"""What a cluster costs: a worker there against one here, two against one, and many jobs against few.

Many are sent to a stand-in for the work, for which each has passed as soon as it is there: to prove them would take an
hour.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path
from unittest import mock

from distributed import get_worker

from deckgen.checking import executors
from deckgen.checking.executors.dask import workers
from deckgen.checking.executors.dask.batches import Proved
from deckgen.effort import Effort
from deckgen.model import Deck
from deckgen.proof import Job, Passed, Task
from deckgen.reading import decks
from tests.benchmarks import trivial
from tests.benchmarks.measure import Ratio
from tests.isolation.harness import jobs

_PROVED = 200
_PROOF_SECONDS = 0.025  # so that batches are as large as those of real proofs
_SENT = (10_000, 100_000)


def ratios() -> Iterator[Ratio]:
    """The executor alone, once its workers are there: they start in a few seconds, however much there is to do."""
    deck, todo = _todo(_PROVED)
    here, _ = _cost(deck, Effort(workers=1), todo)
    one, _ = _cost(deck, Effort(workers=1, executor="dask"), todo)
    yield Ratio("a proof on a worker of a cluster / here", one / here, 1.3)
    if len(os.sched_getaffinity(0)) > 1:
        two, _ = _cost(deck, Effort(workers=2, executor="dask"), todo)
        yield Ratio("speed of two workers of a cluster / of one", one / two, 1.6, at_least=True)
    with mock.patch.object(workers, "prove", passed):
        few, many = (_cost(deck, Effort(workers=1, executor="dask"), todo * (number // _PROVED)) for number in _SENT)
    yield Ratio("to send 100 000 jobs / ten times 10 000", many[0] / (10 * few[0]), 1.2)
    yield Ratio("memory while 100 000 jobs are sent / 10 000", many[1] / few[1], 1.3)


def passed(_name: str, tasks: Sequence[Task]) -> tuple[str, Proved]:
    """A stand-in for the work of a worker."""
    return get_worker().address, Proved(("none",), tuple((Passed(1), _PROOF_SECONDS) for _ in tasks))


def _todo(number: int) -> tuple[Deck, list[Job]]:
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("bench.md").write_text(trivial.document(number))
        (deck,) = decks.read(["bench.md"]).decks
    return deck, jobs(deck)


def _cost(deck: Deck, effort: Effort, todo: Sequence[Job]) -> tuple[float, int]:
    """How long some jobs take, and how much memory this process has at most meanwhile, in pages."""
    with executors.pool(deck, effort) as pool, pool.executor(todo[0].environment) as executor:
        started, memory = time.perf_counter(), 0
        for number, result in enumerate(executor.run(todo)):
            assert isinstance(result.outcome, Passed), result.outcome
            if number % 1000 == 0:
                memory = max(memory, int(Path("/proc/self/statm").read_text().split()[1]))
        assert number == len(todo) - 1
        return time.perf_counter() - started, memory
