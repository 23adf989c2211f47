"""Fields hold what the author wrote, and nothing that runs, loads or means something else to Anki."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Source
from deckgen.model import Deck, Document
from deckgen.notes import Note, Packable
from deckgen.packing import render
from deckgen.proof import Environment, MarkedCard, Passed, Result, VerifiedCard
from deckgen.reading import grammar

HERE = Environment("3.11.7", "2.1.9", "sqlite 3.40.1")


def rendered(
    text: str, *environments: Environment, marked: bool = False, subdeck: str = "Sub", report: str = ""
) -> Note:
    page = grammar.read(Source.of("cards.md", text), "cards.md")
    [card] = page.cards
    results = tuple(Result(card, each, Passed(1)) for each in environments or [HERE])
    packable: Packable = MarkedCard(card) if marked else VerifiedCard(card, results)
    deck = Deck("small", "Small", "", None, (Document("cards.md", subdeck, page.cards),), (), report=report)
    [note] = render.render(deck, [packable])
    return note


def fields(text: str) -> dict[str, str]:
    note = rendered(text)
    return dict(zip((field.name for field in note.note_type.fields), note.fields, strict=True))


def answer(markdown: str) -> str:
    return fields(f"Q1. What?\n\n{markdown}\n")["Answer"]


def test_every_field_of_a_card() -> None:
    found = fields(
        "Q1. What is `x`? {#the-x .tag}\n\nAn *answer*.\n\n```python\nx = 1\n```\n\n"
        "```python setup\nhidden = 1\n```\n\n"
        "```python check\nassert x\n```\n\n```python refute\nassert not x\n```\n"
    )
    assert found["Question"] == "What is <code>x</code>?"
    assert found["Answer"].startswith("<p>An <em>answer</em>.</p>")
    assert '<span class="n">x</span>' in found["Answer"]
    assert '<span class="k">assert</span>' in found["Proof"]
    assert found["Verified"] == "verified on SQLAlchemy 2.1 · SQLite"
    assert found["Source"] == "cards.md #the-x"
    assert found["Id"] == "the-x"
    assert [found[name] for name in ("Report", "Spare2", "Spare3", "Spare4")] == [""] * 4
    assert "hidden" not in "".join(found.values())
    assert found["Proof"].count("assert") == 1, "a refute is not shown"


def test_the_deck_is_the_document_within_the_deck() -> None:
    assert rendered("Q1. What?\n\nx\n").deck == "Small::Sub"
    assert rendered("Q1. What?\n\nx\n", subdeck="").deck == "Small"


def test_minor_versions_in_order_and_each_database_once() -> None:
    places = [
        Environment("3.11.7", "2.10.0", "postgresql 18.1"),
        Environment("3.11.7", "2.9.3", "sqlite 3.40.1"),
        Environment("3.11.7", "2.9.3", "postgresql 18.2"),
        Environment("3.11.7", "2.9.3", "mariadb 10.11.19"),
    ]
    note = rendered("Q1. What?\n\nx\n", *places)
    assert "verified on SQLAlchemy 2.9, 2.10 · PostgreSQL 18, SQLite, MariaDB 10.11" in note.fields
    assert note.tags == (
        "database::mariadb", "database::postgresql", "database::sqlite", "sqlalchemy::2.10", "sqlalchemy::2.9",
    )  # fmt: skip


def test_an_unproved_card_says_so_and_carries_a_tag() -> None:
    note = rendered("Q1. What? {.tag}\n\nx\n", marked=True)
    assert note.tags == ("deckgen::unproved", "tag")
    assert '<p class="unproved">' in note.fields[1]
    assert note.fields[3] == "not proved"


@pytest.mark.parametrize(
    ("markdown", "kept", "lost"),
    [
        ("<script>alert(1)</script>done", "done", "alert"),
        ("<b onclick='x()'>bold</b>", "<b>bold</b>", "onclick"),
        ("[link](javascript:alert(1))", "link", 'href="javascript'),
        ("[link](https://example.org/a)", '<a href="https://example.org/a">link</a>', "rel="),
        ("<iframe src='https://example.org'></iframe>done", "done", "iframe"),
        ("<img src=x onerror=alert(1)>done", "done", "onerror"),
        ("H<sub>2</sub>O", "<sub>2</sub>", "&lt;"),
        ("`a < b && c`", "a &lt; b &amp;&amp; c", "<b"),
        ("<style>p {color: red}</style>done", "done", "color"),
        ("<!-- note to self -->done", "done", "self"),
    ],
)
def test_html_is_reduced_to_what_is_harmless(markdown: str, kept: str, lost: str) -> None:
    found = answer(markdown)
    assert kept in found
    assert lost not in found


@pytest.mark.parametrize("command", ["[sound:x.mp3]", "[latex]x[/latex]", "[$]x[/$]", "[$$]x[/$$]", "[anki:play:q:0]"])
@pytest.mark.parametrize("place", ["{}", "`{}`", "```\n{}\n```", "```python\n'{}'\n```"])
def test_what_anki_would_take_for_a_command_is_text(command: str, place: str) -> None:
    found = answer(place.format(command))
    assert command not in found
    assert "&#91;" in found


def test_formulas_reach_mathjax_as_written() -> None:
    found = answer(r"As \(a_b < c^*d*\) and \[x \cdot y\] say.")
    assert r"\(a_b &lt; c^*d*\)" in found
    assert r"\[x \cdot y\]" in found


def test_text_is_in_the_normal_form_that_anki_stores() -> None:
    assert "caf\u00e9" in answer("cafe\u0301")


def test_code_of_an_unknown_language_is_shown_as_it_is() -> None:
    assert '<pre tabindex="0"><code class="hl">a &lt; b</code></pre>' in answer("```no-such-language\na < b\n```")


def test_the_address_for_reports_is_filled_in_and_means_nothing_else() -> None:
    note = rendered("Q1. What? {#a:b}\n\nx\n", report="https://example.org/new?title={id}&body={path}#{deck}")
    report = dict(zip((field.name for field in note.note_type.fields), note.fields, strict=True))["Report"]
    assert report == "https://example.org/new?title=a%3Ab&amp;body=cards.md#small"


def test_columns_keep_their_alignment() -> None:
    assert 'style="text-align:right"' in answer("| a |\n|--:|\n| 1 |\n").replace(": ", ":")


def test_tags_are_as_anki_stores_them_in_the_whole_deck() -> None:
    text = "Q1. What? {#a .Tag .tag .x::::Y::}\n\nx\n\nQ2. And? {#b .X::y::z .TAG .e\u0301 .::}\n\ny\n"
    page = grammar.read(Source.of("cards.md", text), "cards.md")
    deck = Deck("small", "Small", "", None, (Document("cards.md", "", page.cards),), ())
    found = [set(note.tags) - {render.UNPROVED_TAG} for note in render.render(deck, [*map(MarkedCard, page.cards)])]
    assert found == [{"Tag", "x::Y"}, {"x::Y::z", "Tag", "\u00e9"}]


def test_what_anki_would_drop_is_a_space() -> None:
    assert answer("<p>a\fb&#13;c</p>") == "<p>a b c</p>"
