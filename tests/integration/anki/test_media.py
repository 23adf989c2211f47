"""Images, sounds and diagrams as a learner gets them: imported, rendered and checked by the official engine."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.decks import card, deck, deckgen
from tests.integration.anki.author import Author
from tests.integration.anki.learner import Log, learner
from tests.samples import MEDIA, png

CHECK = '\n```python check\nassert engine.name == "sqlite"\n```\n\n'
SOUNDS = ("wav", "mp3", "ogg", "flac", "m4a")
DIAGRAM = '```dot\ndigraph "States" {\n  transient -> pending\n}\n```\n'

needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def media(package: Path) -> dict[str, bytes]:
    """The files in a package, by their names."""
    with zipfile.ZipFile(package) as archive:
        names: dict[str, str] = json.loads(archive.read("media"))
        return {name: archive.read(number) for number, name in names.items()}


def build(folder: Path, text: str, **files: bytes) -> Path:
    """The package of a deck with some files beside its document; `a_png` is `a.png`."""
    deck(folder / "deck", text)
    for name, data in files.items():
        (folder / "deck" / name.replace("_", ".")).write_bytes(data)
    ran = deckgen("build", "deck", cwd=folder)
    assert ran.status == 0, ran.out
    return folder / "build" / "small.apkg"


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


def test_two_files_with_the_same_content_are_one_and_order_does_not_matter(tmp_path: Path) -> None:
    cards = [f"Q{n}. What {n}? {{#c-{n}}}\n\n![]({name}.png)\n{CHECK}" for n, name in enumerate("abc")]
    files = {"a_png": png(), "b_png": png(), "c_png": png(shade=10)}
    first = build(tmp_path / "one", "".join(cards), **files)
    assert sorted(media(first).values()) == sorted([png(), png(shade=10)])
    assert list(media(first)) == sorted(media(first))
    assert list(media(build(tmp_path / "two", "".join(reversed(cards)), **files))) == list(media(first))


def test_another_image_under_the_same_name_is_an_update(tmp_path: Path) -> None:
    text = f"Q1. What? {{#a}}\n\n![](a.png)\n{CHECK}"
    with learner(tmp_path / "anki") as anki:
        anki.get(build(tmp_path, text, a_png=png()))
        log = anki.get(build(tmp_path, text, a_png=png(shade=10)))
        assert (log.updated, log.new) == (1, 0)
        assert [line for line in anki.complaints() if "not used" not in line] == []


def test_media_in_questions_and_deletions(tmp_path: Path) -> None:
    text = (
        f"Q1. What is ![an image](a.png)? {{#a}}\n\nGrey.\n{CHECK}"
        f'Q2. Which? {{#b type="cloze"}}\n\n{{{{c1::![grey](a.png)}}}} and {{{{c2::![silence](a.wav)}}}}.\n{CHECK}'
    )
    package = build(tmp_path, text, a_png=png(), a_wav=MEDIA["wav"])
    with learner(tmp_path / "anki") as anki:
        anki.get(package)
        assert anki.complaints() == []
        assert '<img src="deckgen-' in anki.sides("a")[0][0]
        (front, back), (second, _) = anki.sides("b")
        assert "[...]" in front
        assert '<img src="deckgen-' in back
        assert "[anki:play:" not in second


def test_a_card_whose_image_is_missing_is_not_packed_and_one_that_is_remote_is_described(tmp_path: Path) -> None:
    deck(
        tmp_path / "deck",
        f"Q1. What? {{#a}}\n\n![x](gone.png)\n{CHECK}Q2. What? {{#b}}\n\n![grey](https://example.org/a.png)\n{CHECK}",
    )
    ran = deckgen("build", "deck", cwd=tmp_path)
    assert ran.status == 1
    assert "deck/cards.md:3:6: D076 error: there is no file `gone.png` in the deck's folder" in ran.out
    assert "deck/cards.md:11:9: D026 warning" in ran.out
    with learner(tmp_path / "anki") as anki:
        anki.get(tmp_path / "build" / "small.apkg")
        assert [card for card, _ in anki.backs()] == ["b"]
        assert anki.field("b", "Answer") == "<p>grey</p>"


@needs_graphviz
def test_a_diagram_is_drawn_and_described_by_its_name(tmp_path: Path) -> None:
    package = build(tmp_path, f"Q1. Which? {{#a}}\n\n{DIAGRAM}{CHECK}Q2. Again? {{#b}}\n\n{DIAGRAM}{CHECK}")
    [(name, data)] = media(package).items()
    assert re.fullmatch(r"deckgen-[0-9a-f]{32}\.svg", name)
    assert data.startswith(b"<svg ")
    assert b"transient" in data
    with learner(tmp_path / "anki") as anki:
        anki.get(package)
        assert anki.complaints() == []
        assert anki.field("a", "Answer") == f'<img class="diagram" src="{name}" alt="diagram: States">'


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
def test_a_diagram_with_a_mistake_is_reported_where_it_is(tmp_path: Path, diagram: str, line: int, reason: str) -> None:
    """D081"""
    deck(tmp_path / "deck", f"Q1. Which? {{#a}}\n\n```dot\n{diagram}\n```\n{CHECK}Q2. What? {{#b}}\n\nx\n{CHECK}")
    ran = deckgen("build", "deck", cwd=tmp_path)
    assert ran.status == 1
    assert f"deck/cards.md:{line}:1: D081 error: the diagram cannot be drawn" in ran.out
    assert reason in ran.out
    assert "1 of 2 verified, 1 broken" in ran.err


def test_where_graphviz_is_missing_the_text_stands_for_the_diagram(tmp_path: Path) -> None:
    """D080"""
    deck(tmp_path / "deck", f"Q1. Which? {{#a}}\n\n{DIAGRAM}{CHECK}")
    ran = deckgen("build", "deck", cwd=tmp_path, PATH=str(tmp_path))
    assert ran.status == 0
    assert "deck/cards.md:4:1: D080 warning: the diagram is not drawn" in ran.out
    with learner(tmp_path / "anki") as anki:
        anki.get(tmp_path / "build" / "small.apkg")
        assert "transient" in anki.field("a", "Answer")
