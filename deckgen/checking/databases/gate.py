"""A database server with its gates: each lets the runs of one fork server in, one after the other, each on its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from deckgen.checking.databases.kind import MissingServerError
from deckgen.checking.databases.relay import Address, Login, Relay
from deckgen.checking.databases.relay import Protocol as WireProtocol


@dataclass(frozen=True, slots=True)
class Account:
    """What one run logs in with: URLs for SQLAlchemy, which lead through the gate."""

    url: str
    async_url: str


@dataclass(frozen=True, slots=True)
class Way:
    """How SQLAlchemy gets to a server: by which drivers, through which socket in a folder, in which protocol.

    `query` is the part of a URL that says where the socket is.
    """

    driver: str
    async_driver: str
    socket: str
    query: Callable[[Path], dict[str, str]]
    protocol: WireProtocol


class Accounts(Protocol):
    """The accounts of one gate, of which there is one at a time. All methods raise MissingServerError."""

    def make(self) -> Login:
        """An account that can reach nothing but an empty database."""

    def drop(self) -> None:
        """End what the account is doing, and drop it with all that it owns."""

    def close(self) -> None:
        """Leave nothing behind."""


class Administration(Protocol):
    """What deckgen itself does on a server."""

    address: Address

    def accounts(self) -> Accounts:
        """The accounts of a new gate. Raises MissingServerError."""

    def close(self) -> None:
        """Leave the server, and end it if it is ours."""


class Gate:
    """The way from one fork server to a database server: a socket in `folder`, open to one account at a time."""

    def __init__(self, folder: Path, administration: Administration, way: Way) -> None:
        self.folder = folder
        self.drivers = (way.driver, way.async_driver)
        self._way = way
        self._lock = threading.Lock()
        self._closed = False
        self._relay = _relay(folder / way.socket, administration.address, way.protocol)
        try:
            self._accounts = administration.accounts()
        except MissingServerError:
            self._relay.close()
            raise

    def admit(self) -> Account:
        """Make an account on an empty database, and let it in. Raises MissingServerError."""
        with self._lock:
            if self._closed:
                raise MissingServerError("the run is over")
            login = self._accounts.make()
            self._relay.admit(login)
        return Account(self._url(self._way.driver, login), self._url(self._way.async_driver, login))

    def _url(self, driver: str, login: Login) -> str:
        where = self._way.query(self.folder)
        url = sa.URL.create(driver, login.user, login.password, database=login.database, query=where)
        return url.render_as_string(hide_password=False)

    def clear(self) -> None:
        """End what the account is doing, and drop it with all that it owns. Raises MissingServerError."""
        with self._lock:
            if not self._closed:
                self._relay.shut()
                self._accounts.drop()

    def close(self) -> None:
        """Let nobody in any more, and leave nothing behind; a server that was lost keeps what it has."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._relay.close()
                with suppress(MissingServerError):
                    self._accounts.close()


class Server:
    """A database server, ours or the user's, and all its gates."""

    def __init__(self, administration: Administration, way: Way) -> None:
        self._administration = administration
        self._way = way
        self._gates: list[Gate] = []
        self._lock = threading.Lock()
        self._closed = False

    def gate(self, folder: Path) -> Gate:
        """A gate whose socket is in a folder. Raises MissingServerError."""
        with self._lock:  # so that whoever closes waits for what is being made
            if self._closed:
                raise MissingServerError("the run is over")
            gate = Gate(folder, self._administration, self._way)
            self._gates.append(gate)
            return gate

    def close(self) -> None:
        """Close all gates and leave the server, which ends if it is ours."""
        with self._lock:
            self._closed = True
        for gate in self._gates:
            gate.close()
        self._administration.close()


def _relay(path: Path, address: Address, protocol: WireProtocol) -> Relay:
    try:
        return Relay(path, address, protocol)
    except OSError as error:
        raise MissingServerError(f"{path}: {error.strerror or error} (TMPDIR chooses another folder)") from error
