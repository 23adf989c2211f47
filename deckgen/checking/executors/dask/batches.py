"""Which jobs are sent together: few at first, then about a second of work; what is lost is sent again.

It knows nothing of how batches are sent, and holds no more of them than are on their way.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from deckgen.proof import Crashed, Job, Outcome, Result

_FIRST, _MOST = 4, 1000  # jobs of a batch
_SECONDS = 1.0
SEVERAL = 2  # losses, after which a batch is suspected of ending its workers


@dataclass(frozen=True, slots=True)
class Proved:
    """What a worker made of the first tasks of a batch: under which layers, and outcome and seconds of each.

    `trouble` is what kept it from the others; where there was none, the first of them took too long.
    """

    layers: tuple[str, ...]
    done: tuple[tuple[Outcome, float], ...]
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Jobs that are sent together, how often their workers ended, and whether nothing else is sent meanwhile."""

    jobs: tuple[Job, ...]
    losses: int = 0
    alone: bool = False


class Batches:
    """The batches of a run: those to be sent next, and by name those that are on their way."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._waiting = deque(jobs)
        self._again: deque[Batch] = deque()
        self._suspects: deque[Batch] = deque()
        self._sent: dict[str, Batch] = {}
        self._count, self._seconds = 0, 0.0

    def __bool__(self) -> bool:
        """Whether a job has no result yet."""
        return bool(self._waiting or self._again or self._suspects or self._sent)

    def send(self, name: str, places: int) -> Batch | None:
        """The batch to send next, which is known by a name from now on; None where there is none, or no use for it.

        `places` is how many batches the workers can run at once: as many again wait there, so that none is idle.
        """
        batch = self._next(places) if len(self._sent) < 2 * places else None
        if batch is not None:
            self._sent[name] = batch
        return batch

    def _next(self, places: int) -> Batch | None:
        if self._again:
            return self._again.popleft()
        if self._waiting:
            size = self._size(places)
            return Batch(tuple(self._waiting.popleft() for _ in range(size)))
        # What may end its worker goes last, and alone: else others would be lost with it, and suspected as well.
        return self._suspects.popleft() if self._suspects and not self._sent else None

    def _size(self, places: int) -> int:
        """As many jobs as take about a second, but towards the end so few that every place has something to do."""
        share = math.ceil(len(self._waiting) / (2 * places))
        if not self._count:
            return min(_FIRST, share)
        about = int(_SECONDS * self._count / self._seconds) if self._seconds else _MOST
        return max(1, min(about, share, _MOST))

    def arrived(self, name: str, proved: Proved) -> Iterator[Result]:
        """The results in what came back for a batch; what is not in it is sent again, what took too long by itself."""
        batch = self._sent.pop(name)
        rest = batch.jobs[len(proved.done) :]
        parts = (rest,) if proved.trouble else (rest[:1], rest[1:])
        self._again.extend(replace(batch, jobs=part) for part in parts if part)
        for job, (outcome, seconds) in zip(batch.jobs, proved.done, strict=False):
            self._count += 1
            self._seconds += seconds
            yield Result(job.card, replace(job.environment, confinement=proved.layers), outcome, seconds)

    def lost(self, name: str, losses: int = 1) -> Iterator[Result]:
        """Send a batch again whose workers ended: after several times its jobs one by one, after as many no more."""
        batch = self._sent.pop(name)
        batch = replace(batch, losses=batch.losses + losses)
        if batch.losses < SEVERAL:
            (self._suspects if batch.alone else self._again).append(batch)
        elif batch.alone:
            (job,) = batch.jobs
            yield Result(job.card, job.environment, Crashed("it took the workers that ran it along, several times"))
        else:
            self._suspects.extend(Batch((job,), alone=True) for job in batch.jobs)
