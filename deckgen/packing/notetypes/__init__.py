"""The Anki note types that cards can have; each says how a card fills its fields.

What has shipped is frozen: another id, or a field or template added or removed, would make every learner's note
conflict with the next release. What comes later takes a spare field, which keeps its id under its new name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deckgen.notes import NoteType
from deckgen.packing.notetypes import basic, both_ways, cloze, typed
from deckgen.packing.notetypes.face import Face


@dataclass(frozen=True, slots=True)
class Kind:
    """A note type and the function that fills its fields."""

    note_type: NoteType
    fill: Callable[[Face], tuple[str, ...]]


KINDS: Mapping[str, Kind] = {
    "basic": Kind(basic.NOTE_TYPE, basic.fill),
    "reversed": Kind(both_ways.NOTE_TYPE, both_ways.fill),
    "type-in": Kind(typed.NOTE_TYPE, typed.fill),
    "cloze": Kind(cloze.NOTE_TYPE, cloze.fill),
}
