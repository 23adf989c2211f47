"""Edits change the bytes they name and no other."""

from __future__ import annotations

import codecs

import pytest

from deckgen.diagnostics import Source
from deckgen.reading.edits import Edit, apply, lines

TEXTS = {
    "empty": (b"", [(b"", b"")]),
    "LF": (b"a\nb\n", [(b"a", b"\n"), (b"b", b"\n"), (b"", b"")]),
    "CRLF": (b"a\r\nb\r\n", [(b"a", b"\r\n"), (b"b", b"\r\n"), (b"", b"")]),
    "CR": (b"a\rb\r", [(b"a", b"\r"), (b"b", b"\r"), (b"", b"")]),
    "mixed": (b"a\r\r\n\n\rb", [(b"a", b"\r"), (b"", b"\r\n"), (b"", b"\n"), (b"", b"\r"), (b"b", b"")]),
    "no line end at the end": (b"a\nb", [(b"a", b"\n"), (b"b", b"")]),
    "byte-order mark": (codecs.BOM_UTF8 + b"a\n", [(b"a", b"\n"), (b"", b"")]),
    "byte-order mark alone": (codecs.BOM_UTF8, [(b"", b"")]),
    "what only Unicode ends lines with": (
        "a\u2028b\x0cc\u0085d\n\u00e9".encode(),
        [("a\u2028b\x0cc\u0085d".encode(), b"\n"), ("\u00e9".encode(), b"")],
    ),
}


@pytest.mark.parametrize(("data", "expected"), TEXTS.values(), ids=TEXTS.keys())
def test_lines_are_those_of_the_source(data: bytes, expected: list[tuple[bytes, bytes]]) -> None:
    found = lines(data)
    assert [(data[line.start : line.end], line.ending) for line in found] == expected
    source = Source.of("a.md", data.decode("utf-8-sig"))
    assert source.lines == tuple(data[line.start : line.end].decode() for line in found)
    assert all(data[line.end :].startswith(line.ending) for line in found)


DATA = b"0123456789"
EDITS = {
    "none": ([], b"0123456789"),
    "insertion": ([Edit(3, 3, "ab")], b"012ab3456789"),
    "at both ends": ([Edit(10, 10, "b"), Edit(0, 0, "a")], b"a0123456789b"),
    "replacement": ([Edit(3, 5, "x")], b"012x56789"),
    "removal": ([Edit(0, 9, "")], b"9"),
    "everything": ([Edit(0, 10, "x")], b"x"),
    "in any order": ([Edit(8, 9, "y"), Edit(1, 1, "x"), Edit(4, 6, "")], b"0x12367y9"),
    "side by side": ([Edit(2, 4, "x"), Edit(4, 6, "y")], b"01xy6789"),
    "insertion before a replacement": ([Edit(2, 4, "x"), Edit(2, 2, "y")], b"01yx456789"),
    "insertion behind a replacement": ([Edit(4, 4, "y"), Edit(2, 4, "x")], b"01xy456789"),
    "text that is not ASCII": ([Edit(1, 1, "\u00e9\u8336")], "0\u00e9\u8336123456789".encode()),
}


@pytest.mark.parametrize(("edits", "expected"), EDITS.values(), ids=EDITS.keys())
def test_edits_are_made(edits: list[Edit], expected: bytes) -> None:
    assert apply(DATA, edits) == expected


REFUSED = {
    "overlap": ([Edit(2, 5, "x"), Edit(4, 6, "y")], "overlap"),
    "one inside another": ([Edit(2, 8, "x"), Edit(4, 5, "y")], "overlap"),
    "insertion inside a replacement": ([Edit(4, 4, "y"), Edit(2, 8, "x")], "overlap"),
    "two insertions at one place": ([Edit(4, 4, "x"), Edit(4, 4, "y")], "overlap"),
    "two replacements of the same": ([Edit(4, 5, "x"), Edit(4, 5, "x")], "overlap"),
    "the end before the start": ([Edit(5, 4, "x")], "outside"),
    "before the data": ([Edit(-1, 2, "x")], "outside"),
    "behind the data": ([Edit(9, 11, "x")], "outside"),
}


@pytest.mark.parametrize(("edits", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_edits_that_mean_nothing_are_refused(edits: list[Edit], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        apply(DATA, edits)
