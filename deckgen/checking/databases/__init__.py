"""The databases that checks can run on."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from deckgen.checking.databases import sqlite
from deckgen.checking.databases.kind import Kind, Server
from deckgen.model import Database

DATABASES: Mapping[Database, Kind] = {
    Database.SQLITE: Kind(drivers=(), describe=sqlite.describe),
}


class Servers:
    """The servers of a run, each started when it is first needed and ended with the `with` block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: dict[str, Server | None] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def get(self, name: str) -> Server | None:
        """The server of a database, None where it needs none. Raises MissingServerError."""
        if name not in self._started:
            start = DATABASES[Database(name)].start
            self._started[name] = start(self._folder) if start else None
            if server := self._started[name]:
                self._stack.callback(server.close)
        return self._started[name]
