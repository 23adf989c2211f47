"""The form of golden files: cases of a title, an input and the expected listing, each closed by a lone full stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile


@dataclass(frozen=True, slots=True)
class Case:
    """A title, an input and what it should be listed as."""

    title: str
    text: str
    expected: str


def parse(golden: str) -> Iterator[Case]:
    lines = iter(golden.split("\n"))
    for title in filter(None, lines):
        if next(lines) != ".":
            raise ValueError(f"a line with a full stop should follow the title {title!r}")
        text, expected = ("".join(f"{line}\n" for line in takewhile(lambda line: line != ".", lines)) for _ in range(2))
        yield Case(title, text, expected)


def written(cases: Sequence[Case]) -> str:
    return "\n".join(f"{case.title}\n.\n{case.text}.\n{case.expected}.\n" for case in cases)
