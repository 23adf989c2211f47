"""A check as it is run, where it is run, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from packaging.specifiers import SpecifierSet

from deckgen.diagnostics import Location
from deckgen.model import Card, Database


class Mode(StrEnum):
    """How a block is run: as a script, as typed at a prompt, or to say what the block before it should have done."""

    SCRIPT = "script"
    PROMPT = "prompt"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of Python that is compiled by itself, as if it stood at `line` (counted from 1) of `path`.

    `entry` names a function of it to call afterwards.
    """

    code: str
    path: str
    line: int
    entry: str | None = None
    mode: Mode = Mode.SCRIPT


@dataclass(frozen=True, slots=True)
class Program:
    """What runs to prove a card: blocks in one namespace, and the blocks of each misconception that must fail."""

    blocks: tuple[Block, ...]
    refutes: tuple[tuple[Block, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a check runs: exact versions, the database, the layers that confine it, the path of its Python.

    `packages` are name and version of all that a check could import there.
    """

    python: str
    sqlalchemy: str
    database: str
    confinement: tuple[str, ...] = ()
    interpreter: str = ""
    packages: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """The name of the environment in reports, such as `py3.11-sqlalchemy2.1.9-sqlite`."""
        return f"py{minor(self.python)}-sqlalchemy{self.sqlalchemy}-{self.server}"

    @property
    def server(self) -> str:
        """The name of the database without its version, such as `sqlite`."""
        return self.database.split()[0]

    @property
    def release(self) -> str:
        """The release of a server as its makers count, such as `18` of PostgreSQL 18.6 or `10.11` of MariaDB 10.11.19.

        Empty for SQLite, which comes with Python: its version would differ from machine to machine.
        """
        exact = self.database.partition(" ")[2]
        releases = {Database.POSTGRESQL: exact.partition(".")[0], Database.MARIADB: minor(exact)}
        return releases.get(Database(self.server), "")


def minor(version: str) -> str:
    """The major.minor part of a version: `2.1` of `2.1.9`."""
    return ".".join(version.split(".")[:2])


def within(versions: str | None, sqlalchemy: str) -> bool:
    """Whether a version is one of those meant, all where none are; major.minor is compared, by the rules of PEP 440."""
    return SpecifierSet(versions or "").contains(minor(sqlalchemy), prereleases=True)


@dataclass(frozen=True, slots=True)
class Task:
    """All that is run of a job: a program, the seconds that each of its runs may take, whether its mutants run too."""

    program: Program
    timeout: float
    mutate: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One card's program in one environment, with the seconds that each of its runs may take.

    `claimed`: whether the card says that it is true there; `mutate`: whether the mutants of a check that passes are
    run as well.
    """

    card: Card
    program: Program
    environment: Environment
    timeout: float
    claimed: bool = True
    mutate: bool = False

    @property
    def task(self) -> Task:
        """The job without its card and its environment."""
        return Task(self.program, self.timeout, self.mutate)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A small change to a check: where, and what it puts there."""

    location: Location
    what: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """How many mutants a check has, and those that it lets pass."""

    mutants: int
    survivors: tuple[Mutant, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """Every expectation that was executed held, and every control failed as it must; `idle` ones were not executed.

    `mutation` is None where it was not asked for.
    """

    name: ClassVar[str] = "passed"
    expectations: int
    idle: tuple[Location, ...] = ()
    mutation: Mutation | None = None


@dataclass(frozen=True, slots=True)
class _Failure:
    """Anything but a pass: what happened, and where."""

    name: ClassVar[str]
    message: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Refuted(_Failure):
    """An expectation failed: evidence against the answer."""

    name = "refuted"
    expected: str | None = None
    observed: str | None = None


@dataclass(frozen=True, slots=True)
class Broken(_Failure):
    """The check itself is at fault, or uses what this environment does not have."""

    name = "broken"


@dataclass(frozen=True, slots=True)
class Vacuous(_Failure):
    """The check cannot fail, so that it proves nothing."""

    name = "vacuous"


@dataclass(frozen=True, slots=True)
class TimedOut(_Failure):
    """A run did not end within its limit."""

    name = "timed-out"


@dataclass(frozen=True, slots=True)
class Crashed(_Failure):
    """The process that ran the check died, vanished or gave no credible answer."""

    name = "crashed"


@dataclass(frozen=True, slots=True)
class Unavailable(_Failure):
    """The environment could not be had, so that nothing was run."""

    name = "unavailable"


@dataclass(frozen=True, slots=True)
class NotClaimed(_Failure):
    """The card does not say that it is true there; `holds`: it passes all the same."""

    name = "not-claimed"
    holds: bool = False


Failure = Refuted | Broken | Vacuous | TimedOut | Crashed | Unavailable
Outcome = Passed | Failure | NotClaimed


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one job, and how long it took."""

    card: Card
    environment: Environment
    outcome: Outcome
    seconds: float = 0.0
    cached: bool = False


class Verdict(StrEnum):
    """What a card is worth over all its environments, worst first."""

    REFUTED = "refuted"
    BROKEN = "broken"
    VACUOUS = "vacuous"
    CRASHED = "crashed"
    TIMED_OUT = "timed-out"
    UNAVAILABLE = "unavailable"
    NOT_CLAIMED = "not-claimed"
    UNCHECKED = "unchecked"
    UNANSWERED = "unanswered"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A card, its verdict (None where nothing was to be run), the reason, and its results."""

    card: Card
    verdict: Verdict | None
    results: tuple[Result, ...] = ()
    reason: str | None = None

    @property
    def claimed(self) -> tuple[Result, ...]:
        """The results in the environments where the card says that it is true."""
        return tuple(result for result in self.results if not isinstance(result.outcome, NotClaimed))

    @property
    def mutation(self) -> Mutation | None:
        """The mutants of its check, of which those survive that pass wherever they were run; None where none were."""
        outcomes = (result.outcome for result in self.claimed)
        found = [each.mutation for each in outcomes if isinstance(each, Passed) and each.mutation]
        if not found:
            return None
        survivors = tuple(each for each in found[0].survivors if all(each in other.survivors for other in found))
        return Mutation(max(each.mutants for each in found), survivors)


@dataclass(frozen=True, slots=True)
class VerifiedCard:
    """A card that passed in every environment that it claims; it cannot be made otherwise."""

    card: Card
    results: tuple[Result, ...]

    def __post_init__(self) -> None:
        if not self.results or not all(isinstance(result.outcome, Passed) for result in self.results):
            raise ValueError(f"card {self.card.id} has not passed everywhere, so that it is not verified")


@dataclass(frozen=True, slots=True)
class MarkedCard:
    """A card without a check that its deck ships with a visible mark."""

    card: Card

    def __post_init__(self) -> None:
        if self.card.checked or not self.card.answered or self.card.defects:
            raise ValueError(f"card {self.card.id} is not an unchecked card")


Admitted = VerifiedCard | MarkedCard
