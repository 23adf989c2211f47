"""Whatever a document holds: with ids in it, it is the same cards, and the same bytes but for the ids."""

from __future__ import annotations

import codecs
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deckgen.model import Card
from deckgen.reading import decks, ids
from deckgen.reading.edits import Edit, Line, apply, lines
from deckgen.reading.ids import Plan
from tests.decks import DECK_TOML
from tests.properties.test_reading import QUICK, TEXTS, documents

pytestmark = pytest.mark.slow

ENDS = st.sampled_from([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"], ["\r\r\n", "\n"]])
MARK = st.sampled_from([b"", codecs.BOM_UTF8])
ATTRIBUTES = st.sampled_from(["", "", " {.tag}", '{sqlalchemy=">=2.0" .tag}  ', " { .a}", "**", "<br>", " \u8336\t"])


def encoded(text: str, ends: list[str], mark: bytes) -> bytes:
    first, *rest = text.split("\n")
    return mark + (first + "".join(ends[at % len(ends)] + line for at, line in enumerate(rest))).encode()


@st.composite
def rough(draw: st.DrawFn) -> bytes:
    """The bytes of any document."""
    return encoded(draw(TEXTS), draw(ENDS), draw(MARK))


@st.composite
def orderly(draw: st.DrawFn) -> bytes:
    """The bytes of a document whose questions all have a place for an id."""
    written, expected = draw(documents())
    written_lines = written.split("\n")
    for _, _, number in expected:
        line = written_lines[number - 1].rstrip()
        if not line.endswith("}"):
            written_lines[number - 1] = line + draw(ATTRIBUTES)
    return encoded("\n".join(written_lines), draw(ENDS), draw(MARK))


def planned(*contents: bytes) -> tuple[list[Card], Plan]:
    """The cards of a deck of some documents, and the plan for it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "deck.toml").write_text(DECK_TOML)
        for number, content in enumerate(contents):
            (Path(folder) / f"{number}.md").write_bytes(content)
        [deck] = decks.read([folder]).decks
        return list(deck.cards), ids.plan(deck)


def cut(data: bytes) -> list[tuple[bytes, bytes]]:
    return [(data[line.start : line.end], line.ending) for line in lines(data)]


def what_is_read(card: Card, names: dict[tuple[str, int], str]) -> tuple[object, ...]:
    """A card as it should be read before and after; its place without the folder, which is another each time."""
    place = Path(card.location.path).name, card.location.line
    fences = [(fence.role, fence.code, fence.location.line, fence.attributes) for fence in card.fences]
    shown = [getattr(part, "text", None) or getattr(part, "code", None) for part in card.answer]
    words = card.label, card.question, card.heading, card.tags, card.claims, card.timeout, card.answered
    misread = [(each.code, each.location.line, each.location.column) for each in card.defects if each.code != "D014"]
    return names.get(place, card.id), place, card.location.column, words, shown, fences, misread


def held(*contents: bytes) -> Plan:
    """The plan for a deck, in which everything is as it must be."""
    cards, plan = planned(*contents)
    names = {(Path(each.card.location.path).name, each.card.location.line): each.id for each in plan.inserted}
    after = list(contents)
    for revision in plan.revisions:
        number = int(revision.path.stem)
        assert contents[number] == revision.before
        after[number] = revision.after
    for number, (old, new) in enumerate(zip(contents, after, strict=True)):
        assert old[:3] == new[:3] or codecs.BOM_UTF8 not in (old[:3], new[:3])
        for at, (one, other) in enumerate(zip(cut(old), cut(new), strict=True), 1):
            name = names.get((f"{number}.md", at), "").encode()
            assert one[1] == other[1]
            choices = [b" {#%b}" % name, b"#%b " % name, b"#%b" % name] if name else [b""]
            assert one[0] in [other[0].replace(choice, b"", 1) if choice else other[0] for choice in choices]
            assert not name or one != other
    cards_again, second = planned(*after)
    assert [what_is_read(card, names) for card in cards] == [what_is_read(card, {}) for card in cards_again]
    assert (second.revisions, second.inserted) == ((), ())
    others = [card.id for card in cards if (Path(card.location.path).name, card.location.line) not in names]
    assert len({*names.values()} - {*others}) == len(names), "an id that is inserted is nobody else's"
    return plan


@QUICK
@given(rough())
@example(b"Q1. What?\rQ1. What?\r\n\xef\xbb\xbf")
@example(b"Q1. a b ![](a&#45;b)")
@example(b"> - x\nQ1. What is {.a}  ")
def test_a_document_with_ids_is_the_same_otherwise(data: bytes) -> None:
    held(data)


@settings(QUICK, max_examples=100)
@given(st.lists(rough() | orderly(), min_size=2, max_size=3))
def test_so_is_a_deck_of_several(contents: list[bytes]) -> None:
    held(*contents)


@QUICK
@given(orderly())
def test_an_orderly_document_gets_all_its_ids(data: bytes) -> None:
    assert held(data).diagnostics == ()


# ---------------------------------------------------------------- edits

DATA = st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", "\u00e9".encode(), codecs.BOM_UTF8])).map(b"".join)


@QUICK
@given(DATA)
def test_lines_and_their_ends_are_all_there_is(data: bytes) -> None:
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    assert mark + b"".join(text + ending for text, ending in cut(data)) == data
    assert all(isinstance(line, Line) and b"\n" not in data[line.start : line.end] for line in lines(data))


@QUICK
@given(DATA, st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.sampled_from(["", "x", "\u8336"]))))
def test_edits_change_what_they_name_whatever_their_order(data: bytes, wanted: list[tuple[int, int, str]]) -> None:
    edits: list[Edit] = []
    expected, position = b"", 0
    for gap, length, text in wanted:
        start = position + gap + 1
        if start + length > len(data):
            break
        edits.append(Edit(start, start + length, text))
        expected += data[position:start] + text.encode()
        position = start + length
    assert apply(data, reversed(edits)) == expected + data[position:]
