"""Images and sounds for the tests, each as small as its kind can be."""

from __future__ import annotations

import io
import struct
import wave
import zlib

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 60" width="120" height="60">'
    b'<rect x="5" y="5" width="110" height="50" fill="none" stroke="#000"/></svg>'
)


def png(width: int = 120, height: int = 60, shade: int = 90, *, claimed: tuple[int, int] | None = None) -> bytes:
    """A grey image, whose head may claim another size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", *(claimed or (width, height)), 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([shade]) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wav() -> bytes:
    """A tenth of a second of silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 800)
    return buffer.getvalue()


# The beginning of a file of each kind, which is what tells it; only PNG, SVG, GIF and WAV are whole.
MEDIA = {
    "png": png(),
    "svg": SVG,
    "gif": b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;",
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9",
    "webp": b"RIFF\x1a\0\0\0WEBPVP8L\r\0\0\0/\0\0\0\x10\7\x10\x11\x11\x88\x88\xfe\7\0",
    "wav": wav(),
    "mp3": b"ID3\4\0\0\0\0\0\0\xff\xfb\x90\0" + bytes(413),
    "ogg": b"OggS\0\2" + bytes(22),
    "flac": b"fLaC\0\0\0\x22" + bytes(34),
    "m4a": b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42",
}
