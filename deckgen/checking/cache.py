"""Outcomes that are known already, by a key of everything that can change them; what is corrupt is made anew.

Kept is only what the card itself brought about: what a busy or broken machine may have caused is tried again.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.schema import CreateTable

from deckgen import files
from deckgen.diagnostics import Location
from deckgen.model import Fence
from deckgen.proof import Block, Broken, Job, Outcome, Passed, Refuted, Result, Vacuous

_VERSION = 1
_KEPT_DAYS = 30
_PATIENCE_SECONDS = 30
_AT_ONCE = 500  # rows in one statement or transaction
_CORRUPT = {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT"}
_FAILURES: dict[str, type[Refuted | Broken | Vacuous]] = {each.name: each for each in (Refuted, Broken, Vacuous)}
# What Python and SQLite say where the machine is at its limits.
_OF_THE_MACHINE = re.compile("No space left|disk is full|disk I/O error|Cannot allocate|start new thread|Too many open")

_VERDICTS = sa.Table(
    "verdicts",
    sa.MetaData(),
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("digest", sa.String, nullable=False),
    sa.Column("used", sa.Integer, nullable=False),
)
_T = TypeVar("_T")


class NotBelievedError(Exception):
    """The database does not hold what was put into it; the message says how that shows."""


class Cache:
    """The outcomes in a file, while a `with` block lasts; several processes may use it at once.

    `notices` says in a line each what was wrong with it: a cache can be lost or useless, and never stops a run.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine: sa.Engine | None = None
        self._waiting: list[dict[str, Any]] = []
        self.notices: list[str] = []

    def __enter__(self) -> Self:
        """Open the file, or make one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        url = sa.URL.create("sqlite", database=str(self._path))
        self._engine = sa.create_engine(url, connect_args={"timeout": _PATIENCE_SECONDS})
        self._safely(_prepare, None)
        return self

    def __exit__(self, *_error: object) -> None:
        """Write what is waiting, and drop what nobody has used for long."""
        self._flush()
        self._safely(lambda connection: connection.execute(_VERDICTS.delete().where(_VERDICTS.c.used < _old())), None)
        if self._engine is not None:
            self._engine.dispose()

    def find(self, jobs: Sequence[Job], prelude: Fence | None, layers: Sequence[str]) -> list[Result | None]:
        """For each job its result, where one is known for these layers of confinement."""
        keys = [key(job, prelude, layers) for job in jobs]
        return self._safely(lambda connection: _results(connection, jobs, keys, prelude, layers), [None] * len(jobs))

    def keep(self, job: Job, prelude: Fence | None, result: Result) -> None:
        """Remember the result of a job, unless something other than its card may have brought it about."""
        outcome = result.outcome
        # A control may have run out of time because the machine was busy.
        if not isinstance(outcome, Passed | Refuted | Broken | Vacuous) or result.seconds >= job.timeout:
            return
        if not isinstance(outcome, Passed) and _OF_THE_MACHINE.search(outcome.message):
            return
        try:
            text = _encoded(outcome, _places(job, prelude))
        except LookupError:
            return
        name = key(job, prelude, result.environment.confinement)
        digest = _digest(name, text, result.seconds)
        row = {"key": name, "outcome": text, "seconds": result.seconds, "digest": digest, "used": _today()}
        self._waiting.append(row)
        if len(self._waiting) == _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._safely(lambda connection: _write(connection, waiting), None)

    def _safely(self, work: Callable[[sa.Connection], _T], otherwise: _T) -> _T:
        """What some work on the database gives; if it is corrupt it is made anew, if it is of no use it is given up."""
        for _ in range(2):
            if self._engine is None:
                break
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except (sa.exc.DatabaseError, NotBelievedError) as error:
                reason = str(error.orig) if isinstance(error, sa.exc.DatabaseError) else str(error)
                if _corrupt(error):
                    self._make_anew(reason)
                else:
                    self._give_up(reason)
        return otherwise

    def _make_anew(self, reason: str) -> None:
        self.notices.append(f"{self._path}: the cache is made anew, since {reason}")
        assert self._engine is not None
        self._engine.dispose()
        try:
            for name in (self._path, Path(f"{self._path}-journal")):
                name.unlink(missing_ok=True)
        except OSError as error:
            self._give_up(str(error.strerror))
            return
        self._safely(_prepare, None)

    def _give_up(self, reason: str) -> None:
        self.notices.append(f"{self._path}: the cache is not used: {reason}")
        self._engine = None


def key(job: Job, prelude: Fence | None, layers: Sequence[str]) -> str:
    """A name for everything that can change the outcome of a job: where its code stands in a document does not."""
    environment = job.environment
    facts = {
        "blocks": [_facts(block) for block in job.program.blocks],
        "refutes": [[_facts(block) for block in blocks] for blocks in job.program.refutes],
        "prelude": prelude.code if prelude else None,
        "timeout": job.timeout,
        "python": environment.python,
        "sqlalchemy": environment.sqlalchemy,
        "database": environment.database,
        "packages": environment.packages,
        "layers": list(layers),
        "deckgen": own_code(),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def _facts(block: Block) -> dict[str, Any]:
    return {name: value for name, value in asdict(block).items() if name not in ("path", "line")}


@cache
def own_code() -> str:
    """A digest of the code that proves."""
    folder = Path(__file__).parent
    return files.digest(folder, folder.rglob("*.py"))


def _prepare(connection: sa.Connection) -> None:
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version not in (0, _VERSION):
        raise NotBelievedError("another version of deckgen wrote it")
    connection.execute(CreateTable(_VERDICTS, if_not_exists=True))
    connection.exec_driver_sql(f"PRAGMA user_version = {_VERSION}")


def _results(
    connection: sa.Connection, jobs: Sequence[Job], keys: Sequence[str], prelude: Fence | None, layers: Sequence[str]
) -> list[Result | None]:
    rows = {row.key: row for row in _rows(connection, sorted(set(keys)))}
    return [
        _result(rows[name], job, prelude, layers) if name in rows else None
        for job, name in zip(jobs, keys, strict=True)
    ]


def _rows(connection: sa.Connection, keys: Sequence[str]) -> Iterator[sa.Row[Any]]:
    today, columns = _today(), _VERDICTS.c
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        rows = connection.execute(sa.select(_VERDICTS).where(columns.key.in_(some))).all()
        if any(row.used != today for row in rows):
            connection.execute(_VERDICTS.update().where(columns.key.in_(some)).values(used=today))
        yield from rows


def _result(row: sa.Row[Any], job: Job, prelude: Fence | None, layers: Sequence[str]) -> Result:
    if row.digest != _digest(row.key, row.outcome, row.seconds):
        raise NotBelievedError("an entry is not what was written")
    outcome = _decoded(row.outcome, _places(job, prelude))
    return Result(job.card, replace(job.environment, confinement=tuple(layers)), outcome, row.seconds, cached=True)


def _write(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    statement = insert(_VERDICTS)
    new = {name: statement.excluded[name] for name in ("outcome", "seconds", "digest", "used")}
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=new), rows)


def _corrupt(error: Exception) -> bool:
    """Whether an error shows that the file is not what it was, and not that it cannot be used just now."""
    if isinstance(error, sa.exc.DatabaseError):
        return getattr(error.orig, "sqlite_errorname", "") in _CORRUPT or "no such" in str(error.orig)
    return True


def _digest(name: str, outcome: str, seconds: float) -> str:
    return hashlib.sha256(f"{name}\n{seconds!r}\n{outcome}".encode("utf-8", "surrogatepass")).hexdigest()


# ---------------------------------------------------------------- outcomes as text


def _places(job: Job, prelude: Fence | None) -> list[tuple[str, int, int]]:
    """Path, first and last line of each block of a job, and of the prelude: a location is kept relative to one."""
    blocks = [*job.program.blocks, *(blocks[-1] for blocks in job.program.refutes)]
    found = [(block.path, block.line, block.line + block.code.count("\n")) for block in blocks]
    if prelude:
        first = prelude.location
        found.append((first.path, first.line, first.line + prelude.code.count("\n")))
    return found


def _encoded(outcome: Passed | Refuted | Broken | Vacuous, places: Sequence[tuple[str, int, int]]) -> str:
    """Raises LookupError for a location that is in none of the places."""
    if isinstance(outcome, Passed):
        idle = [_relative(location, places) for location in outcome.idle]
        return json.dumps([outcome.name, outcome.expectations, idle])
    place = _relative(outcome.location, places) if outcome.location else None
    sides = [outcome.expected, outcome.observed] if isinstance(outcome, Refuted) else []
    return json.dumps([outcome.name, outcome.message, place, *sides])


def _decoded(text: str, places: Sequence[tuple[str, int, int]]) -> Outcome:
    name, first, second, *sides = json.loads(text)
    if name == Passed.name:
        return Passed(first, tuple(_absolute(place, places) for place in second))
    return _FAILURES[name](first, _absolute(second, places) if second else None, *sides)


def _relative(location: Location, places: Sequence[tuple[str, int, int]]) -> tuple[int, int, int]:
    for number, (path, first, last) in enumerate(places):
        if path == location.path and first <= location.line <= last:
            return number, location.line - first, location.column
    raise LookupError(f"{location} is in no block")


def _absolute(place: Sequence[int], places: Sequence[tuple[str, int, int]]) -> Location:
    number, offset, column = place
    path, first, _ = places[number]
    return Location(path, first + offset, column)


def _today() -> int:
    return int(time.time() // 86_400)


def _old() -> int:
    return _today() - _KEPT_DAYS
