"""Cards times environments: what became of each card in each, in a word or a sign. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from deckgen.model import Environment, Judgement, NotClaimed, Outcome, Passed, minor
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


def columns(report: Report) -> list[Column]:
    """The environments of a report; what all of them have in common is no part of a short name."""
    claimed = [result for judgement in report.judgements for result in judgement.claimed]
    every = Counter(result.environment.id for result in claimed)
    passed = Counter(result.environment.id for result in claimed if isinstance(result.outcome, Passed))
    names = zip(
        _pythons(each.python for each in report.environments),
        _versions(each.sqlalchemy for each in report.environments),
        map(_database, report.environments),
        strict=True,
    )
    return [
        Column(environment, " ".join(filter(None, words)), passed[environment.id], every[environment.id])
        for environment, words in zip(report.environments, names, strict=True)
    ]


def row(judgement: Judgement, columns: Iterable[Column]) -> list[Cell]:
    """What became of a card in each environment; where it was tried in some, it does not claim the others."""
    found = {result.environment.id: _cell(result.outcome) for result in judgement.results}
    absent = Cell.NOT_CLAIMED if found else Cell.NOT_RUN
    return [found.get(column.environment.id, absent) for column in columns]


def _cell(outcome: Outcome) -> Cell:
    if isinstance(outcome, NotClaimed) and outcome.holds:
        return Cell.HOLDS_TOO
    return Cell[outcome.name.upper().replace("-", "_")]


def _pythons(exact: Iterable[str]) -> list[str]:
    found = _versions(exact)
    return [f"py{version}" for version in found] if len(set(found)) > 1 else [""] * len(found)


def _versions(exact: Iterable[str]) -> list[str]:
    """Versions as major.minor, or in full where that would make two of them one."""
    found = list(exact)
    short = [minor(version) for version in found]
    return short if len(set(short)) == len(set(found)) else found


def _database(environment: Environment) -> str:
    """The name of the database, with the major version of a server: SQLite comes with Python."""
    name, _, release = environment.database.partition(" ")
    return name if name == "sqlite" or not release else f"{name} {release.split('.')[0]}"
