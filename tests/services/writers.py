"""One of many that use a shared cache as fast as they can: `python -m tests.services.writers URL NUMBER SECONDS`.

It says what it wrote that nobody else did, what it found that was wrong, and what the cache told.
"""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import replace

from deckgen.checking.cache import Cache, key
from deckgen.checking.store import Store
from deckgen.effort import Access
from deckgen.proof import Block, Environment, Job, Passed, Program, Result
from tests.unit.cards import card

LAYERS = ("seccomp",)
HERE = Environment("3.11.7", "2.1.9", "sqlite 3.40.1")
SHARED = 200
AT_LEAST = 3  # times, however busy the machine is
TODAY = int(time.time() // 86_400)


def job(name: str) -> Job:
    """A job that only its name tells from others."""
    return Job(card(name), Program((Block(f"assert {name!r}", "cards.md", 5),)), HERE, 10.0)


def result(job: Job, number: int) -> Result:
    """A pass that shows which job it is of, and who wrote it."""
    name = job.card.id
    expectations = sum(name.encode()) * 1000 + number
    return Result(job.card, replace(HERE, confinement=LAYERS), Passed(expectations), number / 7)


def fits(found: Result | None) -> bool:
    """Whether what was found is what somebody wrote for just that job."""
    assert found is not None
    assert isinstance(found.outcome, Passed)
    number = found.outcome.expectations % 1000
    return found == replace(result(job(found.card.id), number), cached=True)


def write(url: str, number: int, seconds: float) -> dict[str, object]:
    """Find, keep, touch and drop until the time is over."""
    own: list[str] = []
    wrong: list[str] = []
    notices: list[str] = []
    runs = 0
    store = Store(url, Access.READ_WRITE)
    deadline = time.monotonic() + seconds
    while runs < AT_LEAST or time.monotonic() < deadline:
        runs += 1
        jobs = [job(f"shared {each}") for each in random.sample(range(SHARED), 100)]
        mine = [f"{number} {runs} {each}" for each in range(10)]
        with Cache(url) as cache:
            wrong += [each.card.id for each in cache.find(jobs, None, LAYERS) if each and not fits(each)]
            for each in (*jobs[:50], *map(job, mine)):
                cache.keep(each, None, result(each, number))
        own += mine
        notices += cache.notices
        # Some that were used yesterday, which whoever finds them touches, and some that whoever leaves drops.
        yesterday = [row._mapping for row in store.rows([key(each, None, LAYERS) for each in jobs[:20]])]
        store.write([{**row, "used": TODAY - 1} for row in yesterday])
        old = random.sample(range(SHARED), 50)
        store.write([{"key": f"old {each}", "outcome": "", "seconds": 0, "digest": "", "used": 1} for each in old])
    return {"own": own, "wrong": wrong, "notices": notices, "runs": runs}


if __name__ == "__main__":
    print(json.dumps(write(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
