"""Bytes become sources: UTF-8, of a size that can be read, without characters that hide something."""

from __future__ import annotations

import os
import re
from pathlib import Path

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Location, Source

MAX_BYTES = 4 * 1024 * 1024  # parsing takes about 75 times a text's size in memory

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufeff]")  # a byte-order mark inside hides a question


def load(path: Path) -> bytes | Diagnostic:
    """The bytes of a file of a size that can be read."""
    name = shown(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return rules.TOO_LARGE.at(Location(name), size=size, limit=MAX_BYTES)
        return path.read_bytes()
    except OSError as error:
        return rules.UNREADABLE.at(Location(name), reason=error.strerror or str(error))


def load_listed(path: Path) -> bytes | Diagnostic:
    """The bytes of a file that nobody named, so that a pipe is not waited for."""
    if path.exists() and not path.is_file():
        return rules.UNREADABLE.at(Location(shown(path)), reason="it is no file")
    return load(path)


def decode(data: bytes, name: str) -> Source | Diagnostic:
    """The source in some bytes: UTF-8 with or without a byte-order mark, without control characters, up to 4 MiB."""
    place = Location(name)
    if len(data) > MAX_BYTES:
        return rules.TOO_LARGE.at(place, size=len(data), limit=MAX_BYTES)
    try:
        text = data.decode("utf-8-sig", "strict")
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        bad_line = before.count(b"\n") + 1
        return rules.NOT_UTF8.at(Location(name, bad_line), reason=f"byte {data[error.start]:#04x}: {error.reason}")
    source = Source.of(name, text)
    for number, line in enumerate(source.lines if _CONTROL.search(text) else (), 1):
        if control := _CONTROL.search(line):
            character = f"U+{ord(control[0]):04X}"
            return source.report(rules.FORBIDDEN_CHARACTER, number, control.start() + 1, character=character)
    return source


def read(path: Path) -> Source | Diagnostic:
    """The source in a file that nobody named."""
    data = load_listed(path)
    return data if isinstance(data, Diagnostic) else decode(data, shown(path))


def shown(path: Path) -> str:
    """A path relative to the current directory, as reports name it."""
    return Path(os.path.relpath(path)).as_posix()
