"""Where checks can run: every interpreter with its SQLAlchemy, on every database, and what cannot be had here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

from packaging.version import Version

from deckgen.checking import interpreters
from deckgen.checking.databases import DATABASES
from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.interpreters import MissingInterpreterError
from deckgen.effort import Effort
from deckgen.model import Database, Deck
from deckgen.proof import Environment


@dataclass(frozen=True, slots=True)
class Place:
    """An environment, or one that was asked for with the reason why it is missing."""

    environment: Environment
    missing: str | None = None


def places(deck: Deck, effort: Effort) -> tuple[Place, ...]:
    """Every combination of Python, SQLAlchemy and database that the deck or one of its cards asks for.

    Where `effort` names databases, those that only a card asks for are left out.
    """
    own = () if effort.databases else (name for card in deck.cards for name in card.claims.databases)
    names = dict.fromkeys([*deck.databases, *own])
    asked = product(deck.python or (None,), deck.sqlalchemy or (None,), map(Database, names))
    found = [_place(Path(effort.environments), *each) for each in asked]
    return tuple({place.environment.id: place for place in found}.values())


def _place(folder: Path, python: str | None, release: str | None, database: Database) -> Place:
    reasons = list[str]()
    interpreter, server, kind = interpreters.here(), database.value, DATABASES[database]
    try:
        interpreter = interpreters.find(folder, python, release, kind.drivers)
        python, release = interpreter.python, interpreter.version("sqlalchemy")
        if Version(release or "0") < Version(kind.sqlalchemy):
            reasons.append(f"SQLAlchemy {release} has no dialect for {database} with {kind.drivers[0]}")
    except MissingInterpreterError as error:
        reasons.append(str(error))
    try:
        server = kind.describe(interpreter)
    except MissingServerError as error:
        reasons.append(str(error))
    environment = Environment(
        python=python or interpreter.python,
        sqlalchemy=release or interpreter.version("sqlalchemy") or "",
        database=server,
        interpreter=interpreter.path,
        packages=interpreter.packages,
    )
    return Place(environment, "; ".join(reasons) or None)
