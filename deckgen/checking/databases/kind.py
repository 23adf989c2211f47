"""What every database has: a version, drivers, and where it needs one a server that lets each run in on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class MissingServerError(Exception):
    """The server of a database cannot be had here; the message says why, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one run logs in with: URLs for SQLAlchemy, which lead through the gate."""

    url: str
    async_url: str


class Gate(Protocol):
    """The way from one fork server to a database server: a socket in `folder`, open to one account at a time."""

    folder: Path

    def admit(self) -> Account:
        """Make an account that owns nothing but an empty database or schema, and let it in."""

    def clear(self) -> None:
        """End what the account is doing, and drop it with all that it owns."""

    def close(self) -> None:
        """Let nobody in any more."""


class Server(Protocol):
    """A database server, ours or the user's."""

    def gate(self, folder: Path) -> Gate:
        """A gate whose socket is in a folder."""

    def close(self) -> None:
        """Leave it, and end it if it is ours."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One database: the drivers that checks on it need, its version, and how its server is started, if it has one.

    `describe` and `start` raise MissingServerError; `start` is given a folder for what is worth keeping.
    """

    drivers: tuple[str, ...]
    describe: Callable[[], str]
    start: Callable[[Path], Server] | None = None
