"""How large an image unfolds, by its head: a small file may hold more pixels than a phone has memory for."""

from __future__ import annotations

import re
from collections.abc import Callable

_FRAME = bytes({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # the markers of JPEG behind which a size stands
_SIZES: tuple[tuple[re.Pattern[bytes], Callable[[bytes], int]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n....IHDR(....)(....)", re.DOTALL), lambda size: int.from_bytes(size, "big")),
    (re.compile(rb"GIF8[79]a(..)(..)", re.DOTALL), lambda size: int.from_bytes(size, "little")),
    (re.compile(rb"RIFF....WEBPVP8X.{8}(...)(...)", re.DOTALL), lambda size: int.from_bytes(size, "little") + 1),
    (
        re.compile(rb"RIFF....WEBPVP8 .{7}\x9d\x01\x2a(..)(..)", re.DOTALL),
        lambda size: int.from_bytes(size, "little") % 0x4000,
    ),
)
_LOSSLESS = re.compile(rb"RIFF....WEBPVP8L....\x2f(....)", re.DOTALL)


def pixels(data: bytes) -> int:
    """How many pixels an image of a known kind says that it has, 0 where it does not say it."""
    for pattern, number in _SIZES:
        if found := pattern.match(data):
            return number(found[1]) * number(found[2])
    if found := _LOSSLESS.match(data):
        both = int.from_bytes(found[1], "little")
        return (both % 0x4000 + 1) * ((both >> 14) % 0x4000 + 1)
    return _jpeg(data) if data.startswith(b"\xff\xd8") else 0


def _jpeg(data: bytes) -> int:
    """The pixels of the first frame: segments are skipped by the length that each begins with."""
    position = 2
    while data[position : position + 1] == b"\xff":
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4], "big")
        if marker in _FRAME:
            height, width = data[position + 5 : position + 7], data[position + 7 : position + 9]
            return int.from_bytes(height, "big") * int.from_bytes(width, "big")
        position += 1 if marker == 0xFF else 2 + max(length, 2)  # fill bytes may stand before a marker
    return 0
