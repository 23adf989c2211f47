"""Which jobs are sent together, and that each has one result, whatever becomes of its batches."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.checking.executors.dask.batches import SEVERAL, Batches, Proved
from deckgen.proof import Block, Crashed, Environment, Job, Passed, Program, Result
from tests.unit.cards import card

NAMES = map(str, itertools.count())


def jobs(number: int) -> list[Job]:
    environment = Environment("3.11.7", "2.1.9", "sqlite 3.40.1")
    return [
        Job(card(f"What is {each}?"), Program((Block("assert engine", "cards.md", each + 1),)), environment, 10)
        for each in range(number)
    ]


def proved(number: int, seconds: float = 0.1, trouble: str | None = None) -> Proved:
    return Proved(("seccomp",), ((Passed(1), seconds),) * number, trouble)


def sizes(batches: Batches, places: int, seconds: float) -> Iterator[int]:
    """How many jobs each batch has, where every job takes so many seconds."""
    while batches:
        batch = batches.send(name := next(NAMES), places)
        assert batch
        yield len(batch.jobs)
        list(batches.arrived(name, proved(len(batch.jobs), seconds)))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.02, 50), (0.25, 4), (3.0, 1), (0.0, 1000)],
    ids=["quick", "slow", "longer than a batch", "in no time"],
)
def test_a_batch_is_small_at_first_and_then_about_a_second_of_work(seconds: float, expected: int) -> None:
    first, second, *_ = sizes(Batches(jobs(3000)), 1, seconds)
    assert first == 4
    assert second == expected


def test_towards_the_end_every_worker_has_something_to_do() -> None:
    found = list(sizes(Batches(jobs(400)), 4, 0.01))
    assert sum(found) == 400
    assert max(found) == 50  # and not the hundred that take a second
    assert found[-4:] == [1] * 4


def test_no_more_is_on_its_way_than_the_workers_can_run_and_as_much_again() -> None:
    batches = Batches(jobs(1000))
    sent = [batches.send(next(NAMES), 3) for _ in range(7)]
    assert [each is not None for each in sent] == [True] * 6 + [False]


def test_a_result_carries_what_the_worker_was_confined_by() -> None:
    batches = Batches(jobs(1))
    batches.send("a", 1)
    (result,) = batches.arrived("a", proved(1))
    assert result.environment.confinement == ("seccomp",)
    assert not batches


def test_what_took_too_long_is_sent_by_itself() -> None:
    batches = Batches(todo := jobs(8))
    batches.send("a", 1)
    list(batches.arrived("a", proved(1)))
    again = [batches.send(name, 1) for name in ("b", "c")]
    assert [each.jobs for each in again if each] == [tuple(todo[1:2]), tuple(todo[2:4])]


def test_what_was_kept_back_by_trouble_is_sent_together() -> None:
    batches = Batches(todo := jobs(8))
    batches.send("a", 1)
    list(batches.arrived("a", proved(1, trouble="the disk is full")))
    again = batches.send("b", 1)
    assert again
    assert again.jobs == tuple(todo[1:4])


def test_a_job_that_ends_its_workers_is_found_and_harms_no_other() -> None:
    batches = Batches(todo := jobs(60))
    deadly, deaths = todo[17], 0
    results: list[Result] = []
    sent: dict[str, tuple[Job, ...]] = {}
    while batches:
        while batch := batches.send(name := next(NAMES), 2):
            sent[name] = batch.jobs
        name, some = sent.popitem()
        if deadly in some:
            deaths += 1
            results += batches.lost(name)
            for other in list(sent):  # what waits at the same worker is lost with it
                del sent[other]
                results += batches.lost(other)
        else:
            results += batches.arrived(name, proved(len(some)))
    assert [each.card.id for each in results if isinstance(each.outcome, Crashed)] == [deadly.card.id]
    assert len(results) == 60
    assert deaths == 2 * SEVERAL


@given(st.integers(1, 60), st.integers(1, 4), st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_every_job_has_one_result_whatever_becomes_of_its_batches(number: int, places: int, chance: object) -> None:
    pick: Callable[[int], int] = chance.randrange  # type: ignore[attr-defined]
    batches = Batches(todo := jobs(number))
    results: list[Result] = []
    sent: dict[str, int] = {}
    while batches:
        while batch := batches.send(name := next(NAMES), places):
            sent[name] = len(batch.jobs)
        name = [*sent][pick(len(sent))]
        size = sent.pop(name)
        match pick(4):
            case 0:
                results += batches.lost(name)
            case 1:
                results += batches.arrived(name, proved(pick(size + 1), 0.01, "trouble" if pick(2) else None))
            case _:
                results += batches.arrived(name, proved(size, 0.01))
    assert Counter(each.card.id for each in results) == Counter(job.card.id for job in todo)
