"""Packages against the engine's own: their size, their import, and how writing grows with notes and decks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import anki.lang
import genanki
from anki.collection import Collection, ExportAnkiPackageOptions, ImportAnkiPackageOptions, ImportAnkiPackageRequest

from deckgen.notes import Note, Stamp, StampedNote
from deckgen.packing import package
from deckgen.packing.notetypes import KINDS
from tests.benchmarks.measure import Ratio, seconds

_BASIC = KINDS["basic"].note_type
_NOTES, _MANY, _DECKS = 10_000, 50_000, 1_000


def ratios() -> Iterator[Ratio]:
    """The engine exports what it has imported from us, so that both packages hold the same notes."""
    anki.lang.set_lang("en")
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "ours.apkg", Path(folder) / "theirs.apkg"
        ours.write_bytes(_pack(_notes(_NOTES)))
        _export(ours, theirs)
        yield Ratio("package of 10 000 notes / the engine's", ours.stat().st_size / theirs.stat().st_size, 1.1)
        imports = [min(_import_seconds(each) for _ in range(3)) for each in (ours, theirs)]
        yield Ratio("import of 10 000 notes / of the engine's package", imports[0] / imports[1], 1.2)
    one = seconds(partial(_pack, _notes(_NOTES)), 3)
    yield Ratio("write 10 000 notes / bare genanki", one / seconds(_bare_genanki, 3), 2.5)
    many = seconds(partial(_pack, _notes(_MANY)), 2)
    yield Ratio("time of 50 000 notes / 5 x time of 10 000", many / (one * _MANY / _NOTES), 1.3)
    apart = seconds(partial(_pack, _notes(_NOTES, decks=_DECKS)), 3)
    yield Ratio("10 000 notes in 1 000 subdecks / in one", apart / one, 1.5)


def _notes(count: int, decks: int = 1) -> list[StampedNote]:
    return [
        StampedNote(
            Note(f"card-{number}", "", _BASIC, f"Bench::Part {number % decks}", _fields(number), ("database::sqlite",)),
            Stamp(f"guid-{number}", 1_700_000_000_000 + 20 * number, 1_700_000_000),
        )
        for number in range(count)
    ]


def _fields(number: int) -> tuple[str, ...]:
    code = f'<pre><code class="hl"><span class="n">session</span><span class="o">.</span>add({number})</code></pre>'
    return (
        f"What is number {number}?",
        f"<p>It is {number}.</p>{code}",
        code * 2,
        "verified",
        "",
        f"card-{number}",
        *[""] * 4,
    )


def _pack(notes: list[StampedNote]) -> bytes:
    return package.pack(notes, {_BASIC.name: 1_700_000_000}, name="Bench", description="")


def _bare_genanki() -> None:
    fields = [{"name": field.name} for field in _BASIC.fields]
    model = genanki.Model(1, "m", fields, [{"name": "c", "qfmt": "{{Question}}", "afmt": "{{Answer}}"}])
    deck = genanki.Deck(2, "Bench")
    for number in range(_NOTES):
        deck.add_note(genanki.Note(model, list(_fields(number)), tags=["database::sqlite"]))
    with tempfile.TemporaryDirectory() as folder:
        genanki.Package(deck).write_to_file(Path(folder) / "bare.apkg")


def _export(ours: Path, theirs: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        collection = _collection(folder)
        _import(collection, ours)
        options = ExportAnkiPackageOptions(with_scheduling=False, with_media=True, legacy=True)
        collection.export_anki_package(out_path=str(theirs), options=options, limit=None)
        collection.close()


def _import_seconds(path: Path) -> float:
    with tempfile.TemporaryDirectory() as folder:
        collection = _collection(folder)
        taken = seconds(partial(_import, collection, path))
        assert collection.note_count() == _NOTES
        collection.close()
        return taken


def _collection(folder: str) -> Collection:
    return Collection(str(Path(folder) / "collection.anki2"))


def _import(collection: Collection, path: Path) -> None:
    request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
    collection.import_anki_package(request)
