"""Documents that mean harm: each gives the diagnostics that it deserves or harmless text, and none harms another.

All are built as one deck by the command, as whoever downloads a deck builds it, and read back by the official engine.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deckgen.checking.verify import admit, judge
from deckgen.notes import Note
from deckgen.packing import render
from deckgen.reading import decks, diagrams
from tests.decks import card, deckgen
from tests.hostile import Hostile, documents
from tests.integration.anki.learner import learner
from tests.samples import png

DOCUMENTS = {each.id: each for each in documents()}
TOML = '[deck]\nid = "hostile"\nname = "Hostile"\nunchecked = "mark"\n'
GOOD = png(shade=200)
UNPROVED = '<p class="unproved">This answer was not proved.</p>'

pytestmark = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


@dataclass(frozen=True)
class Outcome:
    """What became of all documents, by the folder they stand in: what was said, notes as meant and imported, media."""

    said: str
    found: dict[str, list[str]]
    meant: dict[str, Note]
    imported: dict[str, tuple[tuple[str, ...], set[str]]]
    complaints: list[str]
    media: dict[str, bytes]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "secret.png").write_bytes(png(shade=7))
    (folder / "deck").mkdir()
    (folder / "deck" / "deck.toml").write_text(TOML)
    (folder / "deck" / "good.png").write_bytes(GOOD)
    (folder / "deck" / "honest.md").write_text(card(1, "Good.", attributes="#honest"))
    for each in DOCUMENTS.values():
        write(folder / "deck" / each.id, each)
    ran = deckgen("build", "deck", cwd=folder)
    package = folder / "build" / "hostile.apkg"
    assert package.exists(), ran.err
    with learner(folder / "anki") as anki, pytest.MonkeyPatch.context() as patch:
        anki.get(package)
        notes = map(anki.collection.get_note, anki.collection.find_notes(""))
        patch.chdir(folder)
        yield Outcome(
            said=ran.out + ran.err,
            found=found(json.loads((folder / "build" / "hostile.report.json").read_text())),
            meant=meant(),
            imported={note["Id"]: (tuple(note.fields), {*note.tags}) for note in notes},
            complaints=anki.complaints(),
            media=media(package),
        )


def write(folder: Path, hostile: Hostile) -> None:
    file = folder / hostile.file
    file.parent.mkdir(parents=True)
    file.write_bytes(hostile.data)
    for name, data in hostile.files.items():
        (folder / name).write_bytes(data)
    for name, target in hostile.links.items():
        (folder / name).symlink_to(target)


def found(report: dict[str, Any]) -> dict[str, list[str]]:
    """The diagnostics of each document, by the folder it stands in."""
    by_document: dict[str, list[str]] = {}
    for each in report["diagnostics"]:
        folder = each["path"].split("/")[1]
        by_document.setdefault(folder, []).append(f"{each['line']}:{each['column']} {each['code']}")
    return by_document


def meant() -> dict[str, Note]:
    """The notes that the renderer makes of the deck in this folder, by card; those that are not proved."""
    [deck] = decks.read(["deck"]).decks
    deck = diagrams.drawn(deck)
    return {note.card_id: note for note in render.render(deck, admit(deck, [judge(each, ()) for each in deck.cards]))}


def media(package: Path) -> dict[str, bytes]:
    """The files in a package, by their names."""
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(number) for number, name in json.loads(archive.read("media")).items()}


def named(text: str, outcome: Outcome, hostile: Hostile) -> str:
    """A text in which media are called as they are beside their document, and what was drawn is called that."""
    known = {data: f"@{name}" for name, data in {**hostile.files, "../good.png": GOOD}.items()}
    return re.sub(r"deckgen-[0-9a-f]{32}\.\w+", lambda match: known.get(outcome.media[match[0]], "@drawn"), text)


def test_no_document_takes_the_place_of_another() -> None:
    assert len(DOCUMENTS) == len([*documents()]) > 200


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_means_harm_is_refused_or_harmless(outcome: Outcome, name: str) -> None:
    hostile = DOCUMENTS[name]
    assert outcome.found.get(name, []) == list(hostile.found)
    assert (name in outcome.imported) == (hostile.shown is not None)
    if hostile.shown is not None:
        fields, _ = outcome.imported[name]
        asked, shown = (named(field, outcome, hostile) for field in fields[:2])
        assert (asked, shown) == (hostile.asked, UNPROVED + hostile.shown)


def test_what_is_imported_is_what_was_meant(outcome: Outcome) -> None:
    meant = {name: (note.fields, {*note.tags}) for name, note in outcome.meant.items()}
    assert {name: each for name, each in outcome.imported.items() if name != "honest"} == meant
    assert outcome.complaints == []


def test_media_are_those_that_cards_show_or_play(outcome: Outcome) -> None:
    fields = "".join(field for each, _ in outcome.imported.values() for field in each)
    assert outcome.media.keys() == {*re.findall(r'(?:src="|\[sound:)([^"\]]*)', fields)}
    assert png(shade=7) not in outcome.media.values()


def test_what_is_said_commands_no_terminal(outcome: Outcome) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", outcome.said)
