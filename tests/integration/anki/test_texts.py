"""Texts that mean something to Anki, to a template or to a database arrive as what their author wrote, and stay so."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.decks import card
from tests.integration.anki.author import Author, part
from tests.integration.anki.learner import Learner, Log, learner

TEXTS = {
    "sound": ("`[sound:x.mp3]` [sound:y.mp3]", "[sound:x.mp3] [sound:y.mp3]"),
    "latex": ("`[latex]x[/latex]` [latex]y[/latex] [$]z[/$]", "[latex]x[/latex] [latex]y[/latex] [$]z[/$]"),
    "separator": ("one&#31;two &#x1f; three", "one\ufffdtwo \ufffd three"),
    "nul": ("one&#0;two", "one\ufffdtwo"),
    "emoji": ("\U0001f469\u200d\U0001f4bb `\U0001f40d`", "\U0001f469\u200d\U0001f4bb \U0001f40d"),
    "right-to-left": ("\u05e9\u05dc\u05d5\u05dd `flush()` \u0627", "\u05e9\u05dc\u05d5\u05dd flush() \u0627"),
    "template": ("`{{Question}}` {{FrontSide}}", "{{Question}} {{FrontSide}}"),
}
CODE = (
    "```cpp\n{{c1::std::vector}}<int> v = {{c2::{{1, 2}}}};\n```\n\n"
    "```jinja\n{{c3::{{ user.name }}}} {% if x %}{{ y }}{% endif %}\n```\n"
)


def release(end: str) -> str:
    """A document with each text on a card of its own and in a deletion, and with code in deletions."""
    basic = [card(1, f"{text} {end}", attributes=f"#{name}") for name, (text, _) in TEXTS.items()]
    cloze = [
        card(2, f"{{{{c1::{text}}}}} {end}", attributes=f'#cloze-{name} type="cloze"')
        for name, (text, _) in TEXTS.items()
    ]
    return part(dict(enumerate([*basic, *cloze, card(3, f"{CODE}\n{end}", attributes='#code type="cloze"')])))


@pytest.fixture
def anki(author: Author, tmp_path: Path) -> Iterator[Learner]:
    """Somebody who has studied the first release and got the second one, with every review kept."""
    first, second = author.release(release("was.")), author.release(release("was."), release("is."))
    with learner(tmp_path / "anki") as somebody:
        assert somebody.get(first) == Log(found=15, new=15)
        assert somebody.review_all() == 17
        before = somebody.history()
        assert somebody.get(second) == Log(found=15, updated=15)
        yield somebody
        assert somebody.history() == before
        assert somebody.complaints() == []


def read(side: str) -> str:
    """What somebody reads of the side of a card."""
    return html.unescape(re.sub(r"<[^>]*>", "", side))


def test_a_text_that_means_something_elsewhere_is_a_text_here(anki: Learner) -> None:
    backs = {name: read(anki.shown(name)[1]) for name in TEXTS}
    assert [name for name, (_, shown) in TEXTS.items() if f"{shown} is." not in backs[name]] == []


def test_the_same_goes_for_what_is_deleted(anki: Learner) -> None:
    sides = {name: [read(side) for side in anki.shown(f"cloze-{name}")] for name in TEXTS}
    assert [name for name, (front, _) in sides.items() if "[...] is." not in front] == []
    assert [name for name, (_, shown) in TEXTS.items() if f"{shown} is." not in sides[name][1]] == []


def test_code_in_deletions_keeps_its_colons_and_braces(anki: Learner) -> None:
    sides = [[read(side) for side in both] for both in anki.sides("code")]
    vector, braces, name = (front for front, _ in sides)
    assert "[...]<int> v = {{1, 2}};" in vector
    assert "std::vector<int> v = [...];" in braces
    assert "[...] {% if x %}{{ y }}{% endif %}" in name
    for _, back in sides:
        assert "std::vector<int> v = {{1, 2}};" in back
        assert "{{ user.name }} {% if x %}{{ y }}{% endif %}" in back


@pytest.mark.parametrize("character", ["\0", "\x1f"])
def test_a_character_that_would_end_a_field_keeps_its_document_out(
    author: Author, tmp_path: Path, character: str
) -> None:
    released = author.released({"part.md": part(), "other.md": f"Q1. What? {{#a}}\n\nOne{character}two.\n"})
    assert f"D004 error: holds the character U+{ord(character):04X}" in released.ran.out
    with learner(tmp_path / "anki") as anki:
        assert anki.get(released.package) == Log(found=3, new=3)
