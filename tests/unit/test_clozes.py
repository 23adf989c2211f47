"""Deletions are found where an author means them, keep their code whole, and are reported where they are none."""

from __future__ import annotations

import re

import pytest

from deckgen.diagnostics import Source
from deckgen.model import Card, Gap, Html
from deckgen.reading import grammar

MARKS = {ord(Gap.OPEN): "⟦", ord(Gap.TEXT): ":", ord(Gap.HINT): "|", ord(Gap.CLOSE): "⟧"}


def read(answer: str, braces: str = '{#a type="cloze"}') -> grammar.Page:
    return grammar.read(Source.of("notes.md", f"Q1. What? {braces}\n\n{answer}\n"), "notes.md")


def shown(card: Card) -> str:
    parts = (part.text if isinstance(part, Html) else part.display or part.code for part in card.answer)
    return re.sub(r"</?p>", "", "".join(parts)).translate(MARKS).strip()


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("It {{c1::flushes}}.", "It ⟦1:flushes⟧."),
        ("{{c1::a}} {{c2::b}} {{c1::c}}", "⟦1:a⟧ ⟦2:b⟧ ⟦1:c⟧"),
        ("{{c1::a::a hint}}", "⟦1:a|a hint⟧"),
        ("{{c1::*a*::a `hint`}}", "⟦1:<em>a</em>|a <code>hint</code>⟧"),
        ("**{{c1::a}}** b", "<strong>⟦1:a⟧</strong> b"),
        ("**b {{c1::x** y}} z", "**b ⟦1:x** y⟧ z"),
        ("[{{c1::a}}](https://example.org)", '<a href="https://example.org">⟦1:a⟧</a>'),
        ("{{c1::`std::vector`}}", "⟦1:<code>std::vector</code>⟧"),
        ("{{c1::`std::vector`::a list}}", "⟦1:<code>std::vector</code>|a list⟧"),
        ("`{{c1::std::vector}}<int>`", "<code>⟦1:std::vector⟧&lt;int&gt;</code>"),
        ("{{c1::`{{ x }}`}}", "⟦1:<code>{{ x }}</code>⟧"),
        ('`{{c1::{"a": {"b": 1}}}}`', "<code>⟦1:{&quot;a&quot;: {&quot;b&quot;: 1}}⟧</code>"),
        ("{{c1::{a}}}", "⟦1:{a}⟧"),
        ("{{c1::a { b}} c", "⟦1:a { b⟧ c"),
        (r"\(\frac{{{c1::a^{2}}}}{b}\)", r"\(\frac{⟦1:a^{2}⟧}{b}\)"),
        ("$x = {{c2::y}}$", r"\(x = ⟦2:y⟧\)"),
        (r"{{c1::\(\frac{1}{\sqrt{2}}\)}}", r"⟦1:\(\frac{1}{\sqrt{2}}\)⟧"),
        ("{{c1::\u05d0\u05d1}} \U0001f600", "⟦1:\u05d0\u05d1⟧ \U0001f600"),
        ("```python\nsession.{{c1::flush}}()\n```", "session.⟦1:flush⟧()"),
        ("```cpp\n{{c1::std::vector}}<int> v;\n```", "⟦1:std::vector⟧<int> v;"),
        ('```python\nx = {{c1::{"a": {"b": 1}}}}\n```', 'x = ⟦1:{"a": {"b": 1}}⟧'),
        ("```jinja\n{{c1::{{ x }}}}\n```", "⟦1:{{ x }}⟧"),
        ('```python\nx = {{c1::"{"}}\n```', 'x = ⟦1:"{"⟧'),
    ],
)
def test_a_deletion(written: str, marked: str) -> None:
    page = read(written)
    assert page.diagnostics == ()
    assert shown(page.cards[0]) == marked


def test_a_block_with_deletions_runs_as_if_it_had_none() -> None:
    page = read("```python\nx = {{c1::{'a': 1}}}\n```\n\n```python check\nassert '{{c1::x}}'\n```")
    block, check = page.cards[0].fences
    assert block.code == "x = {'a': 1}\n"
    assert (check.code, check.display) == ("assert '{{c1::x}}'\n", None)
    assert page.cards[0].answer == (block,)


@pytest.mark.parametrize(
    ("written", "column", "problem"),
    [
        ("{{c1::}}", 1, "is empty"),
        ("a {{c1:: ::hint}}", 3, "is empty"),
        ("{{c1::<b></b>}}", 1, "is empty"),
        ("`{{c1::}}`", 2, "is empty"),
        ("a {{c1::b {{c2::c}} d}}", 3, "is not closed"),
        ("`{{c1::b {{c2::c}} d}}`", 2, "is not closed"),
        ("a {{c1::b", 3, "is not closed"),
        ("{{c1::a\n\nb}}", 1, "is not closed"),
        ("{{c501::a}}", 1, "has a number over 500"),
        ("{{c99999999999999999999::a}}", 1, "is not written as"),
        ("{{c0::a}}", 1, "is not written as"),
        ("{{c01::a}}", 1, "is not written as"),
        ("{{c1,2::a}}", 1, "is not written as"),
        ("{{C1::a}}", 1, "is not written as"),
        ("{{c1:a}}", 1, "is not written as"),
        ("{{ c1::a}}", 1, "is not written as"),
        ("<p>{{c1::a}}</p>", 4, "stands in HTML"),
        ("![{{c1::a}}](https://example.org/a.png)", 3, "describes an image"),
    ],
)
def test_what_is_no_deletion_is_reported_where_it_stands(written: str, column: int, problem: str) -> None:
    page = read(written)
    found = next(each for each in page.diagnostics if each.code == "D072")
    assert (found.location.line, found.location.column) == (3, column)
    assert problem in found.message
    assert found in page.cards[0].defects


def test_a_problem_in_a_fence_is_reported_where_it_stands() -> None:
    page = read("```python\nx = 1\ny = {{c1::2}} + {{c0::3}}\n```")
    [found] = page.diagnostics
    assert (found.code, found.location.line, found.location.column) == ("D072", 5, 17)


def test_a_deletion_in_the_question_is_reported() -> None:
    source = Source.of("notes.md", 'Q1. What is {{c1::this}}? {#a type="cloze"}\n\nA {{c1::b}}.\n')
    page = grammar.read(source, "notes.md")
    [found] = page.diagnostics
    assert (found.code, found.location.column) == ("D072", 13)
    assert page.cards[0].heading == "What is {{c1::this}}?"


def test_a_cloze_without_a_deletion_is_reported() -> None:
    assert [each.code for each in read("an answer").diagnostics] == ["D071"]
    assert [each.code for each in read("```python check\nx = '{{c1::a}}'\n```\n\nan answer").diagnostics] == ["D071"]


def test_a_note_has_room_for_its_cards() -> None:
    def deleted(count: int) -> str:
        return " ".join(f"{{{{c{number * 2}::a}}}}" for number in range(1, count + 1))

    assert read(deleted(19)).diagnostics == ()
    assert [each.code for each in read(deleted(20)).diagnostics] == ["D073"]


@pytest.mark.parametrize("braces", ["{#a}", '{#a type="reversed"}'])
@pytest.mark.parametrize(
    "written", ["a {{c1::b::c}} d", "a `{{c1::b}}`", r"\({{c1::b}}\)", "    {{c1::b}}", "~~~\n{{c1::b}}\n~~~"]
)
def test_on_another_card_it_is_text_and_a_warning(braces: str, written: str) -> None:
    page = read(written, braces)
    assert [(each.code, each.severity) for each in page.diagnostics] == [("D070", "warning")]
    assert re.sub("<[^>]*>", "", shown(page.cards[0])).strip() == written.replace("`", "").replace("~", "").strip()
    assert page.cards[0].defects == ()


@pytest.mark.parametrize("text", ["{{c1::", "{{c1::a ", "`{{c1::` ", "{{c1::x}} ", "{", "{{c1::a::b "])
def test_many_openings_cost_no_time(text: str) -> None:
    [card] = read(text * 20_000).cards
    assert shown(card)
