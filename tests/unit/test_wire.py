"""Messages arrive whole, in order, or not at all."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from deckgen.checking.sandbox.wire import receive, send


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    with near, far:
        far.settimeout(10)
        yield near, far


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"end": "finished", "hits": [1, 2], "seconds": 0.25, "nothing": None, "yes": True},
        {"text": "ä€𝄞\0\n\u2028", "half a character": "\udcff"},
        {"nested": [[[{"deep": ["er"]}]]]},
    ],
    ids=["empty", "plain", "strange text", "nested"],
)
def test_what_is_sent_is_received(ends: tuple[socket.socket, socket.socket], message: dict[str, Any]) -> None:
    near, far = ends
    send(near, message)
    assert receive(far) == message


def test_messages_keep_their_order_and_their_bounds(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    for number in range(100):
        send(near, {"number": number})
    assert [receive(far) for _ in range(100)] == [{"number": number} for number in range(100)]


def test_a_message_larger_than_any_buffer_arrives_whole(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    message = {"text": "x" * (8 << 20)}
    sender = threading.Thread(target=send, args=(near, message))
    sender.start()
    assert receive(far) == message
    sender.join()


def test_a_message_may_arrive_in_pieces(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    received: list[object] = []
    receiver = threading.Thread(target=lambda: received.append(receive(far)))
    receiver.start()
    for byte in struct.pack("!I", 8) + b'{"a": 1}':
        near.send(bytes([byte]))
    receiver.join(10)
    assert received == [{"a": 1}]


@pytest.mark.parametrize("sent", [b"", b"\0\0", struct.pack("!I", 8), struct.pack("!I", 8) + b'{"a"'])
def test_the_end_of_the_stream_is_no_message(ends: tuple[socket.socket, socket.socket], sent: bytes) -> None:
    near, far = ends
    near.sendall(sent)
    near.close()
    assert receive(far) is None


def test_silence_is_told_from_the_end(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    near.sendall(struct.pack("!I", 8) + b"{")
    far.settimeout(0.05)
    with pytest.raises(TimeoutError):
        receive(far)


def test_nothing_can_be_sent_to_who_is_gone(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    far.close()
    with pytest.raises(OSError, match="Broken pipe"):
        send(near, {"text": "x" * (1 << 20)})
