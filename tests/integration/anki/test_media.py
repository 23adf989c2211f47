"""Images, sounds and diagrams as a learner gets them: imported, rendered and checked by the official engine."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.decks import ENGINE_CHECK, card, deck, deckgen
from tests.integration.anki.author import Author
from tests.integration.anki.learner import Log, learner
from tests.samples import MEDIA, png

SOUNDS = ("wav", "mp3", "ogg", "flac", "m4a")
DIAGRAM = '```dot\ndigraph "States" {\n  transient -> pending\n}\n```\n'

needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def media(package: Path) -> dict[str, bytes]:
    """The files in a package, by their names."""
    with zipfile.ZipFile(package) as archive:
        names: dict[str, str] = json.loads(archive.read("media"))
        return {name: archive.read(number) for number, name in names.items()}


def with_files(changed: str = "") -> dict[str, str | bytes]:
    """A deck with a card for each kind of file, of which one has other words."""
    cards = [
        card(number, f"See ![a < b](a.{suffix}).{' Now.' if suffix == changed else ''}", attributes=f"#{suffix}")
        for number, suffix in enumerate(MEDIA)
    ]
    return {"part.md": "".join(cards)} | {f"a.{suffix}": data for suffix, data in MEDIA.items()}


@pytest.mark.parametrize("suffix", MEDIA)
def test_each_kind_of_file_arrives_and_is_used(author: Author, tmp_path: Path, suffix: str) -> None:
    name = f"deckgen-{hashlib.sha256(MEDIA[suffix]).hexdigest()[:32]}.{suffix}"
    first, second = author.release(with_files()), author.release(with_files(), with_files(suffix))
    assert media(first)[name] == media(second)[name] == MEDIA[suffix]
    with learner(tmp_path / "anki") as anki:
        assert anki.get(first) == Log(found=10, new=10)
        assert anki.review_all() == 10
        before = anki.history()
        assert anki.get(second) == Log(found=10, updated=1, same=9)
        assert anki.history() == before
        assert anki.complaints() == []
        assert (Path(anki.collection.media.dir()) / name).read_bytes() == MEDIA[suffix]
        [(_, back)] = anki.sides(suffix)
        if suffix in SOUNDS:
            assert "See [anki:play:a:0] a &lt; b. Now." in back
        else:
            assert f'<img src="{name}" alt="a &lt; b">. Now.' in back or f'<img src="{name}" alt="a < b">. Now.' in back


def test_a_report_counts_the_files(author: Author) -> None:
    report = json.loads((author.released(with_files()).folder / "build" / "small.report.json").read_text())
    assert report["package"]["media"] == 10


def test_two_files_with_the_same_content_are_one_and_order_does_not_matter(author: Author) -> None:
    cards = [card(number, f"![]({name}.png)") for number, name in enumerate("abc")]
    files = {"a.png": png(), "b.png": png(), "c.png": png(shade=10)}
    first = media(author.release(files | {"cards.md": "".join(cards)}))
    assert sorted(first.values()) == sorted([png(), png(shade=10)])
    assert list(first) == sorted(first)
    assert list(media(author.release(files | {"cards.md": "".join(reversed(cards))}))) == list(first)


def test_another_image_under_the_same_name_is_an_update(author: Author, tmp_path: Path) -> None:
    text = {"cards.md": card(1, "![](a.png)")}
    history = [text | {"a.png": png()}, text | {"a.png": png(shade=10)}]
    with learner(tmp_path / "anki") as anki:
        assert anki.get(author.release(history[0])) == Log(found=1, new=1)
        assert anki.get(author.release(*history)) == Log(found=1, updated=1)
        assert [line for line in anki.complaints() if "not used" not in line] == []


def test_media_in_questions_and_deletions(author: Author, tmp_path: Path) -> None:
    asked = f"Q1. What is ![an image](a.png)? {{#a}}\n\nGrey.\n{ENGINE_CHECK}\n"
    deleted = card(2, "{{c1::![grey](a.png)}} and {{c2::![silence](a.wav)}}.", attributes='#b type="cloze"')
    with learner(tmp_path / "anki") as anki:
        anki.get(author.release({"cards.md": asked + deleted, "a.png": png(), "a.wav": MEDIA["wav"]}))
        assert anki.complaints() == []
        assert '<img src="deckgen-' in anki.sides("a")[0][0]
        (front, back), (second, _) = anki.sides("b")
        assert "[...]" in front
        assert '<img src="deckgen-' in back
        assert "[anki:play:" not in second


def test_a_card_whose_image_is_missing_is_not_packed_and_one_that_is_remote_is_described(
    author: Author, tmp_path: Path
) -> None:
    gone, remote = card(1, "![x](gone.png)"), card(2, "![grey](https://example.org/a.png)")
    released = author.released({"cards.md": gone + remote})
    assert released.ran.status == 1
    assert "deck/cards.md:3:6: D076 error: there is no file `gone.png` in the deck's folder" in released.ran.out
    assert "deck/cards.md:11:9: D026 warning" in released.ran.out
    with learner(tmp_path / "anki") as anki:
        anki.get(released.package)
        assert [card for card, _ in anki.backs()] == ["card-2"]
        assert anki.field("card-2", "Answer") == "<p>grey</p>"


@needs_graphviz
def test_a_diagram_is_drawn_and_described_by_its_name(author: Author, tmp_path: Path) -> None:
    package = author.release({"cards.md": card(1, DIAGRAM) + card(2, DIAGRAM)})
    [(name, data)] = media(package).items()
    assert re.fullmatch(r"deckgen-[0-9a-f]{32}\.svg", name)
    assert data.startswith(b"<svg ")
    assert b"transient" in data
    with learner(tmp_path / "anki") as anki:
        anki.get(package)
        assert anki.complaints() == []
        assert anki.field("card-1", "Answer") == f'<img class="diagram" src="{name}" alt="diagram: States">'


@needs_graphviz
@pytest.mark.parametrize(
    ("diagram", "line", "reason"),
    [
        ("digraph {\n  a -> b\n", 6, "syntax error"),
        ("digraph {\n  a - b\n}", 5, "syntax error"),
        ('digraph { a [image="/etc/passwd"] }', 4, ""),
        ('digraph { a [URL="https://example.org"] }', 4, "refers to https://example.org"),
        ("no graph", 4, "syntax error"),
        ("", 4, ""),
    ],
)
def test_a_diagram_with_a_mistake_is_reported_where_it_is(author: Author, diagram: str, line: int, reason: str) -> None:
    """D081"""
    ran = author.released({"cards.md": card(1, f"```dot\n{diagram}\n```") + card(2, "x")}).ran
    assert ran.status == 1
    assert f"deck/cards.md:{line}:1: D081 error: the diagram cannot be drawn" in ran.out
    assert reason in ran.out
    assert "1 of 2 verified, 1 broken" in ran.err


def test_where_graphviz_is_missing_the_text_stands_for_the_diagram(tmp_path: Path) -> None:
    """D080"""
    deck(tmp_path / "deck", card(1, DIAGRAM))
    ran = deckgen("build", "deck", cwd=tmp_path, PATH=str(tmp_path))
    assert ran.status == 0
    assert "deck/cards.md:4:1: D080 warning: the diagram is not drawn" in ran.out
    with learner(tmp_path / "anki") as anki:
        anki.get(tmp_path / "build" / "small.apkg")
        assert "transient" in anki.field("card-1", "Answer")
