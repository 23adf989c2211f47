"""Where checks can run: the interpreter with its SQLAlchemy, and what is asked for but cannot be had here."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from deckgen.checking.databases import DATABASES
from deckgen.model import Database, Deck, Environment, minor


@dataclass(frozen=True, slots=True)
class Place:
    """An environment, or one that was asked for with the reason why it is missing."""

    environment: Environment
    missing: str | None = None


def places(deck: Deck) -> tuple[Place, ...]:
    """Every combination of SQLAlchemy version and database that the deck or one of its cards asks for."""
    installed = version("sqlalchemy")
    wanted = deck.sqlalchemy or (minor(installed),)
    names = list(dict.fromkeys([*deck.databases, *(name for card in deck.cards for name in card.claims.databases)]))
    return tuple(_place(release, Database(name), installed) for release in wanted for name in names)


def _place(release: str, database: Database, installed: str) -> Place:
    reasons = list(_reasons(release, database, installed))
    exact = installed if _same(release, installed) else release
    name = DATABASES[database]() if database in DATABASES else database.value
    return Place(Environment(platform.python_version(), exact, name), "; ".join(reasons) or None)


def _same(release: str, installed: str) -> bool:
    return installed == release or minor(installed) == release


def _reasons(release: str, database: Database, installed: str) -> Iterator[str]:
    if not _same(release, installed):
        yield f"SQLAlchemy {release} is not installed (this is {installed})"
    if database not in DATABASES:
        yield f"this version of deckgen cannot start {database}"
