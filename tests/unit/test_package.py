"""A package is a function of its notes: bytes, order, ids, and nothing of the machine or the moment."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
import zipfile

import pytest

from deckgen.notes import Note, Stamp, StampedNote
from deckgen.packing import package
from deckgen.packing.notetypes import KINDS

BASIC = KINDS["basic"].note_type


def stamped(number: int, deck: str = "Small::Sub", guid: str | None = None) -> StampedNote:
    fields = (f"question {number}", f"answer {number}", *[""] * 8)
    note = Note(f"card-{number}", f"question {number}", BASIC, deck, fields, ("b", "a"))
    return StampedNote(note, Stamp(guid or f"guid-{number}", 1_800_000_000_000 + 20 * number, 1_800_000_000 + number))


def packed(*notes: StampedNote) -> bytes:
    return package.pack(notes, {"deckgen basic": 1_700_000_000}, name="Small", description="a small deck")


def rows(data: bytes, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(zipfile.ZipFile(io.BytesIO(data)).read("collection.anki2"))
    return connection.execute(query).fetchall()


def test_ids_and_times_are_those_of_the_ledger() -> None:
    data = packed(stamped(1), stamped(2))
    assert rows(data, "SELECT id, guid, mod FROM notes") == [
        (1_800_000_000_020, "guid-1", 1_800_000_001),
        (1_800_000_000_040, "guid-2", 1_800_000_002),
    ]


def test_cards_are_new_and_due_in_the_order_of_the_source() -> None:
    data = packed(stamped(3), stamped(1, "Small::Other"), stamped(2))
    query = "SELECT n.guid, c.due, c.type, c.queue FROM cards c JOIN notes n ON n.id = c.nid ORDER BY c.due"
    assert rows(data, query) == [("guid-3", 0, 0, 0), ("guid-1", 1, 0, 0), ("guid-2", 2, 0, 0)]


def test_the_same_notes_give_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys; from tests.unit.test_package import packed, stamped; "
        "sys.stdout.buffer.write(packed(stamped(1), stamped(2)))"
    )
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        )
        assert ran.stdout == packed(stamped(1), stamped(2))


def test_no_member_says_when_or_where_it_was_made() -> None:
    members = zipfile.ZipFile(io.BytesIO(packed(stamped(1)))).infolist()
    assert [member.filename for member in members] == ["collection.anki2", "media"]
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {member.external_attr >> 16 for member in members} == {0o644}
    assert {member.create_system for member in members} == {3}


def test_note_types_and_decks_are_described_once_however_many_decks_there_are() -> None:
    data = packed(*(stamped(number, f"Small::Part {number}") for number in range(3)))
    [(models, decks)] = rows(data, "SELECT models, decks FROM col")
    keys = json.loads(str(models), object_pairs_hook=lambda pairs: [key for key, _ in pairs])
    assert keys == [str(BASIC.id)]
    names = {each["name"] for each in json.loads(str(decks)).values()}
    assert names == {"Default", "Small", "Small::Part 0", "Small::Part 1", "Small::Part 2"}


def test_two_notes_with_one_guid_are_refused() -> None:
    with pytest.raises(ValueError, match="same GUID"):
        packed(stamped(1, guid="x"), stamped(2, guid="x"))
