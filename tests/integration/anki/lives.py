"""A deck with a card of each note type, with media in question and answer, from its first release to its last."""

from __future__ import annotations

from collections.abc import Mapping

from deckgen.model import NOTE_TYPES
from tests.decks import ENGINE_CHECK, card
from tests.integration.anki.author import REFUTED_CHECK
from tests.samples import MEDIA

CARDS = {"basic": 1, "reversed": 2, "type-in": 1, "cloze": 2}
STAYS = card(9, "![a state](c.gif) stays", attributes="#stays")
FILES = {
    "a.svg": MEDIA["svg"],
    "a.wav": MEDIA["wav"],
    "b.png": MEDIA["png"],
    "b.mp3": MEDIA["mp3"],
    "c.gif": MEDIA["gif"],
}


def written(note_type: str, answer: str, check: str) -> str:
    """A card with media in its question and in its answer."""
    answers = {"cloze": f"{{{{c1::`{answer}`}}}}, then {{{{c3::`commit()`}}}}."}
    return (
        f'Q1. What is ![a state](a.svg) with ![a bell](a.wav) in {note_type}? {{#{note_type} type="{note_type}"}}\n\n'
        f"{answers.get(note_type, f'`{answer}`')}\n\n![a state](b.png) ![a bell](b.mp3)\n{check}\n"
    )


def release(answer: str, check: str = ENGINE_CHECK) -> Mapping[str, str | bytes]:
    """The files of a deck with a card of each note type, and one that never changes."""
    return FILES | {"part.md": STAYS + "".join(written(each, answer, check) for each in NOTE_TYPES)}


ALL, EDITED, REFUTED = release("flush()"), release("flush(x)"), release("flush(x)", REFUTED_CHECK)
NONE: Mapping[str, str | bytes] = {"part.md": STAYS, "c.gif": MEDIA["gif"]}
LIFE = [ALL, EDITED, REFUTED, EDITED, NONE, ALL]
