"""Cards times environments: what became of each card in each, in a word or a sign. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from deckgen.proof import Environment, Judgement, NotClaimed, Outcome, Passed, minor
from deckgen.report import Report


class Cell(Enum):
    """What became of a card in one environment: a sign and a word for it, best first."""

    PASSED = "✓", "passed"
    REFUTED = "R", "refuted"
    BROKEN = "B", "broken"
    VACUOUS = "V", "vacuous"
    CRASHED = "C", "crashed"
    TIMED_OUT = "T", "timed-out"
    UNAVAILABLE = "U", "unavailable"
    NOT_CLAIMED = "-", "not claimed"
    HOLDS_TOO = "+", "not claimed, but holds"
    NOT_RUN = "·", "not run"

    @property
    def sign(self) -> str:
        """One character that no other cell has."""
        return self.value[0]

    @property
    def word(self) -> str:
        """The same as a word, such as `timed-out`."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Column:
    """An environment: a short name such as `2.1 postgresql 18`, how many cards claim it, and how many of them pass."""

    environment: Environment
    name: str
    passed: int
    claimed: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The environments of a report, and its cards in order with what became of each in each of them."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Judgement, tuple[Cell, ...]], ...]

    @property
    def seen(self) -> list[Cell]:
        """The cells that occur, best first."""
        found = {cell for _, cells in self.rows for cell in cells}
        return [cell for cell in Cell if cell in found]


def of(report: Report) -> Grid:
    """The grid of a report; where a card was tried in some environments, it does not claim the others."""
    return Grid(_columns(report), tuple((each, _cells(each, report.environments)) for each in report.judgements))


def _columns(report: Report) -> tuple[Column, ...]:
    claimed = [result for judgement in report.judgements for result in judgement.claimed]
    every = Counter(result.environment.id for result in claimed)
    passed = Counter(result.environment.id for result in claimed if isinstance(result.outcome, Passed))
    names = zip(
        _pythons(each.python for each in report.environments),
        _versions(each.sqlalchemy for each in report.environments),
        (f"{each.server} {each.release}".strip() for each in report.environments),
        strict=True,
    )
    return tuple(
        Column(environment, " ".join(filter(None, words)), passed[environment.id], every[environment.id])
        for environment, words in zip(report.environments, names, strict=True)
    )


def _cells(judgement: Judgement, environments: Sequence[Environment]) -> tuple[Cell, ...]:
    found = {result.environment.id: _cell(result.outcome) for result in judgement.results}
    absent = Cell.NOT_CLAIMED if found else Cell.NOT_RUN
    return tuple(found.get(environment.id, absent) for environment in environments)


def _cell(outcome: Outcome) -> Cell:
    if isinstance(outcome, NotClaimed) and outcome.holds:
        return Cell.HOLDS_TOO
    return Cell[outcome.name.upper().replace("-", "_")]


def _pythons(exact: Iterable[str]) -> list[str]:
    """Names of Pythons such as `py3.12`, empty where there is but one."""
    found = _versions(exact)
    return [f"py{version}" for version in found] if len(set(found)) > 1 else [""] * len(found)


def _versions(exact: Iterable[str]) -> list[str]:
    """Versions as major.minor, or in full where that would make two of them one."""
    found = list(exact)
    short = [minor(version) for version in found]
    return short if len(set(short)) == len(set(found)) else found
