"""The Anki note types that cards can have; each says how a card fills its fields. What has shipped never changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deckgen.model import NoteType
from deckgen.packing.notetypes import basic
from deckgen.packing.notetypes.face import Face


@dataclass(frozen=True, slots=True)
class Kind:
    """A note type and the function that fills its fields."""

    note_type: NoteType
    fill: Callable[[Face], tuple[str, ...]]


KINDS: Mapping[str, Kind] = {"basic": Kind(basic.NOTE_TYPE, basic.fill)}
