"""What every database has: a version, drivers, and where it needs one a server that lets each run in on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deckgen.checking.databases.gate import Server
    from deckgen.checking.interpreters import Interpreter


class MissingServerError(Exception):
    """The server of a database cannot be had here; the message says why, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One database: the drivers that checks on it need, its version, and how its server is started, if it has one.

    `sqlalchemy` is the first version that has these drivers. `describe` gives name and version for the checks of an
    interpreter, such as `sqlite 3.40.1`; `start` is given a folder for what is worth keeping. Both raise
    MissingServerError.
    """

    drivers: tuple[str, ...]
    describe: Callable[[Interpreter], str]
    start: Callable[[Path], Server] | None = None
    sqlalchemy: str = "1.4"
