"""The databases that checks can run on; each says which version it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deckgen.checking.databases import sqlite
from deckgen.model import Database

DATABASES: Mapping[Database, Callable[[], str]] = {Database.SQLITE: sqlite.describe}
