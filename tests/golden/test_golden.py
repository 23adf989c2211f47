"""Golden files: what a document is read as, written out so that a person can judge it.

An input whose lines begin with `@@ path` is several files, read as a deck; any other is one document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest

from deckgen.diagnostics import Diagnostic, Source
from deckgen.model import Card, Deck, Fence, Html
from deckgen.publishing.reports.text import paragraph
from deckgen.reading import decks, grammar
from tests.golden.cases import Case, parse, written

FOLDER = Path(__file__).parent
FILE_LINE = re.compile(r"^@@ (.+)\n", re.MULTILINE)


def listing(text: str, folder: Path) -> str:
    files = FILE_LINE.split(text)
    if len(files) > 1:
        return of_deck(dict(zip(files[1::2], files[2::2], strict=True)), folder)
    page = grammar.read(Source.of("notes.md", text), "notes.md")
    title = [f"first heading: {page.title}"] if page.title is not None else []
    return joined([*title, *(line for card in page.cards for line in of_card(card))], page.diagnostics)


def of_deck(files: dict[str, str], folder: Path) -> str:
    """The listing of some files, which are in the current directory; without a `deck.toml` the first is the deck."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    reading = decks.read(["." if "deck.toml" in files else next(iter(files))])
    found = [diagnostic for deck in reading.decks for diagnostic in deck.diagnostics]
    return joined([line for deck in reading.decks for line in deck_lines(deck)], (*found, *reading.diagnostics))


def deck_lines(deck: Deck) -> Iterator[str]:
    yield f"deck #{deck.id}: {deck.name}"
    for document in deck.documents:
        yield f"{document.path} in {document.subdeck or 'the deck itself'}"
        yield from (line for card in document.cards for line in of_card(card))


def of_card(card: Card) -> Iterator[str]:
    yield f"{card.label} #{card.id}: {card.question}"
    state = ["answered" if card.answered else "unanswered"] + ["checked"] * card.checked
    yield f"  {', '.join([f'line {card.location.line}', *state])}"
    settings = {
        "tags": ", ".join(card.tags),
        "sqlalchemy": card.claims.sqlalchemy,
        "databases": ", ".join(card.claims.databases),
        "timeout": card.timeout,
        "misread": ", ".join(defect.code for defect in card.defects),
    }
    yield from (f"  {name}: {value}" for name, value in settings.items() if value)
    for part in card.answer:
        if isinstance(part, Html):
            yield from (f"  shows | {line}" for line in part.text.split("\n"))
        else:
            yield from of_fence("shows", part)
    for fence in card.fences:
        yield from of_fence("runs", replace(fence, code="") if fence in card.answer else fence)


def of_fence(verb: str, fence: Fence) -> Iterator[str]:
    words = [fence.language, fence.role, *(f'{key}="{value}"' for key, value in fence.attributes.items())]
    entry = f", calls {fence.entry}" if fence.entry else ""
    yield f"  {verb} {' '.join(filter(None, words))}, line {fence.location.line}{entry}"
    yield from (f"    | {line}".rstrip() for line in fence.code.split("\n")[:-1])


def joined(lines: Sequence[str], found: Sequence[Diagnostic]) -> str:
    parts = [*folded(lines), *map(paragraph, found)]
    return "".join(f"{part}\n" for part in parts)


def folded(lines: Sequence[str]) -> Iterator[str]:
    """The lines, with one that stands more than twice in a row written once."""
    for line, group in groupby(lines):
        count = len(list(group))
        yield from [f"{line} ({count} times)"] if count > 2 else [line] * count


CASES = [
    pytest.param(path, case, id=f"{path.stem}: {case.title}")
    for path in sorted(FOLDER.glob("*.md"))
    for case in parse(path.read_text("utf-8"))
]


@pytest.mark.parametrize(("path", "case"), CASES)
def test_reads_as_written_down(
    path: Path, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    found = listing(case.text, tmp_path)
    if request.config.getoption("--write-golden"):
        cases = [replace(each, expected=found) if each == case else each for each in parse(path.read_text("utf-8"))]
        path.write_text(written(cases), "utf-8")
    else:
        assert found == case.expected


def test_no_case_stands_twice() -> None:
    ids = [str(param.id) for param in CASES]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.name)
def test_a_golden_file_is_written_as_it_was_read(path: Path) -> None:
    golden = path.read_text("utf-8")
    assert written(list(parse(golden))) == golden
