"""Who gets through a relay, whatever is sent: the account that is admitted, and nothing of what it may not say."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deckgen.checking.databases.mariadb import handshake
from deckgen.checking.databases.postgresql import startup
from deckgen.checking.databases.relay import Login, Protocol, RefusedError, Relay
from tests.isolation.harness import gone

LOGIN = Login("ann", "secret", "own")
ENOUGH = 5.0


@dataclass(frozen=True)
class Heard:
    """What came to the two ends that a protocol stands between."""

    client: bytes
    server: bytes


Work = Callable[[socket.socket, Callable[[], socket.socket]], object]


def spoken(work: Work, said: bytes, served: bytes = b"") -> Heard:
    """What is heard of a client and a server that say this and nothing else. Raises what `work` raises."""
    client, theirs = socket.socketpair()
    server, ours = socket.socketpair()
    for end in (theirs, ours):
        end.settimeout(ENOUGH)
    with ThreadPoolExecutor() as pool:
        for end, text in ((client, said), (server, served)):
            pool.submit(say, end, text)
        heard = [pool.submit(everything, end) for end in (client, server)]
        try:
            work(theirs, lambda: ours)
        finally:
            theirs.close()
            ours.close()
    return Heard(*(each.result() for each in heard))


def say(end: socket.socket, text: bytes) -> None:
    with suppress(OSError):
        end.sendall(text)
        end.shutdown(socket.SHUT_WR)


def everything(end: socket.socket) -> bytes:
    data = b""
    with suppress(ConnectionResetError):
        while part := end.recv(65536):
            data += part
    return data


# ---------------------------------------------------------------- PostgreSQL


def start(*fields: str, version: int = 3 << 16) -> bytes:
    body = version.to_bytes(4) + "".join(f"{each}\0" for each in fields).encode() + b"\0"
    return (len(body) + 4).to_bytes(4) + body


def request(code: int) -> bytes:
    return (8).to_bytes(4) + code.to_bytes(4)


HONEST = start("user", "ann", "database", "own", "application_name", "", "options", "-c x=y")
SSL, GSS = request(80877103), request(80877104)
CANCEL = (16).to_bytes(4) + (80877102).to_bytes(4) + b"12345678"


def enter(said: bytes) -> Heard:
    return spoken(lambda client, connect: startup.enter(client, connect, LOGIN), said)


@pytest.mark.parametrize("before", [b"", SSL, GSS, GSS + SSL], ids=["plain", "ssl", "gss", "both"])
@pytest.mark.parametrize("message", [HONEST, start("database", "own", "user", "ann", version=(3 << 16) + 2), CANCEL])
def test_the_account_gets_through_to_postgresql_without_encryption(before: bytes, message: bytes) -> None:
    heard = enter(before + message)
    assert heard.client == b"N" * (len(before) // 8)
    assert heard.server == message


@pytest.mark.parametrize(
    "message",
    {
        "another user": start("user", "postgres", "database", "own"),
        "another database": start("user", "ann", "database", "postgres"),
        "no database": start("user", "ann"),
        "no user": start("database", "own"),
        "a prefix": start("user", "ann", "database", "own2"),
        "twice": start("user", "ann", "database", "own", "user", "postgres"),
        "twice, ours last": start("user", "postgres", "database", "own", "user", "ann"),
        "replication": start("user", "ann", "database", "own", "replication", "database"),
        "replication that is off": start("user", "ann", "database", "own", "replication", "false"),
        "a name without a value": start("user", "ann", "database", "own", "options"),
        "an empty name": start("user", "ann", "database", "own", "", "x"),
        "something behind the end": start("user", "ann", "database", "own", "", "user", "postgres"),
        "no end": (len(HONEST) - 1).to_bytes(4) + HONEST[4:-1],
        "protocol 2": start("user", "ann", "database", "own", version=2 << 16),
        "too short": (7).to_bytes(4) + b"123",
        "too long": (10_001).to_bytes(4) + HONEST[4:],
        "as long as can be": b"\xff" * 16,
        "empty": bytes(8),
        "HTTP": b"GET / HTTP/1.1\r\n\r\n",
    }.items(),
    ids=lambda case: case[0],
)
def test_nothing_else_gets_through_to_postgresql(message: tuple[str, bytes]) -> None:
    with pytest.raises(RefusedError) as refused:
        enter(message[1])
    assert refused.value.answer.startswith(b"E")
    assert int.from_bytes(refused.value.answer[1:5]) == len(refused.value.answer) - 1
    assert b"C28000\0" in refused.value.answer


@pytest.mark.parametrize("length", range(len(SSL + HONEST)))
def test_a_client_of_postgresql_that_stops_early_reaches_nobody(length: int) -> None:
    with pytest.raises(ConnectionAbortedError):
        enter((SSL + HONEST)[:length])


# ---------------------------------------------------------------- MariaDB

CAPABILITIES = 0x200 | 0x8000 | 0x80000 | 0x8


def packet(body: bytes, number: int = 0) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def greeting(capabilities: int = 0xFFFF) -> bytes:
    head = b"\x0a10.11.19-MariaDB\0" + bytes(4) + b"saltsalt\0"
    return packet(head + capabilities.to_bytes(2, "little") + b"\x2d\x02\x00\xff\x81\x15" + bytes(10) + b"salt\0")


def answer(user: str = "ann", capabilities: int = CAPABILITIES) -> bytes:
    head = capabilities.to_bytes(4, "little") + bytes(4) + b"\x2d" + bytes(23)
    return packet(head + user.encode() + b"\0\x14" + b"r" * 20 + b"own\0mysql_native_password\0", 1)


OK = packet(b"\0\0\0\2\0\0\0", 2)
SWITCH = packet(b"\xfemysql_native_password\0salt", 2)
DENIED = packet(b"\xff\x15\x04#28000no", 2)


def log_in(said: bytes, served: bytes) -> Heard:
    return spoken(lambda client, connect: handshake.enter(client, connect, LOGIN), said, served)


def test_the_account_logs_in_to_mariadb_without_what_the_relay_cannot_read() -> None:
    heard = log_in(answer(), greeting() + OK)
    assert heard.client == greeting(0xFFFF & ~(0x800 | 0x80 | 0x20)) + OK
    assert heard.server == answer()


def test_a_switch_to_another_way_to_log_in_is_passed_on() -> None:
    heard = log_in(answer() + packet(b"\x11 is no command here", 3), greeting() + SWITCH + OK)
    assert heard.client.endswith(SWITCH + OK)
    assert heard.server == answer() + packet(b"\x11 is no command here", 3)


def test_what_is_said_before_the_server_has_decided_is_no_login_but_a_command() -> None:
    with pytest.raises(RefusedError):
        spoken(
            lambda client, connect: handshake.forward(client, handshake.enter(client, connect, LOGIN)),
            answer() + packet(b"\x11root\0"),
            greeting() + OK,
        )


@pytest.mark.parametrize("served", [DENIED, greeting() + DENIED])
def test_a_client_is_told_why_the_server_refuses(served: bytes) -> None:
    if served == DENIED:
        with pytest.raises(RefusedError) as refused:
            log_in(answer(), served)
        assert refused.value.answer == DENIED
    else:
        assert log_in(answer(), served).client.endswith(DENIED)


@pytest.mark.parametrize(
    "said",
    {
        "another user": answer("root"),
        "no user": answer(""),
        "a prefix": answer("ann2"),
        "in quotes": answer("'ann'"),
        "encrypted": answer(capabilities=CAPABILITIES | 0x800),
        "a request for encryption": packet((CAPABILITIES | 0x800).to_bytes(4, "little") + bytes(28), 1),
        "compressed": answer(capabilities=CAPABILITIES | 0x20),
        "files of the client": answer(capabilities=CAPABILITIES | 0x80),
        "the protocol of 4.0": answer(capabilities=CAPABILITIES & ~0x200),
        "no end of the name": packet(answer()[4:39], 1),
        "empty": packet(b"", 1),
        "too long": b"\xff\xff\xff\x01" + bytes(100),
    }.items(),
    ids=lambda case: case[0],
)
def test_nobody_else_logs_in_to_mariadb(said: tuple[str, bytes]) -> None:
    with pytest.raises(RefusedError) as refused:
        log_in(said[1], greeting() + OK)
    assert refused.value.answer[4:7] == b"\xff\x15\x04"
    assert int.from_bytes(refused.value.answer[:3], "little") == len(refused.value.answer) - 4
    assert refused.value.answer[3] == 2


@pytest.mark.parametrize("length", range(0, len(answer()), 7))
def test_a_client_of_mariadb_that_stops_early_does_not_log_in(length: int) -> None:
    with pytest.raises(ConnectionAbortedError):
        log_in(answer()[:length], greeting() + OK)


def forward(said: bytes) -> bytes:
    return spoken(lambda client, connect: handshake.forward(client, connect()), said).server


def test_commands_of_any_size_are_passed_on() -> None:
    said = b"".join(packet(b"\x03" + b"x" * size) for size in (0, 1, 65535, 65536, 200_000)) + packet(b"\x01")
    assert forward(said) == said


REFUSED = [code for code in range(256) if code not in handshake._COMMANDS]


def test_no_command_that_makes_another_user_or_reads_the_log_is_passed_on() -> None:
    change_user, dump, table_dump, register, dump_gtid, multi, daemon = 0x11, 0x12, 0x13, 0x15, 0x1E, 0xFE, 0x1D
    assert {change_user, dump, table_dump, register, dump_gtid, multi, daemon} <= set(REFUSED)


def test_a_command_that_is_not_known_is_refused() -> None:
    for code in REFUSED:
        with pytest.raises(RefusedError, match="may not send this command"):
            forward(packet(b"\x03select 1") + packet(bytes([code]) + b"root\0"))


@pytest.mark.parametrize("number", [1, 255])
def test_a_command_is_seen_whatever_number_its_packet_has(number: int) -> None:
    with pytest.raises(RefusedError):
        forward(packet(b"\x11root\0", number))


def test_a_packet_that_goes_on_in_the_next_is_refused_before_it_has_come() -> None:
    with pytest.raises(RefusedError):
        forward(b"\xff\xff\xff\0\x03" + bytes(100_000))


def test_an_empty_packet_is_refused() -> None:
    with pytest.raises(RefusedError):
        forward(packet(b""))


@pytest.mark.parametrize("length", [0, 1, 3, 4, 5, 100, 70_000])
def test_a_command_that_stops_early_is_the_end(length: int) -> None:
    assert len(forward(packet(b"\x03" + b"x" * 100_000)[:length])) <= length


# ---------------------------------------------------------------- the relay itself


@dataclass
class Place:
    """A relay with a protocol that lets everybody in, to a server that says all it hears."""

    path: Path
    relay: Relay
    server: socket.socket
    accepted: list[socket.socket] = field(default_factory=list)

    def connect(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(ENOUGH)
        client.connect(str(self.path))
        return client

    def echo(self) -> None:
        with suppress(OSError):
            while True:
                self.accepted.append(self.server.accept()[0])
                threading.Thread(target=self.repeat, args=(self.accepted[-1],), daemon=True).start()

    def repeat(self, end: socket.socket) -> None:
        with suppress(OSError):
            while data := end.recv(65536):
                end.sendall(data)
            end.close()


def open_to_all(_client: socket.socket, connect: Callable[[], socket.socket], _login: Login) -> socket.socket:
    return connect()


@pytest.fixture
def place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        address = str(Path(folder, "server"))
        server.bind(address)
        server.listen(100)
        path = Path(folder, "relay")
        relay = Relay(path, address, Protocol(open_to_all, startup.PROTOCOL.forward))
        found = Place(path, relay, server)
        threading.Thread(target=found.echo, daemon=True).start()
        yield found
        relay.close()
        with suppress(OSError):  # a test has closed it
            server.shutdown(socket.SHUT_RDWR)


def said_back(client: socket.socket, text: bytes = b"hello") -> bytes:
    client.sendall(text)
    return client.recv(100)


def test_nobody_is_let_in_before_a_login_is_admitted(place: Place) -> None:
    assert place.connect().recv(1) == b""
    place.relay.admit(LOGIN)
    assert said_back(place.connect()) == b"hello"


def test_whoever_is_in_is_out_when_the_relay_is_shut(place: Place) -> None:
    place.relay.admit(LOGIN)
    client = place.connect()
    assert said_back(client) == b"hello"
    place.relay.shut()
    assert client.recv(1) == b""
    assert place.connect().recv(1) == b""
    assert gone(lambda: [end for end in place.accepted if end.fileno() >= 0]), "the server still has a session"


def test_what_is_sent_at_once_comes_through_whole_in_both_directions(place: Place) -> None:
    place.relay.admit(LOGIN)
    client, data = place.connect(), bytes(range(256)) * 40_000
    sending = threading.Thread(target=client.sendall, args=(data,))
    sending.start()
    back = b""
    while len(back) < len(data) and (part := client.recv(1 << 20)):
        back += part
    sending.join()
    assert back == data


def test_a_client_cannot_take_more_connections_than_there_are(place: Place) -> None:
    place.relay.admit(LOGIN)
    clients = []
    with suppress(BlockingIOError):  # no more of them can wait
        for _ in range(100):
            clients.append(place.connect())
    assert gone(lambda: len(place.accepted) < 32)
    assert not gone(lambda: len(place.accepted) <= 32, 0.3), "there are more"
    for client in clients:
        client.close()
    place.relay.shut()
    place.relay.admit(LOGIN)
    assert said_back(place.connect()) == b"hello"


def test_a_client_that_never_reads_is_out_when_the_relay_is_shut(place: Place) -> None:
    place.relay.admit(LOGIN)
    before = threading.active_count()
    client = place.connect()
    client.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            client.send(bytes(65536))
    assert gone(lambda: threading.active_count() <= before), "nobody serves it"
    place.relay.shut()
    assert gone(lambda: threading.active_count() > before), "a thread is stuck"


def test_a_server_that_is_not_there_ends_the_connection(place: Place) -> None:
    place.relay.admit(LOGIN)
    place.server.close()
    Path(place.path.parent, "server").unlink()
    assert place.connect().recv(1) == b""


def test_a_relay_leaves_no_thread_behind(place: Place) -> None:
    place.relay.admit(LOGIN)
    client = place.connect()
    assert said_back(client) == b"hello"
    place.relay.close()
    names = {"_accept", "_serve", "_copy"}
    assert gone(lambda: [each for each in threading.enumerate() if names & set(each.name.split("(")[-1].split(")"))])
