"""Each note type as a learner gets it: imported, rendered and checked by the official engine."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.anki.author import Author
from tests.integration.anki.learner import Learner, Log, learner

CHECK = '\n```python check\nassert engine.name == "sqlite"\n```\n\n'
BASIC = "Q1. What is basic? {#basic}\n\nThe **answer**.\n" + CHECK
REVERSED = 'Q2. What is reversed? {#reversed type="reversed"}\n\nThe **answer**.\n' + CHECK
TYPED = 'Q3. What sends pending changes? {#typed type="type-in"}\n\n`flush("a<b")`\n\nIt does not commit.\n' + CHECK
CLOZE = (
    'Q4. What sends what? {#cloze type="cloze"}\n\n'
    "`Session.`{{c1::`flush()`::a method}} sends, {{c2::*commit*}} ends. {{c1::Twice}}.\n\n"
    '```python\nname = engine.{{c4::name}}\nsame = {{c5::{"a": {"b": name}}}}\n```\n\n'
    "```cpp\n{{c6::std::vector}}<int> v;\n```\n\n"
    "```jinja\n{{c7::{{ x }}}} {{ y }}\n```\n\n"
    r"{{c8::$\frac{1}{\sqrt{2}}$}} and \({{c9::x^{2}}}\)" + "\n" + CHECK
)


@pytest.fixture(scope="module")
def package(author: Author) -> Path:
    return author.release(BASIC + REVERSED + TYPED + CLOZE)


@pytest.fixture(scope="module")
def anki(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learner]:
    with learner(tmp_path_factory.mktemp("types") / "anki") as anki:
        assert anki.get(package) == Log(found=4, new=4)
        yield anki


def text(side: str) -> str:
    """What a learner reads, with the gap that is asked for."""
    words = re.sub(r"</(?:p|pre|div|summary)>", " ", re.sub(r"<style.*?</style>", "", side, flags=re.DOTALL))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", words)).split())


def test_the_engine_has_nothing_against_any_of_them(anki: Learner) -> None:
    assert anki.complaints() == []


def test_importing_again_changes_nothing(anki: Learner, package: Path) -> None:
    assert anki.get(package) == Log(found=4, same=4)


def test_basic(anki: Learner) -> None:
    [(front, back)] = anki.sides("basic")
    assert text(front) == "What is basic?"
    assert text(back).startswith("What is basic? The answer. Proof assert")


def test_reversed_asks_both_ways_and_shows_the_proof_on_the_backs_alone(anki: Learner) -> None:
    [(there, answer), (back, question)] = anki.sides("reversed")
    assert text(there) == "What is reversed?"
    assert text(answer).startswith("What is reversed? The answer. Proof")
    assert text(back) == "Which question has this answer? The answer."
    assert text(question).startswith("Which question has this answer? The answer. What is reversed? Proof")
    for side in (answer, question):
        assert "verified on SQLAlchemy" in side
        assert side.count("<hr id=answer>") == 1


def test_what_is_typed_is_asked_for_and_compared(anki: Learner) -> None:
    [(front, back)] = anki.sides("typed")
    assert text(front) == "What sends pending changes? Type the answer[[type:Typed]]"
    assert text(back).startswith('What sends pending changes? [[type:Typed]] flush("a<b") It does not commit.')
    assert anki.field("typed", "Typed") == 'flush("a&lt;b")'
    assert "typeGood" in anki.collection.compare_answer(anki.field("typed", "Typed"), 'flush("a<b")')
    assert "typeBad" not in anki.collection.compare_answer(anki.field("typed", "Typed"), 'flush("a<b")')


def test_a_cloze_has_a_card_for_each_number_and_keeps_its_code(anki: Learner) -> None:
    sides = anki.sides("cloze")
    fronts, backs = [text(front) for front, _ in sides], [text(back) for _, back in sides]
    whole = (
        "What sends what? Session.flush() sends, commit ends. Twice. name = engine.name "
        'same = {"a": {"b": name}} std::vector<int> v; {{ x }} {{ y }} '
        r"\(\frac{1}{\sqrt{2}}\) and \(x^{2}\) Proof"
    )
    assert len(sides) == 8
    assert all(back.startswith(whole) for back in backs)
    assert "Session.[a method] sends, commit ends. [...]. name" in fronts[0]
    assert "sends, [...] ends." in fronts[1]
    assert "name = engine.[...] same" in fronts[2]
    assert "same = [...] std" in fronts[3]
    assert "[...]<int> v;" in fronts[4]
    assert "[...] {{ y }}" in fronts[5]
    assert "[...] and" in fronts[6]
    assert r"and \([...]\)" in fronts[7]
    assert not any("Proof" in front or "verified" in front for front in fronts)
