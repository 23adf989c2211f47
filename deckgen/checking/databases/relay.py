"""The only way from a check to a server: a socket that lets one account in, and forwards what is said there.

A check sends what it likes. Nothing is kept but the packet that is being read, and whoever stops in the middle of one
waits until the relay is shut.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

Address = str | tuple[str, int]

CHUNK = 65536
_MOST_CONNECTIONS = 32
_CONNECT_SECONDS = 10.0
_PAUSE_SECONDS = 0.01


class RefusedError(Exception):
    """A client asks for what it may not; `answer` is what its protocol has to tell it."""

    def __init__(self, answer: bytes = b"") -> None:
        super().__init__(answer)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Login:
    """A user of a server, which is let in with its own database."""

    user: str
    password: str
    database: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a relay has to know of a server's protocol. Both functions raise RefusedError, or OSError at an early end.

    `enter` lets a client in as a login and nothing else, and returns the connection to the server, which it makes by
    the function that it is given. `forward` then passes on what the client says, until it ends.
    """

    enter: Callable[[socket.socket, Callable[[], socket.socket], Login], socket.socket]
    forward: Callable[[socket.socket, socket.socket], None]


class Relay:
    """A socket at a path, from which connections lead to a server's address while a login is admitted."""

    def __init__(self, path: Path, address: Address, protocol: Protocol) -> None:
        self._address = address
        self._protocol = protocol
        self._login: Login | None = None
        self._open: list[list[socket.socket]] = []  # of each connection the client and, once there is one, the server
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(_MOST_CONNECTIONS)
        threading.Thread(target=self._accept, daemon=True).start()

    def admit(self, login: Login) -> None:
        """Let a login in, and no other."""
        with self._lock:
            self._login = login

    def shut(self) -> None:
        """Let nobody in, and end every connection."""
        with self._lock:
            self._login = None
            for ends in self._open:
                _end(*ends)
            self._open.clear()

    def close(self) -> None:
        """Shut for good."""
        self.shut()
        _end(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        while self._listener.fileno() >= 0:
            try:
                client, _ = self._listener.accept()
                ends = [client]
                if login := self._admitted(ends):
                    threading.Thread(target=self._serve, args=(ends, login), daemon=True).start()
                else:
                    client.close()
            except (OSError, RuntimeError):  # it is closed, or there is no descriptor or thread to be had
                time.sleep(_PAUSE_SECONDS)

    def _admitted(self, ends: list[socket.socket]) -> Login | None:
        with self._lock:
            if self._login and len(self._open) < _MOST_CONNECTIONS:
                self._open.append(ends)
                return self._login
        return None

    def _serve(self, ends: list[socket.socket], login: Login) -> None:
        """Forward in both directions until one side ends."""
        client = ends[0]
        try:
            server = self._protocol.enter(client, lambda: self._connected(ends), login)
            threading.Thread(target=_copy, args=(server, client), daemon=True).start()
            self._protocol.forward(client, server)
        except RefusedError as refused:
            with suppress(OSError):
                client.sendall(refused.answer)
        except (OSError, RuntimeError):  # one side has ended, or there is no thread to be had
            pass
        finally:
            with self._lock, suppress(ValueError):  # the relay was shut
                self._open.remove(ends)
            _end(*ends)
            for each in ends:
                each.close()

    def _connected(self, ends: list[socket.socket]) -> socket.socket:
        """A connection to the server for a client that has not been shut out meanwhile."""
        server = connect(self._address)
        with self._lock:
            ends.append(server)
            if ends not in self._open:
                raise RefusedError
        return server


def connect(address: Address) -> socket.socket:
    """A connection to a server; raises OSError."""
    if isinstance(address, tuple):
        server = socket.create_connection(address, _CONNECT_SECONDS)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    else:
        server = socket.socket(socket.AF_UNIX)
        server.settimeout(_CONNECT_SECONDS)
        server.connect(address)
    server.settimeout(None)
    return server


def exactly(source: socket.socket, size: int) -> bytes:
    """The next bytes that a connection brings; raises OSError where it ends before."""
    data = b""
    while len(data) < size:
        part = source.recv(min(size - len(data), CHUNK))
        if not part:
            raise ConnectionAbortedError
        data += part
    return data


def forward(source: socket.socket, target: socket.socket) -> None:
    """Pass on everything until the source ends; raises OSError."""
    while data := source.recv(CHUNK):
        target.sendall(data)


def _copy(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        forward(server, client)
    _end(client)


def _end(*ends: socket.socket) -> None:
    """End connections in both directions, so that whoever waits for them wakes."""
    for each in ends:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
