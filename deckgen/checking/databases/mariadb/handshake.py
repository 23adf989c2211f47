"""How a client of MariaDB says who it is, and what it may say then: https://mariadb.com/kb/en/clientserver-protocol/.

A client can become somebody else at any time (COM_CHANGE_USER), so that every command is looked at.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

from deckgen.checking.databases.relay import CHUNK, Login, Protocol, RefusedError, exactly

_LONGEST = 0xFFFFFF  # a packet of this size goes on in the next one
_LONGEST_OF_LOGIN = CHUNK
_OK, _ERROR = b"\x00", b"\xff"
_ACCESS_DENIED = 1045

_COMPRESS, _LOCAL_FILES, _PROTOCOL_41, _SSL = 0x20, 0x80, 0x200, 0x800
_UNWANTED = _COMPRESS | _LOCAL_FILES | _SSL
_USER = 32  # where the name of the user begins in the client's first packet
_COMMANDS = frozenset({
    0x01,  # COM_QUIT
    0x02,  # COM_INIT_DB
    0x03,  # COM_QUERY
    0x04,  # COM_FIELD_LIST
    0x09,  # COM_STATISTICS
    0x0C,  # COM_PROCESS_KILL
    0x0E,  # COM_PING
    0x16,  # COM_STMT_PREPARE
    0x17,  # COM_STMT_EXECUTE
    0x18,  # COM_STMT_SEND_LONG_DATA
    0x19,  # COM_STMT_CLOSE
    0x1A,  # COM_STMT_RESET
    0x1B,  # COM_SET_OPTION
    0x1C,  # COM_STMT_FETCH
    0x1F,  # COM_RESET_CONNECTION
    0xFA,  # COM_STMT_BULK_EXECUTE
})  # fmt: skip


def enter(client: socket.socket, connect: Callable[[], socket.socket], login: Login) -> socket.socket:
    """Let a client log in as the login, in plain packets; each side speaks in its turn until the server has decided."""
    server = connect()
    greeting = _packet(server)
    if greeting[4:5] == _ERROR:
        raise RefusedError(greeting)
    client.sendall(_without_unwanted(greeting))
    answer = _packet(client)
    if not _is(login, answer[4:]):
        raise _refused(answer, "a check may log in with its own account only")
    server.sendall(answer)
    while True:
        said = _packet(server)
        client.sendall(said)
        if said[4:5] in (_OK, _ERROR):
            return server
        server.sendall(_packet(client))


def forward(client: socket.socket, server: socket.socket) -> None:
    """Pass on the commands that concern the client's own session, each in a packet of its own."""
    with client.makefile("rb", CHUNK) as reader:
        while len(header := reader.read(4)) == 4:
            left = _size(header)
            part = reader.read(min(left, CHUNK))
            if left in (0, _LONGEST) or (part and part[0] not in _COMMANDS):
                raise _refused(header, "a check may not send this command")
            while part:
                server.sendall(header + part)
                header, left = b"", left - len(part)
                part = reader.read(min(left, CHUNK))


def _packet(source: socket.socket) -> bytes:
    """A packet of a login, with its header."""
    header = exactly(source, 4)
    if _size(header) > _LONGEST_OF_LOGIN:
        raise _refused(header, "this is no packet of a login")
    return header + exactly(source, _size(header))


def _size(header: bytes) -> int:
    return int.from_bytes(header[:3], "little")


def _without_unwanted(greeting: bytes) -> bytes:
    """The server's first packet without the offer of what the relay does not understand."""
    place = greeting.find(b"\0", 5) + 1 + 4 + 8 + 1  # behind version, connection id, half the salt, and a zero byte
    offered = int.from_bytes(greeting[place : place + 2], "little")
    return greeting[:place] + (offered & ~_UNWANTED).to_bytes(2, "little") + greeting[place + 2 :]


def _is(login: Login, answer: bytes) -> bool:
    """Whether a client's first packet means the login, and a protocol of which every packet can be read."""
    asked = int.from_bytes(answer[:4], "little")
    user, zero, _ = answer[_USER:].partition(b"\0")
    return bool(asked & _PROTOCOL_41 and not asked & _UNWANTED and zero) and user == login.user.encode()


def _refused(packet: bytes, why: str) -> RefusedError:
    """An answer to a packet, whose number comes next."""
    body = _ERROR + _ACCESS_DENIED.to_bytes(2, "little") + f"#28000deckgen: {why}".encode()
    return RefusedError(len(body).to_bytes(3, "little") + bytes([packet[3] + 1 & 0xFF]) + body)


PROTOCOL = Protocol(enter, forward)
