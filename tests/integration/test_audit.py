"""Each rule of the audit, broken once: by the official engine, on packages spoiled on purpose."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from deckgen import files
from deckgen.model import Note, Stamp, StampedNote
from deckgen.packing import archive, package
from deckgen.packing.notetypes import KINDS
from deckgen.publishing.audit import audit

BASIC = KINDS["basic"].note_type


def stamped(number: int, answer: str = "an answer") -> StampedNote:
    fields = (f"question {number}", answer, "", "", "", f"card-{number}", *[""] * 4)
    note = Note(f"card-{number}", f"question {number}", BASIC, "Small", fields, ("tag",))
    return StampedNote(note, Stamp(f"guid-{number}", 1_800_000_000_000 + 20 * number, 1_800_000_000))


NOTES = [stamped(1), stamped(2)]


def packed(folder: Path, notes: Sequence[StampedNote] = NOTES, *, name: str = "small.apkg") -> Path:
    path = folder / name
    files.write(path, package.pack(notes, {"deckgen basic": 1_700_000_000}, name="Small", description=""))
    return path


def spoiled(folder: Path, statement: str) -> Path:
    """A package whose database was changed after it was packed."""
    path = packed(folder)
    with zipfile.ZipFile(path) as before:
        members = {name: before.read(name) for name in before.namelist()}
    connection = sqlite3.connect(":memory:")
    connection.deserialize(members["collection.anki2"])
    connection.execute(statement)
    connection.commit()
    files.write(path, archive.zipped(members | {"collection.anki2": connection.serialize()}))
    return path


def codes(path: Path, intent: Sequence[StampedNote] | None = None) -> set[str]:
    return {finding.code for finding in audit(path, intent)}


def test_a_good_package_has_no_finding(tmp_path: Path) -> None:
    assert audit(packed(tmp_path), NOTES) == []
    assert audit(packed(tmp_path)) == []


@pytest.mark.parametrize("data", [b"", b"no zip", archive.zipped({"media": b"{}"}), archive.zipped({"x": b""})])
def test_what_is_no_package(tmp_path: Path, data: bytes) -> None:
    files.write(tmp_path / "small.apkg", data)
    assert codes(tmp_path / "small.apkg") == {"A001"}


def test_what_the_engine_refuses(tmp_path: Path) -> None:
    assert codes(spoiled(tmp_path, "DROP TABLE cards")) <= {"A001", "A002"} != set()
    assert codes(spoiled(tmp_path, "UPDATE col SET models = 'no json'")) == {"A002"}


@pytest.mark.parametrize("name", ["collection.apkg", "backup-2026.apkg"])
def test_a_name_that_would_replace_the_collection(tmp_path: Path, name: str) -> None:
    assert "A003" in codes(packed(tmp_path, name=name))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE notes SET guid = 'guid-1'", "A004"),
        ("DELETE FROM notes WHERE guid = 'guid-2'", "A005"),
        ("UPDATE notes SET flds = replace(flds, 'an answer', 'another') WHERE guid = 'guid-2'", "A006"),
        ("UPDATE notes SET tags = ' other ' WHERE guid = 'guid-2'", "A006"),
        ("DELETE FROM cards WHERE nid IN (SELECT id FROM notes WHERE guid = 'guid-2')", "A009"),
        ("UPDATE col SET models = replace(models, '{{Answer}}', '{{Nothing}}')", "A012"),
        ("UPDATE notes SET flds = replace(flds, 'question 2', '<img src=gone.png>question 2')", "A016"),
    ],
)
def test_what_differs_from_the_intent_or_does_not_work(tmp_path: Path, statement: str, code: str) -> None:
    assert code in codes(spoiled(tmp_path, statement), NOTES)


def test_a_field_that_the_engine_stores_differently(tmp_path: Path) -> None:
    """The engine brings text into its normal form; what was intended must already be in it."""
    notes = [stamped(1, "cafe\u0301")]
    assert {"A006", "A008"} <= codes(packed(tmp_path, notes), notes)


def test_an_answer_that_shows_nothing(tmp_path: Path) -> None:
    assert "A015" in codes(packed(tmp_path, [stamped(1, "")]))
