"""Outcomes that are known already, by a key of everything that can change them; what is torn is not believed.

Kept is only what the card itself brought about: what a busy or broken machine may have caused is tried again.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

from deckgen import files
from deckgen.checking.connection import NO_URL
from deckgen.checking.store import EXAMPLE, Store, StoreError, UnfitError
from deckgen.diagnostics import Location
from deckgen.effort import Access
from deckgen.errors import SurroundingsError
from deckgen.model import Fence
from deckgen.proof import Block, Broken, Job, Outcome, Passed, Refuted, Result, Vacuous

_KEPT_DAYS = 30
_AT_ONCE = 500  # outcomes that are written together
_FAILURES: dict[str, type[Refuted | Broken | Vacuous]] = {each.name: each for each in (Refuted, Broken, Vacuous)}
# What Python and SQLite say where the machine is at its limits.
_OF_THE_MACHINE = re.compile("No space left|disk is full|disk I/O error|Cannot allocate|start new thread|Too many open")

_T = TypeVar("_T")


class Cache:
    """The outcomes in a file or a database, while a `with` block lasts; several processes may use it at once.

    `notices` says in a line each what was wrong with it: a cache can be lost or useless, and never stops a run. A file
    that is corrupt is made anew; on what is shared, nothing is changed but entries. Raises UnfitError.
    """

    def __init__(self, place: str, access: Access = Access.READ_WRITE) -> None:
        self._access = access
        self._store: Store | None = Store(place, access)
        self._name, self._file = self._store.name, self._store.file
        self._waiting: dict[str, dict[str, Any]] = {}
        self.notices: list[str] = []

    def __enter__(self) -> Self:
        """Open the cache, or make one where that is allowed."""
        if self._file and self._access is Access.READ_WRITE:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        elif self._file and not self._file.exists():
            self._store = None
        self._safely(lambda store: store.open(), None)
        return self

    def __exit__(self, *_error: object) -> None:
        """Write what is waiting, and drop what nobody has used for long."""
        self._flush()
        if self._access is Access.READ_WRITE:
            self._safely(lambda store: store.drop(_old()), None)

    def find(self, jobs: Sequence[Job], prelude: Fence | None, layers: Sequence[str]) -> list[Result | None]:
        """For each job its result, where one is known for these layers of confinement."""
        keys = [key(job, prelude, layers) for job in jobs]
        rows = {row.key: row for row in self._rows(sorted(set(keys)))}
        return [
            _result(rows[name], job, prelude, layers) if name in rows else None
            for job, name in zip(jobs, keys, strict=True)
        ]

    def _rows(self, keys: Sequence[str]) -> list[Any]:
        """The rows with some keys that are what was written, of which it is noted that they are used."""
        found: list[Any] = self._safely(lambda store: store.rows(keys), [])
        rows = [row for row in found if row.digest == _digest(row.key, row.outcome, row.seconds)]
        if torn := len(found) - len(rows):
            self.notices.append(f"{self._name}: not what was written, and not believed: {torn} of {len(found)} entries")
        today = _today()
        aged = [row.key for row in rows if row.used < today]
        if aged and self._access is Access.READ_WRITE:
            self._safely(lambda store: store.touch(aged, today), None)
        return rows

    def keep(self, job: Job, prelude: Fence | None, result: Result) -> None:
        """Remember the result of a job, unless something other than its card may have brought it about."""
        outcome = result.outcome
        if self._access is Access.READ_ONLY:
            return
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
        self._waiting[name] = row
        if len(self._waiting) == _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = list(self._waiting.values()), {}
        if waiting:
            self._safely(lambda store: store.write(waiting), None)

    def _safely(self, work: Callable[[Store], _T], otherwise: _T) -> _T:
        """What some work on the database gives; a corrupt file is made anew, and what is of no use is given up."""
        for _ in range(2):
            if self._store is None:
                break
            try:
                return work(self._store)
            except StoreError as error:
                if error.corrupt and self._file and self._access is Access.READ_WRITE:
                    self._make_anew(self._file, error)
                else:
                    self._give_up(error)
        return otherwise

    def _make_anew(self, file: Path, reason: StoreError) -> None:
        self.notices.append(f"{self._name}: the cache is made anew, since {reason}")
        try:
            for name in (file, Path(f"{file}-journal")):
                name.unlink(missing_ok=True)
        except OSError as error:
            self._give_up(error.strerror)
            return
        self._safely(lambda store: store.open(), None)

    def _give_up(self, reason: object) -> None:
        self.notices.append(f"{self._name}: the cache is not used: {reason}")
        self._store = None


def ensure(place: str, access: Access) -> None:
    """See to it that a shared cache can be used as it is meant to be. Raises UnfitError and SurroundingsError."""
    store = Store(place, access)
    if store.file:
        raise UnfitError(NO_URL.format(EXAMPLE))
    try:
        store.open()
        store.probe()
    except StoreError as error:
        raise SurroundingsError(f"{store.name}: the cache cannot be used: {error}") from None


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


def _result(row: Any, job: Job, prelude: Fence | None, layers: Sequence[str]) -> Result:
    outcome = _decoded(row.outcome, _places(job, prelude))
    return Result(job.card, replace(job.environment, confinement=tuple(layers)), outcome, row.seconds, cached=True)


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
