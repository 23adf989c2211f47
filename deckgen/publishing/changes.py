"""What a learner's Anki gets: each note, what becomes of it, and what of their own that touches."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from deckgen.apkg import RETIRED_TAG, WITHDRAWN_TAG, Package, PackedNote
from deckgen.publishing.engine import visible


class Fate(StrEnum):
    """What becomes of a note."""

    NEW = "new"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"
    RETIRED = "retired"
    UNTOUCHED = "untouched"
    ABSENT = "absent"
    CONFLICTING = "conflicting"


@dataclass(frozen=True, slots=True)
class Change:
    """A note, its fate, and which of its fields differ, or its tags.

    `overwrites` a learner's own edits and tags where they are older than the change; `kept_out` by newer ones.
    """

    card: str
    question: str
    fate: Fate
    parts: tuple[str, ...] = ()
    overwrites: bool = False
    kept_out: bool = False


def fate(note: PackedNote) -> Fate:
    """What a note that changes becomes."""
    if WITHDRAWN_TAG in note.tags:
        return Fate.WITHDRAWN
    return Fate.RETIRED if RETIRED_TAG in note.tags else Fate.UPDATED


def change(package: Package, note: PackedNote, fate: Fate, **more: Any) -> Change:
    """The change of a note of a package."""
    question = html.unescape(visible(package.field(note, "Question")))
    return Change(html.unescape(package.field(note, "Id")), question, fate, **more)


def lines(changes: Sequence[Change]) -> Iterator[str]:
    """A line for each note with another fate than to be left as it is, and one that counts them all."""
    for each in sorted(changes, key=lambda each: list(Fate).index(each.fate)):
        if each.fate is not Fate.UNTOUCHED:
            parts = f"  ({', '.join(each.parts)})" if each.parts else ""
            yield f"{each.fate:11}  #{each.card}  {each.question}{parts}"
    count = Counter(each.fate for each in changes)
    yield ", ".join(f"{count[each]} {each}" for each in Fate if each is not Fate.ABSENT or count[each])


def as_dicts(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes as plain data."""
    return [
        {
            "card": each.card,
            "question": each.question,
            "fate": each.fate,
            "parts": list(each.parts),
            "overwrites_edits": each.overwrites,
            "kept_out_by_edits": each.kept_out,
        }
        for each in changes
    ]
