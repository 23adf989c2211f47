"""A fuzzer for the reader, run by `test_fuzzing.py`: `python -m tests.properties.fuzz CORPUS [OPTION..]`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["deckgen.reading"]):
    from deckgen.diagnostics import Source
    from deckgen.reading import grammar, sources


def read(data: bytes) -> None:
    """Read some bytes as a document; everything that is said of them lies inside them."""
    source = sources.decode(data, "notes.md")
    if not isinstance(source, Source):
        return
    page = grammar.read(source, "notes.md")
    for place in (*(card.location for card in page.cards), *(each.location for each in page.diagnostics)):
        assert 1 <= place.line <= len(source.lines)
        assert 1 <= place.column <= len(source.line(place.line)) + 1


if __name__ == "__main__":
    atheris.Setup(sys.argv, read)
    atheris.Fuzz()
