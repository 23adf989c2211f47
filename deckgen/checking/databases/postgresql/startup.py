"""How a client of PostgreSQL says who it is: https://www.postgresql.org/docs/current/protocol-message-formats.html.

After its first message a client cannot become somebody else by the protocol, only by SQL, which the server judges.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from deckgen.checking.databases.relay import Login, Protocol, RefusedError, exactly, forward

_LONGEST = 10_000  # bytes, as in the server
_CANCEL, _SSL, _GSS = 80877102, 80877103, 80877104
_VERSION = 3


def enter(client: socket.socket, connect: Callable[[], socket.socket], login: Login) -> socket.socket:
    """Let a client start a session of the login, or cancel a query, which takes the secret of its session."""
    while True:
        header = exactly(client, 4)
        size = int.from_bytes(header)
        if not 8 <= size <= _LONGEST:
            raise _refused("this is no message of PostgreSQL's protocol")
        body = exactly(client, size - 4)
        code = int.from_bytes(body[:4])
        if code not in (_SSL, _GSS):
            break
        client.sendall(b"N")
    if code != _CANCEL and (code >> 16 != _VERSION or not _is(login, body[4:])):
        raise _refused("a check may log in with its own account, on its own database only")
    server = connect()
    server.sendall(header + body)
    return server


def _is(login: Login, parameters: bytes) -> bool:
    """Whether names and values, each ended by a zero byte and all of them by another, mean the login."""
    *fields, last, end = parameters.split(b"\0")
    names = fields[::2]
    if last or end or len(fields) % 2 or b"" in names or len(set(names)) < len(names):
        return False
    given = dict(zip(names, fields[1::2], strict=True))
    wanted = {b"user": login.user.encode(), b"database": login.database.encode()}
    return wanted.items() <= given.items() and b"replication" not in given


def _refused(why: str) -> RefusedError:
    fields = f"SFATAL\0VFATAL\0C28000\0Mdeckgen: {why}\0\0".encode()
    return RefusedError(b"E" + (len(fields) + 4).to_bytes(4) + fields)


PROTOCOL = Protocol(enter, forward)
