"""What a benchmark says, and how it is timed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """A measured ratio and the bound it is held to, an upper one unless `at_least` is set."""

    what: str
    ratio: float
    bound: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound

    @property
    def held_to(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """The least time that some work took, of so many times."""
    return min(_once(work) for _ in range(times))


def _once(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
