"""Byte-exact changes to a document: what is not edited stays as it is, line ends and byte-order mark included."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """The bytes of a line, from `start` up to `end`, and its line end, which is empty at the end of the data."""

    start: int
    end: int
    ending: bytes


@dataclass(frozen=True, slots=True)
class Edit:
    """A text, written as UTF-8, in the place of the bytes from `start` up to `end`; inserted where these are none."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Revision:
    """A file, the bytes it was read as, and those it is to have."""

    path: Path
    before: bytes
    after: bytes


def lines(data: bytes) -> tuple[Line, ...]:
    """The lines of a UTF-8 text, those of `Source.of`: line n is the nth.

    A byte-order mark is no part of the first. Neither form feed nor U+2028 ends a line.
    """
    found: list[Line] = []
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    for match in _LINE_END.finditer(data):
        found.append(Line(start, match.start(), match[0]))
        start = match.end()
    return (*found, Line(start, len(data), b""))


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The data with all the edits made, in whatever order they are given.

    Their places are those of the data before any of them. Raises ValueError where one lies outside the data, two
    overlap, or two insert at the same place, since nothing says which of them comes first.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    for edit in ordered:
        if not 0 <= edit.start <= edit.end <= len(data):
            raise ValueError(f"{edit} lies outside the {len(data)} bytes")
    for one, other in pairwise(ordered):
        if other.start < one.end or (one.start, one.end) == (other.start, other.end):
            raise ValueError(f"{one} and {other} overlap")
    parts: list[bytes] = []
    position = 0
    for edit in ordered:
        parts += data[position : edit.start], edit.text.encode()
        position = edit.end
    return b"".join([*parts, data[position:]])
