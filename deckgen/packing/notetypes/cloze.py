"""The note type of a text with deletions: one card for each number among them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from deckgen.model import Gap
from deckgen.notes import Makes, NoteType, Template
from deckgen.packing.notetypes import theme
from deckgen.packing.notetypes.face import Face, fields

NOTE_TYPE = NoteType(
    id=1795423074184,
    name="deckgen cloze",
    fields=fields(1795423074200, "Question", "Text"),
    templates=(
        Template(
            "Cloze",
            1795423074300,
            theme.read("question.html", "cloze-front.html"),
            theme.read("question.html", "cloze-back.html", "evidence.html"),
        ),
    ),
    css=theme.read("card.css"),
    makes=Makes.DELETIONS,
)

_LITERAL = re.compile(r"\{\{(?=c\d)")  # from raw HTML or an entity: Anki would make a card of it
_WRITTEN = re.compile(r"\{\{c(\d+)::")
_COLON = re.compile(r"^:|:(?=:)|(?<=:):|:$")
_GAP = re.compile(f"{Gap.OPEN}(\\d+){Gap.TEXT}(.*?)(?:{Gap.HINT}(.*?))?{Gap.CLOSE}", re.DOTALL)


def fill(face: Face) -> tuple[str, ...]:
    """The fields in the order of the note type, the deletions as Anki writes them; the spare ones are empty."""
    text = _GAP.sub(_deletion, _LITERAL.sub("&#123;&#123;", face.answer))
    return (face.question, text, *face.evidence)


def numbers(fields: Iterable[str]) -> tuple[int, ...]:
    """The numbers of the deletions in some fields, each of which makes a card."""
    return tuple(sorted({int(number) for field in fields for number in _WRITTEN.findall(field)}))


def _deletion(gap: re.Match[str]) -> str:
    number, text, hint = gap.groups()
    return f"{{{{c{number}::{_inside(text)}{'' if hint is None else f'::{_inside(hint)}'}}}}}"


def _inside(text: str) -> str:
    """Text that ends neither the deletion nor what is deleted: `::` begins a hint, `}}` ends all."""
    return _COLON.sub("&#58;", text).replace("}", "&#125;")
