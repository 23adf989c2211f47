"""What a file is, told by how it begins and never by its name."""

from __future__ import annotations

import re

SUFFIXES = frozenset({"png", "jpg", "gif", "webp", "svg", "wav", "mp3", "ogg", "flac", "m4a"})

_MP3 = re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")  # a tag, or the head of a frame of layer III
_MP4_SOUND = re.compile(rb"....ftyp(?:M4A|M4B)", re.DOTALL)
_RIFF = re.compile(rb"RIFF....(WAVE|WEBP)", re.DOTALL)
_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*<")

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
)


def suffix(data: bytes) -> str | None:
    """The suffix that Anki knows such a file by; `svg` for what may be XML; None for what it cannot show."""
    for beginning, found in _BEGINNINGS:
        if data.startswith(beginning):
            return found
    if riff := _RIFF.match(data):
        return "wav" if riff[1] == b"WAVE" else "webp"
    if _MP4_SOUND.match(data):
        return "m4a"
    if _MP3.match(data):
        return "mp3"
    return "svg" if _XML.match(data) else None
